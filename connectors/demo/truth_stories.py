"""What each planted story did, in numbers: measured on the run, or against a run without its cause."""

from __future__ import annotations

from typing import Any

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Flags, Floats
from connectors.demo.catalog import Catalog
from connectors.demo.order_book import OrderBook
from connectors.demo.planning import supplier_allowance
from connectors.demo.simulation import Simulation
from connectors.demo.timeline import AS_OF_MONTH, CLOSED, month_date, month_index

_FAILURE_SPAN = range(min(stories.LAKESIDE.months), AS_OF_MONTH + 1)


def _iso(month: int) -> str:
    return month_date(month).isoformat()


def _in(catalog: Catalog, column: str, name: str) -> Flags:
    """Which series belong to a family, business unit, region or market."""
    if column in catalog.products:
        return np.asarray((catalog.products[column] == name).to_numpy()[catalog.series_product])
    return np.asarray((catalog.markets[column] == name).to_numpy()[catalog.series_market])


def otif(book: OrderBook, month: int, series: Flags) -> float:
    """Lines on time and in full over lines due, of one promised month."""
    return round(float(book.good[month, series].sum() / book.due[month, series].sum()), 6)


def supplier_failure(simulation: Simulation, without: OrderBook) -> dict[str, Any]:
    """What Lakeside's failure cost, against the same company without it."""
    s, story = simulation, stories.LAKESIDE
    dairy = _in(s.catalog, "family", story.family)
    north = dairy & _in(s.catalog, "region", "North")
    products = s.catalog.of_family(story.family)
    usual = supplier_allowance(s.catalog, s.demand, failed=False)
    months: list[dict[str, Any]] = [
        {
            "period": _iso(month),
            "usual_limit_units": float(usual[month, products].sum()),
            "limit_units": float(s.world.allowed[month, products].sum()),
            "north_dairy_otif": otif(s.book, month, north),
            "north_dairy_otif_without": otif(without, month, north),
            "extra_lost_units": _extra(s.book.lost_units, without.lost_units, month, dairy),
            "extra_lost_value": _extra(s.book.lost_value, without.lost_value, month, dairy),
            "extra_expedite_cost": _extra(s.book.expedite, without.expedite, month, dairy),
        }
        for month in _FAILURE_SPAN
    ]
    totals = {
        name: round(sum(row[name] for row in months), 2)
        for name in ("extra_lost_units", "extra_lost_value", "extra_expedite_cost")
    }
    return {
        "supplier": story.supplier,
        "family": story.family,
        "failed_months": [_iso(month) for month in story.months],
        "shares_of_usual_demand": list(story.shares),
        "months": months,
        **totals,
    }


def _extra(with_cause: Floats, without: Floats, month: int, series: Flags) -> float:
    return round(float(with_cause[month, series].sum() - without[month, series].sum()), 2)


def pre_build(simulation: Simulation, without: OrderBook) -> dict[str, Any]:
    """The decision that worked: what the juices built ahead in April and May saved in June."""
    s, story = simulation, stories.PRE_BUILD
    juices = _in(s.catalog, "family", story.family)
    ashford = _of_plant(s.catalog, stories.REBUILD_PLANT)
    month = story.months[-1] + 1
    return {
        "decided_in": _iso(story.months[0] - 1),
        "family": story.family,
        "months": [_iso(m) for m in story.months],
        "units_a_month": dict(story.units),
        "units": sum(units for _, units in story.units) * len(story.months),
        "measured_in": _iso(month),
        "otif": otif(s.book, month, juices),
        "otif_without": otif(without, month, juices),
        "avoided_lost_units": -_extra(s.book.lost_units, without.lost_units, month, ashford),
        "avoided_lost_value": -_extra(s.book.lost_value, without.lost_value, month, ashford),
        "avoided_expedite_cost": -_extra(s.book.expedite, without.expedite, month, ashford),
    }


def _of_plant(catalog: Catalog, name: str) -> Flags:
    plant = [site["name"] for site in catalog.raw["sites"]].index(name)
    return np.asarray((catalog.products["plant"] == plant).to_numpy()[catalog.series_product])


def promotion(simulation: Simulation, story: stories.Promotion) -> dict[str, Any]:
    """A planted promotion: uplift expected, true in the mean, and as it came out with the noise."""
    s = simulation
    series = s.catalog.series(story.product, story.market)
    base = float(s.demand.mean[story.month, series] / (1 + story.true))
    ordered = float(s.book.ordered[story.month, series])
    return {
        "name": story.name,
        "product": story.product,
        "market": story.market,
        "period": _iso(story.month),
        "discount_rate": story.discount,
        "cost": story.cost,
        "expected_uplift": story.expected,
        "true_uplift": story.true,
        "baseline_units": round(base, 1),
        "ordered_units": ordered,
        "realised_uplift": round(ordered / base - 1, 4),
        "consensus_units": float(s.forecasts.units["consensus"][story.month - 1, 1, series]),
    }


