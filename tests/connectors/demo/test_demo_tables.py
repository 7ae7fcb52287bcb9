"""The frames against the canonical tables, checked without the loader."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from connectors.demo.company import DemoCompany, build_demo_company
from connectors.tables import TABLES, Column, Kind

FILLED = [name for name in TABLES if name not in {"calendar", "deliveries"}]


def test_every_table_but_the_two_left_out_is_filled_with_all_its_columns(demo: DemoCompany):
    assert sorted(demo.tables) == sorted(FILLED)
    for name, frame in demo.tables.items():
        assert list(frame.columns) == [column.name for column in TABLES[name].columns], name
        assert len(frame) > 0, name


@pytest.mark.parametrize("name", FILLED)
def test_keys_are_unique_and_required_columns_never_null(demo: DemoCompany, name: str):
    table, frame = TABLES[name], demo.tables[name]
    assert not frame.duplicated(list(table.key)).any()
    for column in table.columns:
        if column.required:
            assert not frame[column.name].isna().any(), column.name


@pytest.mark.parametrize("name", FILLED)
def test_values_are_of_their_kind_and_in_their_range(demo: DemoCompany, name: str):
    for column in TABLES[name].columns:
        values = demo.tables[name][column.name].dropna()
        _check_kind(column, values)
        if column.minimum is not None and len(values):
            assert values.min() >= column.minimum, column.name
        if column.maximum is not None and len(values):
            assert values.max() <= column.maximum, column.name
        if column.values:
            assert set(values) <= set(column.values), column.name


def _check_kind(column: Column, values: pd.Series) -> None:
    if column.kind is Kind.TEXT:
        assert values.map(type).eq(str).all(), column.name
        assert values.str.len().gt(0).all(), column.name
    elif column.kind in (Kind.DATE, Kind.PERIOD):
        assert pd.api.types.is_datetime64_any_dtype(values), column.name
        assert (values == values.dt.normalize()).all(), column.name
        if column.kind is Kind.PERIOD:
            assert (values.dt.day == 1).all(), column.name
    else:
        assert np.isfinite(values.astype(float)).all(), column.name


@pytest.mark.parametrize("name", FILLED)
def test_foreign_keys_point_to_a_row(demo: DemoCompany, name: str):
    for column in TABLES[name].columns:
        if column.references:
            known = set(demo.tables[column.references][f"{column.references.removesuffix('s')}_id"])
            assert set(demo.tables[name][column.name].dropna()) <= known, column.name


def test_the_company_has_the_size_that_the_design_asks_for(demo: DemoCompany):
    tables = demo.tables
    counts = {name: len(tables[name]) for name in ("products", "markets", "customers", "suppliers")}
    assert counts == {"products": 62 - 2, "markets": 8, "customers": 40, "suppliers": 5}
    assert tables["products"]["family"].nunique() == 8
    assert tables["products"]["business_unit"].nunique() == 3
    assert tables["markets"]["region"].nunique() == 4
    assert list(tables["sites"]["site_kind"]).count("plant") == 3
    assert list(tables["sites"]["site_kind"]).count("warehouse") == 2
    assert tables["demand_history"]["period"].nunique() == 48
    assert 140_000 < len(tables["order_lines"]) < 175_000


def test_every_cycle_holds_every_version_at_lags_0_to_6_and_the_latest_18_months_ahead(demo: DemoCompany):
    plan = demo.tables["demand_plan"]
    lag = (plan["period"].dt.year - plan["cycle"].dt.year) * 12
    lag += plan["period"].dt.month - plan["cycle"].dt.month
    held = plan.assign(lag=lag).groupby(["cycle", "version"])["lag"].agg(lambda lags: set(lags.unique()))
    assert plan["cycle"].nunique() == 30
    assert plan["cycle"].max() == pd.Timestamp("2026-06-01")
    assert len(held) == 30 * 5
    assert all(set(range(7)) <= lags for lags in held)
    assert all(held[(pd.Timestamp("2026-06-01"), version)] == set(range(19)) for version in _versions(plan))


def _versions(plan: pd.DataFrame) -> set[str]:
    versions = set(plan["version"])
    assert versions == {"naive", "statistical", "sales", "marketing", "consensus"}
    return versions


def test_all_versions_of_a_cycle_hold_the_same_keys(demo: DemoCompany):
    plan = demo.tables["demand_plan"]
    per_key = plan.groupby(["cycle", "product_id", "market_id", "period"], sort=False).size()
    assert (per_key == 5).all()


def test_only_the_statistical_version_has_a_range_and_it_holds_the_number(demo: DemoCompany):
    plan = demo.tables["demand_plan"]
    ranged = plan[plan["units_p10"].notna()]
    assert set(ranged["version"]) == {"statistical"}
    assert (ranged["units_p10"] <= ranged["units"]).all()
    assert (ranged["units"] <= ranged["units_p90"]).all()


def test_the_newest_supply_plan_is_proposed_only_and_all_older_ones_are_approved(demo: DemoCompany):
    held = demo.tables["supply_plan"].groupby("cycle")["version"].agg(lambda versions: set(versions.unique()))
    assert held.iloc[-1] == {"proposed"}
    assert all(versions == {"proposed", "approved"} for versions in held.iloc[:-1])


def test_financial_plans_hold_three_versions_with_all_accounts(demo: DemoCompany):
    plans = demo.tables["financial_plans"]
    assert set(plans["version"]) == {"budget", "committed", "latest"}
    assert plans.groupby("version")["account"].nunique().eq(10).all()
    assert plans[plans["version"] == "committed"]["cycle"].nunique() == 30
    assert set(plans[plans["version"] == "budget"]["period"].dt.year) == {2023, 2024, 2025, 2026}


def test_two_builds_are_equal_to_the_last_byte_and_quick(demo: DemoCompany):
    started = time.perf_counter()
    again = build_demo_company()
    assert time.perf_counter() - started < 25
    for name, frame in demo.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name], check_exact=True)
    pd.testing.assert_frame_equal(demo.meeting_documents, again.meeting_documents)
    assert json.dumps(demo.truth) == json.dumps(again.truth)


def test_another_seed_gives_another_company():
    other = build_demo_company(seed=7)
    assert not other.tables["demand_history"].empty
    assert other.truth["seed"] == 7


def test_the_truth_can_be_written_as_strict_json(demo: DemoCompany):
    assert json.loads(json.dumps(demo.truth, allow_nan=False)) == demo.truth
