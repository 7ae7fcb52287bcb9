"""Questions about the demo company, each asked of Concord and of the plain SQL oracle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.oracle.question import Question

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
Q2 = (date(2026, 4, 1), date(2026, 6, 30))
FIRST_HALF = (date(2026, 1, 1), date(2026, 6, 30))
YEAR = (date(2025, 7, 1), date(2026, 6, 30))
WEEK = (date(2026, 6, 8), date(2026, 6, 14))
NEXT_QUARTER = (date(2026, 7, 1), date(2026, 9, 30))
AHEAD = (date(2026, 7, 1), date(2026, 12, 31))
AROUND = (date(2026, 5, 1), date(2026, 8, 31))
TWO_YEARS = (date(2024, 7, 1), date(2026, 6, 30))
ALL_YEARS = (date(2022, 7, 1), date(2026, 6, 30))

SERVICE = (
    "on_time_rate",
    "in_full_rate",
    "otif_rate",
    "line_fill_rate",
    "order_fill_rate",
    "unit_fill_rate",
    "lost_sales_units",
    "lost_sales",
)
BY_ORDER = ("on_time_rate", "in_full_rate", "otif_rate", "order_fill_rate")
BOOK = ("gross_margin", "gross_margin_rate", "operating_profit", "cash_flow")
ERRORS = ("wmape", "forecast_accuracy", "forecast_bias")
CANCELLED = ("cancelled_units", "cancelled_orders", "cancellation_rate")


@dataclass(frozen=True)
class Case:
    """Metrics over one cut: the question for the oracle, which takes one metric, and the rest for Concord."""

    metrics: tuple[str, ...]
    question: Question
    filters: tuple[tuple[str, tuple[str, ...], bool], ...] = field(default=())

    @property
    def name(self) -> str:
        q = self.question
        asked = [self.metrics[0], f"and_{len(self.metrics) - 1}", *q.by, f"{q.start:%y%m%d}-{q.end:%y%m%d}"]
        for option, usual in Question("", q.start, q.end).__dict__.items():
            value = getattr(q, option)
            if option not in ("metric", "start", "end", "by", "where") and value != usual:
                asked.append(f"{option}={value}")
        asked += [f"{'not-' if exclude else ''}{'+'.join(members)}" for _, members, exclude in self.filters]
        return " ".join(map(str, asked)).replace(" ", "_")

    def questions(self) -> Iterator[Question]:
        """The question for each metric."""
        return (replace(self.question, metric=metric) for metric in self.metrics)

    def arguments(self) -> dict[str, Any]:
        """The question as the tool takes it."""
        q = self.question
        said: dict[str, Any] = {"group_by": list(q.by), "period": {"start": q.start, "end": q.end}}
        said |= {"level": q.level, "date_basis": q.date_basis, "fill_basis": q.fill_basis}
        said |= {"error_level": list(q.error_level), "weight": q.weight, "cycle": q.cycle, "lag": q.lag}
        if q.versions != ("consensus",):
            said["filters"] = [{"dimension": "version", "members": list(q.versions)}]
        for dimension, members, exclude in self.filters:
            chosen = {"dimension": dimension, "members": list(members), "exclude": exclude}
            said["filters"] = [*said.get("filters", []), chosen]
        return said


def cases() -> list[Case]:
    return [*_service(), *_demand(), *_plans(), *_errors(), *_cancellations(), *_money(), *_filtered()]


def _each(
    metrics: tuple[str, ...], window: tuple[date, date], *cuts: tuple[str, ...], **options: Any
) -> Iterator[Case]:
    for by in cuts:
        yield Case(metrics, Question("", *window, by, **options))


def _service() -> Iterator[Case]:
    yield from _each(SERVICE, JUNE, (), ("region",))
    yield from _each(SERVICE, Q2, ("customer",), ("family", "month"))
    yield from _each(SERVICE, YEAR, ("quarter",))
    yield from _each(SERVICE, WEEK, ())
    yield from _each(SERVICE, Q2, ("market",), date_basis="requested_on")
    yield from _each(SERVICE, Q2, ("month",), date_basis="ordered_on")
    yield from _each(("in_full_rate", "unit_fill_rate", "order_fill_rate"), Q2, ("site",))
    yield from _each(BY_ORDER, Q2, (), ("month",), ("family",), ("region",), level="order")
    yield from _each(BY_ORDER, YEAR, ("product",), level="order", date_basis="requested_on")
    yield from _each(("otif_rate",), Q2, ("month",), level="order", date_basis="ordered_on")
    yield from _each(("otif_rate", "lost_sales"), TWO_YEARS, ("channel", "year"))
    yield from _each(("otif_rate",), ALL_YEARS, ("product",), ("business_unit", "site_region"))


def _demand() -> Iterator[Case]:
    volumes = ("ordered_units", "shipped_units", "revenue")
    yield from _each(volumes, JUNE, (), ("product",))
    yield from _each(volumes, YEAR, ("month",), ("family", "quarter"), ("region",), ("channel",))
    yield from _each(volumes, TWO_YEARS, ("year",), ("market",))
    yield from _each(("shipped_units", "revenue"), Q2, ("customer",), ("site",), ("customer", "month"))
    margins = ("standard_margin", "standard_margin_rate")
    yield from _each(margins, Q2, (), ("family",), ("market", "month"), ("product",))


def _plans() -> Iterator[Case]:
    plan = ("demand_plan_units",)
    yield from _each(plan, AHEAD, (), ("family",), ("month",), ("region", "quarter"))
    yield from _each(plan, AROUND, (), ("month",))
    yield from _each(plan, YEAR, ("family",))
    yield from _each(plan, AHEAD, ("product",), cycle=date(2026, 3, 1))
    yield from _each(plan, AHEAD, (), ("month",), lag=3)
    every = ("naive", "statistical", "sales", "marketing", "consensus")
    yield from _each(plan, AHEAD, ("version",), ("version", "family"), versions=every)
    yield from _each(plan, AHEAD, ("market",), versions=("statistical",))


def _errors() -> Iterator[Case]:
    yield from _each(ERRORS, JUNE, (), ("family",))
    yield from _each(ERRORS, YEAR, ("month",), ("market",), ("product",))
    for lag in (0, 2, 3):
        yield from _each(ERRORS, Q2, ("region",), lag=lag)
    yield from _each(ERRORS, Q2, (), ("month",), versions=("statistical",))
    yield from _each(ERRORS, YEAR, ("version",), versions=("naive", "statistical", "sales", "consensus"))
    yield from _each(ERRORS, YEAR, (), ("family",), ("month",), error_level=("family",))
    yield from _each(ERRORS, YEAR, (), error_level=("region", "family"))
    yield from _each(ERRORS, Q2, (), ("family",), weight="value")
    yield from _each(ERRORS, Q2, ("month",), cycle=date(2026, 3, 1))


def _cancellations() -> Iterator[Case]:
    yield from _each(CANCELLED, JUNE, ())
    yield from _each(CANCELLED, YEAR, ("cancel_reason",), ("month",), ("family",), ("customer",))
    yield from _each(CANCELLED, Q2, ("region", "cancel_reason"), ("cancel_reason", "month"))


def _money() -> Iterator[Case]:
    yield from _each(BOOK, JUNE, ())
    yield from _each(BOOK, YEAR, ("business_unit",), ("region", "quarter"), ("month",))
    yield from _each(("expedite_cost",), Q2, (), ("month",), ("family",), ("site",), ("customer",))
    yield from _each(("expedite_cost",), YEAR, ("region", "quarter"))


def _filtered() -> Iterator[Case]:
    north = ("region", ("North",), False)
    not_dairy = ("family", ("Dairy",), True)
    twins = ("customer", ("Corner Market",), False)
    sql = {
        (north,): "m.region = 'North'",
        (not_dairy,): "p.family <> 'Dairy'",
        (north, not_dairy): "m.region = 'North' AND p.family <> 'Dairy'",
    }
    for chosen, where in sql.items():
        metrics = ("otif_rate", "ordered_units", "revenue", "wmape", "cancellation_rate", "order_fill_rate")
        yield Case(metrics, Question("", *Q2, ("month",), where), chosen)
    named = "r.customer_id IN (SELECT customer_id FROM customers WHERE customer_name = 'Corner Market')"
    yield Case(("otif_rate",), Question("", *YEAR, ("customer",), named), (twins,))
    stock = ("inventory_units",)
    for by in ((), ("month",), ("quarter", "family"), ("year",), ("product",), ("site_region",), ("site",)):
        yield Case(stock, Question("", *YEAR, by, "p.family <> 'Cleaners'"), (_NO_CLEANERS,))
    yield Case(stock, Question("", *JUNE))  # a product in canisters, of which nobody knows the planning units


_NO_CLEANERS = ("family", ("Cleaners",), True)
