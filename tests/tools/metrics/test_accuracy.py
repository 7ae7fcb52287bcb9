"""Errors of plan against actual: equal to utilsforecast on random frames, and on rows worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from utilsforecast import losses

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import Values, ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore, tiny_warehouse
from tests.tools.metrics.tiny_rows import LISTS, PRODUCTS, Row, actual, planned
from tools.figures import ToolResult

JUNE = month("2026-06")
YEAR = {"start": "2025-07-01", "end": "2026-06-30"}
FAMILY = {row["product_id"]: row["family"] for row in PRODUCTS}
KEY = ("product_id", "market_id")
REGION = {"N1": "North", "N2": "North", "S1": "South"}


def opened(make_store: MakeStore, history: list[Row], plan: list[Row], **tables: list[Row]) -> PlanStore:
    return make_store({**LISTS, "demand_history": history, "demand_plan": plan, **tables}).for_person(
        LOCAL_USER
    )


# ------------------------------------------------------------- utilsforecast, on frames made at random

MONTHS = [f"{day:%Y-%m}" for day in pd.date_range("2023-01-01", "2026-06-01", freq="MS")]
WINDOW = MONTHS[-12:]


class Frames:
    """Actuals of three and a half years and plans of the last twelve months, both with gaps and zeros."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.history: list[Row] = []
        self.plan: list[Row] = []
        for product in "ABC":
            for market in REGION:
                # one series too short for a scale, one that never changes before the window
                first = 26 if (product, market) == ("C", "S1") else chance.randint(0, 12)
                for period in MONTHS[first:]:
                    units = chance.choice([0.0, *(round(chance.uniform(1, 400), 2) for _ in range(6))])
                    if (product, market) == ("B", "S1"):
                        units = 40.0
                    if chance.random() > 0.1 or (product, market) == ("B", "S1"):
                        self.history.append(actual(product, market, period, units))
                for before, period in zip(MONTHS[-13:], WINDOW, strict=False):
                    if chance.random() > 0.1:
                        units = round(chance.uniform(0, 400), 2)
                        self.plan.append(planned(before, period, units, product, market))

    def errors(self) -> pd.DataFrame:
        """One row per product, market and month of the window: y the actual, F the plan."""
        history = pd.DataFrame(self.history).rename(columns={"ordered_units": "y"})
        plan = pd.DataFrame(self.plan).rename(columns={"units": "F"}).drop(columns=["cycle", "version"])
        joined = history.merge(plan, how="outer", on=["product_id", "market_id", "period"])
        joined = joined[joined["period"] >= f"{WINDOW[0]}-01"].fillna({"y": 0.0, "F": 0.0})
        return self._named(joined)

    def past(self) -> pd.DataFrame:
        """Every calendar month of each series from its first actual to the window, a missing one as 0."""
        found = []
        history = pd.DataFrame(self.history).rename(columns={"ordered_units": "y"})
        history = history[history["period"] < f"{WINDOW[0]}-01"]
        for (product, market), rows in history.groupby(["product_id", "market_id"]):
            calendar = pd.date_range(rows["period"].min(), "2025-06-01", freq="MS").strftime("%Y-%m-%d")
            units = rows.set_index("period")["y"].reindex(calendar, fill_value=0.0)
            found.append(
                pd.DataFrame(
                    {"product_id": product, "market_id": market, "period": calendar, "y": units.values}
                )
            )
        return self._named(pd.concat(found))

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        months = pd.to_datetime(rows["period"])
        return rows.assign(
            ds=months,
            family=rows["product_id"].map(FAMILY),
            region=rows["market_id"].map(REGION),
            quarter=months.dt.year.astype(str) + "-Q" + months.dt.quarter.astype(str),
        )


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.slow)])
def frames(request: pytest.FixtureRequest) -> Frames:
    return Frames(request.param)


@pytest.fixture(scope="module")
def random_warehouse(frames: Frames) -> Iterator[Warehouse]:
    warehouse = tiny_warehouse({**LISTS, "demand_history": frames.history, "demand_plan": frames.plan})
    yield warehouse
    warehouse.close()


