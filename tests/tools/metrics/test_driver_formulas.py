"""The formulas of bridges, on frames worked out by hand and on any frames at all."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.metrics.drivers.additive import member_changes
from tools.metrics.drivers.choosing import concentration, most_telling
from tools.metrics.drivers.parts import Part, whole_of
from tools.metrics.drivers.price_volume_mix import Item, money_effects
from tools.metrics.drivers.rates import rate_effects

MEMBERS = ("North", "South", "East", None)
AMOUNTS = st.floats(-1e6, 1e6, allow_nan=False)
WEIGHTS = st.floats(0.01, 1e6, allow_nan=False)


def parts_of(strategy: st.SearchStrategy[Part]) -> st.SearchStrategy[dict[str | None, Part]]:
    return st.dictionaries(st.sampled_from(MEMBERS), strategy, min_size=1)


# Any denominator but one so near to zero as a whole that the ratio itself has no digits left.
RATIO = parts_of(
    st.builds(Part, AMOUNTS, st.one_of(WEIGHTS, WEIGHTS, st.just(0.0), st.floats(-1e3, -0.01)))
).filter(
    lambda parts: abs(whole_of(parts).bottom) > 1e-3 * sum(abs(part.bottom) for part in parts.values()) > 0
)
SUMS = parts_of(st.builds(Part, AMOUNTS))
ITEMS = st.dictionaries(
    st.sampled_from("abcde"),
    st.builds(Item, st.one_of(WEIGHTS, st.just(0.0), st.floats(-100, -1)), AMOUNTS),
    max_size=5,
)


@given(SUMS, SUMS)
def test_the_differences_of_members_sum_to_the_difference_of_the_wholes(before: Any, after: Any) -> None:
    changes = member_changes(before, after)
    assert math.fsum(changes.values()) == pytest.approx(whole_of(after).top - whole_of(before).top, abs=1e-5)


@given(RATIO, RATIO, st.booleans())
def test_rate_and_mix_sum_to_the_change_of_a_ratio(before: Any, after: Any, one_minus: bool) -> None:
    effects = rate_effects(before, after, one_minus=one_minus)
    old, new = (whole_of(side).top / whole_of(side).bottom for side in (before, after))
    change = old - new if one_minus else new - old
    tops = [abs(p.top) for side in (before, after) for p in side.values()]
    bottoms = [abs(whole_of(side).bottom) for side in (before, after)]
    scale = 1 + sum(tops) / min(bottoms) * (1 + sum(abs(p.bottom) for p in after.values()) / bottoms[1])
    together = math.fsum(effect.rate + effect.mix for effect in effects.values())
    assert together == pytest.approx(change, abs=1e-9 * scale * (1 + max(tops) / min(bottoms)))


@given(ITEMS, ITEMS)
def test_volume_mix_and_price_sum_to_the_change_of_the_money(
    before: dict[str, Item], after: dict[str, Item]
) -> None:
    effects = money_effects(before, after)
    units = sum(item.units for item in before.values())
    if effects is None:
        assert units <= 1e-9
        return
    change = sum(i.money for i in after.values()) - sum(i.money for i in before.values())
    parts = [part for e in effects.values() for part in (e.volume, e.mix, e.price)]
    assert math.fsum(parts) == pytest.approx(change, abs=1e-9 * (1 + max(map(abs, parts))))


def test_rate_and_mix_by_hand() -> None:
    """Half the weight moves from a member at 0.8 to one at 0.4, whose rate then falls to 0.3."""
    before = {"North": Part(80, 100), "South": Part(40, 100)}
    after = {"North": Part(40, 50), "South": Part(45, 150)}
    effects = rate_effects(before, after)
    assert (effects["North"].rate, effects["South"].rate) == (0, pytest.approx(0.75 * -0.1))
    assert effects["North"].mix == pytest.approx(-0.25 * (0.8 - 0.6))
    assert effects["South"].mix == pytest.approx(0.25 * (0.4 - 0.6))


def test_a_member_that_came_or_went_counts_as_mix() -> None:
    before = {"old": Part(30, 100), "kept": Part(50, 100)}
    after = {"kept": Part(50, 100), "new": Part(90, 100)}
    effects = rate_effects(before, after)
    assert [effects[member].rate for member in ("old", "kept", "new")] == [0, 0, 0]
    assert effects["new"].mix == pytest.approx(0.5 * (0.9 - 0.4))
    assert effects["old"].mix == pytest.approx(-0.5 * (0.3 - 0.4))


def test_volume_mix_and_price_by_hand() -> None:
    """100 at 2 and 100 at 4 become 150 at 2 and 100 at 5: an old average of 3."""
    effects = money_effects(
        {"cheap": Item(100, 200), "dear": Item(100, 400)}, {"cheap": Item(150, 300), "dear": Item(100, 500)}
    )
    assert effects is not None
    assert (effects["cheap"].volume, effects["cheap"].mix, effects["cheap"].price) == (150, -50, 0)
    assert (effects["dear"].volume, effects["dear"].mix, effects["dear"].price) == (0, 0, 100)


def test_a_new_item_is_mix_at_its_own_price_and_an_ended_one_at_its_old_price() -> None:
    before = {"old": Item(100, 200), "kept": Item(100, 400)}
    after = {"kept": Item(100, 400), "new": Item(50, 300)}
    effects = money_effects(before, after)
    assert effects is not None
    assert (effects["new"].volume, effects["new"].mix, effects["new"].price) == (150, 150, 0)
    assert (effects["old"].volume, effects["old"].mix, effects["old"].price) == (-300, 100, 0)
    assert (effects["new"].is_new, effects["old"].is_ended) == (True, True)


def test_the_dimension_chosen_is_the_one_in_which_few_members_explain_most() -> None:
    even, one = [1.0, 1.0, 1.0, 1.0], [8.0, 0.5, -0.5, 0.0]
    assert concentration(even) == pytest.approx(0)
    assert most_telling({"even": even, "one": one, "also even": [2.0, 2.0]})[0] == "one"
    assert concentration([9.0, 1.0] + [0.0] * 8) > concentration([9.0, 1.0, 0.0])
    assert concentration([5.0, 4.0, 1.0] + [0.0] * 7) > concentration([9.0, 1.0, 0.0])
