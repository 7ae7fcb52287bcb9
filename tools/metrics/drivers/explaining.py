"""From two sides to bridges: which ones a metric has, and which comes first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.errors import UnknownName
from tools.metrics.definitions import SumOfRatios
from tools.metrics.drivers import service_split
from tools.metrics.drivers.additive import component_steps, member_steps
from tools.metrics.drivers.members import EffectsByDimension, MemberEffects
from tools.metrics.drivers.money_items import NAME as MONEY_NAME
from tools.metrics.drivers.money_items import MoneyBridge, has_items, money_bridge
from tools.metrics.drivers.parts import MemberId
from tools.metrics.drivers.sides import Sides
from tools.metrics.drivers.steps import Bridge, Step, gathered
from tools.metrics.member_names import MemberNames

_NO_MEMBERS = ("version", "lag")


@dataclass(frozen=True)
class Explained:
    """What is known about a change.

    Attributes:
        bridges: Exact bridges, the one that tells most first; empty where there is none.
        members: What the members of the dimension that it is split by did.
        money: Volume, mix and price, for revenue and standard margin.
        is_chosen: Whether the dimension was chosen here, not asked for.
        alternatives: Other dimensions that it can be split by, the most telling first.
    """

    sides: Sides
    bridges: tuple[Bridge, ...]
    members: MemberEffects | None
    money: MoneyBridge | None
    is_chosen: bool
    alternatives: tuple[str, ...]

    @property
    def before(self) -> float | None:
        """The value of the other side."""
        total = self.sides.before.whole.total
        return total.value if total else None

    @property
    def after(self) -> float | None:
        """The value of this side."""
        total = self.sides.after.whole.total
        return total.value if total else None

    @property
    def change(self) -> float | None:
        """After less before; None where one of them has no value."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def direction(self) -> str:
        """`rose`, `fell` or `unchanged`; `unknown` where a side has no value."""
        if self.change is None or self.before is None or self.after is None:
            return "unknown"
        if math.isclose(self.after, self.before, rel_tol=1e-12, abs_tol=1e-12):
            return "unchanged"
        return "rose" if self.change > 0 else "fell"


def explain(sides: Sides, by: str | None, names: MemberNames, effects: EffectsByDimension) -> Explained:
    """The bridges of a change.

    Args:
        sides: Both sides.
        by: The dimension asked for; None takes the one in which few members explain most.
        names: Names of members.
        effects: What the members of each dimension did.

    Raises:
        UnknownName: The metric cannot be cut by the dimension asked for.
    """
    members, alternatives = _chosen(effects, by)
    money = money_bridge(sides, members.dimension if members else None) if has_items(sides) else None
    found = Explained(sides, (), members, money, by is None, alternatives)
    if found.before is None or found.after is None:
        return found
    named = [*_by_member(members, names), *_by_what_failed(sides), *_by_component(sides)]
    by_money = [(MONEY_NAME, money.steps())] if money else []
    ordered = [*by_money, *named] if by is None else [*named, *by_money]
    bridges = tuple(_bridge(found, name, steps) for name, steps in ordered)
    return Explained(sides, bridges, members, money, by is None, alternatives)


def _chosen(effects: EffectsByDimension, by: str | None) -> tuple[MemberEffects | None, tuple[str, ...]]:
    if by in _NO_MEMBERS:
        raise UnknownName(f"A change is not split by {by}. Ask for it with the other {by} as the other side.")
    if by is not None:
        return effects.of(by), tuple(d for d in effects.natural if d != by)
    telling = effects.telling()
    if telling:
        return telling[0], tuple(e.dimension for e in telling[1:])
    first = effects.first()
    return first, tuple(d for d in effects.natural if first is not None and d != first.dimension)


Named = tuple[str, Sequence[Step]]


def _bridge(found: Explained, by: str, steps: Sequence[Step]) -> Bridge:
    """The bridge, with what is done to the metric after its sums (a target taken off) as a step."""
    before, after = found.before or 0.0, found.after or 0.0
    if found.sides.metric.adjusted is not None:
        rest = after - before - math.fsum(step.amount for step in steps)
        steps = (*steps, Step("target", rest, "target"))
    return Bridge(by, before, after, tuple(steps))


def _by_member(members: MemberEffects | None, names: MemberNames) -> list[Named]:
    if members is None or members.changes is None:
        return []
    dimension = members.dimension
    shown = {member: shown_name(names, dimension, member) for member in members.changes}
    if members.rates is None:
        steps = gathered(member_steps(members.changes, dimension, shown))
        return [(dimension, steps)]
    rates = [
        Step(f"rate in {shown[member]}", effect.rate, "rate", dimension, member, is_member=True)
        for member, effect in members.rates.items()
    ]
    mix = math.fsum(effect.mix for effect in members.rates.values())
    return [(dimension, (*gathered(rates, "rate in others"), Step("mix", mix, "mix")))]


def _by_what_failed(sides: Sides) -> list[Named]:
    """OTIF by late, short or both."""
    totals = sides.before.whole.total, sides.after.whole.total
    is_split = all(service_split.is_split_by_failure(side.metric) for side in (sides.before, sides.after))
    if not is_split or totals[0] is None or totals[1] is None:
        return []
    return [(service_split.NAME, service_split.failure_steps(totals[0].sums, totals[1].sums))]


def _by_component(sides: Sides) -> list[Named]:
    """A sum of ratios by its ratios."""
    value, totals = sides.metric.value, (sides.before.whole.total, sides.after.whole.total)
    if not isinstance(value, SumOfRatios) or sides.before.metric.value != value:
        return []
    if totals[0] is None or totals[1] is None:
        return []
    return [("component", gathered(component_steps(value, totals[0].sums, totals[1].sums)))]


def shown_name(names: MemberNames, dimension: str, member: MemberId) -> str:
    """A member as steps name it; accounts and reasons without underscores."""
    name = names.name(dimension, member)
    return name.replace("_", " ") if dimension in ("account", "cancel_reason") else name
