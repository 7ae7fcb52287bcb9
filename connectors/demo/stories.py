"""The planted stories as constants: what happened, to whom, when and how strongly.

Names are those of `catalog.yaml`, months those of `timeline`. The simulation reads them as
causes; what follows from them is measured afterwards and kept in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.demo.timeline import month_index


@dataclass(frozen=True)
class SupplierFailure:
    """Lakeside could deliver only `shares` of a normal month's demand in `months`."""

    supplier: str = "Lakeside"
    family: str = "Dairy"
    months: tuple[int, ...] = (month_index(2026, 4), month_index(2026, 5))
    shares: tuple[float, ...] = (0.30, 0.58)


@dataclass(frozen=True)
class Promotion:
    """A planted promotion. Uplifts are of units over a full month (0.25 = +25 %)."""

    name: str
    product: str
    market: str
    month: int
    discount: float
    expected: float
    true: float
    cost: float


@dataclass(frozen=True)
class Break:
    """A change of level: demand is multiplied by `factor`, reached evenly over `ramp` months."""

    market: str
    product: str | None
    month: int
    factor: float
    ramp: int
    cause: str


@dataclass(frozen=True)
class PhaseOut:
    """Demand of the old product falls by `true_left` a month, the plan believes `planned_left`."""

    old: str
    new: str
    starts: int
    ends: int
    true_left: tuple[float, ...]
    planned_left: tuple[float, ...]


@dataclass(frozen=True)
class Launch:
    """A new product, forecast like `reference`, selling `ratio` of it."""

    product: str
    reference: str
    month: int
    ratio: float
    planned_ratio: float


@dataclass(frozen=True)
class PreBuild:
    """Units of each product made ahead on top of the plan, in each of the months."""

    family: str
    months: tuple[int, ...]
    units: tuple[tuple[str, int], ...]


LAKESIDE = SupplierFailure()

JUICE_PROMOTION = Promotion(
    "Spring Juice Weeks", "Orange Juice", "France", month_index(2026, 5), 0.10, 0.25, 0.85, 6_500
)
SPAIN_PROMOTIONS = tuple(
    Promotion("Spain Win-Back", product, "Spain", month_index(2026, 3), 0.15, 0.30, 0.05, 6_000)
    for product in ("Paprika Crisps", "Salted Crisps", "Popcorn", "Pretzel Sticks")
)

SHARE_LOSS = Break("Spain", None, month_index(2025, 9), 0.70, 9, "a competitor cut its prices")
LISTING = Break("Poland", "Tomato Ketchup", month_index(2026, 1), 1.60, 1, "a new listing")
DELISTING = Break("Netherlands", "Fabric Softener", month_index(2024, 10), 0.45, 1, "a delisting")
BREAKS = (SHARE_LOSS, LISTING, DELISTING)
SPAIN_CONCESSION = (month_index(2025, 11), 0.03)

PHASE_OUT = PhaseOut(
    "Classic Muesli",
    "Crunchy Muesli",
    month_index(2025, 10),
    month_index(2026, 1),
    (0.55, 0.22, 0.08, 0.02),
    (0.90, 0.75, 0.50, 0.25),
)
LAUNCH = Launch("Oat Bar", "Fruit Bar", month_index(2026, 2), 0.70, 0.80)
RETIRED = ("Industrial Descaler", month_index(2024, 1))

PRE_BUILD = PreBuild(
    "Juices",
    (month_index(2026, 4), month_index(2026, 5)),
    (
        ("Orange Juice", 2_400),
        ("Apple Juice", 2_800),
        ("Carrot Juice", 2_000),
        ("Berry Smoothie", 1_600),
        ("Ginger Shot", 1_800),
        ("Grapefruit Juice", 1_000),
    ),
)

# Hours of the Ashford lines that are left while line 2 is rebuilt.
REBUILD_PLANT = "Ashford"
REBUILD_HOURS = {
    month_index(2026, 6): 0.24,
    month_index(2026, 7): 0.84,
    month_index(2026, 8): 0.74,
    month_index(2026, 9): 0.78,
}

SALES_BIAS_FAMILY = "Desserts"
SALES_BIAS = 0.18
SPAIN_SALES_HOPE = 0.10
INFORMED_REGION = "West"
NO_SMALL_OVERRIDES_FROM = month_index(2025, 9)
NO_MORE_OVERRIDES = ("Sauces", month_index(2026, 4))
TOUCHLESS_FAMILIES = ("Cereals", "Sauces")

NO_COST_PRODUCT = "Ginger Shot"
BOUGHT_IN = ("Nut Mix", "Soy Sauce")
BOOK_BREAK = ("Home Care", "East", month_index(2026, 2), 0.021)
NO_MARKET_SIZE = ("Netherlands", (month_index(2026, 1), month_index(2026, 2), month_index(2026, 3)))
