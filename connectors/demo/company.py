"""The demo company: one call gives all its tables, its meetings and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from connectors.demo.catalog import build_catalog
from connectors.demo.meetings import build_meetings
from connectors.demo.simulation import Simulation, simulate
from connectors.demo.tables import build_tables
from connectors.demo.timeline import AS_OF
from connectors.demo.truth import build_truth


@dataclass(frozen=True)
class DemoCompany:
    """Everything about the demo company.

    Attributes:
        company: Name.
        currency: ISO 4217 code of all money.
        as_of: The as-of date.
        tables: Canonical tables by name; dates as datetime64[ns], text as object, null as None/NaN/NaT.
        meetings: Canonical columns of `meetings`.
        meeting_documents: Canonical columns of `meeting_documents`, minutes in Markdown.
        truth: The planted causes and what followed from them, JSON-serialisable.
    """

    company: str
    currency: str
    as_of: date
    tables: dict[str, pd.DataFrame]
    meetings: pd.DataFrame
    meeting_documents: pd.DataFrame
    truth: dict[str, Any]


def build_demo_company(seed: int = 2026) -> DemoCompany:
    """The demo company of a seed: the same bytes every time."""
    simulation: Simulation = simulate(build_catalog(seed), seed)
    tables, committed = build_tables(simulation)
    truth = build_truth(simulation, tables, committed)
    meetings, documents, ledger = build_meetings(simulation, tables, committed, truth)
    truth |= ledger
    raw = simulation.catalog.raw
    return DemoCompany(raw["company"], raw["currency"], AS_OF, tables, meetings, documents, truth)
