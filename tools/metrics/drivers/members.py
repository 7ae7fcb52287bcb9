"""What the members of a dimension did to a change, for any kind of metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.metrics.definitions import Metric, Sums, Value
from tools.metrics.drivers.additive import member_changes, signed_ratios
from tools.metrics.drivers.choosing import NATURAL, most_telling
from tools.metrics.drivers.parts import MemberId, Part, adds_up, part_of, sums_by_member
from tools.metrics.drivers.rates import RateEffect, rate_effects
from tools.metrics.drivers.sides import Sides
from tools.metrics.engine import Computed

_OF_PRODUCTS = ("family", "product", "business_unit")
_AT_ONCE = (("region", "market", "channel"), _OF_PRODUCTS, ("customer", "site", "site_region"))
"""Dimensions that are computed in one query: of one table, or of members that mostly belong together."""


@dataclass(frozen=True)
class MemberValue:
    """A member's own value on either side; None where it has none."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """How far they are apart."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class MemberEffects:
    """What each member of one dimension did.

    Attributes:
        values: Each member's own value on either side.
        changes: What each added to the change of the whole; they sum to it. None where they do not add up.
        rates: For ratios, how that is made of rate and mix.
    """

    dimension: str
    values: Mapping[MemberId, MemberValue]
    changes: Mapping[MemberId, float] | None
    rates: Mapping[MemberId, RateEffect] | None = None

    @property
    def leading(self) -> list[MemberId]:
        """Members by the size of what they did, the largest first; those that did nothing left out."""
        sizes = self.changes
        if sizes is None:
            sizes = {member: value.difference or 0.0 for member, value in self.values.items()}
        return [m for m in sorted(sizes, key=lambda member: -abs(sizes[member])) if sizes[m]]


