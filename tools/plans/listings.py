"""Plans that are shown row by row: promotions, transitions, supplier limits, commitments, prices."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from connectors.errors import OutOfRange
from connectors.periods import Period, month_end, next_months
from connectors.plan_store import PlanStore
from connectors.tables import TABLES, Kind
from connectors.warehouse import Row
from tools.figures import Cell, Figure, PeriodRef, Source, Table, TableColumn, ToolResult
from tools.formatting import format_value
from tools.metrics.cut import MemberChoice, find_members
from tools.metrics.member_names import MemberNames
from tools.metrics.query import MemberFilter, PeriodArgument
from tools.plans.plan_metrics import LISTINGS, Listing

MOST_ROWS = 200

_DIMENSION_OF = {
    "product_id": "product",
    "old_product_id": "product",
    "new_product_id": "product",
    "market_id": "market",
    "site_id": "site",
    "supplier_id": "supplier",
}


def list_rows(
    store: PlanStore, plan: str, period: PeriodArgument | None, filters: list[MemberFilter]
) -> ToolResult:
    """The rows of a listed plan that hold within a window, with a figure for each measure.

    Raises:
        OutOfRange: There are none.
        NotPermitted: The figures of its rows are kept from this person.
    """
    listing = LISTINGS[plan]
    table = store.require(plan, *listing.measures)
    window, said = _window(store, listing, period)
    rows = table.filter(
        table[listing.starts] <= ibis.literal(window.end), table[listing.ends] >= ibis.literal(window.start)
    )
    for wanted in filters:
        choice = find_members(store, wanted)
        kept = _is_chosen(store, plan, rows, choice)
        rows = rows.filter(~kept if choice.exclude else kept)
    found = store.rows(rows.order_by(*dict.fromkeys((listing.starts, *TABLES[plan].key))))
    if not found:
        raise OutOfRange(f"There are no {plan.replace('_', ' ')} in {window.label}.")
    result = _result(store, listing, window, found, said)
    result.sources[0].arguments["filters"] = [wanted.model_dump(mode="json") for wanted in filters]
    return result


def _is_chosen(store: PlanStore, plan: str, rows: ir.Table, choice: MemberChoice) -> ir.BooleanValue:
    """Whether a row is of the members: of the products of a family, the markets of a region.

    Raises:
        OutOfRange: The plan has nothing to do with that dimension.
    """
    found = store.dimensions.get(choice.dimension)
    of_table = {column for column, name in _DIMENSION_OF.items() if found and found.via == f"{name}_id"}
    columns = [column for column in rows.columns if column in of_table]
    if found is None or not columns:
        words = choice.dimension.replace("_", " ")
        raise OutOfRange(f"The {plan.replace('_', ' ')} cannot be filtered by {words}.")
    listed = store.table(found.table)
    members = listed.filter(listed[found.id_column].isin([i for i in choice.ids if i is not None]))
    return ibis.or_(*(rows[column].isin(members[found.via]) for column in columns))


def _window(store: PlanStore, listing: Listing, period: PeriodArgument | None) -> tuple[Period, list[str]]:
    if period is None:
        window = next_months(store.as_of, 3)
        return window, [f"no period asked: the next three months, {window.label}"]
    first, last = (store.time_span(listing.plan, column) for column in (listing.starts, listing.ends))
    if first is None or last is None:
        raise OutOfRange(f"There are no {listing.plan.replace('_', ' ')}.")
    start, end = period.start or first.start, period.end or last.end
    if end < start:
        raise OutOfRange(f"There are no {listing.plan.replace('_', ' ')} in that period.")
    return Period(start, end, "" if period.start or period.end else "all time"), []


def _result(
    store: PlanStore, listing: Listing, window: Period, found: list[Row], said: list[str]
) -> ToolResult:
    plan, names = listing.plan, MemberNames(store)
    columns = [c for c in found[0] if c not in TABLES[plan].key or c in _DIMENSION_OF or c == "period"]
    source = Source(
        id="S1",
        kind="calculation",
        tool="query_plan",
        arguments={
            "plan": plan,
            "period": {"start": window.start.isoformat(), "end": window.end.isoformat()},
        },
        definition=f"rows of {TABLES[plan].means} that hold in {window.label}",
        tables=[plan],
        rows=len(found),
        as_of=store.as_of,
    )
    shown = found[:MOST_ROWS]
    left_out = len(found) - len(shown)
    table = Table(
        title=f"{plan.replace('_', ' ').capitalize()}, {window.label}",
        columns=[TableColumn(name=_title(c), unit=listing.measures.get(c)) for c in columns],
        rows=[[_cell(names, plan, c, row[c]) for c in columns] for row in shown],
        source="S1",
        left_out=f"{left_out:,} more rows; filter to see them" if left_out else None,
    )
    figures = [
        _figure(store, names, listing, row, measure)
        for row in shown
        for measure in listing.measures
        if measure in row
    ]
    for number, figure in enumerate(figures, start=1):
        figure.id = f"F{number}"
    return ToolResult(figures=figures, tables=[table], sources=[source], assumptions=said)


def _title(column: str) -> str:
    dimension = _DIMENSION_OF.get(column)
    if dimension and column == f"{dimension}_id":
        return dimension
    return column.removesuffix("_id").replace("_", " ")


def _cell(names: MemberNames, plan: str, column: str, value: object) -> Cell:
    if isinstance(value, date):
        column_kind = TABLES[plan].column(column)
        is_period = column_kind is not None and column_kind.kind is Kind.PERIOD
        return f"{value:%Y-%m}" if is_period else value.isoformat()
    if column in _DIMENSION_OF and isinstance(value, str):
        return names.name(_DIMENSION_OF[column], value)
    return value if isinstance(value, (str, int, float)) else None


def _figure(store: PlanStore, names: MemberNames, listing: Listing, row: Row, measure: str) -> Figure:
    plan, unit = listing.plan, listing.measures[measure]
    start, end = row[listing.starts], row[listing.ends]
    period = Period(start, month_end(end) if listing.ends == "period" else end)
    ids = {_DIMENSION_OF[c]: row[c] for c in row if c in _DIMENSION_OF and row[c] is not None}
    group = {dimension: names.name(dimension, member) for dimension, member in ids.items()}
    if listing.name_column:
        key = listing.name_column.removesuffix("_name")
        group[key], ids[key] = row[listing.name_column], row[TABLES[plan].key[0]]
    column = TABLES[plan].column(measure)
    return Figure(
        id="",
        metric=f"{plan}.{measure}",
        title=column.means if column else measure,
        value=row[measure],
        unit=unit,
        formatted=format_value(row[measure], unit, store.info.currency, signed=measure == "expected_uplift"),
        group=group,
        group_ids=ids,
        period=PeriodRef(start=period.start, end=period.end, label=period.label),
        reason=None if row[measure] is not None else "it is not known",
        source="S1",
    )
