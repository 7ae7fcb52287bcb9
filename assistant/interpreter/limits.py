"""Limits that a question sets ("below 40%"), in each metric's own unit and on the side that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.interpreter.sentences import say
from assistant.interpreter.vocabulary import Vocabulary
from tools.metrics.definitions import Better, Metric

_MOST_AS_FRACTION = 1.5
"""A rate above this that bears no percent sign is meant in percent: "OTIF below 40"."""

_RATES = frozenset({"ratio", "points"})
_STRICT = {"worse": ("above", "below"), "bad": ("at_least", "at_most")}
_KIND = {"better": ("above", "below"), "good": ("at_least", "at_most")}


@dataclass
class Limits:
    """What a limit comes to.

    Attributes:
        thresholds: Sides and values; two where a value may be too high or too low.
        metric: The metric that is held against it, where the limit chose another one.
        is_share: Whether it is a share that is held against it.
        said: Readings to be said aloud.
        refused: A no, as words.
    """

    thresholds: list[dict[str, Any]]
    metric: str = ""
    is_share: bool = False
    said: str = ""
    refused: str = ""


def limits_of(spec: Mapping[str, Any], metric_id: str, vocabulary: Vocabulary, *, is_share: bool) -> Limits:
    """The thresholds that words such as "worse than 10%" stand for.

    Args:
        spec: What the lexicon's rule says: `side`, `limit` and what else it holds.
        metric_id: The metric of the question.
        vocabulary: The metrics.
        is_share: Whether the question asks for shares already.
    """
    metric = vocabulary.metrics[metric_id]
    against = vocabulary.lexicon.sections["against"].get(spec.get("of", ""), {})
    if spec.get("of"):
        held = metric_id if metric.is_versus else against.get(metric_id, "")
        if held not in vocabulary.metrics:
            return Limits([], refused=say("replies", "decline", "limit_of_target", titles=metric.title))
        metric = vocabulary.metrics[held]
    limits = _in_unit(spec, metric, vocabulary, is_share=is_share)
    if limits.refused:
        return limits
    return _on_sides(spec["side"], limits, vocabulary.metrics[limits.metric])


def _in_unit(spec: Mapping[str, Any], metric: Metric, vocabulary: Vocabulary, *, is_share: bool) -> Limits:
    """The amount in the unit of the metric, of its rate, or of its share."""
    limit = spec["limit"]
    is_percent = isinstance(limit, Mapping) and bool(limit.get("percent"))
    amount = limit["value"] * limit.get("times", 1) if isinstance(limit, Mapping) else limit
    if (metric.written_as or metric.unit) in _RATES or is_share:
        in_percent = is_percent or abs(amount) > _MOST_AS_FRACTION
        said = "" if is_percent or not in_percent else f"'{spec['words']}' read in percent"
        return Limits([{"value": _fraction(amount) if in_percent else amount}], metric.id, is_share, said)
    if not is_percent:
        return Limits([{"value": amount}], metric.id)
    rate = vocabulary.lexicon.sections["measured_in"].get(metric.id, {}).get("percent", "")
    if rate in vocabulary.metrics and not spec.get("is_part"):
        title = vocabulary.title(rate)
        return Limits(
            [{"value": _fraction(amount)}], rate, said=f"'{spec['words']}' read as a limit on {title}"
        )
    if metric.is_additive:
        said = f"'{spec['words']}' read as a share of all {vocabulary.title_within(metric.id)}"
        return Limits([{"value": _fraction(amount)}], metric.id, is_share=True, said=said)
    return Limits([], refused=say("replies", "decline", "no_percent", titles=metric.title))


def _fraction(amount: float) -> float:
    return round(amount / 100, 10)


def _on_sides(side: str, limits: Limits, metric: Metric) -> Limits:
    value = limits.thresholds[0]["value"]
    if side == "beyond":
        side = "worse" if metric.better is Better.ZERO else "above"
    if side not in _STRICT and side not in _KIND:
        limits.thresholds = [{"order": side, "value": value}]
        return limits
    high, low = (_STRICT | _KIND)[side]
    is_bad = side in _STRICT
    if metric.better is Better.NEITHER or limits.is_share:
        limits.refused = say("replies", "decline", "no_direction", titles=metric.title)
    elif metric.better is Better.ZERO:
        limits.thresholds = [{"order": high, "value": abs(value)}, {"order": low, "value": -abs(value)}]
        limits.refused = "" if is_bad else say("replies", "decline", "topics", "thresholds")
    else:
        is_high = _is_high_good(metric, value) != is_bad
        limits.thresholds = [{"order": high if is_high else low, "value": value}]
    return limits


def _is_high_good(metric: Metric, value: float) -> bool:
    """Whether more than the limit is better: for a best point ("to 1") the side that the point lies on."""
    point = metric.better.point
    return metric.better is Better.UP if point is None else value < point
