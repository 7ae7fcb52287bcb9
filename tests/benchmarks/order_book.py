"""A plan store with many order lines, made by the engine itself: a store as a load publishes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

AS_OF = date(2026, 6, 30)
MARKETS, CUSTOMERS, PRODUCTS = 16, 400, 240
_FIRST, _DAYS = date(2023, 7, 1), 1096
_AT_A_TIME = 2_000_000

# A fixed draw between 0 and 1 for a row and a purpose.
_DICE = "CREATE TEMP MACRO dice(place, purpose) AS (hash(place * 16 + purpose) >> 12) / 4503599627370496.0"

_MEMBERS = f"""
CREATE TABLE markets AS SELECT format('M{{:02d}}', i) AS market_id, format('Market {{}}', i) AS market_name,
  ['North', 'South', 'East', 'West', 'Overseas'][i % 5 + 1] AS region,
  ['Retail', 'Online', 'Food service'][i % 3 + 1] AS channel, format('W{{:02d}}', i % 4) AS default_site_id
FROM range({MARKETS}) t(i);
CREATE TABLE customers AS SELECT format('C{{:04d}}', i) AS customer_id,
  format('Customer {{}}', i) AS customer_name, format('M{{:02d}}', i % {MARKETS}) AS market_id
FROM range({CUSTOMERS}) t(i);
CREATE TABLE sites AS SELECT format('W{{:02d}}', i) AS site_id, format('Warehouse {{}}', i) AS site_name,
  'warehouse' AS site_kind, ['North', 'South'][i % 2 + 1] AS site_region FROM range(4) t(i);
CREATE TABLE products AS SELECT format('P{{:04d}}', i) AS product_id,
  format('Product {{}}', i) AS product_name,
  format('Family {{}}', i % 12) AS family, format('Unit {{}}', i % 3) AS business_unit,
  'case' AS unit_of_measure,
  1.0::DOUBLE AS base_units_per_unit, 10.0::DOUBLE + i % 30 AS list_price,
  6.0::DOUBLE + i % 17 AS standard_cost
FROM range({PRODUCTS}) t(i)"""

_TABLE = """
CREATE TABLE order_lines (order_id VARCHAR, line_number BIGINT, line_kind VARCHAR, customer_id VARCHAR,
  market_id VARCHAR, product_id VARCHAR, site_id VARCHAR, ordered_on DATE, requested_on DATE,
  promised_on DATE, delivered_on DATE, closed_on DATE, ordered_units DOUBLE,
  delivered_units DOUBLE, cancelled_units DOUBLE,
  cancel_reason VARCHAR, unit_price DOUBLE, expedite_cost DOUBLE)"""

# Orders of three lines, in the order of their dates. Of the lines 10 to 20 % are late, by market, 6 % short,
# 3 % cancelled in part or wholly, 1 % returns, 0.3 % forgotten; what had not arrived is open.
_LINES = """
WITH line AS (
  SELECT i, i // 3 AS o, CAST(dice(i // 3, 1) * {customers} AS INTEGER) % {customers} AS c,
    DATE '{first}' + CAST(floor((i // 3) * {days}.0 / {orders}) AS INTEGER) AS ordered_on,
    1 + floor(dice(i, 2) * 200) AS units, dice(i, 3) AS fate, dice(i, 4) AS luck
  FROM range({start}, {stop}) t(i)),
dated AS (
  SELECT *, c % {markets} AS m, ordered_on + CAST(3 + dice(o, 5) * 12 AS INTEGER) AS requested_on,
    requested_on + CASE WHEN luck < 0.05 THEN 2 ELSE 0 END AS promised_on,
    promised_on + CASE WHEN dice(i, 6) < 0.1 + m * 0.1 / {markets} THEN CAST(1 + luck * 9 AS INTEGER)
      ELSE -CAST(luck * 2 AS INTEGER) END AS arrived_on,
    fate < 0.003 AS forgotten, fate >= 0.003 AND fate < 0.063 AS short,
    fate >= 0.063 AND fate < 0.093 AS given_up
  FROM line),
cancelled AS (
  SELECT *, CASE WHEN NOT given_up THEN 0 WHEN luck < 0.2 THEN units ELSE floor(units * luck) END AS less
  FROM dated),
told AS (
  SELECT *, arrived_on <= DATE '{as_of}' AND NOT forgotten AND less < units AS arrived,
    CASE WHEN short THEN floor(units * (0.4 + luck * 0.5)) ELSE units - less END AS delivered FROM cancelled)
SELECT format('{{:09d}}', o), i % 3 + 1, CASE WHEN dice(i, 7) < 0.01 THEN 'return' ELSE 'sale' END,
  format('C{{:04d}}', c), format('M{{:02d}}', m),
  format('P{{:04d}}', CAST(dice(i, 8) * {products} AS INTEGER) % {products}), format('W{{:02d}}', m % 4),
  ordered_on, requested_on, promised_on, CASE WHEN arrived THEN arrived_on END,
  CASE WHEN arrived AND short THEN arrived_on END, units, CASE WHEN arrived THEN delivered ELSE 0 END,
  less,
  CASE WHEN less > 0 THEN ['customer', 'late', 'supply', 'other'][CAST(luck * 4 AS INTEGER) % 4 + 1] END,
  10 + floor(dice(i, 9) * 30), CASE WHEN luck > 0.99 THEN 25.0 ELSE 0.0 END
FROM told"""


def write_store(path: Path, lines: int) -> None:
    """Writes a store of three years with that many order lines, always the same."""
    with duckdb.connect(path) as engine:
        engine.execute(_DICE)
        for statement in (*_MEMBERS.split(";"), _TABLE):
            engine.execute(statement)
        said = {"first": _FIRST, "days": _DAYS, "as_of": AS_OF, "orders": -(-lines // 3)}
        said |= {"customers": CUSTOMERS, "markets": MARKETS, "products": PRODUCTS}
        for start in range(0, lines, _AT_A_TIME):
            stop = min(lines, start + _AT_A_TIME)
            engine.execute(f"INSERT INTO order_lines {_LINES.format(start=start, stop=stop, **said)}")
        engine.execute("CREATE TABLE load_info (key VARCHAR, value VARCHAR)")
        about = {"company": "Twenty Million", "currency": "EUR", "as_of": AS_OF.isoformat()}
        about |= {"data_version": "2026-07-01T00:00:00Z#00000000", "fiscal_year_start_month": "1"}
        engine.executemany("INSERT INTO load_info VALUES (?, ?)", list(about.items()))
        engine.execute("CHECKPOINT")
