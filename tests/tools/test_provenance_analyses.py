"""Words about bridges, limits, trends, shares and changes: what is true passes, what is not is refused."""

from __future__ import annotations

import pytest

from tests.tools.sample_analyses import NOTE, analyses
from tests.tools.sample_answer import BETTER, METRIC_WORDS, NAMES
from tools.provenance import check

GOOD = (
    "OTIF was {F1} in Q2 2026, {F1.difference} below Q1 2026. North contributed {F2} to the change in OTIF.",
    "The largest contribution to OTIF was {F2} in North, while South contributed {F3}.",
    "OTIF: the effect of mix was {F4}.",
    "Revenue: volume contributed {F5} and price contributed {F6}.",
    "The biggest driver of revenue was volume with {F5}.",
    f"OTIF was {{F1}} in Q2 2026. {NOTE}",
    f"OTIF was {{F1}} in Q2 2026.\n\n{NOTE}",
    "{F8} region was below the limit in OTIF: North at {F7}.",
    "The number of regions below the limit in OTIF was {F8}.",
    "Lost sales stood at a level of {F9}, rising by {F10}, a slope per month.",
    "The trend of lost sales is rising: a slope of {F10}.",
    "North had a share of {F11} of revenue, South a share of {F12}.",
    "Revenue fell most in North, by {F13.difference} against Q1 2026.",
    "The biggest drop in revenue against Q1 2026 was {F13.difference} in North.",
    "Revenue was {F15} in Q2 2026, {F15.difference} below the budget.",
    "Revenue in the budget was {F16} in Q2 2026.",
    "North stood out: revenue fell by {F13.difference} against Q1 2026.",
)

LIES = (
    # a wrong driver first, or a step under another name
    "The largest contribution to OTIF was {F3} in South.",
    "South contributed {F2} to the change in OTIF.",
    "The biggest driver of revenue was price with {F6}.",
    "Revenue: price contributed {F5} and volume contributed {F6}.",
    "OTIF: the effect of mix was {F2}.",
    "OTIF in North was {F2}.",
    "Revenue was {F5} in Q2 2026.",
    "Revenue: {F5} came from price.",
    # a cause that is only coincident
    "OTIF was {F1} in Q2 2026, caused by Lakeside.",
    "OTIF was {F1} in Q2 2026 because Lakeside limited Milk 1L.",
    "OTIF was {F1} in Q2 2026. In the same months: Lakeside limited Milk 1L, which is the cause.",
    f"OTIF was {{F1}} in Q2 2026. {NOTE.replace('not shown to be ', '')}",
    f"OTIF was {{F1}} in Q2 2026. It is false that {NOTE}",
    # shares swapped, or no shares
    "North had a share of {F12} of revenue, South a share of {F11}.",
    "Revenue in North was {F11}.",
    "North had a share of {F7} of OTIF.",
    # a count of something else, on the other side, or wrong
    "{F8} customers were below the limit in OTIF.",
    "{F8} region was above the limit in OTIF.",
    "{F8} region was the OTIF.",
    "OTIF was {F8} in North.",
    "Both regions were below the limit in OTIF: North at {F7}, {F8}.",
    "Half of the regions were below the limit in OTIF: {F8}.",
    # trends turned round, and levels taken for values
    "The trend of lost sales is falling: a slope of {F10}.",
    "Lost sales improved by {F10}, a slope per month.",
    "Lost sales were {F9} in Q2 2026.",
    "Lost sales were {F10} in Q2 2026.",
    # changes of another member, or the other way
    "Revenue fell most in South, by {F14.difference} against Q1 2026.",
    "Revenue rose most in North, by {F13.difference} against Q1 2026.",
    "The smallest drop in revenue was {F14.difference} in South against Q1 2026.",
    # the budget for the actual, and the actual for the budget
    "Revenue was {F16} in Q2 2026.",
    "Revenue in the budget was {F15} in Q2 2026.",
    "Revenue was {F15} in Q2 2026, {F15.difference} above the budget.",
    "Revenue was {F15} in Q2 2026, {F15.difference} below its target.",
)


def complaints(text: str) -> list[str]:
    return [str(found) for found in check(text, analyses(), "", NAMES, METRIC_WORDS, BETTER)]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_sentence_passes(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize("text", LIES)
def test_a_lie_is_refused(text: str) -> None:
    assert complaints(text) != []


@pytest.mark.parametrize("text", LIES)
def test_a_lie_is_refused_beside_a_true_sentence(text: str) -> None:
    assert complaints(f"Revenue was {{F15}} in Q2 2026.\n\n{text}") != []


def test_a_trend_that_may_be_chance_is_not_called_rising() -> None:
    results = analyses()
    results[3].details = {"type": "trend", "series": [{"group": {}, "direction": None}]}
    text = "The trend of lost sales is rising: a slope of {F10}."
    assert check(text, results, "", NAMES, METRIC_WORDS, BETTER)
