"""What there is to ask about: metrics, dimensions, members, periods, versions, tables, help."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from connectors.dimensions import TIME
from connectors.periods import Period, month_end
from connectors.plan_store import PlanStore
from connectors.tables import TABLES
from tools.definition import Arguments, ToolContext
from tools.figures import Cell, Source, Table, TableColumn, ToolResult
from tools.metrics.cut import unknown_dimension
from tools.metrics.snapshots import plan_versions

MOST_MEMBERS = 200


class ListArguments(Arguments):
    """What to list."""

    what: Literal["help", "metrics", "dimensions", "members", "periods", "versions", "tables"] = Field(
        description="help: what can be asked; members needs a dimension."
    )
    dimension: str | None = Field(None, description="For members: whose members.")


def list_contents(context: ToolContext, arguments: ListArguments) -> ToolResult:
    """One table of what there is.

    Raises:
        UnknownName: There is no such dimension.
    """
    store = context.store
    if arguments.what == "members":
        title, columns, rows = _members(store, arguments.dimension)
    else:
        listed = {
            "help": _help,
            "metrics": _metrics,
            "dimensions": _dimensions,
            "periods": _periods,
            "versions": _versions,
            "tables": _tables,
        }
        title, columns, rows = listed[arguments.what](context)
    left_out = len(rows) - MOST_MEMBERS
    source = Source(
        id="S1",
        kind="definition",
        tool="list_catalog",
        arguments=arguments.model_dump(exclude_none=True),
        as_of=store.as_of,
    )
    table = Table(
        title=title,
        columns=[TableColumn(name=name) for name in columns],
        rows=rows[:MOST_MEMBERS],
        source="S1",
        left_out=f"{left_out:,} more; ask for one by name" if left_out > 0 else None,
    )
    details = {"type": "catalog", "what": arguments.what}
    return ToolResult(tables=[table], sources=[source], details=details)


Listed = tuple[str, list[str], list[list[Cell]]]


def _metrics(context: ToolContext) -> Listed:
    rows: list[list[Cell]] = [[m.id, m.title, m.unit, m.better.value, m.formula] for m in context.registry]
    return "Metrics", ["id", "title", "unit", "better", "formula"], rows


def _help(context: ToolContext) -> Listed:
    rows: list[list[Cell]] = [[m.title, m.formula] for m in context.registry]
    return "What can be asked", ["metric", "what it is"], rows


def _dimensions(context: ToolContext) -> Listed:
    store = context.store
    rows: list[list[Cell]] = [[name, len(store.members(name))] for name in store.dimensions]
    rows += [[name, None] for name in TIME]
    return "Dimensions", ["dimension", "members"], rows


def _members(store: PlanStore, dimension: str | None) -> Listed:
    if dimension not in store.dimensions:
        raise unknown_dimension(store, dimension or "")
    rows: list[list[Cell]] = [[m.name, m.id, m.hint] for m in store.members(dimension)]
    return f"Members of {dimension.replace('_', ' ')}", ["name", "id", "belongs to"], rows


def _periods(context: ToolContext) -> Listed:
    store = context.store
    rows: list[list[Cell]] = []
    for name, column in (
        ("order_lines", "ordered_on"),
        ("demand_history", "period"),
        ("demand_plan", "period"),
        ("inventory", "period"),
        ("financials", "period"),
    ):
        if store.has(name, column):
            months = store.months_loaded(name, column)
            if months:
                rows.append([TABLES[name].means, Period(months[0], month_end(months[-1])).label])
    return "Periods", ["what", "loaded"], rows


def _versions(context: ToolContext) -> Listed:
    store = context.store
    rows: list[list[Cell]] = []
    if store.has("demand_plan"):
        rows += [["demand plan", version] for version in plan_versions(store)]
    if store.has("supply_plan"):
        plan = store.table("supply_plan")
        found = store.rows(plan.select("version").distinct().order_by("version"))
        rows += [["supply plan", row["version"]] for row in found]
    return "Plan versions", ["plan", "version"], rows


def _tables(context: ToolContext) -> Listed:
    store = context.store
    rows: list[list[Cell]] = [[name, TABLES[name].means] for name in TABLES if store.has(name)]
    return "Tables", ["table", "what it tells"], rows