class EffectsByDimension:
    """The effects of members by dimension, each computed once."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._found: dict[str, MemberEffects] = {}

    def of(self, dimension: str) -> MemberEffects:
        """The effects of the members of one dimension.

        Raises:
            UnknownName: The metric cannot be cut by it.
        """
        if dimension not in self._found:
            self._compute([d for d in self._with(dimension) if d == dimension or self.reaches(d)])
        return self._found[dimension]

    def reaches(self, dimension: str) -> bool:
        """Whether both sides can be cut by a dimension without reading other rows."""
        return all(side.reads_the_same_by(dimension) for side in (self._sides.before, self._sides.after))

    @property
    def natural(self) -> list[str]:
        """The dimensions that are tried when none is asked for.

        An order touches products of several families, so whole orders are not split by what is sold; and a
        rate is not split by account, where all of it would lie in the costs.
        """
        whole = self._sides.after.whole
        skipped = set(_OF_PRODUCTS) if whole.fact.distinct_on else set[str]()
        skipped |= {"account"} if whole.metric.value.denominators else set()
        return [d for d in NATURAL if d not in skipped and self.reaches(d)]

    def telling(self) -> list[MemberEffects]:
        """The natural dimensions of several members that add up to the change, the most telling first."""
        if not can_add_up(self._sides.before.metric) or not can_add_up(self._sides.after.metric):
            return []
        found = [self.of(dimension) for dimension in self.natural]
        kept = {e.dimension: list(e.changes.values()) for e in found if e.changes and len(e.values) > 1}
        return [self._found[dimension] for dimension in most_telling(kept)]

    def first(self) -> MemberEffects | None:
        """The first natural dimension that has several members here."""
        return next((e for d in self.natural if len((e := self.of(d)).values) > 1), None)

    def _with(self, dimension: str) -> Sequence[str]:
        """The dimensions that one query serves together with one: only where groups may be added up."""
        if dimension == self._sides.by:
            return (dimension,)
        for side in (self._sides.before, self._sides.after):
            fact = side.whole.fact
            is_summed_further = fact.finish is not None and (
                fact.sums_to is not None or bool(side.query.error_level)
            )
            if is_summed_further or side.metric.adjusted is not None:
                return (dimension,)
        return next((group for group in _AT_ONCE if dimension in group), (dimension,))

    def _compute(self, dimensions: Sequence[str]) -> None:
        before, after = self._sides.cut(dimensions)
        if len(dimensions) > 1 and not (_is_disjoint(before) and _is_disjoint(after)):
            for dimension in dimensions:
                self._compute([dimension])
            return
        for place, dimension in enumerate(dimensions):
            earlier = _Cut(before, dimension, sums_by_member(before.groups, place))
            later = _Cut(after, dimension, sums_by_member(after.groups, place))
            self._found[dimension] = _effects(earlier, later)


def can_add_up(metric: Metric) -> bool:
    """Whether a value is made of sums and plain ratios of sums, to which members can add up."""
    return all(not value.root and not value.times for _, value in signed_ratios(metric.value))


def _is_disjoint(computed: Computed) -> bool:
    """Whether no order counts in two of the groups, so that they may be added up to coarser ones."""
    value, total = computed.metric.value, computed.total
    if computed.fact.distinct_on is None or not isinstance(value, Value) or total is None:
        return True
    parts: dict[MemberId, Part] = {
        str(place): part_of(value, group.sums) for place, group in enumerate(computed.groups)
    }
    return adds_up(parts, part_of(value, total.sums))


@dataclass(frozen=True)
class _Cut:
    """One side by one dimension."""

    computed: Computed
    dimension: str
    sums: Mapping[MemberId, Sums]

    def value(self, member: MemberId) -> float | None:
        metric = self.computed.metric
        if metric.adjusted is not None:
            return next((group.value for group in self.computed.groups if group.key == (member,)), None)
        return metric.value.of(self.sums[member]) if member in self.sums else None

    def holds(self, member: MemberId) -> bool:
        """Whether the member has anything of the metric here: an account that it does not read has not."""
        sums = self.sums.get(member, {})
        return any(sums.get(measure) for measure in self.computed.metric.value.measures)

    def parts(self, value: Value) -> dict[MemberId, Part] | None:
        """The parts of the members of one sum or ratio; None where they do not make up the whole.

        Where the denominator is not split over the members, their values are the parts.
        """
        total = self.computed.total
        if total is None or value.root or value.times or (whole := value.of(total.sums)) is None:
            return None
        if not self.is_shared:
            found = {member: part_of(value, sums) for member, sums in self.sums.items()}
            return found if adds_up(found, part_of(value, total.sums)) else None
        found = {member: Part(value.of(sums) or 0.0) for member, sums in self.sums.items()}
        return found if adds_up(found, Part(whole)) else None

    @property
    def is_shared(self) -> bool:
        """Whether the denominator is that of all members."""
        return self.dimension in self.computed.fact.shared_over


def _effects(before: _Cut, after: _Cut) -> MemberEffects:
    members = [m for m in dict.fromkeys((*after.sums, *before.sums)) if before.holds(m) or after.holds(m)]
    values = {member: MemberValue(before.value(member), after.value(member)) for member in members}
    pairs = zip(*(signed_ratios(cut.computed.metric.value) for cut in (before, after)), strict=False)
    done = [(sign, _done(before, after, old, new)) for (_, old), (sign, new) in pairs]
    if not _same_form(before, after) or any(one is None for _, one in done):
        return MemberEffects(after.dimension, values, None)
    known = [(sign, one) for sign, one in done if one is not None]
    changes = {m: sum(sign * one.changes[m] for sign, one in known) for m in members}
    rates = known[0][1].rates if len(known) == 1 else None
    return MemberEffects(after.dimension, values, changes, {m: rates[m] for m in members} if rates else None)


@dataclass(frozen=True)
class _Done:
    """What the members did to one sum or ratio; `rates` for ratios."""

    changes: Mapping[MemberId, float]
    rates: Mapping[MemberId, RateEffect] | None = None


def _done(before: _Cut, after: _Cut, old: Value, new: Value) -> _Done | None:
    earlier, later = before.parts(old), after.parts(new)
    if earlier is None or later is None:
        return None
    if new.denominator is None or after.is_shared:
        return _Done(member_changes(earlier, later))
    rates = rate_effects(earlier, later, one_minus=new.one_minus)
    return _Done({member: effect.together for member, effect in rates.items()}, rates)


def _same_form(before: _Cut, after: _Cut) -> bool:
    """Whether both sides are formed the same way: a sum, a ratio, one less a ratio, several ratios."""

    def form(cut: _Cut) -> list[tuple[int, bool, bool]]:
        ratios = signed_ratios(cut.computed.metric.value)
        return [(sign, value.denominator is None, value.one_minus) for sign, value in ratios]

    return form(before) == form(after) and before.is_shared == after.is_shared
