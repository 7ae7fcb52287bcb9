"""Each planted story is in the data: plain SQL over the frames, beside what the truth says."""

from __future__ import annotations

import pytest

from connectors.demo.company import DemoCompany

from .conftest import Rows


def test_lakeside_failed_in_april_and_may_2026_and_its_limits_say_so(demo: DemoCompany, rows: Rows):
    limits = rows("""
        select l.period::date, sum(max_units), any_value(reason)
        from supplier_limits l join suppliers s using (supplier_id)
        where supplier_name = 'Lakeside' and period between date '2026-03-01' and date '2026-07-01'
        group by 1 order by 1""")
    usual = limits[0][1]
    assert [units < 0.5 * usual for _, units, _ in limits] == [False, True, True, False, False]
    assert [reason for _, _, reason in limits][1:3] == ["fire in the culture plant"] * 2
    told = {row["period"]: row["limit_units"] for row in demo.truth["supplier_failure"]["months"]}
    for period, units, _ in limits[1:4]:
        assert units == told[period.isoformat()]


def test_the_failure_cut_dairy_output_in_the_months_of_the_failure(rows: Rows):
    ratios = dict(
        rows("""
        select pr.period::date, sum(pr.units) / sum(s.production_units)
        from production pr join products p using (product_id)
        join supply_plan s on s.product_id = pr.product_id and s.site_id = pr.site_id
             and s.period = pr.period and s.version = 'approved' and s.cycle = pr.period - interval 1 month
        where p.family = 'Dairy' and pr.period >= date '2026-01-01' group by 1""")
    )
    by_month = {period.month: ratio for period, ratio in ratios.items()}
    assert by_month[4] < 0.5
    assert by_month[5] < 0.7
    assert min(by_month[month] for month in (1, 2, 3, 6)) > 0.88


def test_the_failure_made_north_dairy_lines_late_and_the_truth_has_the_same_otif(
    demo: DemoCompany, rows: Rows
):
    otif = {
        period.isoformat(): rate
        for period, rate in rows("""
            select month, avg(otif::int) from due
            where family = 'Dairy' and region = 'North' and month >= date '2026-01-01' group by 1""")
    }
    for row in demo.truth["supplier_failure"]["months"]:
        assert otif[row["period"]] == pytest.approx(row["north_dairy_otif"], abs=1e-6)
    assert min(otif["2026-01-01"], otif["2026-02-01"], otif["2026-03-01"]) > 0.8
    assert otif["2026-05-01"] < 0.5


def test_the_failure_hit_north_harder_than_the_other_regions(rows: Rows):
    otif = dict(
        rows("""
        select region = 'North', avg(otif::int) from due
        where family = 'Dairy' and month in (date '2026-04-01', date '2026-05-01') group by 1""")
    )
    assert otif[True] < otif[False] - 0.1


def test_the_failure_shows_in_lost_sales_and_expedite_costs(demo: DemoCompany, rows: Rows):
    spring = rows("""
        select sum(lost), sum(lost * unit_price), sum(expedite_cost) from due
        where family = 'Dairy' and month between date '2026-04-01' and date '2026-06-01'""")[0]
    year_before = rows("""
        select sum(lost), sum(lost * unit_price), sum(expedite_cost) from due
        where family = 'Dairy' and month between date '2025-04-01' and date '2025-06-01'""")[0]
    told = demo.truth["supplier_failure"]
    extra = (told["extra_lost_units"], told["extra_lost_value"], told["extra_expedite_cost"])
    for now, before, caused in zip(spring, year_before, extra, strict=True):
        assert now > 4 * before
        assert 0 < caused < now
        assert now - before == pytest.approx(caused, rel=0.2)


def test_sales_over_forecast_desserts_in_every_month(demo: DemoCompany, rows: Rows):
    months = rows("""
        select period, sum(planned - actual) / sum(actual) from plan_and_actual
        where family = 'Desserts' and version = 'sales' and lag = 1 group by 1 order by 1""")
    assert len(months) == 29
    assert all(bias > 0.05 for _, bias in months)
    told = demo.truth["sales_bias"]["last_12_months_lag_1"]
    assert told["sales"]["bias"] > 0.15
    assert abs(told["statistical"]["bias"]) < 0.03


def test_the_desserts_that_were_not_sold_lie_in_stock_above_target(rows: Rows):
    ratio = dict(
        rows("""
        select family, sum(closing_units * standard_cost) / sum(target_units * standard_cost)
        from inventory i join inventory_targets t using (product_id, site_id, period)
        join products using (product_id)
        where i.period between date '2025-07-01' and date '2026-03-01'
          and t.cycle = i.period - interval 1 month
        group by 1""")
    )
    assert ratio["Desserts"] > 1.3
    assert ratio["Desserts"] == max(ratio[name] for name in ratio if name != "Cereals")


