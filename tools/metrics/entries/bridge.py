"""The terms of the error-to-cash bridge, each a metric: what it did to cash against the plan."""

from __future__ import annotations

from tools.figures import Unit
from tools.metrics.cash_bridge.facts import BOOK, LOST, LOST_SERIES, SERIES, SPLIT
from tools.metrics.definitions import Better, Metric, Value
from tools.metrics.fact import Fact

_UNIT: Unit = "currency"
_SIGN = "+ means more cash than planned, − less"
_SOURCE = (
    "the error-to-cash bridge: Δcash = Δrevenue − Δcogs − Δpromotion − Δexpedite − Δoperating expense "
    "− Δ(inventory build) + other"
)
_BOOK_NEEDS = ("financials.amount", "financial_plans.amount")
_SPLIT_NEEDS = (
    *_BOOK_NEEDS,
    "demand_history.ordered_units",
    "demand_history.shipped_units",
    "demand_history.revenue",
    "demand_plan.units",
)
_COSTS = ("products.standard_cost",)


def _term(
    term: str,
    title: str,
    measure: str,
    formula: str,
    *,
    fact: Fact = BOOK,
    finer: Fact | None = None,
    needs: tuple[str, ...] = (),
    better: Better = Better.UP,
    sign: str = _SIGN,
) -> Metric:
    return Metric(
        f"bridge_{term}",
        title,
        (f"{title.removeprefix('Cash effect of ')} against the committed plan in cash",),
        formula,
        _UNIT,
        better,
        fact,
        Value(measure),
        needs=(*(_BOOK_NEEDS if fact is BOOK else _SPLIT_NEEDS), *needs),
        parameters=("version",),
        sign=sign,
        is_additive=True,
        finer_fact=finer,
        meetings=("executive",),
        source=_SOURCE,
    )


REVENUE = _term(
    "revenue", "Cash effect of revenue", "revenue", "actual revenue − planned revenue (financial book)"
)
LOST_SALES = _term(
    "lost_sales",
    "Cash effect of lost sales",
    "lost_sales",
    "− lost units × unit price, by promised month",
    fact=LOST,
    finer=LOST_SERIES,
)
VOLUME = _term(
    "volume",
    "Cash effect of volume",
    "volume",
    "(ordered − planned units) × average plan price of the business unit, region and month",
    fact=SPLIT,
    finer=SERIES,
)
PRICE = _term(
    "price",
    "Cash effect of prices",
    "price",
    "revenue of the operating book − shipped units × plan price after planned promotions",
    fact=SPLIT,
    finer=SERIES,
)
MIX = _term(
    "mix",
    "Cash effect of mix",
    "mix",
    "sum of (ordered − planned units) × plan price by product and market, less the volume effect",
    fact=SPLIT,
    finer=SERIES,
)
TIMING = _term(
    "timing",
    "Cash effect of shipment timing",
    "timing",
    "sum of (shipped − ordered units) × plan price + lost sales: late deliveries, returns, cancellations",
    fact=SPLIT,
    finer=SERIES,
)
BOOKS = _term(
    "books",
    "Cash effect of the two books",
    "books",
    "change of revenue in the financial book less what volume, mix, price, timing and lost sales explain",
    fact=SPLIT,
)
COGS = _term(
    "cogs",
    "Cash effect of cost of goods sold",
    "cogs",
    "− (actual − planned cost of goods sold) (financial book)",
)
PROMOTION = _term(
    "promotion",
    "Cash effect of promotions",
    "promotion",
    "− (actual − planned promotion cost) (financial book)",
)
EXPEDITE = _term(
    "expedite", "Cash effect of expediting", "expedite", "− (actual − planned expedite cost) (financial book)"
)
OPERATING_EXPENSE = _term(
    "operating_expense",
    "Cash effect of operating expense",
    "operating_expense",
    "− (actual − planned operating expense) (financial book)",
)
BUILD = _term(
    "inventory_build",
    "Cash effect of the inventory build",
    "build",
    "− (actual − planned change of the inventory value over the month) (financial book)",
)
FORECAST_ERROR = _term(
    "forecast_error",
    "Cash effect of the forecast error in stock",
    "build_error",
    "− sum of (planned − shipped units) × standard cost: what was planned to leave the stock and did not",
    fact=SPLIT,
    finer=SERIES,
    needs=_COSTS,
)
SUPPLY = _term(
    "supply_against_plan",
    "Cash effect of supply against plan",
    "build_supply",
    "the rest of the inventory build: what was made and bought against plan, and what moved between regions",
    fact=SPLIT,
    needs=_COSTS,
)
OTHER = _term(
    "other",
    "Other cash effects",
    "other",
    "change of cash less all named terms: receivables, payables, tax, timing of payments",
)
PLANNED_BUILD = _term(
    "planned_build",
    "Planned inventory build",
    "planned_build",
    "planned inventory value at the end of the month less that at its beginning, in the plan compared with",
    better=Better.NEITHER,
    sign="+ means that stock was planned to grow; it is in both sides, so it does not change the bridge",
)

REVENUE_SPLIT = (LOST_SALES, VOLUME, PRICE, MIX, TIMING, BOOKS)
COSTS = (COGS, PROMOTION, EXPEDITE, OPERATING_EXPENSE)
BUILD_SPLIT = (FORECAST_ERROR, SUPPLY)

METRICS = (REVENUE, *REVENUE_SPLIT, *COSTS, BUILD, *BUILD_SPLIT, PLANNED_BUILD, OTHER)
