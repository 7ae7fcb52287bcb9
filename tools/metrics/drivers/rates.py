"""Bridges of pooled ratios: the rate effect and the mix effect of each member.

R = Σ topᵢ / Σ bottomᵢ. With weights wᵢ = bottomᵢ / Σ bottom and rates rᵢ = topᵢ / bottomᵢ, 0 before and
1 after: rateᵢ = w1ᵢ (r1ᵢ − r0ᵢ), mixᵢ = (w1ᵢ − w0ᵢ)(r0ᵢ − R0), and Σ (rateᵢ + mixᵢ) = R1 − R0, because the
weights of either side sum to 1. Mix is thus measured against the old overall ratio: a member with a rate
below it pulls down by growing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.metrics.drivers.parts import MemberId, Part, Parts, whole_of

_NOTHING = Part(0.0)


@dataclass(frozen=True)
class RateEffect:
    """What one member did to a ratio, in the ratio's unit.

    Attributes:
        rate: Its own rate changed, at its new weight.
        mix: Its weight changed, at its old rate against the old overall ratio.
        rate_before, rate_after: Its rate; None where it has no denominator.
        weight_before, weight_after: Its share of the denominator.
    """

    rate: float
    mix: float
    rate_before: float | None
    rate_after: float | None
    weight_before: float
    weight_after: float

    @property
    def together(self) -> float:
        """Rate and mix."""
        return self.rate + self.mix


def rate_effects(before: Parts, after: Parts, *, one_minus: bool = False) -> dict[MemberId, RateEffect]:
    """The effects of every member; they sum to the change of the ratio.

    A member that came or went, or that has a denominator on one side only, counts as mix: at the rate that
    it has, against the old overall ratio. One without a denominator on both sides (planned, never sold)
    counts as rate.

    Args:
        before: Parts by member of the other side.
        after: Those of this side; the denominators of neither side may sum to 0.
        one_minus: Whether the metric is 1 − the ratio; then effects and rates are those of the metric.
    """
    whole_before, whole_after = whole_of(before), whole_of(after)
    overall = whole_before.top / whole_before.bottom
    found = {}
    for member in dict.fromkeys((*after, *before)):
        old, new = before.get(member, _NOTHING), after.get(member, _NOTHING)
        weights = old.bottom / whole_before.bottom, new.bottom / whole_after.bottom
        contributions = old.top / whole_before.bottom, new.top / whole_after.bottom
        together = contributions[1] - contributions[0] - overall * (weights[1] - weights[0])
        rates = _rate(old), _rate(new)
        if rates[0] is not None and rates[1] is not None:
            rate = weights[1] * (rates[1] - rates[0])
        else:
            rate = together if rates == (None, None) else 0.0
        found[member] = _signed(RateEffect(rate, together - rate, *rates, *weights), one_minus)
    return found


def _rate(part: Part) -> float | None:
    return part.top / part.bottom if part.bottom else None


def _signed(effect: RateEffect, one_minus: bool) -> RateEffect:
    if not one_minus:
        return effect
    before, after = (None if r is None else 1 - r for r in (effect.rate_before, effect.rate_after))
    return RateEffect(-effect.rate, -effect.mix, before, after, effect.weight_before, effect.weight_after)
