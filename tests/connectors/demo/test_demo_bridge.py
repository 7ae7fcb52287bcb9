"""The error-to-cash bridge of the truth: it adds up, and plain SQL finds the same terms."""

from __future__ import annotations

import pandas as pd
import pytest

from connectors.demo.company import DemoCompany

from .conftest import Rows


@pytest.fixture(scope="module")
def bridge(demo: DemoCompany) -> pd.DataFrame:
    return pd.DataFrame(demo.truth["bridge"])


def test_there_is_one_row_per_unit_region_and_month_with_a_plan_before_it(bridge: pd.DataFrame):
    assert len(bridge) == 3 * 4 * 29
    assert not bridge.duplicated(["business_unit", "region", "period"]).any()


def test_every_row_adds_up(bridge: pd.DataFrame):
    b = bridge
    revenue = b["volume"] + b["mix"] + b["price"] - b["lost_sales"] + b["revenue_timing"] + b["revenue_book"]
    spent = b["delta_cogs"] + b["delta_promotion"] + b["delta_expedite"] + b["delta_operating_expense"]
    build = b["build_forecast_error"] + b["build_supply_against_plan"]
    assert (revenue - b["delta_revenue"]).abs().max() < 0.05
    assert (build - b["delta_inventory_build"]).abs().max() < 0.05
    cash = b["delta_revenue"] - spent - b["delta_inventory_build"] + b["other"]
    assert (cash - b["delta_cash"]).abs().max() < 0.05


def test_account_terms_are_actual_less_committed_of_the_tables(bridge: pd.DataFrame, rows: Rows):
    measured = rows("""
        select f.business_unit, f.region, f.period::date::text,
               sum(f.amount - p.amount) filter (f.account = 'revenue'),
               sum(f.amount - p.amount) filter (f.account = 'cogs'),
               sum(f.amount - p.amount) filter (f.account = 'expedite'),
               sum(f.amount - p.amount) filter (f.account = 'cash_in')
               - sum(f.amount - p.amount) filter (f.account = 'cash_out')
        from financials f
        join financial_plans p on p.version = 'committed' and p.cycle = f.period - interval 1 month
             and (p.business_unit, p.region, p.period, p.account)
                 = (f.business_unit, f.region, f.period, f.account)
        group by all""")
    told = bridge.set_index(["business_unit", "region", "period"])
    assert len(measured) == len(told)
    for unit, region, period, revenue, cogs, expedite, cash in measured:
        row = told.loc[(unit, region, period)]
        assert revenue == pytest.approx(row["delta_revenue"], abs=0.03)
        assert cogs == pytest.approx(row["delta_cogs"], abs=0.03)
        assert expedite == pytest.approx(row["delta_expedite"], abs=0.03)
        assert cash == pytest.approx(row["delta_cash"], abs=0.05)


def test_revenue_terms_come_out_of_the_tables_by_their_definitions(bridge: pd.DataFrame, rows: Rows):
    measured = rows("""
        with promoted as (
            select product_id, market_id, date_trunc('month', starts_on) as period, discount_rate
                   * (date_diff('day', starts_on, ends_on) + 1) / day(last_day(starts_on)) as given
            from promotions),
        cells as (
            select p.business_unit, m.region, d.period, p.base_units_per_unit as factor, d.units as planned,
                   coalesce(h.ordered_units, 0) as ordered, coalesce(h.shipped_units, 0) as shipped,
                   coalesce(h.revenue, 0) as revenue, r.unit_price * (1 - coalesce(o.given, 0)) as price
            from demand_plan d
            join products p using (product_id) join markets m using (market_id)
            join prices r using (product_id, market_id, period)
            left join demand_history h using (product_id, market_id, period)
            left join promoted o using (product_id, market_id, period)
            where d.version = 'consensus' and d.period = d.cycle + interval 1 month
              and d.period <= date '2026-06-01'),
        lost as (
            select business_unit, region, month, sum(lost * unit_price) as lost from due group by all)
        select c.business_unit, c.region, c.period::date::text,
               (sum(ordered * factor) - sum(planned * factor))
               * sum(planned * price) / sum(planned * factor) as volume,
               sum((ordered - planned) * price) as volume_and_mix,
               sum(c.revenue - shipped * price) as price,
               any_value(l.lost) as lost
        from cells c left join lost l on (l.business_unit, l.region, l.month)
                                         = (c.business_unit, c.region, c.period)
        group by all""")
    told = bridge.set_index(["business_unit", "region", "period"])
    checked = 0
    for unit, region, period, volume, volume_and_mix, price, lost in measured:
        row = told.loc[(unit, region, period)]
        assert volume == pytest.approx(row["volume"], abs=1.0)
        assert volume_and_mix == pytest.approx(row["volume"] + row["mix"], abs=1.0)
        assert price == pytest.approx(row["price"], abs=1.0)
        assert (lost or 0) == pytest.approx(row["lost_sales"], abs=0.05)
        checked += 1
    assert checked == len(told)


def test_build_terms_come_out_of_the_tables_at_business_unit(bridge: pd.DataFrame, rows: Rows):
    measured = rows("""
        with made as (
            select p.business_unit, s.period, sum((coalesce(o.units, 0) - s.production_units)
                   * coalesce(p.standard_cost, 0)) as value
            from supply_plan s join products p using (product_id)
            left join production o using (product_id, site_id, period)
            where s.version = 'approved' and s.period = s.cycle + interval 1 month
              and s.period <= date '2026-06-01' and s.production_units > 0 group by all),
        sold as (
            select p.business_unit, d.period, sum((d.units - coalesce(h.shipped_units, 0))
                   * coalesce(p.standard_cost, 0)) as value
            from demand_plan d join products p using (product_id)
            left join demand_history h using (product_id, market_id, period)
            where d.version = 'consensus' and d.period = d.cycle + interval 1 month
              and d.period <= date '2026-06-01' group by all)
        select business_unit, period::date::text, sold.value, made.value
        from sold join made using (business_unit, period)""")
    units = bridge.groupby(["business_unit", "period"]).sum(numeric_only=True)
    assert len(measured) == len(units)
    for unit, period, forecast_error, supply in measured:
        row = units.loc[(unit, period)]
        assert forecast_error == pytest.approx(row["build_forecast_error"], abs=2.0)
        if unit == "Home Care":
            assert supply == pytest.approx(row["build_supply_against_plan"], abs=2.0)


def test_the_bridge_explains_most_of_the_cash_of_the_company_in_most_months(bridge: pd.DataFrame):
    months = bridge.groupby("period").sum(numeric_only=True)
    share = months["other"].abs() / months["delta_cash"].abs()
    assert (share < 0.25).mean() > 0.6
