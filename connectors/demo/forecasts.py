"""The demand plan: five versions in every cycle, each with its own way of being wrong.

Arrays are (cycle × lag × series). A cycle is held in its month, so it knows the actuals up to
the month before. Versions are made in order: naive, statistical, sales, marketing, consensus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Flags, Floats, Ints, Texts
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.timeline import CLOSED, LAGS, stream

VERSIONS = ("naive", "statistical", "sales", "marketing", "consensus")
_SMOOTHING = 0.25
_PROMOTION_NOTICE = 6
_TOUCH_RATE = {"Desserts": 1.0, "Cereals": 0.35, "Sauces": 0.35}
_OTHER_TOUCH_RATE = 0.22
_OVERRIDE_SPREAD = 0.11
_SALES_WEIGHT = 0.6
_INFORMED_WEIGHT = 0.5
_INFORMED_LAGS = 4
_SMALL_OVERRIDE = 0.05
_Z80 = 1.2816


@dataclass(frozen=True)
class Forecasts:
    """All versions of all cycles.

    Attributes:
        units: Whole units by version name, each (48 × 19 × S).
        low: P10 of the statistical version.
        high: P90 of the statistical version.
        touched: Whether sales overrode the series in the cycle, (48 × S).
    """

    units: dict[str, Floats]
    low: Floats
    high: Floats
    touched: Flags


def build_forecasts(catalog: Catalog, demand: Demand, actual: Ints, seed: int) -> Forecasts:
    """Every version of every cycle from what was known then.

    Args:
        catalog: The world.
        demand: True demand and its causes, of which planners know season, promotions and endings.
        actual: Ordered units less what customers cancelled, (48 × S).
        seed: The seed of the company.
    """
    rng = stream(seed, "forecasts")
    period = np.minimum(np.arange(CLOSED)[:, None] + np.arange(LAGS)[None, :], len(demand.mean) - 1)
    known = _known_to_sell(catalog, period)
    statistical = _statistical(catalog, demand, actual, period) * known
    touched, factor = _overrides(catalog, period, rng)
    factor = _with_insight(catalog, demand, period, statistical=statistical, touched=touched, factor=factor)
    sales = statistical * _without_small_ones(factor)
    lift = _announced_lift(demand, period)
    marketing = sales * lift
    consensus = marketing**_SALES_WEIGHT * (statistical * lift) ** (1 - _SALES_WEIGHT)
    spread = _spread(demand, actual)
    high = np.exp(_Z80 * spread)
    units = {
        "naive": _naive(actual, period) * known,
        "statistical": statistical,
        "sales": sales,
        "marketing": marketing,
        "consensus": consensus,
    }
    rounded = {name: np.rint(values) for name, values in units.items()}
    return Forecasts(rounded, np.rint(statistical / high), np.rint(statistical * high), touched)


def _naive(actual: Ints, period: Ints) -> Floats:
    """The same month of the last year that is known; before a year is known, the last month."""
    cycle = np.arange(CLOSED)[:, None]
    years = np.ceil((period - cycle + 1) / 12).astype(np.int64)
    source = period - 12 * years
    source = np.where(source < 0, np.maximum(cycle - 1, 0), source)
    return np.asarray(actual[source], dtype=float)


def _statistical(catalog: Catalog, demand: Demand, actual: Ints, period: Ints) -> Floats:
    """Smoothed level of cleaned, deseasonalised demand × growth × season × planned phase-outs."""
    growth = catalog.family_value("growth")[catalog.series_product]
    trend = (1 + growth) ** (1 / 12)
    level = _levels(catalog, demand, actual, trend)
    lag = np.arange(LAGS)[None, :, None] + 1
    return np.asarray(level[:, None, :] * trend**lag * demand.season[period] * demand.planned_ramp[period])


def _levels(catalog: Catalog, demand: Demand, actual: Ints, trend: Floats) -> Floats:
    """Level of each series as known at the start of each cycle, (48 × S)."""
    normal = demand.season[:CLOSED] * demand.expected_lift[:CLOSED] * demand.planned_ramp[:CLOSED]
    clean = np.divide(actual, normal, out=np.zeros(actual.shape), where=normal > 0)
    level = demand.expected[0] / demand.season[0]
    launch = stories.LAUNCH
    new = catalog.series_product == catalog.product(launch.product)
    start = demand.expected[launch.month] / demand.season[launch.month] * launch.planned_ratio / launch.ratio
    levels = np.empty(actual.shape)
    for month in range(CLOSED):
        level = np.where(new & (month <= launch.month), start, level)
        levels[month] = level
        observed = demand.sold[month] & (normal[month] > 0)
        level = np.where(observed, level * trend * (1 - _SMOOTHING) + clean[month] * _SMOOTHING, level)
    return levels


def _known_to_sell(catalog: Catalog, period: Ints) -> Floats:
    """0 where planners know that the product is not on sale: before a launch, after an ending."""
    known = np.ones((*period.shape, len(catalog.series_product)))
    cycle = np.arange(CLOSED)[:, None]
    launch, ending, (retired, last) = stories.LAUNCH, stories.PHASE_OUT, stories.RETIRED
    is_new = catalog.series_product == catalog.product(launch.product)
    known[(period < launch.month) | (cycle < launch.month - 6)] *= np.where(is_new, 0.0, 1.0)
    known[period > ending.ends] *= np.where(catalog.series_product == catalog.product(ending.old), 0.0, 1.0)
    known[period >= last] *= np.where(catalog.series_product == catalog.product(retired), 0.0, 1.0)
    return known


def _overrides(catalog: Catalog, period: Ints, rng: np.random.Generator) -> tuple[Flags, Floats]:
    """Which series sales touched in which cycle, and by what factor at each lag."""
    family = catalog.products["family"].to_numpy()[catalog.series_product]
    rate = np.array([_TOUCH_RATE.get(name, _OTHER_TOUCH_RATE) for name in family])
    touched = rng.random((CLOSED, len(family))) < rate
    draw = rng.normal(0, 1, touched.shape)
    hopeful = family == stories.SALES_BIAS_FAMILY
    usual = np.exp(0.03 + _OVERRIDE_SPREAD * draw)
    factor = np.where(hopeful, (1 + stories.SALES_BIAS) * np.exp(0.03 * draw), usual)
    spain = catalog.series_market == catalog.market(stories.SHARE_LOSS.market)
    losing = np.arange(CLOSED)[:, None] >= stories.SHARE_LOSS.month
    hope = spain & losing & ~hopeful
    touched = (touched | hope) & ~_left_alone(family)
    factor = np.where(hope, 1 + stories.SPAIN_SALES_HOPE + 0.02 * draw, factor)
    factor = np.repeat(np.where(touched, factor, 1.0)[:, None, :], LAGS, axis=1)
    return _knows_the_listing(catalog, period, touched, factor)


def _left_alone(family: Texts) -> Flags:
    """Families that sales agreed not to touch any more, from the cycle after the decision, (48 × S)."""
    name, since = stories.NO_MORE_OVERRIDES
    return np.asarray((np.arange(CLOSED)[:, None] >= since) & (family == name)[None, :])


def _without_small_ones(factor: Floats) -> Floats:
    """Overrides below five percent are dropped from the cycle in which that was agreed."""
    small = np.abs(factor - 1) < _SMALL_OVERRIDE
    agreed = np.arange(CLOSED)[:, None, None] >= stories.NO_SMALL_OVERRIDES_FROM
    return np.where(small & agreed, 1.0, factor)


def _with_insight(
    catalog: Catalog,
    demand: Demand,
    period: Ints,
    *,
    statistical: Floats,
    touched: Flags,
    factor: Floats,
) -> Floats:
    """In the informed region sales see the customers' plans: their overrides go half the way to the truth."""
    region = catalog.markets["region"].to_numpy()[catalog.series_market]
    family = catalog.products["family"].to_numpy()[catalog.series_product]
    place = (region == stories.INFORMED_REGION) & (family != stories.SALES_BIAS_FAMILY)
    informed = place & touched[:, None, :]
    near = (np.arange(LAGS) < _INFORMED_LAGS)[None, :, None] & (period < len(demand.units))[:, :, None]
    truth = demand.units[np.minimum(period, len(demand.units) - 1)] / demand.expected_lift[period]
    ratio = np.divide(truth, statistical, out=np.ones(statistical.shape), where=statistical > 0)
    seen = np.clip(ratio, 0.6, 1.6) ** _INFORMED_WEIGHT
    return np.where(informed, np.where(near, seen, 1.0), factor)


