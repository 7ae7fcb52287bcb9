"""Figures that a meeting had before it, as people write them in minutes.

A meeting of cycle c looks back at month c − 1, the last closed one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from connectors.demo import stories
from connectors.demo.arrays import Flags, Floats
from connectors.demo.finance import Flows
from connectors.demo.simulation import Simulation
from connectors.demo.timeline import month_date
from connectors.periods import MONTH_NAMES


def month_name(month: int) -> str:
    """A month number as people write it: `June 2026`."""
    day = month_date(month)
    return f"{MONTH_NAMES[day.month]} {day.year}"


def money(amount: float) -> str:
    """Euros as in minutes: €4.12m, €84k, €950; a minus before the sign."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    if size >= 1e6:
        return f"{sign}€{size / 1e6:.2f}m"
    return f"{sign}€{size / 1e3:.0f}k" if size >= 1e3 else f"{sign}€{size:.0f}"


def percent(ratio: float) -> str:
    """A ratio as a percentage with one digit."""
    return f"{ratio * 100:.1f}%"


def change(points: float) -> str:
    """A difference of ratios in words: `up 1.2 points`."""
    if abs(points) < 0.0005:
        return "unchanged"
    return f"{'up' if points > 0 else 'down'} {abs(points) * 100:.1f} points"


def gap(amount: float, against: str) -> str:
    """A difference of money in words: `€84k below the committed plan`."""
    return f"{money(abs(amount))} {'above' if amount > 0 else 'below'} {against}"


