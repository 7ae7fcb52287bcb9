"""The rough edges that the data have on purpose."""

from __future__ import annotations

from connectors.demo.company import DemoCompany

from .conftest import Rows


def test_one_product_has_no_standard_cost_and_its_output_no_cost(demo: DemoCompany, rows: Rows):
    product = demo.truth["rough_edges"]["product_without_cost"]
    assert rows("select product_id from products where standard_cost is null") == [(product,)]
    assert rows(f"select count(*) > 0, count(cost) from production where product_id = '{product}'") == [
        (True, 0)
    ]


def test_a_product_and_a_customer_have_names_that_read_like_instructions(demo: DemoCompany, rows: Rows):
    names = rows("""
        select product_name from products where product_name like 'Ignore previous instructions%'
        union all
        select customer_name from customers where customer_name like 'Ignore previous instructions%'""")
    assert [name for (name,) in names] == demo.truth["rough_edges"]["names_like_instructions"]
    assert len(names) == 2


def test_two_customers_of_different_regions_share_a_name(rows: Rows):
    assert rows("""
        select customer_name, count(*), count(distinct region) from customers join markets using (market_id)
        group by 1 having count(*) > 1""") == [("Corner Market", 2, 2)]


def test_identifiers_have_leading_zeros(rows: Rows):
    for table, column in (
        ("products", "product_id"),
        ("customers", "customer_id"),
        ("order_lines", "order_id"),
    ):
        assert rows(f"select min({column}) from {table}")[0][0].startswith("0")


def test_the_last_month_is_partial_and_in_the_orders_only(rows: Rows):
    assert rows("select max(ordered_on)::date::text, max(delivered_on)::date::text from order_lines") == [
        ("2026-07-09", "2026-07-09")
    ]
    for table in ("demand_history", "inventory", "production", "financials"):
        assert rows(f"select max(period)::date::text from {table}") == [("2026-06-01",)]


def test_returns_lower_shipments_and_are_delivered_in_full(rows: Rows):
    count, odd = rows("""
        select count(*), count(*) filter (delivered_units <> ordered_units or requested_on is not null)
        from order_lines where line_kind = 'return'""")[0]
    assert count > 500
    assert odd == 0


def test_every_reason_of_cancellation_occurs_and_some_lack_one(rows: Rows):
    reasons = dict(
        rows("select cancel_reason, count(*) from order_lines where cancelled_units > 0 group by 1")
    )
    assert set(reasons) == {"customer", "late", "supply", "credit", "other", None}
    assert min(reasons.values()) > 10


def test_order_lines_hold_the_nulls_that_real_ones_do(rows: Rows):
    edges = rows("""
        select count(*) filter (cancelled_units is null), count(*) filter (market_id is null),
               count(*) filter (customer_id is null),
               count(*) filter (market_id is null and customer_id is null),
               count(*) filter (cancel_reason = 'customer' and cancelled_units = ordered_units),
               count(*) filter (closed_on is null and delivered_units >= ordered_units)
        from order_lines where line_kind = 'sale'""")[0]
    unknown_cancelled, no_market, no_customer, neither, wholly, old = edges
    assert min(unknown_cancelled, no_market, no_customer, wholly, old) > 50
    assert neither == 0


def test_lines_past_their_date_are_open_at_the_as_of_date_some_of_them_partly_delivered(rows: Rows):
    past_due, closed_later = rows("""
        select count(*) filter (not closed), count(*) filter (closed and delivered_on > date '2026-06-30')
        from sales where promised_on <= date '2026-06-30'""")[0]
    assert past_due > 20
    assert closed_later > 20
    assert rows("select count(*) > 0 from sales where not closed and delivered_units > 0") == [(True,)]


def test_many_orders_have_several_lines_of_which_only_some_fail(rows: Rows):
    assert rows("""
        select count(*) > 5000 from (
            select order_id from due group by 1 having count(*) > 1 and bool_or(otif) and not bool_and(otif))
    """) == [(True,)]
    assert rows("""
        select count(*) > 100 from (
            select order_id from sales group by 1
            having count(distinct promised_on) > 1)""") == [(True,)]


def test_market_size_lacks_some_months_of_one_market(demo: DemoCompany, rows: Rows):
    missing = demo.truth["rough_edges"]["market_size_missing"]
    periods = rows(f"""
        select distinct period::date::text from demand_history join markets using (market_id)
        where market_name = '{missing["market"]}'
          and period not in (select period from market_size join markets using (market_id)
                             where market_name = '{missing["market"]}') order by 1""")
    assert [period for (period,) in periods] == missing["periods"]


def test_bought_in_products_are_planned_as_purchases_and_never_made(demo: DemoCompany, rows: Rows):
    bought = demo.truth["rough_edges"]["bought_in_products"]
    listed = ", ".join(f"'{product}'" for product in bought)
    assert rows(f"select count(*) from production where product_id in ({listed})") == [(0,)]
    assert rows(f"select count(*) from routings where product_id in ({listed})") == [(0,)]
    planned = rows("select distinct product_id from supply_plan where purchase_units > 0 order by 1")
    assert [product for (product,) in planned] == sorted(bought)