def _knows_the_listing(
    catalog: Catalog, period: Ints, touched: Flags, factor: Floats
) -> tuple[Flags, Floats]:
    """Sales knew of the new listing three months ahead: the override that earns its place."""
    story = stories.LISTING
    series = catalog.series(str(story.product), story.market)
    cycle = np.arange(CLOSED)[:, None]
    learnt = np.clip(1 - _SMOOTHING, 0, 1) ** np.clip(cycle - story.month, 0, None)
    lift = 1 + (story.factor - 1) * learnt
    applies = (period >= story.month) & (cycle >= story.month - 3) & (cycle <= story.month + 5)
    factor[:, :, series] = np.where(applies, lift, factor[:, :, series])
    touched[:, series] |= applies.any(axis=1)
    return touched, factor


def _announced_lift(demand: Demand, period: Ints) -> Floats:
    """Expected lift of the promotions that were announced when the cycle was held."""
    lag = (period - np.arange(CLOSED)[:, None])[:, :, None]
    return np.where(lag <= _PROMOTION_NOTICE, demand.expected_lift[period], 1.0)


def _spread(demand: Demand, actual: Ints) -> Floats:
    """Standard deviation of the log error by lag: noise and level error, wider with the lag."""
    lag = np.arange(LAGS)[None, :, None]
    spread = np.sqrt((demand.noise * 1.17) ** 2 + 0.03**2) * np.sqrt(1 + 0.06 * lag)
    spread = np.where(demand.intermittent, 1.0, spread)
    return np.repeat(spread, len(actual), axis=0)
