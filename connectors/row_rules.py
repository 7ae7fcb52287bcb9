"""The rules that rows of canonical tables must keep, each as a question: which rows break it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from connectors.staging import ROW
from connectors.tables import CanonicalTable, Column, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir

HOW_OFTEN = "_how_often"
OTHER_ROW = "_other_row"

ENGINE_TYPES: dict[Kind, str] = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.DATE: "date",
    Kind.PERIOD: "date",
}
# Dimension of a target: the table and the column that its members stand in.
_MEMBERS = {
    "product": ("products", "product_id"),
    "family": ("products", "family"),
    "business_unit": ("products", "business_unit"),
    "market": ("markets", "market_id"),
    "region": ("markets", "region"),
    "channel": ("markets", "channel"),
    "customer": ("customers", "customer_id"),
    "site": ("sites", "site_id"),
    "site_region": ("sites", "site_region"),
    "supplier": ("suppliers", "supplier_id"),
    "resource": ("resources", "resource_id"),
}
# Table: pairs of columns of which the first must not be above the second, and what to say.
_ORDERED = {
    "calendar": [("starts_on", "ends_on", "ends before it starts")],
    "promotions": [("starts_on", "ends_on", "ends before it starts")],
    "transitions": [("starts_on", "ends_on", "ends before it starts")],
    "order_lines": [("cancelled_units", "ordered_units", "more units cancelled than ordered")],
    "demand_plan": [("units_p10", "units_p90", "the low end of the range is above the high end")],
}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: Unlike that of any other rule of the table.
        columns: The columns that it is about.
        problem: What to tell where it is broken.
        faulty: The rows that break it: the shown columns, their number, and how often they stand for.
        shown: Columns that an example shows.
        grouped: Whether one row of `faulty` stands for all rows of one value.
    """

    name: str
    columns: tuple[str, ...]
    problem: str
    faulty: Callable[[ir.Table], ir.Table]
    shown: tuple[str, ...]
    grouped: bool = False


def rules_of(
    table: CanonicalTable, tables: Mapping[str, ir.Table], broken: Collection[str] = ()
) -> list[Rule]:
    """The rules of a table beyond types and nulls, for the columns that it has."""
    present = set(tables[table.name].columns)
    rules = [_key_rule(table)] if table.key else []
    for column in table.columns:
        if column.name in present:
            rules += _column_rules(column)
        if column.name in present and column.references is not None and column.references not in broken:
            rules.append(_reference_rule(table, column, tables))
    for low, high, problem in _ORDERED.get(table.name, []):
        if {low, high} <= present:
            rules.append(_order_rule(low, high, problem))
    if table.name == "targets" and {"dimension", "member_id"} <= present and not broken:
        rules.append(_member_rule(tables))
    return rules


def required_rule(table: CanonicalTable, name: str) -> Rule:
    """A column that must not be null, told by the key of the row."""
    column = table.column(name)
    means = column.means if column else name
    shown = tuple(key for key in table.key if key != name) or (name,)
    return Rule(f"{name} required", (name,), f"no {means}", _where(shown, lambda t: t[name].isnull()), shown)


def _column_rules(column: Column) -> list[Rule]:
    name = column.name
    rules: list[Rule] = []
    if column.values:
        allowed = list(column.values)
        problem = f"not one of {', '.join(allowed)}"
        faulty = _by_value(name, lambda t: t[name].notnull() & ~t[name].isin(allowed))
        rules.append(Rule(f"{name} values", (name,), problem, faulty, (name,), grouped=True))
    if column.minimum is not None:
        least = column.minimum
        faulty = _where((name,), lambda t: t[name] < least)
        rules.append(Rule(f"{name} minimum", (name,), f"below {least:g}", faulty, (name,)))
    if column.maximum is not None:
        most = column.maximum
        faulty = _where((name,), lambda t: t[name] > most)
        rules.append(Rule(f"{name} maximum", (name,), f"above {most:g}", faulty, (name,)))
    if column.kind is Kind.PERIOD:
        faulty = _where((name,), lambda t: t[name].day() != 1)
        problem = f"a {column.means} is the first day of a month (month_start(…) makes it so)"
        rules.append(Rule(f"{name} first day", (name,), problem, faulty, (name,)))
    return rules


def _key_rule(table: CanonicalTable) -> Rule:
    key = list(table.key)

    def faulty(rows: ir.Table) -> ir.Table:
        counted = rows.group_by(key).aggregate(
            **{HOW_OFTEN: rows.count() - 1, ROW: rows[ROW].min(), OTHER_ROW: rows[ROW].max()}
        )
        return counted.filter(counted[HOW_OFTEN] > 0)

    return Rule("key", table.key, "the key stands more than once", faulty, table.key)


def _reference_rule(table: CanonicalTable, column: Column, tables: Mapping[str, ir.Table]) -> Rule:
    name, other = column.name, column.references or ""
    target = tables.get(other)
    if target is None:
        problem = f"points to {other}, which is not loaded: map {other}, or leave {name} out"
        faulty = _by_value(name, lambda t: t[name].notnull())
        return Rule(f"{name} reference", (name,), problem, faulty, (name,), grouped=True)
    key = f"{other.removesuffix('s')}_id"

    def orphans(rows: ir.Table) -> ir.Table:
        found = target if other != table.name else rows
        known = found.select(_known=found[key]).filter(lambda t: t["_known"].notnull())
        lost = rows.filter(rows[name].notnull()).anti_join(known, [(name, "_known")])
        return lost.group_by(name).aggregate(**{HOW_OFTEN: lost.count(), ROW: lost[ROW].min()})

    problem = f"not found in {other}"
    return Rule(f"{name} reference", (name,), problem, orphans, (name,), grouped=True)


def _order_rule(low: str, high: str, problem: str) -> Rule:
    faulty = _where((low, high), lambda t: t[low] > t[high])
    return Rule(f"{low} {high}", (low, high), problem, faulty, (low, high))


def _member_rule(tables: Mapping[str, ir.Table]) -> Rule:
    def faulty(rows: ir.Table) -> ir.Table:
        lost = [_lost_members(rows, tables, dimension) for dimension in _MEMBERS]
        return ibis.union(*lost)

    shown = ("dimension", "member_id")
    return Rule("members", shown, "there is no such member", faulty, shown)


def _lost_members(rows: ir.Table, tables: Mapping[str, ir.Table], dimension: str) -> ir.Table:
    table, column = _MEMBERS[dimension]
    asked = rows.filter((rows["dimension"] == dimension) & rows["member_id"].notnull())
    members = tables.get(table)
    if members is not None and column in members.columns:
        known = members.select(_known=members[column]).filter(lambda t: t["_known"].notnull()).distinct()
        asked = asked.anti_join(known, [("member_id", "_known")])
    return asked.select("dimension", "member_id", ROW, **{HOW_OFTEN: ibis.literal(1)})


def _where(
    shown: tuple[str, ...], broken: Callable[[ir.Table], ir.BooleanValue]
) -> Callable[[ir.Table], ir.Table]:
    return lambda rows: rows.filter(broken(rows)).select(*shown, ROW, **{HOW_OFTEN: ibis.literal(1)})


def _by_value(name: str, broken: Callable[[ir.Table], ir.BooleanValue]) -> Callable[[ir.Table], ir.Table]:
    def faulty(rows: ir.Table) -> ir.Table:
        wrong = rows.filter(broken(rows))
        return wrong.group_by(name).aggregate(**{HOW_OFTEN: wrong.count(), ROW: wrong[ROW].min()})

    return faulty
