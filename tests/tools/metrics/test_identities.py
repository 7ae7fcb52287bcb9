"""What must hold whatever the data are: parts and wholes, bounds, orders and their lines, order of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.access import LOCAL_USER
from connectors.plan_store import PlanStore
from tests.asking import all_time, ask, grouped, total
from tests.stores import AS_OF, Rows, tiny_warehouse
from tests.tools.metrics.tiny_rows import LISTS, Row

pytestmark = pytest.mark.slow

Member = dict[str | None, Any]
Numbers = dict[tuple[str, str, int], float]

RATES = ("on_time_rate", "in_full_rate", "otif_rate")
REASONS = ("customer", "late", "supply", "credit", "other", None)
FIRST = date(2026, 5, 25)

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(few, max_examples=4)  # of what asks many questions an example
days = st.integers(0, 50).map(lambda days: FIRST + timedelta(days))


@st.composite
def order_lines(draw: st.DrawFn) -> list[Row]:
    """Up to three orders of up to four lines each, of any state."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    numbers = [(f"o{order}", number) for order, size in enumerate(sizes) for number in range(1, size + 1)]
    return [{"order_id": order, "line_number": number, **draw(_states())} for order, number in numbers]


@st.composite
def _states(draw: st.DrawFn) -> Row:
    ordered = draw(st.integers(1, 6))
    delivered = draw(st.integers(0, ordered))
    cancelled = draw(st.integers(0, ordered - delivered))
    return {
        "product_id": draw(st.sampled_from("ABC")),
        "market_id": draw(st.sampled_from(["N1", "N2", "S1", None])),
        "customer_id": draw(st.sampled_from(["c1", "c2", None])),
        "site_id": draw(st.sampled_from(["w1", "w2"])),
        "ordered_on": draw(days),
        "promised_on": draw(days),
        "delivered_on": draw(days) if delivered else None,
        "closed_on": draw(st.none() | days),
        "ordered_units": float(ordered),
        "delivered_units": float(delivered),
        "cancelled_units": draw(st.sampled_from([float(cancelled), float(cancelled), None])),
        "cancel_reason": draw(st.sampled_from(REASONS)),
        "unit_price": float(draw(st.integers(1, 5))),
        "expedite_cost": float(draw(st.integers(0, 3))),
    }


@contextmanager
def opened(**tables: Rows) -> Iterator[PlanStore]:
    warehouse = tiny_warehouse({**LISTS, **tables})
    yield warehouse.for_person(LOCAL_USER)
    warehouse.close()


def figures(store: PlanStore, *metrics: str, by: str | None = None, **arguments: Any) -> dict[str, Member]:
    """Values by metric and group; the total is the group None."""
    cut = {"group_by": [by]} if by else {}
    result = ask(store, *metrics, **cut, **arguments)
    assert result.refusal is None, result.refusal
    found: dict[str, Member] = {metric: {} for metric in metrics}
    for figure in result.figures:
        found[figure.metric][figure.group_ids.get(by or "")] = figure.value
    return found


def judged(row: Row) -> dict[str, Any] | None:
    """A line by a plain reading of the norm; None where it is no part of the basis or not due."""
    cancelled = row["cancelled_units"] or 0
    required = row["ordered_units"] - (cancelled if row["cancel_reason"] == "customer" else 0)
    closed = row["closed_on"] is not None or row["delivered_units"] + cancelled >= row["ordered_units"]
    if required == 0:
        return None
    on_time = closed and row["delivered_on"] is not None and row["delivered_on"] <= row["promised_on"]
    in_full = closed and row["delivered_units"] >= required
    excused = cancelled if row["cancel_reason"] not in ("late", "supply") else 0
    return {
        "due": closed or row["promised_on"] <= AS_OF,
        "on_time_rate": on_time,
        "in_full_rate": in_full,
        "otif_rate": on_time and in_full,
        "filled": min(row["delivered_units"], required),
        "required": required,
        "lost": max(row["ordered_units"] - row["delivered_units"] - excused, 0) if closed else 0,
    }


def share(passed: list[bool]) -> float | None:
    return sum(passed) / len(passed) if passed else None


@few
@given(order_lines())
def test_lines_equal_a_plain_loop(rows: list[Row]) -> None:
    due = [verdict for row in rows if (verdict := judged(row)) and verdict["due"]]
    expected = {metric: share([verdict[metric] for verdict in due]) for metric in RATES}
    if due:
        expected["unit_fill_rate"] = sum(v["filled"] for v in due) / sum(v["required"] for v in due)
        expected["lost_sales_units"] = sum(v["lost"] for v in due)
    with opened(order_lines=rows) as store:
        found = figures(store, *expected, **all_time())
    assert {metric: values[None] for metric, values in found.items()} == pytest.approx(expected)


@few
@given(order_lines())
def test_an_order_passes_only_if_all_its_lines_do(rows: list[Row]) -> None:
    orders: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if verdict := judged(row):
            orders.setdefault(row["order_id"], []).append(verdict)
    due = [lines for lines in orders.values() if all(line["due"] for line in lines)]
    expected = {metric: share([all(line[metric] for line in lines) for lines in due]) for metric in RATES}
    with opened(order_lines=rows) as store:
        found = figures(store, *RATES, level="order", **all_time())
    assert {metric: values[None] for metric, values in found.items()} == pytest.approx(expected)


