"""True demand: what customers would order, by series and month, with its causes.

demand = level × market × growth × season × breaks × phase-out × launch × (1 + uplift) × noise
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from connectors.demo import stories
from connectors.demo.arrays import Flags, Floats, Ints
from connectors.demo.catalog import Catalog
from connectors.demo.timeline import CLOSED, PARTIAL_MONTH, TOTAL, month_of_year, month_start, stream

_PROMOTIONS = 330
_SEASON_NAMES = (
    "New Year",
    "Winter",
    "Spring",
    "Easter",
    "May",
    "Summer",
    "Holiday",
    "Back to School",
    "Autumn",
    "Harvest",
    "Advent",
    "Christmas",
)
_PLANNED_MONTHS = 6
_PLANNED_A_MONTH = 6
_PROMOTED = {"Snacks": 6.0, "Juices": 4.0, "Desserts": 1.5, "Dairy": 1.5}
_INTERMITTENT_MARKETS = ("Austria", "Netherlands")
_INTERMITTENT_PRODUCTS = ("Wool Wash", "Stain Remover", "Glass Cleaner")
_INTERMITTENT_RATE = 0.45


@dataclass(frozen=True)
class Demand:
    """Demand by series and month; arrays are (TOTAL months × series) unless said.

    Attributes:
        expected: What a calm planner expects: level, growth and season, no breaks, no promotions.
        mean: The true mean, with breaks, phase-outs, launches and true uplifts.
        units: What customers ask for, gross, whole units; only months up to the partial one.
        season: The seasonal index.
        noise: Standard deviation of the log of demand, by series.
        intermittent: Whether the series is intermittent, by series.
        promotions: The promotions with expected and true uplift.
        expected_lift: Factor that marketing expects from promotions (1 where there is none).
        price_factor: Share of the price that is left after discounts, by share of the days.
        planned_ramp: Share of demand that planners believe is left in phase-outs and endings.
        sold: Whether the product is on sale in the month.
    """

    expected: Floats
    mean: Floats
    units: Ints
    season: Floats
    noise: Floats
    intermittent: Flags
    promotions: pd.DataFrame
    expected_lift: Floats
    price_factor: Floats
    planned_ramp: Floats
    sold: Flags


def build_demand(catalog: Catalog, seed: int) -> Demand:
    """True demand of every series, for all months that anything later needs."""
    rng = stream(seed, "demand")
    season = _season(catalog)
    expected = _expected(catalog, season, rng)
    promotions = _promotions(catalog, expected, stream(seed, "promotions"))
    expected_lift, true_lift, price_factor = _lifts(promotions, expected.shape)
    true_ramp, planned_ramp, sold = _ramps(catalog)
    launched = _with_launch(catalog, expected)
    mean = launched * _breaks(catalog) * true_ramp * true_lift
    noise = catalog.family_value("noise")[catalog.series_product] * rng.uniform(0.85, 1.15, expected.shape[1])
    intermittent = _intermittent(catalog)
    units = _draw(mean, noise, intermittent, rng)
    return Demand(
        launched,
        mean,
        units,
        season,
        noise,
        intermittent,
        promotions,
        expected_lift,
        price_factor,
        planned_ramp,
        sold,
    )


def _season(catalog: Catalog) -> Floats:
    """1 + amplitude × cos of the distance to the peak month, (TOTAL × S)."""
    amplitude = np.array([family["season"][0] for family in catalog.families])
    peak = np.array([family["season"][1] for family in catalog.families])
    family = catalog.products["family_index"].to_numpy()[catalog.series_product]
    angle = 2 * np.pi * (month_of_year(np.arange(TOTAL))[:, None] - peak[family]) / 12
    return np.asarray(1 + amplitude[family] * np.cos(angle))


def _expected(catalog: Catalog, season: Floats, rng: np.random.Generator) -> Floats:
    product, market = catalog.series_product, catalog.series_market
    size = catalog.family_value("scale") * rng.lognormal(0, 0.45, len(catalog.products))
    weight = catalog.markets["weight"].to_numpy()[market] * rng.lognormal(0, 0.25, len(product))
    north_dairy = (catalog.products["family"] == "Dairy").to_numpy()[product]
    north_dairy &= (catalog.markets["region"] == "North").to_numpy()[market]
    weight = np.where(north_dairy, weight * 1.35, weight)
    growth = catalog.family_value("growth")[product]
    years = np.arange(TOTAL)[:, None] / 12
    return np.asarray(size[product] * weight * (1 + growth) ** years * season)


def _with_launch(catalog: Catalog, expected: Floats) -> Floats:
    """The launched product sells its share of the reference product from its first month on."""
    launch = stories.LAUNCH
    out = expected.copy()
    for market in catalog.series_market[catalog.series_product == catalog.product(launch.product)]:
        name = str(catalog.markets["market_name"][market])
        new, reference = catalog.series(launch.product, name), catalog.series(launch.reference, name)
        out[:, new] = expected[:, reference] * launch.ratio
        out[: launch.month, new] = 0
    return out


def _breaks(catalog: Catalog) -> Floats:
    factor = np.ones((TOTAL, len(catalog.series_product)))
    for story in stories.BREAKS:
        affected = catalog.series_market == catalog.market(story.market)
        if story.product is not None:
            affected &= catalog.series_product == catalog.product(story.product)
        progress = np.clip((np.arange(TOTAL) - story.month + 1) / story.ramp, 0, 1)
        factor *= np.where(affected, 1 + (story.factor - 1) * progress[:, None], 1.0)
    return factor


def _ramps(catalog: Catalog) -> tuple[Floats, Floats, Flags]:
    """True and planned share of demand left (TOTAL × S) and whether the product is on sale."""
    shape = (TOTAL, len(catalog.series_product))
    true, planned, sold = np.ones(shape), np.ones(shape), np.ones(shape, dtype=bool)
    story = stories.PHASE_OUT
    old = catalog.series_product == catalog.product(story.old)
    new = catalog.series_product == catalog.product(story.new)
    for step, (left, believed) in enumerate(zip(story.true_left, story.planned_left, strict=True)):
        month = story.starts + step
        true[month, old], planned[month, old] = left, believed
        true[month, new] = planned[month, new] = 1 + 0.12 * (step + 1)
    true[story.ends + 1 :, new] = planned[story.ends + 1 :, new] = 1.5
    retired, last = stories.RETIRED
    for ended, month in ((old, story.ends + 1), (catalog.series_product == catalog.product(retired), last)):
        true[month:, ended] = planned[month:, ended] = 0
        sold[month:, ended] = False
    sold[: stories.LAUNCH.month, catalog.series_product == catalog.product(stories.LAUNCH.product)] = False
    return true, planned, sold


def _intermittent(catalog: Catalog) -> Flags:
    products = catalog.products["product_name"].isin(_INTERMITTENT_PRODUCTS).to_numpy()
    markets = catalog.markets["market_name"].isin(_INTERMITTENT_MARKETS).to_numpy()
    return np.asarray(products[catalog.series_product] & markets[catalog.series_market])


def _draw(mean: Floats, noise: Floats, intermittent: Flags, rng: np.random.Generator) -> Ints:
    past = mean[: PARTIAL_MONTH + 1]
    shock = np.exp(rng.normal(0, 1, past.shape) * noise - noise**2 / 2)
    present = rng.random(past.shape) < _INTERMITTENT_RATE
    shock = np.where(intermittent, present / _INTERMITTENT_RATE * shock, shock)
    return np.rint(past * shock).astype(np.int64)


def _promotions(catalog: Catalog, expected: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """The promotions of the past, the planted ones, and those planned for the months ahead."""
    rows = [_drawn_promotion(catalog, expected, month, rng) for month in _promotion_months(rng)]
    for story in (stories.JUICE_PROMOTION, *stories.SPAIN_PROMOTIONS):
        row = {
            "series": catalog.series(story.product, story.market),
            "month": story.month,
            "first_day": 0,
            "discount_rate": story.discount,
            "expected_uplift": story.expected,
            "true_uplift": story.true,
            "cost": float(story.cost),
            "promotion_name": story.name,
        }
        rows.append(row)
    frame = (
        pd.DataFrame(rows).sort_values(["month", "series"]).drop_duplicates(["month", "series"], keep="last")
    )
    frame = frame.reset_index(drop=True)
    frame["promotion_id"] = [f"P{number:04d}" for number in frame.index + 1]
    start = month_start(frame["month"].to_numpy())
    frame["starts_on"] = start + frame["first_day"].to_numpy().astype("timedelta64[D]")
    frame["ends_on"] = month_start(frame["month"].to_numpy() + 1) - np.timedelta64(1, "D")
    return frame


def _promotion_months(rng: np.random.Generator) -> list[int]:
    past = np.sort(rng.integers(3, CLOSED, _PROMOTIONS))
    ahead = np.repeat(np.arange(CLOSED, CLOSED + _PLANNED_MONTHS), _PLANNED_A_MONTH)
    return [int(month) for month in (*past, *ahead)]


def _drawn_promotion(
    catalog: Catalog, expected: Floats, month: int, rng: np.random.Generator
) -> dict[str, object]:
    told = {stories.JUICE_PROMOTION.product, stories.PHASE_OUT.old}
    told |= {stories.LAUNCH.product, stories.RETIRED[0], *_INTERMITTENT_PRODUCTS}
    products = catalog.products
    weight = products["family"].map(_PROMOTED).fillna(0.5).where(~products["product_name"].isin(told), 0.0)
    chance = weight.to_numpy()[catalog.series_product]
    series = int(rng.choice(len(chance), p=chance / chance.sum()))
    name = str(products["product_name"][catalog.series_product[series]])
    lift = round(float(rng.uniform(0.15, 0.45)), 2)
    market = catalog.markets["market_name"][catalog.series_market[series]]
    season = _SEASON_NAMES[int(month_of_year(np.array(month))) - 1]
    value = expected[month, series] * catalog.per_series("price")[series]
    return {
        "series": series,
        "month": month,
        "first_day": int(rng.choice([0, 0, 9, 14])),
        "discount_rate": round(float(rng.choice([0.05, 0.08, 0.10, 0.15])), 2),
        "expected_uplift": lift,
        "true_uplift": round(max(0.0, lift * (1 + float(rng.normal(0, 0.15)))), 3),
        "cost": round(float(value * rng.uniform(0.03, 0.06)), -1),
        "promotion_name": f"{name.split(' and ', maxsplit=1)[0]} {market} {season}",
    }


def days_share(promotions: pd.DataFrame) -> Floats:
    """Share of the days of its month that each promotion covers."""
    month = promotions["month"].to_numpy()
    days = (month_start(month + 1) - month_start(month)).astype(int)
    return np.asarray((days - promotions["first_day"].to_numpy()) / days, dtype=float)


def _lifts(promotions: pd.DataFrame, shape: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    share = days_share(promotions)
    at = (promotions["month"].to_numpy(), promotions["series"].to_numpy())
    expected, true, price = np.ones(shape), np.ones(shape), np.ones(shape)
    expected[at] = 1 + share * promotions["expected_uplift"].to_numpy()
    true[at] = 1 + share * promotions["true_uplift"].to_numpy()
    price[at] = 1 - share * promotions["discount_rate"].to_numpy()
    return expected, true, price
