"""The bridge from planned to actual cash, for business units, regions and months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.dimensions import TIME
from connectors.errors import MissingTable, NotPermitted, OutOfRange
from connectors.periods import Period
from connectors.plan_store import PlanStore
from tools.figures import AnswerWarning, ToolResult
from tools.formatting import format_value
from tools.metrics.cash_bridge.arguments import BridgeArguments
from tools.metrics.cash_bridge.bridges import Bridge, Ends
from tools.metrics.cash_bridge.facts import BOOK, SPLIT
from tools.metrics.cash_bridge.groups import Cell, cells_of
from tools.metrics.cash_bridge.operating import has_lost_sales
from tools.metrics.cash_bridge.result import BridgeResult
from tools.metrics.cash_bridge.steps import Split, Step, split_steps
from tools.metrics.definitions import Metric, Value
from tools.metrics.engine import Computed, compute
from tools.metrics.entries import bridge as terms
from tools.metrics.entries.executive import METRICS as EXECUTIVE
from tools.metrics.facts.financial_plans import plan_version_of
from tools.metrics.query import MetricQuery

CASH_DIMENSIONS = frozenset({"business_unit", "region", *TIME})
"""What the financial book is kept by, and time."""

_FLOW = next(metric for metric in EXECUTIVE if metric.id == "cash_flow")
# The ends over the same cells as the terms; both are shown as cash flow.
_PLANNED = replace(_FLOW, id="bridge_planned_cash", fact=BOOK, value=Value("planned_cash"), plan_fact=None)
_ACTUAL = replace(_FLOW, id="bridge_actual_cash", fact=BOOK, value=Value("actual_cash"), plan_fact=None)
_PLAN_GAP = replace(
    terms.BOOKS, id="bridge_plan_gap", unit="ratio", value=Value("plan_gap", "plan_money"), is_additive=False
)
_WORTH_SAYING = 0.005
_BOOK_METRICS = (
    _PLANNED,
    _ACTUAL,
    terms.REVENUE,
    *terms.COSTS,
    terms.BUILD,
    terms.PLANNED_BUILD,
    terms.OTHER,
)

_FORMULA = (
    "change of cash = change of revenue (lost sales, volume, price, mix, timing, the two books) − change of "
    "cost of goods sold, promotion, expedite, operating expense − change of the inventory build (forecast "
    "error, supply against plan) + other"
)
_NO_ACCOUNT = "the actuals or the plan do not hold it; what it did stands in other effects"
_NO_LINES = "no order lines with prices are loaded; what was lost stands in shipment timing"


def cash_result(store: PlanStore, arguments: BridgeArguments) -> ToolResult:
    """The bridge of the scope, then of each group.

    Raises:
        MissingTable, NotPermitted, OutOfRange, UnknownName: As the words of the errors say.
    """
    query = MetricQuery(
        metrics=[terms.OTHER.id],
        group_by=arguments.group_by,
        filters=arguments.filters,
        period=arguments.period,
        version=arguments.version,
    )
    has_lost = _has_lost_sales(store)
    read = _read(store, query, has_lost)
    reasons = dict.fromkeys((metric.id for metric in _BOOK_METRICS), _NO_ACCOUNT)
    reasons |= {} if has_lost else {terms.LOST_SALES.id: _NO_LINES}
    bridges = [_bridge(cell, reasons, read) for cell in cells_of(read.computed)]
    said = [one for one in read.computed if one.metric.id in (terms.OTHER.id, terms.FORECAST_ERROR.id)]
    plan = _plan_name(store, arguments, said[0].settled.basis.window)
    ends = _ends(plan, bool(read.of_revenue), has_lost)
    result = BridgeResult(store, arguments, ends, said).of(bridges)
    result.assumptions += _plan_gap_words(read.computed)
    if read.why:
        result.warnings.append(AnswerWarning(code="not_split", message=read.why))
    return result


def _has_lost_sales(store: PlanStore) -> bool:
    try:
        return has_lost_sales(store)
    except NotPermitted:
        return False  # nothing that rests on them is read either, and the reason is said


def _plan_gap_words(computed: Sequence[Computed]) -> list[str]:
    """What the plan of money and the plan of demand differ by, where it is worth saying."""
    gaps = [one.total.value for one in computed if one.metric.id == _PLAN_GAP.id and one.total]
    return [
        f"the demand plan at planned prices is {format_value(abs(gap), 'ratio')} "
        f"{'above' if gap > 0 else 'below'} the planned revenue; that stands in the effect of the two books"
        for gap in gaps
        if gap is not None and abs(gap) > _WORTH_SAYING
    ]


@dataclass(frozen=True)
class _Read:
    """The terms that could be computed.

    Attributes:
        computed: The ends and all terms.
        of_revenue, of_build: What revenue and the inventory build split into; empty where they cannot be.
        why: Why not, as a sentence.
    """

    computed: list[Computed]
    of_revenue: tuple[Metric, ...] = ()
    of_build: tuple[Metric, ...] = ()
    why: str = ""


def _read(store: PlanStore, query: MetricQuery, has_lost: bool) -> _Read:
    """All terms; where revenue and stock cannot be split those of the financial book.

    Raises:
        MissingTable, NotPermitted, OutOfRange: The financial book cannot be bridged either.
    """
    of_build: tuple[Metric, ...] = terms.BUILD_SPLIT
    why = ""
    try:
        store.require("products", "standard_cost")
    except (MissingTable, NotPermitted) as fault:
        of_build, why = (), f"The inventory build is not split. {fault.message}"
    split = [m for m in (*terms.REVENUE_SPLIT, *of_build) if has_lost or m is not terms.LOST_SALES]
    # All from one fact, so that one query serves them.
    whole = [replace(metric, fact=SPLIT) for metric in _BOOK_METRICS]
    try:
        return _Read(compute(store, [*whole, *split, _PLAN_GAP], query), terms.REVENUE_SPLIT, of_build, why)
    except (MissingTable, NotPermitted, OutOfRange) as fault:
        why = f"Revenue and stock are not split. {fault.message}"
        return _Read(compute(store, _BOOK_METRICS, query), why=why)


def _bridge(cell: Cell, reasons: Mapping[str, str], read: _Read) -> Bridge:
    values = cell.values
    revenue = Split(terms.REVENUE, read.of_revenue, "revenue", "Cash effect of revenue that is not split")
    rest = "Cash effect of the inventory build that is not split"
    build = Split(terms.BUILD, read.of_build, "inventory build", rest)
    steps = [
        *split_steps(revenue, values, reasons),
        *(Step(m, m.title, values.get(m.id), "costs", reasons.get(m.id)) for m in terms.COSTS),
        *split_steps(build, values, reasons),
        Step(terms.OTHER, terms.OTHER.title, values.get(terms.OTHER.id), "other"),
    ]
    wholes = [
        Step(split.whole, split.whole.title, values.get(split.whole.id), split.part)
        for split in (revenue, build)
        if split.parts
    ]
    planned = Step(
        terms.PLANNED_BUILD, terms.PLANNED_BUILD.title, values.get(terms.PLANNED_BUILD.id), "inventory build"
    )
    ends = values.get(_PLANNED.id), values.get(_ACTUAL.id)
    return Bridge(cell.key, cell.period, *ends, tuple(steps), (*wholes, planned))


_PLAN_WORDS = {"budget": "the budget", "committed": "the committed plan"}


def _plan_name(store: PlanStore, arguments: BridgeArguments, window: Period) -> str:
    version = arguments.version or plan_version_of(store, window)
    return _PLAN_WORDS.get(version, "the committed plan or budget")


def _ends(plan: str, is_split: bool, has_lost: bool) -> Ends:
    tables: Sequence[str] = BOOK.tables
    if is_split:
        tables = (
            *tables,
            *terms.VOLUME.fact.tables,
            "prices",
            "promotions",
            *(("order_lines",) if has_lost else ()),
        )
    return Ends(
        metric=_FLOW,
        start="Planned cash flow",
        end="Actual cash flow",
        change="Effect on cash",
        ends_at="cash",
        plan=plan,
        formula=_FORMULA,
        tables=tuple(dict.fromkeys(tables)),
    )
