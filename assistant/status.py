"""The state of an installation: store, tables, model, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel

from connectors.access import LOCAL_USER
from connectors.tables import TABLES
from tools.metrics.cut import choose_fact
from tools.metrics.definitions import Metric
from tools.metrics.describing import table_words
from tools.metrics.explaining import what_is_missing
from tools.metrics.query import MetricQuery

if TYPE_CHECKING:
    from assistant.wiring import Concord
    from connectors.plan_store import PlanStore


class TableState(BaseModel):
    """One canonical table."""

    name: str
    means: str
    rows: int | None


class Status(BaseModel):
    """What `concord status` shows."""

    company: str
    currency: str
    store: str
    workspace: str
    policy: str | None
    own_metrics: str | None
    data_version: str
    as_of: date
    partial_from: date | None
    tables: list[TableState]
    missing_tables: list[TableState]
    metrics: list[str]
    metrics_without_data: dict[str, str]
    model: str
    llm_sees: str | None
    warnings: list[str]

    def lines(self) -> list[str]:
        """As lines of text."""
        lines = [
            f"{self.company} ({self.currency})",
            f"  store         {self.store}",
            f"  workspace     {self.workspace}",
            f"  policy        {self.policy or 'none: a single local user sees all'}",
            *([f"  own metrics   {self.own_metrics}"] if self.own_metrics else []),
            f"  data version  {self.data_version}",
            f"  as of         {self.as_of}"
            + (f", partial from {self.partial_from}" if self.partial_from else ""),
            f"  model         {self.model}" + (f", sees {self.llm_sees}" if self.llm_sees else ""),
            "  tables",
        ]
        lines += [f"    {table.name:<24}{table.rows or 0:>12,} rows" for table in self.tables]
        if self.missing_tables:
            lines.append("  not loaded")
            lines += [f"    {table.name:<24}{table.means}" for table in self.missing_tables]
        if self.metrics_without_data:
            lines.append("  metrics without data, for want of")
            lines += [f"    {metric:<24}{why}" for metric, why in self.metrics_without_data.items()]
        lines += [f"  warning: {warning}" for warning in self.warnings]
        return lines


def status_of(together: Concord) -> Status:
    """Look at the store and say what is there."""
    warehouse = together.warehouse
    info = warehouse.info
    store = warehouse.for_person(LOCAL_USER)
    rows = {name: _rows(store, name) for name in TABLES if name in warehouse.columns}
    without = {m.id: why for m in together.registry if (why := _why_without_data(store, m, rows))}
    return Status(
        company=info.company,
        currency=info.currency,
        store=warehouse.where,
        workspace=together.places.workspace,
        policy=str(together.places.policy) if together.places.policy else None,
        own_metrics=str(together.places.metrics) if together.places.metrics else None,
        data_version=info.data_version,
        as_of=info.as_of,
        partial_from=info.partial_from,
        tables=[TableState(name=name, means=TABLES[name].means, rows=count) for name, count in rows.items()],
        missing_tables=[
            TableState(name=n, means=TABLES[n].means, rows=None) for n in TABLES if n not in warehouse.columns
        ],
        metrics=[metric.id for metric in together.registry if metric.id not in without],
        metrics_without_data=without,
        model=together.llm.model if together.llm else "embedded",
        llm_sees=together.llm.sees if together.llm else None,
        warnings=list(info.warnings),
    )


def _rows(store: PlanStore, name: str) -> int:
    table = store.table(name)
    return int(store.rows(table.aggregate(rows=table.count()))[0]["rows"])


def _why_without_data(store: PlanStore, metric: Metric, rows: Mapping[str, int | None]) -> str:
    """What a metric lacks here, in people's words; empty where it has data. No metric is computed for it."""
    fact = choose_fact(store, metric, MetricQuery(metrics=[metric.id]))
    missing = what_is_missing(store, metric, fact).rstrip(".")
    if missing:
        return missing.partition(" needs ")[2].partition(", which")[0] or missing
    return table_words(fact.tables[0]) + ", which is empty" if rows.get(fact.tables[0]) == 0 else ""