def test_errors_by_version_are_those_of_the_truth(demo: DemoCompany, rows: Rows):
    measured = rows("""
        select family, version, sum(abs(planned - actual) * factor) / sum(actual * factor),
               sum((planned - actual) * factor) / sum(actual * factor)
        from plan_and_actual
        where lag = 1 and period >= date '2025-07-01' group by all""")
    told = demo.truth["forecast_value_added"]["family"]
    assert len(measured) == 8 * 5
    for family, version, wmape, bias in measured:
        assert wmape == pytest.approx(told[family][version]["wmape"], abs=1e-5)
        assert bias == pytest.approx(told[family][version]["bias"], abs=1e-5)


def test_overrides_destroy_value_on_calm_families_and_earn_it_in_the_informed_region(rows: Rows):
    error = {
        (group, version): wmape
        for group, version, wmape in rows("""
            select case when region = 'West' then 'West' else family end, version,
                   sum(abs(planned - actual) * factor) / sum(actual * factor)
            from plan_and_actual
            where lag = 1 and period >= date '2025-07-01' and family <> 'Desserts' group by all""")
    }
    for family in ("Cereals", "Sauces"):
        assert error[(family, "sales")] > error[(family, "statistical")] + 0.01
        assert error[(family, "statistical")] < error[(family, "naive")]
    assert error[("West", "sales")] < error[("West", "statistical")]


def test_ranges_hold_about_four_in_five_actuals(rows: Rows):
    share = rows("""
        select avg((actual between units_p10 and units_p90)::int) from plan_and_actual
        where version = 'statistical' and lag = 1 and period >= date '2025-07-01'""")[0][0]
    assert 0.76 < share < 0.84


def test_the_juice_promotion_beat_its_expected_uplift(demo: DemoCompany, rows: Rows):
    told = demo.truth["promotion_that_beat_its_uplift"]
    promotion = rows("""
        select expected_uplift, discount_rate, cost from promotions
        where promotion_name = 'Spring Juice Weeks'""")
    assert promotion == [(told["expected_uplift"], told["discount_rate"], told["cost"])]
    months = rows("""
        select version, planned, actual from plan_and_actual
        where product_name = 'Orange Juice' and market_name = 'France' and lag = 1
          and period = date '2026-05-01' and version in ('statistical', 'consensus')""")
    planned = {version: units for version, units, _ in months}
    actual = months[0][2]
    assert actual == told["ordered_units"]
    assert actual > 1.35 * planned["consensus"]
    assert actual / planned["statistical"] - 1 > 2 * told["expected_uplift"]
    assert actual / told["baseline_units"] - 1 == pytest.approx(told["realised_uplift"], abs=1e-3)


def test_the_phase_out_left_stock_that_nobody_asks_for(demo: DemoCompany, rows: Rows):
    told = demo.truth["phase_out_that_left_stock"]
    stock = rows("""
        select sum(closing_units), sum(closing_units * standard_cost)
        from inventory join products using (product_id)
        where product_name = 'Classic Muesli' and period = date '2026-06-01'""")[0]
    assert stock == (told["leftover_units"], pytest.approx(told["leftover_value"]))
    assert stock[0] > 1_500
    assert rows("""
        select sum(ordered_units) from demand_history join products using (product_id)
        where product_name = 'Classic Muesli' and period > date '2026-01-01'""") == [(None,)]
    assert rows("""
        select o.product_name, n.product_name, starts_on::date::text, ends_on::date::text from transitions t
        join products o on o.product_id = t.old_product_id
        join products n on n.product_id = t.new_product_id""") == [
        ("Classic Muesli", "Crunchy Muesli", "2025-10-01", "2026-01-31")
    ]
    assert sum(told["planned_units"]) > 2 * sum(told["ordered_units"])


