"""The rules that rows of canonical tables must keep, each as a question: which rows break it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from connectors.loading.staging import ROW
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
        shown: Columns that an example shows.
        broken: Whether a row breaks it, for a rule that a row keeps or breaks by itself.
        lost: The rows that break it, for a rule that looks further: the shown columns, the number of the
            row, and how many rows it stands for.
        grouped: Whether one found row stands for all rows of one value.
    """

    name: str
    columns: tuple[str, ...]
    problem: str
    shown: tuple[str, ...]
    broken: Callable[[ir.Table], ir.BooleanValue] | None = None
    lost: Callable[[ir.Table], ir.Table] | None = None
    grouped: bool = False

    def faulty(self, rows: ir.Table) -> ir.Table:
        """The rows that break it, as `lost` describes them."""
        if self.broken is None:
            assert self.lost is not None
            return self.lost(rows)
        wrong = rows.filter(self.broken(rows))
        if not self.grouped:
            return wrong.select(*self.shown, ROW, **{HOW_OFTEN: ibis.literal(1)})
        return wrong.group_by(list(self.shown)).aggregate(**{HOW_OFTEN: wrong.count(), ROW: wrong[ROW].min()})


def rules_of(
    table: CanonicalTable, tables: Mapping[str, ir.Table], broken: Collection[str] = ()
) -> list[Rule]:
    """The rules of a table beyond its types, for the columns that it has."""
    present = set(tables[table.name].columns)
    rules = [_key_rule(table)] if table.key else []
    for column in table.columns:
        if column.name in present:
            rules += _column_rules(table, column)
        if column.name in present and column.references is not None and column.references not in broken:
            rules.append(_reference_rule(table, column, tables))
    for low, high, problem in _ORDERED.get(table.name, []):
        if {low, high} <= present:
            rules.append(_order_rule(low, high, problem))
    if table.name == "targets" and {"dimension", "member_id"} <= present and not broken:
        rules.append(_member_rule(tables))
    return rules


def _column_rules(table: CanonicalTable, column: Column) -> list[Rule]:
    """The rules that a single value keeps or breaks."""
    name = column.name
    rules: list[Rule] = []
    if column.required:
        key = tuple(one for one in table.key if one != name) or (name,)
        rules.append(Rule(f"{name} required", (name,), f"no {column.means}", key, lambda t: t[name].isnull()))
    if column.values:
        allowed = list(column.values)
        problem = f"not one of {', '.join(allowed)}"
        rules.append(
            Rule(f"{name} values", (name,), problem, (name,), lambda t: ~t[name].isin(allowed), grouped=True)
        )
    if column.minimum is not None:
        least = column.minimum
        rules.append(Rule(f"{name} minimum", (name,), f"below {least:g}", (name,), lambda t: t[name] < least))
    if column.maximum is not None:
        most = column.maximum
        rules.append(Rule(f"{name} maximum", (name,), f"above {most:g}", (name,), lambda t: t[name] > most))
    if column.kind is Kind.PERIOD:
        problem = f"a {column.means} is the first day of a month (month_start(…) makes it so)"
        rules.append(Rule(f"{name} first day", (name,), problem, (name,), lambda t: t[name].day() != 1))
    return rules


def _key_rule(table: CanonicalTable) -> Rule:
    key = list(table.key)

    def faulty(rows: ir.Table) -> ir.Table:
        counted = rows.group_by(key).aggregate(
            **{HOW_OFTEN: rows.count() - 1, ROW: rows[ROW].min(), OTHER_ROW: rows[ROW].max()}
        )
        return counted.filter(counted[HOW_OFTEN] > 0)

    return Rule("key", table.key, "the key stands more than once", table.key, lost=faulty)


def _reference_rule(table: CanonicalTable, column: Column, tables: Mapping[str, ir.Table]) -> Rule:
    name, other = column.name, column.references or ""
    target = tables.get(other)
    if target is None:
        problem = f"points to {other}, which is not loaded: map {other}, or leave {name} out"
        return Rule(f"{name} reference", (name,), problem, (name,), lambda t: t[name].notnull(), grouped=True)
    key = f"{other.removesuffix('s')}_id"

    def orphans(rows: ir.Table) -> ir.Table:
        found = target if other != table.name else rows
        known = found.select(_known=found[key]).filter(lambda t: t["_known"].notnull())
        lost = rows.filter(rows[name].notnull()).anti_join(known, [(name, "_known")])
        return lost.group_by(name).aggregate(**{HOW_OFTEN: lost.count(), ROW: lost[ROW].min()})

    problem = f"not found in {other}"
    return Rule(f"{name} reference", (name,), problem, (name,), lost=orphans, grouped=True)


def _order_rule(low: str, high: str, problem: str) -> Rule:
    return Rule(f"{low} {high}", (low, high), problem, (low, high), lambda t: t[low] > t[high])


def _member_rule(tables: Mapping[str, ir.Table]) -> Rule:
    def faulty(rows: ir.Table) -> ir.Table:
        lost = [_lost_members(rows, tables, dimension) for dimension in _MEMBERS]
        return ibis.union(*lost)

    shown = ("dimension", "member_id")
    return Rule("members", shown, "there is no such member", shown, lost=faulty)


def _lost_members(rows: ir.Table, tables: Mapping[str, ir.Table], dimension: str) -> ir.Table:
    table, column = _MEMBERS[dimension]
    asked = rows.filter((rows["dimension"] == dimension) & rows["member_id"].notnull())
    members = tables.get(table)
    if members is not None and column in members.columns:
        known = members.select(_known=members[column]).filter(lambda t: t["_known"].notnull()).distinct()
        asked = asked.anti_join(known, [("member_id", "_known")])
    return asked.select("dimension", "member_id", ROW, **{HOW_OFTEN: ibis.literal(1)})
