"""The table of members: their own values on both sides, and what each did to the change."""

from __future__ import annotations

from tools.figures import Cell, Figure, Table, TableColumn, Unit
from tools.metrics.drivers.explaining import Explained
from tools.metrics.drivers.members import MemberEffects
from tools.metrics.drivers.parts import MemberId
from tools.metrics.member_names import MemberNames

MOST_ROWS = 50


def member_table(explained: Explained, names: MemberNames, headline: Figure) -> Table:
    """One row a member, those that did most first.

    For ratios with weight (its part of what is divided by), rate and mix effect; for revenue and margin with
    volume, mix and price; where members do not add up to the whole, with their own difference alone.
    """
    members, sides = explained.members, explained.sides
    assert members is not None
    unit = headline.unit
    of_change: Unit = "points" if unit == "ratio" else unit
    extra = _extra(explained, members, of_change)
    columns = [
        TableColumn(name=members.dimension),
        TableColumn(name=sides.label_before.removeprefix("the "), unit=unit),
        TableColumn(name=sides.label_after.removeprefix("the "), unit=unit),
        *extra,
    ]
    leading = members.leading
    order = [*leading, *(member for member in members.values if member not in set(leading))]
    rows: list[list[Cell]] = []
    for member in order[:MOST_ROWS]:
        value = members.values[member]
        name = names.name(members.dimension, member)
        rows.append([name, value.before, value.after, *_cells(explained, members, member)])
    hidden = len(order) - len(rows)
    by = members.dimension.replace("_", " ")
    return Table(
        title=f"{headline.title} by {by}, before and after",
        columns=columns,
        rows=rows,
        source=headline.source,
        left_out=f"{hidden:,} more rows, which changed less; filter to see them" if hidden > 0 else None,
    )


def _extra(explained: Explained, members: MemberEffects, unit: Unit) -> list[TableColumn]:
    if members.rates is not None:
        weights = [TableColumn(name=f"weight {side}", unit="ratio") for side in ("before", "after")]
        return [*weights, *(TableColumn(name=name, unit=unit) for name in ("rate", "mix", "together"))]
    if members.changes is None:
        return [TableColumn(name="difference", unit=unit)]
    share = TableColumn(name="share of the change", unit="ratio")
    money, names = explained.money, list[str]()
    if money and money.by_member:
        names = ["volume", "mix", "price"] if money.has_volume else ["volume and mix", "price"]
    return [*(TableColumn(name=name, unit=unit) for name in (*names, "change")), share]


def _cells(explained: Explained, members: MemberEffects, member: MemberId) -> list[Cell]:
    if members.rates is not None:
        effect = members.rates[member]
        return [effect.weight_before, effect.weight_after, effect.rate, effect.mix, effect.together]
    if members.changes is None:
        return [members.values[member].difference]
    change, whole = members.changes[member], explained.change
    share = change / whole if whole else None
    money = explained.money
    if money is None or not money.by_member:
        return [change, share]
    done = money.by_member.get(member)
    parts: list[Cell] = [None, None, None]
    if done is not None:
        parts = [done.volume, done.mix, done.price]
    return [*(parts if money.has_volume else parts[1:]), change, share]