@few
@given(order_lines(), st.sampled_from(["line", "order"]), st.sampled_from(["region", "product", "month"]))
def test_otif_lies_between_nothing_and_its_two_halves(rows: list[Row], level: str, by: str) -> None:
    with opened(order_lines=rows) as store:
        found = figures(store, *RATES, by=by, level=level, **all_time())
    for group, otif in found["otif_rate"].items():
        if otif is not None:
            assert 0 <= otif <= min(found["on_time_rate"][group], found["in_full_rate"][group]) <= 1


@fewer
@given(
    order_lines(), st.sampled_from(["product", "family", "region", "customer", "site", "month", "quarter"])
)
def test_the_parts_of_what_adds_up_sum_to_the_whole(rows: list[Row], by: str) -> None:
    metrics = ("lost_sales_units", "lost_sales", "expedite_cost", "cancelled_units")
    with opened(order_lines=rows) as store:
        found = figures(store, *metrics, by=by, **all_time())
    for metric, values in found.items():
        whole = values.pop(None)
        assert sum(value or 0 for value in values.values()) == pytest.approx(whole or 0), metric


@fewer
@given(order_lines(), st.sampled_from(["family", "region", "site"]))
def test_a_whole_is_the_sum_over_filters_that_part_it(rows: list[Row], dimension: str) -> None:
    metrics = ("lost_sales_units", "expedite_cost", "cancelled_units")
    with opened(order_lines=rows) as store:
        whole = figures(store, *metrics, **all_time())
        parts = []
        for member in (*(m.id for m in store.members(dimension)), "(none)"):
            chosen = [{"dimension": dimension, "members": [member]}]
            parts.append(figures(store, *metrics, filters=chosen, **all_time()))
    for metric in metrics:
        assert sum(part[metric][None] or 0 for part in parts) == pytest.approx(whole[metric][None] or 0)


@few
@given(order_lines())
def test_the_cancellation_rates_of_the_reasons_add_up(rows: list[Row]) -> None:
    with opened(order_lines=rows) as store:
        values = figures(store, "cancellation_rate", by="cancel_reason", **all_time())["cancellation_rate"]
    whole = values.pop(None)
    assert None not in values.values()
    assert sum(values.values()) == pytest.approx(whole or 0)


@fewer
@given(order_lines(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], random: Any) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)
    metrics = ("otif_rate", "order_fill_rate", "lost_sales_units", "cancellation_rate")
    answers = []
    for order in (rows, shuffled):
        with opened(order_lines=order) as store:
            answers.append(ask(store, *metrics, group_by=["family"], **all_time()).model_dump())
    assert answers[0] == answers[1]


numbers = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["N1", "S1"]), st.sampled_from([4, 5, 6])),
    st.integers(0, 9).map(float),
    min_size=1,
)


@few
@given(numbers, numbers, st.sampled_from(["product", "family", "market", "region", "month"]))
def test_forecast_errors_equal_a_plain_loop_and_are_pooled(actuals: Numbers, plans: Numbers, by: str) -> None:
    history = [_key(key) | {"ordered_units": units} for key, units in actuals.items()]
    plan = [
        _key(key) | {"cycle": date(2026, key[2] - 1, 1), "version": "consensus", "units": units}
        for key, units in plans.items()
    ]
    months = {key[2] for key in actuals} & {key[2] for key in plans}
    if not months:
        return
    errors: dict[str | None, list[tuple[float, float]]] = {}
    for key in {key for key in (*actuals, *plans) if key[2] in months}:
        pair = plans.get(key, 0.0), actuals.get(key, 0.0)
        for group in (None, _member(key, by)):
            errors.setdefault(group, []).append(pair)
    with opened(demand_history=history, demand_plan=plan) as store:
        found = figures(store, "wmape", "forecast_bias", by=by, start="2026-04-01", end="2026-06-30")
    for group, pairs in errors.items():
        below = sum(a for _, a in pairs)
        expected = {
            "wmape": sum(abs(f - a) for f, a in pairs) / below if below else None,
            "forecast_bias": sum(f - a for f, a in pairs) / below if below else None,
        }
        assert {metric: found[metric][group] for metric in expected} == pytest.approx(expected)


def _key(key: tuple[str, str, int]) -> Row:
    return {"product_id": key[0], "market_id": key[1], "period": date(2026, key[2], 1)}


def _member(key: tuple[str, str, int], by: str) -> str:
    family = {"A": "Juice", "B": "Brew", "C": "Snacks"}[key[0]]
    region = {"N1": "North", "S1": "South"}[key[1]]
    members = {"product": key[0], "family": family, "market": key[1], "region": region}
    return members.get(by, f"2026-{key[2]:02d}")


@few
@given(numbers, st.sampled_from(["product", "family", "region", "month", "quarter"]))
def test_demand_sums_to_the_whole_whatever_it_is_cut_by(actuals: Numbers, by: str) -> None:
    history = [
        _key(key) | {"ordered_units": units, "shipped_units": units / 2} for key, units in actuals.items()
    ]
    with opened(demand_history=history) as store:
        result = ask(store, "shipped_units", group_by=[by], start="2026-04-01", end="2026-06-30")
    whole = sum(actuals.values()) / 2
    assert total(result) == pytest.approx(whole)
    assert sum(value or 0 for value in grouped(result, by).values()) == pytest.approx(whole)
