"""What must add up: stock, orders, the two books, cash."""

from __future__ import annotations

from connectors.demo.company import DemoCompany

from .conftest import Rows


def test_no_line_gives_more_than_was_ordered_and_dates_follow_each_other(rows: Rows):
    assert rows("""
        select count(*) from order_lines
        where delivered_units + coalesce(cancelled_units, 0) > ordered_units
           or ordered_on > delivered_on or requested_on > promised_on or ordered_on > requested_on
           or delivered_on > date '2026-07-09' or ordered_on > date '2026-07-09'
           or closed_on > date '2026-07-09'""") == [(0,)]
    assert rows(
        "select count(*) from order_lines where delivered_units = 0 and delivered_on is not null"
    ) == [(0,)]


def test_demand_history_is_what_the_order_lines_say(rows: Rows):
    wrong = rows("""
        with lines as (
            select product_id, coalesce(o.market_id, c.market_id) as market_id, o.*
            exclude (product_id, market_id)
            from order_lines o left join customers c using (customer_id)),
        ordered as (
            select product_id, market_id, date_trunc('month', requested_on)::date as period,
                   sum(ordered_units - case when cancel_reason = 'customer'
                                            then coalesce(cancelled_units, 0) else 0 end) as units
            from lines where line_kind = 'sale' group by all),
        shipped as (
            select product_id, market_id, date_trunc('month', delivered_on)::date as period,
                   sum(case line_kind when 'sale' then 1 else -1 end * delivered_units) as units,
                   sum(case line_kind when 'sale' then 1 else -1 end * delivered_units * unit_price) as money
            from lines where delivered_units > 0 group by all),
        derived as (
            select product_id, market_id, period, coalesce(o.units, 0) as ordered,
                   coalesce(s.units, 0) as shipped, coalesce(s.money, 0) as money
            from ordered o full join shipped s using (product_id, market_id, period)
            where period < date '2026-07-01')
        select count(*) from derived d full join demand_history h using (product_id, market_id, period)
        where coalesce(d.ordered, 0) <> coalesce(h.ordered_units, 0)
           or coalesce(d.shipped, 0) <> coalesce(h.shipped_units, 0)
           or abs(coalesce(d.money, 0) - coalesce(h.revenue, 0)) > 0.011""")
    assert wrong == [(0,)]


def test_stock_of_a_product_moves_by_what_is_made_less_what_is_shipped(rows: Rows):
    moves = rows("""
        with stock as (select product_id, period, sum(closing_units) as closing from inventory group by all),
        moved as (
            select product_id, period, closing
                 - lag(closing) over (partition by product_id order by period) as change
            from stock),
        made as (select product_id, period, sum(units) as units from production group by all),
        shipped as (select product_id, period, sum(shipped_units) as units from demand_history group by all)
        select count(*), sum((change <> coalesce(m.units, 0) - coalesce(s.units, 0))::int)
        from moved left join made m using (product_id, period) left join shipped s using (product_id, period)
        where change is not null
          and product_id in (select distinct product_id from production)""")
    count, wrong = moves[0]
    assert count > 2500
    assert wrong == 0


def test_stock_balances_at_every_site_with_the_transfers_and_purchases_of_the_truth(
    demo: DemoCompany, rows: Rows
):
    flows = demo.truth["stock_flows"]
    closing = {
        (product, site, month): units
        for product, site, month, units in rows("""
            select product_id, site_id, date_diff('month', date '2022-07-01', period), closing_units
            from inventory""")
    }
    made = {
        (product, site, month): units
        for product, site, month, units in rows("""
            select product_id, site_id, date_diff('month', date '2022-07-01', period), units
            from production""")
    }
    out = {
        (product, site, month): units
        for product, site, month, units in rows("""
            select product_id, site_id, date_diff('month', date '2022-07-01', delivered_on),
                   sum(case line_kind when 'sale' then delivered_units else -delivered_units end)
            from order_lines where delivered_units > 0 group by all""")
    }
    checked = 0
    for (product, site, month), units in closing.items():
        before = closing.get((product, site, month - 1))
        if before is None:
            continue
        if site.startswith("W"):
            arrived = flows["transfers"][product][0 if site == "W01" else 1][month]
            expected = before + arrived - out.get((product, site, month), 0)
        else:
            bought = flows["bought_in"].get(product, [0] * 48)[month]
            sent = sum(to[month] for to in flows["transfers"][product])
            expected = before + made.get((product, site, month), 0) + bought - sent
        assert units == expected, (product, site, month)
        checked += 1
    assert checked > 7500


def test_the_books_of_revenue_differ_by_less_than_half_a_percent_but_for_the_one_on_purpose(
    demo: DemoCompany, rows: Rows
):
    gaps = rows("""
        with operating as (
            select p.business_unit, m.region, h.period::date as period, sum(h.revenue) as revenue
            from demand_history h join products p using (product_id) join markets m using (market_id)
            group by all)
        select business_unit, region, period, abs(f.amount / o.revenue - 1) as gap
        from operating o join financials f using (business_unit, region, period)
        where f.account = 'revenue' order by gap desc""")
    exception = demo.truth["books"]["exception"]
    assert len(gaps) == 3 * 4 * 48
    assert gaps[0][:2] == (exception["business_unit"], exception["region"])
    assert gaps[0][2].isoformat() == exception["period"]
    assert gaps[0][3] > 0.015
    assert gaps[1][3] < 0.005


def test_cost_of_goods_and_stock_value_tie_to_the_operating_book(rows: Rows):
    assert rows("""
        with operating as (
            select p.business_unit, m.region, h.period, sum(h.shipped_units * p.standard_cost) as cogs
            from demand_history h join products p using (product_id) join markets m using (market_id)
            group by all)
        select max(abs(f.amount / o.cogs - 1)) < 0.005
        from operating o join financials f using (business_unit, region, period)
        where f.account = 'cogs'""") == [(True,)]
    assert rows("""
        with operating as (
            select p.business_unit, i.period, sum(i.closing_units * p.standard_cost) as value
            from inventory i join products p using (product_id) group by all),
        book as (select business_unit, period, sum(amount) as value from financials
                 where account = 'inventory_value' group by all)
        select max(abs(b.value - o.value)) < 1 from operating o join book b using (business_unit, period)
    """) == [(True,)]


def test_expedite_of_the_book_is_that_of_the_lines_by_promised_month(rows: Rows):
    assert rows("""
        with lines as (
            select business_unit, region, month as period, sum(expedite_cost) as cost
            from (select *, date_trunc('month', promised_on) as month from sales) group by all)
        select count(*), max(abs(f.amount - coalesce(l.cost, 0))) < 0.05
        from financials f left join lines l using (business_unit, region, period)
        where f.account = 'expedite'""") == [(576, True)]


def test_cash_follows_from_the_other_accounts_in_actuals_and_plans(rows: Rows):
    for source, version in (("financials", None), ("financial_plans", "committed")):
        where = f"where version = '{version}'" if version else ""
        key = "cycle, business_unit, region" if version else "business_unit, region"
        wrong = rows(f"""
            with wide as (
                select * from (pivot (select * from {source} {where}) on account using sum(amount))),
            built as (
                select *, inventory_value - lag(inventory_value) over w as build,
                       receivables - lag(receivables) over w as owed,
                       payables - lag(payables) over w as owing
                from wide window w as (partition by {key} order by period))
            select count(*), max(abs(cash_in - cash_out - (revenue - cogs - promotion - expedite
                                 - operating_expense - build - owed + owing)))
            from built where build is not null""")
        count, largest = wrong[0]
        assert count > 500
        assert largest < 0.10, source
