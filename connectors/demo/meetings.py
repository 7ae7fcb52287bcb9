"""The meetings of the last twelve cycles and their minutes, with the ledger that they imply.

What was said and decided stands in `minutes/<cycle>.yaml`; figures are filled in from what was
known at the time.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from connectors.demo.facts import Facts, story_facts
from connectors.demo.finance import Flows
from connectors.demo.minutes_text import render
from connectors.demo.simulation import Simulation
from connectors.demo.timeline import CLOSED, month_date
from connectors.demo.truth import market_value

KINDS = ("demand", "supply", "alignment", "executive")
CYCLES_WITH_MINUTES = 12
_DAYS_AFTER_DEMAND = {"demand": 0, "supply": 7, "alignment": 13, "executive": 16}
_LEDGER = ("decisions", "actions", "assumptions")


def held_on(kind: str, cycle: date) -> date:
    """Day of a meeting: demand on the second Tuesday (in December the first), the others follow."""
    first = cycle + timedelta(days=(1 - cycle.weekday()) % 7)
    demand = first if cycle.month == 12 else first + timedelta(days=7)
    return demand + timedelta(days=_DAYS_AFTER_DEMAND[kind])


def build_meetings(
    simulation: Simulation,
    tables: dict[str, pd.DataFrame],
    committed: dict[int, Flows],
    truth: dict[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[dict[str, Any]]]]:
    """The tables `meetings` and `meeting_documents`, and the decisions, actions and assumptions in them."""
    facts = Facts(simulation, committed, market_value(simulation, tables))
    told = story_facts(truth)
    people = _read("people")
    meetings, documents = [], []
    ledger: dict[str, list[dict[str, Any]]] = {name: [] for name in _LEDGER}
    for cycle in range(CLOSED - CYCLES_WITH_MINUTES, CLOSED):
        month, known = month_date(cycle), {**facts.of_cycle(cycle), **told}
        written = _read(f"{month:%Y-%m}")
        for kind in KINDS:
            meeting, day = f"{month:%Y-%m}-{kind}", held_on(kind, month)
            title = f"{people['meetings'][kind]['title']}, {known['this']}"
            meetings.append((meeting, kind, pd.Timestamp(month), pd.Timestamp(day), title))
            body = render(kind, written[kind], people, known, title=title, day=day)
            documents.append((f"{meeting}-minutes", meeting, "minutes", f"Minutes: {title}", body))
            _enter(ledger, meeting, day, written[kind], people, known)
    return (
        pd.DataFrame(meetings, columns=["meeting_id", "meeting_kind", "cycle", "held_on", "title"]),
        pd.DataFrame(documents, columns=["document_id", "meeting_id", "document_kind", "title", "body"]),
        ledger,
    )


def _read(name: str) -> dict[str, Any]:
    text = files("connectors.demo").joinpath("minutes", f"{name}.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def _enter(
    ledger: dict[str, list[dict[str, Any]]],
    meeting: str,
    day: date,
    written: dict[str, Any],
    people: dict[str, Any],
    known: dict[str, str],
) -> None:
    """Add what a meeting decided to the ledger of the truth."""
    for name in _LEDGER:
        for number, entry in enumerate(written.get(name, []), start=1):
            plain: dict[str, Any] = {
                key: value.isoformat() if isinstance(value, date) else value for key, value in entry.items()
            }
            if "effect" in entry:
                plain["effect"] = {key: str(value) for key, value in entry["effect"].items()}
            owner = people["people"][entry["owner"]].split(" (")[0]
            text = entry["text"].format_map(known)
            ledger[name].append(
                {
                    **plain,
                    "meeting_id": meeting,
                    "held_on": day.isoformat(),
                    "number": number,
                    "text": text,
                    "owner": owner,
                }
            )
