"""OTIF split by what went wrong: late only, short only, both.

Of the lines (or orders) due, those not on time in full are late but in full, short but on time, or late and
short; so ΔOTIF = −Δlate − Δshort − Δboth, each a share of what is due.
"""

from __future__ import annotations

from dataclasses import replace

from tools.metrics.definitions import Metric, SumOfRatios, Sums, Value
from tools.metrics.drivers.steps import Step

NAME = "late, short or both"
_DUE = "lines"


def is_split_by_failure(metric: Metric) -> bool:
    """Whether the metric is OTIF: the share of what is due that is both on time and in full."""
    return isinstance(metric.value, Value) and metric.value.numerator == "on_time_in_full"


def with_failures(metric: Metric) -> Metric:
    """A metric over the same rows that sums what the split needs beside."""
    parts = (Value("on_time", _DUE), Value("in_full", _DUE), Value("on_time_in_full", _DUE))
    return replace(metric, id=f"{metric.id} by failure", value=SumOfRatios(parts))


def failure_steps(before: Sums, after: Sums) -> list[Step]:
    """The three steps. Both sides must have something due."""
    earlier, later = _failures(before), _failures(after)
    return [Step(name, earlier[name] - later[name], effect) for name, effect in _EFFECTS.items()]


_EFFECTS = {"late, in full": "late", "on time, short": "short", "late and short": "late and short"}


def _failures(sums: Sums) -> dict[str, float]:
    """Each kind of failure as a share of what is due."""
    due, on_time, in_full, both = (sums[m] or 0.0 for m in (_DUE, "on_time", "in_full", "on_time_in_full"))
    counts = (in_full - both, on_time - both, due - on_time - in_full + both)
    return {name: count / due for name, count in zip(_EFFECTS, counts, strict=True)}