def win_back(simulation: Simulation, value: Floats) -> dict[str, Any]:
    """The decision that did not work: promotions in the losing market, and its share before and after.

    Args:
        simulation: The run.
        value: Market value by month and market, (48 × markets).
    """
    rows = [promotion(simulation, story) for story in stories.SPAIN_PROMOTIONS]
    base = sum(row["baseline_units"] for row in rows)
    ordered = sum(row["ordered_units"] for row in rows)
    first = stories.SPAIN_PROMOTIONS[0]
    before, after = (_share(simulation, value, range(m, m + 1)) for m in (first.month - 1, AS_OF_MONTH))
    return {
        "decided_in": _iso(first.month - 2),
        "name": first.name,
        "market": first.market,
        "period": _iso(first.month),
        "cost": sum(story.cost for story in stories.SPAIN_PROMOTIONS),
        "expected_uplift": first.expected,
        "true_uplift": first.true,
        "realised_uplift": round(ordered / base - 1, 4),
        "consensus_units": sum(row["consensus_units"] for row in rows),
        "ordered_units": ordered,
        "share_before": before,
        "share_at_as_of": after,
        "promotions": rows,
    }


def _share(simulation: Simulation, value: Floats, months: range) -> float:
    """Our share of the losing market by value over some months."""
    s, name = simulation, stories.SHARE_LOSS.market
    series = _in(s.catalog, "market_name", name)
    span = slice(months.start, months.stop)
    return round(float(s.book.revenue[span, series].sum() / value[span, s.catalog.market(name)].sum()), 5)


def phase_out(simulation: Simulation) -> dict[str, Any]:
    """Stock that the phase-out left, and the plan that made it."""
    s, story = simulation, stories.PHASE_OUT
    old = s.catalog.product(story.old)
    stock = s.history.plant_stock[:, old] + s.history.warehouse_stock[:, old].sum(axis=1)
    mine = s.catalog.series_product == old
    months = range(story.starts, story.ends + 1)
    return {
        "old": story.old,
        "new": story.new,
        "starts": _iso(story.starts),
        "ends": _iso(story.ends),
        "planned_units": [float(s.world.consensus[month - 1, 1, old]) for month in months],
        "ordered_units": [float(s.book.ordered[month, mine].sum()) for month in months],
        "leftover_units": float(stock[AS_OF_MONTH]),
        "leftover_value": round(float(stock[AS_OF_MONTH] * s.catalog.products["cost"][old]), 2),
    }


def overload(simulation: Simulation) -> dict[str, Any]:
    """Hours of filling that the newest plan needs at the plant whose line is rebuilt."""
    s = simulation
    plant = [site["name"] for site in s.catalog.raw["sites"]].index(stories.REBUILD_PLANT)
    mine = s.world.plant == plant
    months = []
    for lag in (1, 2, 3):
        need = float((s.history.proposed[AS_OF_MONTH].make[lag] * s.world.per_unit[1])[mine].sum())
        have = float(s.world.hours[AS_OF_MONTH + lag, [plant * 3 + 1, plant * 3 + 2]].sum())
        months.append(_hours(_iso(AS_OF_MONTH + lag), need, have))
    need = sum(row["required_hours"] for row in months)
    have = sum(row["available_hours"] for row in months)
    return {
        "plant": stories.REBUILD_PLANT,
        "operation": "filling",
        "months": months,
        "quarter": _hours("2026-Q3", need, have),
    }


def _hours(period: str, need: float, have: float) -> dict[str, Any]:
    return {
        "period": period,
        "required_hours": round(need, 1),
        "available_hours": round(have, 1),
        "utilisation": round(need / have, 4),
    }


def share_loss(simulation: Simulation, value: Floats) -> dict[str, Any]:
    """Share of the losing market by value, last quarter and the same a year before.

    Args:
        simulation: The run.
        value: Market value by month and market, (48 × markets).
    """
    story = stories.SHARE_LOSS
    before, after = (
        _share(simulation, value, range(first, first + 3))
        for first in (month_index(2025, 4), month_index(2026, 4))
    )
    return {
        "market": story.market,
        "since": _iso(story.month),
        "cause": story.cause,
        "demand_factor": story.factor,
        "share_q2_2025": before,
        "share_q2_2026": after,
        "points_lost": round((before - after) * 100, 3),
    }


def breaks(simulation: Simulation) -> list[dict[str, Any]]:
    """Structural breaks: every series whose level truly changed, with its factor and ramp."""
    catalog, rows = simulation.catalog, []
    for story in stories.BREAKS:
        mine = _in(catalog, "market_name", story.market)
        if story.product is not None:
            mine &= _in(catalog, "product_name", story.product)
        rows += [
            {
                "product_id": str(catalog.products["product_id"][catalog.series_product[series]]),
                "market_id": str(catalog.markets["market_id"][catalog.series_market[series]]),
                "period": _iso(story.month),
                "factor": story.factor,
                "ramp_months": story.ramp,
                "cause": story.cause,
            }
            for series in np.flatnonzero(mine)
        ]
    return rows


def errors(simulation: Simulation, series: Flags) -> dict[str, dict[str, float]]:
    """Wmape and bias of each version at lag 1 over the last 12 closed months, on the published keys."""
    s = simulation
    months = np.arange(CLOSED - 12, CLOSED)
    plans = {name: units[months - 1, 1][:, series] for name, units in s.forecasts.units.items()}
    published = np.max(list(plans.values()), axis=0) > 0
    actual = np.where(published, s.book.ordered[months][:, series], 0)
    total = actual.sum()
    return {
        name: {
            "wmape": round(float(np.abs(plan - actual)[published].sum() / total), 6),
            "bias": round(float((plan - actual)[published].sum() / total), 6),
        }
        for name, plan in plans.items()
    }