@pytest.fixture(scope="module")
def random_store(random_warehouse: Warehouse) -> PlanStore:
    return random_warehouse.for_person(LOCAL_USER)


PER_SERIES = ("mape", "mase", "rmsse")


def per_series(loss: str, rows: pd.DataFrame, past: pd.DataFrame | None = None) -> pd.Series:
    """The loss of each `unique_id`; series that have none (zero actuals, no or a zero scale) left out."""
    options: dict[str, Any] = {} if past is None else {"seasonality": 12, "train_df": past}
    found = getattr(losses, loss)(rows, ["F"], **options).set_index("unique_id")["F"]
    return found.replace([float("inf")], float("nan")).dropna()


def by_id(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    joined = rows[list(columns)].agg("|".join, axis=1) if columns else "all"
    return rows.assign(unique_id=joined).sort_values(["unique_id", "ds"]).reset_index(drop=True)


def told(result: ToolResult, metric: str, *by: str) -> dict[str, float | None]:
    assert result.refusal is None, result.refusal
    figures = [f for f in result.figures if f.metric == metric and bool(f.group) == bool(by)]
    return {"|".join(f.group_ids[name] for name in by) or "all": f.value for f in figures}


def agree(found: dict[str, float | None], expected: pd.Series) -> None:
    known = {key: value for key, value in found.items() if value is not None}
    assert known == pytest.approx(dict(expected), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("cut", [(), ("family",), ("product", "market"), ("quarter",)])
def test_wmape_of_a_scope_agrees_with_utilsforecast(
    random_store: PlanStore, frames: Frames, cut: tuple[str, ...]
) -> None:
    columns = [{"product": "product_id", "market": "market_id"}.get(name, name) for name in cut]
    expected = per_series("wape", by_id(frames.errors(), *columns))
    agree(told(ask(random_store, "wmape", group_by=list(cut), **YEAR), "wmape", *cut), expected)


def test_errors_per_series_and_their_mean_agree_with_utilsforecast(
    random_store: PlanStore, frames: Frames
) -> None:
    rows, past = by_id(frames.errors(), *KEY), by_id(frames.past(), *KEY)
    result = ask(random_store, *PER_SERIES, group_by=["product", "market"], **YEAR)
    by_region = ask(random_store, *PER_SERIES, group_by=["region"], **YEAR)
    for metric in PER_SERIES:
        expected = per_series(metric, rows, None if metric == "mape" else past)
        assert len(expected) == (9 if metric == "mape" else 7)
        agree(told(result, metric, "product", "market"), expected)
        assert told(result, metric)["all"] == pytest.approx(expected.mean(), rel=1e-9)
        regions = expected.groupby(expected.index.str.split("|").str[1].map(REGION)).mean()
        agree(told(by_region, metric, "region"), regions)
    left_out = warned(result, "rows_left_out")
    assert any(said.startswith("1 series have fewer than 13 months") for said in left_out)
    assert any(said.startswith("1 series did not change") for said in left_out)


def test_a_cut_by_quarter_takes_each_series_within_the_quarter(
    random_store: PlanStore, frames: Frames
) -> None:
    rows, past = by_id(frames.errors(), *KEY), by_id(frames.past(), *KEY)
    result = ask(random_store, *PER_SERIES, group_by=["quarter"], **YEAR)
    for metric in PER_SERIES:
        scaled_by = None if metric == "mape" else past
        for quarter, value in told(result, metric, "quarter").items():
            expected = per_series(metric, rows[rows["quarter"] == quarter], scaled_by)
            assert value == pytest.approx(expected.mean(), rel=1e-9), quarter
        assert told(result, metric)["all"] == pytest.approx(per_series(metric, rows, scaled_by).mean())


def test_an_asked_level_and_a_filter_hold_for_the_past_too(random_store: PlanStore, frames: Frames) -> None:
    def of_families(rows: pd.DataFrame) -> pd.DataFrame:
        units = {name: "sum" for name in ("y", "F") if name in rows}
        north = rows[rows["region"] == "North"]
        return by_id(north.groupby(["family", "ds"], as_index=False).agg(units), "family")

    rows, past = of_families(frames.errors()), of_families(frames.past())
    asked = {"error_level": ["family"], "filters": [{"dimension": "region", "members": ["North"]}], **YEAR}
    result = ask(random_store, *PER_SERIES, group_by=["family"], **asked)
    for metric in PER_SERIES:
        expected = per_series(metric, rows, None if metric == "mape" else past)
        agree(told(result, metric, "family"), expected)
        assert told(result, metric)["all"] == pytest.approx(expected.mean(), rel=1e-9)


def test_somebody_who_sees_one_region_has_the_errors_of_its_series(
    random_warehouse: Warehouse, frames: Frames
) -> None:
    southern = Person("s@example.com", scope=Scope({"region": frozenset({"South"})}))
    store = random_warehouse.for_person(southern)
    rows, past = by_id(frames.errors(), *KEY), by_id(frames.past(), *KEY)
    result = ask(store, *PER_SERIES, **YEAR)
    for metric in PER_SERIES:
        found = per_series(metric, rows[rows["region"] == "South"], None if metric == "mape" else past)
        assert told(result, metric)["all"] == pytest.approx(found.mean(), rel=1e-9)
    north = [{"dimension": "region", "members": ["North"]}]
    refusal(ask(store, "mase", filters=north, **YEAR), "not_permitted")


# ---------------------------------------------------------------------------- rows worked out by hand


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    """F − A at lag 1. June: A in N1 +30, A in S1 −30, B in N1 −50, C in N1 +40 (A = 0); May: A in N1 +20."""
    history = [
        actual("A", "N1", "2026-06", 100.0),
        actual("A", "S1", "2026-06", 100.0),
        actual("B", "N1", "2026-06", 50.0),
        actual("A", "N1", "2026-05", 80.0),
    ]
    plan = [
        planned("2026-05", "2026-06", 130.0),
        planned("2026-05", "2026-06", 70.0, market="S1"),
        planned("2026-05", "2026-06", 40.0, product="C"),
        planned("2026-04", "2026-05", 100.0),
        planned("2026-04", "2026-06", 110.0),
    ]
    return opened(make_store, history, plan)


MAY_JUNE = {"start": "2026-05-01", "end": "2026-06-30"}
QUARTER = {"start": "2026-04-01", "end": "2026-06-30"}
ALL = ("mape", "mae", "rmse", "tracking_signal")


def test_mae_and_rmse_are_pooled_over_the_rows_of_the_full_outer_join(store: PlanStore) -> None:
    assert total(ask(store, "mae", **MAY_JUNE)) == pytest.approx((30 + 30 + 50 + 40 + 20) / 5)
    squares = 900 + 900 + 2500 + 1600
    assert total(ask(store, "rmse", **JUNE)) == pytest.approx((squares / 4) ** 0.5)
    by_market = ask(store, "mae", group_by=["market"], **JUNE)
    assert grouped(by_market, "market") == pytest.approx({("N1",): 40.0, ("S1",): 30.0})


def test_mape_is_a_mean_of_months_then_of_series_and_counts_the_months_without_actual(
    store: PlanStore,
) -> None:
    result = ask(store, "mape", **MAY_JUNE)
    assert total(result) == pytest.approx(((30 / 100 + 20 / 80) / 2 + 30 / 100 + 50 / 50) / 3)
    said = warned(result, "rows_left_out")
    assert "1 months of a series had no actual demand (A = 0) and are left out of its percentage." in said
    snacks = ask(store, "mape", filters=[{"dimension": "product", "members": ["C"]}], **JUNE)
    assert total(snacks) is None and "nothing to divide by" in str(snacks.figures[0].reason)


def test_the_asked_level_sums_before_errors_are_taken(store: PlanStore) -> None:
    asked = {"error_level": ["family"], **JUNE}
    assert total(ask(store, "mae", **asked)) == pytest.approx((0 + 50 + 40) / 3)
    assert total(ask(store, "mape", **asked)) == pytest.approx((0 / 200 + 50 / 50) / 2)


def test_the_tracking_signal_sums_the_errors_of_each_month_first(store: PlanStore) -> None:
    june, may = 30 - 30 - 50 + 40, 20
    result = ask(store, "tracking_signal", **MAY_JUNE)
    assert total(result) == pytest.approx((june + may) / ((abs(june) + abs(may)) / 2))
    assert (result.figures[0].unit, result.figures[0].formatted) == ("ratio", "0.7")
    assert any("over-forecast" in said and "review" in said for said in result.assumptions)
    by_market = ask(store, "tracking_signal", group_by=["market"], **MAY_JUNE)
    assert grouped(by_market, "market") == pytest.approx({("N1",): (20 + 20) / 20, ("S1",): -1.0})
    assert total(by_market) == total(result)
    by_month = ask(store, "tracking_signal", group_by=["month"], **MAY_JUNE)
    assert grouped(by_month, "month") == pytest.approx({("2026-05",): 1.0, ("2026-06",): -1.0})
    assert total(by_month) == total(result)


def test_a_tracking_signal_without_any_error_has_no_value(make_store: MakeStore) -> None:
    store = opened(make_store, [actual("A", "N1", "2026-06", 10.0)], [planned("2026-05", "2026-06", 10.0)])
    assert total(ask(store, "tracking_signal", **JUNE)) is None


@pytest.mark.parametrize("metric", ALL)
def test_a_month_without_a_snapshot_at_the_lag_is_left_out_and_said(store: PlanStore, metric: str) -> None:
    result = ask(store, metric, **QUARTER)
    assert total(result) == pytest.approx(total(ask(store, metric, **MAY_JUNE)))
    assert warned(result, "partial") == ["Q2 2026 is only partly loaded: nothing for April 2026."]
    at_lag_2 = ask(store, metric, lag=2, **MAY_JUNE)
    assert warned(at_lag_2, "partial") == ["May–Jun 2026 is only partly loaded: nothing for May 2026."]


def test_errors_are_told_apart_by_lag(store: PlanStore) -> None:
    result = ask(store, "mae", group_by=["lag"], **JUNE)
    assert grouped(result, "lag") == pytest.approx(
        {("1",): (30 + 30 + 50 + 40) / 4, ("2",): (10 + 100 + 50) / 3}
    )
    assert [figure for figure in result.figures if not figure.group] == []
    asked = ask(store, "mae", group_by=["lag"], lag=2, **JUNE)
    assert list(grouped(asked, "lag")) == [("2",)]
    kept = ask(store, "mae", filters=[{"dimension": "lag", "members": ["2"]}], **JUNE)
    assert total(kept) == pytest.approx(160 / 3)


def test_quarters_of_a_fiscal_year_are_cut_in_the_store(make_store: MakeStore) -> None:
    ratios = {"2026-01": 0.1, "2026-02": 0.2, "2026-04": 0.4, "2026-05": 0.5, "2026-06": 0.9}
    history = [actual("A", "N1", at, 100.0) for at in ratios]
    history += [actual("B", "N1", "2026-02", 100.0), actual("B", "N1", "2026-06", 100.0)]
    before = {at: f"{pd.Timestamp(at) - pd.DateOffset(months=1):%Y-%m}" for at in ratios}
    plan = [planned(before[at], at, 100.0 + 100 * ratio) for at, ratio in ratios.items()]
    plan += [planned(before[at], at, 200.0, product="B") for at in ("2026-02", "2026-06")]
    tables = {**LISTS, "demand_history": history, "demand_plan": plan}
    store = make_store(tables, fiscal_year_start_month="2").for_person(LOCAL_USER)
    result = ask(store, "mape", group_by=["quarter"], start="2026-01-01", end="2026-06-30")
    assert grouped(result, "quarter") == pytest.approx(
        {("2026-Q4",): 0.1, ("2027-Q1",): (0.3 + 1.0) / 2, ("2027-Q2",): (0.7 + 1.0) / 2}
    )
    years = ask(store, "mape", group_by=["year"], start="2026-01-01", end="2026-06-30")
    assert grouped(years, "year") == pytest.approx({("2026",): 0.1, ("2027",): (0.5 + 1.0) / 2})


class TestByValue:
    def store(self, make_store: MakeStore) -> PlanStore:
        """A costs 1, B 10, C has no cost; two years of actuals before June, e.g. of A 100 then 110."""
        costs = (1.0, 10.0, None)
        products = [{**row, "standard_cost": cost} for row, cost in zip(PRODUCTS, costs, strict=True)]
        months = [f"{day:%Y-%m}" for day in pd.date_range("2024-06-01", "2026-05-01", freq="MS")]
        grown = {"A": 10.0, "B": -20.0, "C": 5.0}
        history = [actual(name, "N1", "2026-06", 100.0) for name in "ABC"]
        for name, more in grown.items():
            history += [actual(name, "N1", at, 100.0 + more * place // 12) for place, at in enumerate(months)]
        plan = [planned("2026-05", "2026-06", 130.0, product=name) for name in "ABC"]
        return opened(make_store, history, plan, products=products)

    def test_mean_errors_are_in_money_and_what_has_no_cost_is_left_out(self, make_store: MakeStore) -> None:
        result = ask(self.store(make_store), "mae", weight="value", **JUNE)
        assert total(result) == pytest.approx((30 * 1 + 30 * 10) / 2)
        assert (result.figures[0].unit, result.figures[0].formatted) == ("currency", "€165")
        said = warned(result, "rows_left_out")
        assert "1 product-market months have no standard cost and are left out." in said

    def test_a_scaled_error_of_one_product_is_the_same_by_value(self, make_store: MakeStore) -> None:
        store = self.store(make_store)
        both = [
            grouped(ask(store, "mase", group_by=["product"], weight=weight, **JUNE), "product")
            for weight in ("units", "value")
        ]
        for name in "AB":
            assert both[0][name,] == pytest.approx(both[1][name,])
        assert both[1]["C",] is None


class TestUnlikeUnits:
    """Without planning units errors of several products cannot be added; those of one series can."""

    def store(self, make_store: MakeStore) -> PlanStore:
        units = ("case", "keg", "bag")
        mixed = [{**row, "unit_of_measure": unit} for row, unit in zip(PRODUCTS, units, strict=True)]
        history = [actual(name, "N1", "2026-06", 100.0) for name in "AB"]
        plan = [planned("2026-05", "2026-06", 120.0), planned("2026-05", "2026-06", 60.0, product="B")]
        return opened(make_store, history, plan, products=mixed)

    def test_what_is_taken_per_series_needs_none(self, make_store: MakeStore) -> None:
        store = self.store(make_store)
        assert total(ask(store, "mape", **JUNE)) == pytest.approx((0.2 + 0.4) / 2)
        for metric in ("wmape", "mae", "rmse", "tracking_signal"):
            assert "base_units_per_unit" in refusal(ask(store, metric, **JUNE), "no_data")

    def test_a_level_above_the_product_does(self, make_store: MakeStore) -> None:
        asked = ask(self.store(make_store), "mape", error_level=["business_unit"], **JUNE)
        assert "base_units_per_unit" in refusal(asked, "no_data")


def test_the_scale_of_a_short_window_is_of_the_actuals_before_it(make_store: MakeStore) -> None:
    """A sold 10 each month of 2024-05 to 2025-05, then 16; May 2026 is compared with May 2025, and so on."""
    months = [f"{day:%Y-%m}" for day in pd.date_range("2024-05-01", "2026-06-01", freq="MS")]
    history = [actual("A", "N1", at, 10.0 if at <= "2025-05" else 16.0) for at in months]
    plan = [planned("2026-04", "2026-05", 19.0), planned("2026-05", "2026-06", 20.0)]
    store = opened(make_store, history, plan)
    # before June 2026: changes of 0 in May 2025 and of 6 in the twelve months since, of thirteen in all
    assert total(ask(store, "mase", **JUNE)) == pytest.approx(4 / (6 * 12 / 13))
    assert total(ask(store, "rmsse", **JUNE)) == pytest.approx(4 / (36 * 12 / 13) ** 0.5)
    by_month: Values = grouped(ask(store, "mase", group_by=["month"], **MAY_JUNE), "month")
    assert by_month == pytest.approx({("2026-05",): 3 / (6 * 11 / 12), ("2026-06",): 4 / (6 * 11 / 12)})
