"""Metrics of the changed process that wait for what later parts of Concord will write down.

They can be explained, and asked: then they say what is still missing. Their facts are never built.
"""

from __future__ import annotations

from typing import NoReturn

from connectors.errors import MissingTable
from connectors.plan_store import PlanStore
from tools.metrics.definitions import Better, DefaultPeriod, Metric, Value
from tools.metrics.fact import Basis, Fact

_LANES = "items sorted into lanes by a forecast run"
_LEDGER = "decisions in the ledger"
_ASSUMPTIONS = "assumptions in the ledger"


def _nothing_yet(store: PlanStore, basis: Basis) -> NoReturn:
    raise MissingTable("Nothing is written down for this yet.")


_WAITING = Fact("waiting", (), ("", ""), (), _nothing_yet)

METRICS = (
    Metric(
        "touchless_share",
        "Touchless share",
        (
            "touchless",
            "touchless rate",
            "touchless planning",
            "share of the plan accepted untouched",
            "touchless lane share",
        ),
        "plan value of items accepted untouched / plan value of all items",
        "ratio",
        Better.UP,
        _WAITING,
        Value("accepted", "all"),
        default_period=DefaultPeriod.LAST_12_MONTHS,
        waits_for=_LANES,
        meetings=("demand",),
    ),
    Metric(
        "touchless_loss",
        "Touchless loss",
        ("cost of touchless planning", "loss of the touchless lane", "cost of not touching"),
        "on accepted items: cost of the statistical error − cost of the consensus error; a unit over costs "
        "standard cost × holding rate, a unit under its margin",
        "currency",
        Better.DOWN,
        _WAITING,
        Value("loss"),
        default_period=DefaultPeriod.LAST_12_MONTHS,
        sign="positive means that the untouched plan cost more than the reviewed one",
        waits_for=_LANES,
        meetings=("demand",),
    ),
    Metric(
        "decision_latency_days",
        "Decision latency",
        ("time to decide", "decision time", "days to decision", "how fast we decide", "speed of decisions"),
        "median days from the first alert to the decision",
        "days",
        Better.DOWN,
        _WAITING,
        Value("days"),
        default_period=DefaultPeriod.LAST_12_MONTHS,
        waits_for=_LEDGER,
        meetings=("executive",),
    ),
    Metric(
        "decision_hit_rate",
        "Decision hit rate",
        ("decisions that worked", "decision success rate", "hit rate of decisions", "quality of decisions"),
        "scored decisions that reached at least 80 % of the expected effect / scored decisions",
        "ratio",
        Better.UP,
        _WAITING,
        Value("hits", "scored"),
        default_period=DefaultPeriod.LAST_12_MONTHS,
        waits_for=_LEDGER,
        meetings=("executive",),
    ),
    Metric(
        "assumption_hit_rate",
        "Assumption hit rate",
        ("assumptions that held", "assumption accuracy", "hit rate of assumptions"),
        "expired assumptions that held / expired assumptions",
        "ratio",
        Better.UP,
        _WAITING,
        Value("held", "expired"),
        default_period=DefaultPeriod.LAST_12_MONTHS,
        waits_for=_ASSUMPTIONS,
        meetings=("executive",),
    ),
)