class Facts:
    """The figures of a run, asked by month."""

    def __init__(self, simulation: Simulation, committed: dict[int, Flows], market_value: Floats) -> None:
        """Take a run, the committed plan of each cycle, and market value by month and market."""
        self._s = simulation
        self._committed = committed
        self._market_value = market_value
        catalog = simulation.catalog
        self._all = np.ones(len(catalog.series_product), dtype=bool)

    def of_cycle(self, cycle: int) -> dict[str, str]:
        """All figures that minutes of the cycle may name, by placeholder."""
        month = cycle - 1
        return {
            "month": month_name(month),
            "before": month_name(month - 1),
            "this": month_name(cycle),
            "next": month_name(cycle + 1),
            **self._service(month),
            **self._demand(month),
            **self._supply(month),
            **self._money(month),
            **self._market(month),
            **self._muesli(month),
        }

    def _in(self, family: str | None = None, region: str | None = None) -> Flags:
        catalog = self._s.catalog
        out = self._all.copy()
        if family:
            out &= (catalog.products["family"] == family).to_numpy()[catalog.series_product]
        if region:
            out &= (catalog.markets["region"] == region).to_numpy()[catalog.series_market]
        return out

    def _otif(self, month: int, series: Flags) -> float:
        book = self._s.book
        return float(book.good[month, series].sum() / book.due[month, series].sum())

    def _service(self, month: int) -> dict[str, str]:
        book, dairy = self._s.book, self._in("Dairy")
        now, before = self._otif(month, self._all), self._otif(month - 1, self._all)
        return {
            "otif": percent(now),
            "otif_before": percent(before),
            "otif_change": change(now - before),
            "dairy_otif": percent(self._otif(month, dairy)),
            "north_dairy_otif": percent(self._otif(month, self._in("Dairy", "North"))),
            "juices_otif": percent(self._otif(month, self._in("Juices"))),
            "lost_sales": money(float(book.lost_value[month].sum())),
            "lost_units": f"{book.lost_units[month].sum():,.0f}",
            "dairy_lost": money(float(book.lost_value[month, dairy].sum())),
            "expedite": money(float(book.expedite[month].sum())),
        }

    def _errors(self, month: int, version: str, series: Flags) -> tuple[float, float]:
        plan = self._s.forecasts.units[version][month - 1, 1][series]
        actual = self._s.book.ordered[month][series]
        return float(np.abs(plan - actual).sum() / actual.sum()), float((plan - actual).sum() / actual.sum())

    def _demand(self, month: int) -> dict[str, str]:
        out = {}
        for version in ("naive", "statistical", "sales", "consensus"):
            wmape, bias = self._errors(month, version, self._all)
            out[f"wmape_{version}"], out[f"bias_{version}"] = percent(wmape), f"{bias * 100:+.1f}%"
        for family in ("Desserts", "Sauces", "Cereals", "Snacks"):
            for version in ("statistical", "sales", "consensus"):
                wmape, bias = self._errors(month, version, self._in(family))
                out[f"{family.lower()}_wmape_{version}"] = percent(wmape)
                out[f"{family.lower()}_bias_{version}"] = f"{bias * 100:+.1f}%"
        ordered = self._s.book.ordered[month].sum()
        return {**out, "ordered": f"{ordered:,.0f}"}

    def _supply(self, month: int) -> dict[str, str]:
        s = self._s
        made = s.world.made > 0
        plan = s.history.approved[month - 1].make[1]
        out = {"attainment": percent(float(s.history.output[month][made].sum() / plan[made].sum()))}
        cost = s.catalog.products["cost"].to_numpy()
        stock = s.history.plant_stock[month] + s.history.warehouse_stock[month].sum(axis=1)
        target = s.world.calm[month - 1, 2] * s.world.cover[month + 1]
        desserts = s.catalog.of_family("Desserts")
        out["inventory"] = money(float((stock * cost).sum()))
        out["stock_ratio"] = percent(float((stock * cost).sum() / (target * cost).sum()))
        out["desserts_stock_ratio"] = percent(
            float((stock * cost)[desserts].sum() / (target * cost)[desserts].sum())
        )
        for plant, name in enumerate(("millbrook", "ashford", "stonebridge")):
            out[f"{name}_use"] = percent(self._use(plant, month, s.history.output[month]))
        return out

    def _use(self, plant: int, month: int, units: Floats) -> float:
        """Required over available hours of filling at a plant."""
        world = self._s.world
        mine = world.plant == plant
        need = (units * world.per_unit[1] * world.made)[mine].sum()
        return float(need / world.hours[month, [plant * 3 + 1, plant * 3 + 2]].sum())

    def _money(self, month: int) -> dict[str, str]:
        actual, plan = self._s.actuals, self._committed[month - 1]
        now = {name: float(values[month].sum()) for name, values in actual.amounts.items()}
        then = {name: float(values[1].sum()) for name, values in plan.amounts.items()}
        profit = now["revenue"] - now["cogs"]
        running = now["promotion"] + now["expedite"] + now["operating_expense"]
        cash, planned_cash = float(actual.cash()[month].sum()), float(plan.cash()[1].sum())
        return {
            "revenue": money(now["revenue"]),
            "revenue_gap": gap(now["revenue"] - then["revenue"], "the committed plan"),
            "margin_rate": percent(profit / now["revenue"]),
            "operating_profit": money(profit - running),
            "cash": money(cash),
            "cash_gap": gap(cash - planned_cash, "the committed plan"),
        }

    def _market(self, month: int) -> dict[str, str]:
        s, market = self._s, self._s.catalog.market(stories.SHARE_LOSS.market)
        mine = s.catalog.series_market == market

        def share(at: int) -> float:
            return float(s.book.revenue[at, mine].sum() / self._market_value[at, market])

        now, year_ago = share(month), share(month - 12)
        return {
            "spain_share": percent(now),
            "spain_share_year_ago": percent(year_ago),
            "spain_change": change(now - year_ago),
        }

    def _muesli(self, month: int) -> dict[str, str]:
        s = self._s
        old = s.catalog.product(stories.PHASE_OUT.old)
        mine = s.catalog.series_product == old
        stock = s.history.plant_stock[month, old] + s.history.warehouse_stock[month, old].sum()
        return {
            "muesli_stock": f"{stock:,.0f}",
            "muesli_orders": f"{s.book.ordered[month, mine].sum():,.0f}",
            "muesli_plan": f"{s.world.consensus[month - 1, 1, old]:,.0f}",
        }


def story_facts(truth: dict[str, Any]) -> dict[str, str]:
    """Figures of the stories that minutes name, from the truth."""
    promotion, overload = truth["promotion_that_beat_its_uplift"], truth["plant_over_capacity"]
    win_back, pre_build = truth["decision_that_did_not"], truth["decision_that_worked"]
    july, august, september = (percent(row["utilisation"]) for row in overload["months"])
    missing = overload["quarter"]["required_hours"] - overload["quarter"]["available_hours"]
    return {
        "promotion_units": f"{promotion['ordered_units']:,.0f}",
        "promotion_plan": f"{promotion['consensus_units']:,.0f}",
        "ashford_july": july,
        "ashford_august": august,
        "ashford_september": september,
        "ashford_missing_hours": f"{missing:,.0f}",
        "win_back_units": f"{win_back['ordered_units']:,.0f}",
        "win_back_plan": f"{win_back['consensus_units']:,.0f}",
        "win_back_cost": money(win_back["cost"]),
        "pre_build_units": f"{pre_build['units']:,.0f}",
        "muesli_leftover": f"{truth['phase_out_that_left_stock']['leftover_units']:,.0f}",
        "muesli_leftover_value": money(truth["phase_out_that_left_stock"]["leftover_value"]),
    }