def test_ashford_is_over_capacity_in_the_next_quarter_and_no_other_plant_is(demo: DemoCompany, rows: Rows):
    hours = rows("""
        with needed as (
            select r.resource_id, s.period, s.product_id, r.operation, s.production_units * r.hours_per_unit
                   as hours
            from supply_plan s join routings r using (product_id)
            where s.cycle = date '2026-06-01' and s.version = 'proposed' and s.production_units > 0
              and s.period between date '2026-07-01' and date '2026-09-01'),
        shared as (
            select n.*, c.available_hours, c.available_hours
                   / sum(c.available_hours) over (partition by n.product_id, n.operation, n.period) as part
            from needed n join capacity c using (resource_id, period))
        select t.site_name, r.resource_name, s.period::date, sum(hours * part), any_value(available_hours)
        from shared s join resources r using (resource_id) join sites t using (site_id) group by all""")
    ratio = {}
    for site, resource, period, need, have in hours:
        ratio[(site, resource, period.month)] = need / have
    told = {row["period"]: row["utilisation"] for row in demo.truth["plant_over_capacity"]["months"]}
    for month in (7, 8, 9):
        used = ratio[("Ashford", "Ashford Line 1", month)]
        assert used == pytest.approx(told[f"2026-0{month}-01"], abs=1e-3)
    assert max(told.values()) > 1.2
    assert max(value for (site, _, _), value in ratio.items() if site != "Ashford") < 1.0


def test_spain_loses_share_while_the_other_markets_hold_theirs(demo: DemoCompany, rows: Rows):
    change = dict(
        rows("""
        with mine as (
            select h.market_id, h.period, sum(revenue) as revenue from demand_history h group by all),
        whole as (select market_id, period, sum(value) as value from market_size group by all),
        quarters as (
            select market_name, year(period) as year, sum(revenue) / sum(value) as share
            from mine join whole using (market_id, period) join markets using (market_id)
            where month(period) between 4 and 6 group by all)
        select market_name, max(share) filter (year = 2026) - max(share) filter (year = 2025)
        from quarters group by 1""")
    )
    told = demo.truth["market_losing_share"]
    assert change["Spain"] * 100 == pytest.approx(-told["points_lost"], abs=1e-3)
    assert change["Spain"] < -0.025
    assert min(value for market, value in change.items() if market != "Spain") > -0.015


def test_the_pre_build_of_juices_is_committed_and_made_and_keeps_june_alive(demo: DemoCompany, rows: Rows):
    told = demo.truth["decision_that_worked"]
    committed = rows("""
        select sum(committed_units) from production_commitments
        where reason = 'pre-build ahead of the line 2 rebuild'""")
    assert committed == [(told["units"],)]
    stock = dict(
        rows("""
        select period::date::text, sum(closing_units) from inventory join products using (product_id)
        where family = 'Juices' and period >= date '2026-03-01' group by 1""")
    )
    assert stock["2026-05-01"] > 1.8 * stock["2026-03-01"]
    assert stock["2026-06-01"] < 0.6 * stock["2026-05-01"]
    june = rows("select avg(otif::int) from due where family = 'Juices' and month = date '2026-06-01'")
    assert june[0][0] == pytest.approx(told["otif"], abs=1e-6)
    assert told["otif"] > told["otif_without"] + 0.1
    assert told["avoided_lost_value"] > 20_000


def test_the_win_back_in_spain_did_not_win_anything_back(demo: DemoCompany, rows: Rows):
    told = demo.truth["decision_that_did_not"]
    promoted = rows("""
        select sum(actual), sum(planned) from plan_and_actual
        join promotions r on r.promotion_name = 'Spain Win-Back'
        join products p on p.product_id = r.product_id and p.product_name = plan_and_actual.product_name
        where market_name = 'Spain' and version = 'consensus' and lag = 1 and period = date '2026-03-01'""")
    assert promoted == [(told["ordered_units"], told["consensus_units"])]
    assert told["ordered_units"] < 0.75 * told["consensus_units"]
    assert told["realised_uplift"] < 0.4 * told["expected_uplift"]
    assert told["share_at_as_of"] < told["share_before"]


def test_structural_breaks_are_in_the_demand(demo: DemoCompany, rows: Rows):
    def level(product: str, market: str, first: str, last: str) -> float:
        return rows(f"""
            select avg(ordered_units) from demand_history
            join products using (product_id) join markets using (market_id)
            where product_name = '{product}' and market_name = '{market}'
              and period between date '{first}' and date '{last}'""")[0][0]

    listing = level("Tomato Ketchup", "Poland", "2026-01-01", "2026-06-01") / level(
        "Tomato Ketchup", "Poland", "2025-01-01", "2025-06-01"
    )
    delisting = level("Fabric Softener", "Netherlands", "2024-10-01", "2025-09-01") / level(
        "Fabric Softener", "Netherlands", "2023-10-01", "2024-09-01"
    )
    assert listing == pytest.approx(1.6, rel=0.1)
    assert delisting == pytest.approx(0.45, rel=0.12)
    told = {(row["period"], row["factor"]) for row in demo.truth["structural_breaks"]}
    assert told == {("2025-09-01", 0.7), ("2026-01-01", 1.6), ("2024-10-01", 0.45)}
