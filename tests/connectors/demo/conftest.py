"""One build of the demo company and a DuckDB over its frames, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from connectors.demo.company import DemoCompany, build_demo_company

Rows = Callable[[str], list[tuple[Any, ...]]]

# The basis of service metrics (metrics.md) in plain SQL, shared by the tests of the stories.
_VIEWS = """
create view sales as
select o.*, p.product_name, p.family, p.business_unit, m.region, m.market_name,
       coalesce(cancelled_units, 0) as cancelled,
       case when cancel_reason = 'customer' then coalesce(cancelled_units, 0) else 0 end as by_customer,
       case when coalesce(cancel_reason, 'other') in ('customer', 'credit', 'other')
            then coalesce(cancelled_units, 0) else 0 end as not_supply,
       closed_on is not null or delivered_units + coalesce(cancelled_units, 0) >= ordered_units as closed
from order_lines o
join products p using (product_id)
left join customers c using (customer_id)
join markets m on m.market_id = coalesce(o.market_id, c.market_id)
where line_kind = 'sale';

create view due as
select *, date_trunc('month', promised_on)::date as month,
       closed and delivered_on <= promised_on and delivered_units >= ordered_units - by_customer as otif,
       case when closed then ordered_units - delivered_units - not_supply else 0 end as lost
from sales
where (closed or promised_on <= date '2026-06-30') and by_customer < ordered_units;

create view plan_and_actual as
select d.cycle, d.version, d.period::date as period, date_diff('month', d.cycle, d.period) as lag,
       p.family, p.product_name, m.region, m.market_name, p.base_units_per_unit as factor,
       d.units as planned, coalesce(h.ordered_units, 0) as actual, d.units_p10, d.units_p90
from demand_plan d
join products p using (product_id)
join markets m using (market_id)
left join demand_history h using (product_id, market_id, period)
where d.period <= date '2026-06-01';
"""


@pytest.fixture(scope="session")
def demo() -> DemoCompany:
    return build_demo_company()


@pytest.fixture(scope="session")
def rows(demo: DemoCompany) -> Iterator[Rows]:
    """Answers of plain SQL over the frames."""
    connection = duckdb.connect()
    for name, frame in demo.tables.items():
        connection.register(name, frame)
    connection.register("meetings", demo.meetings)
    connection.register("meeting_documents", demo.meeting_documents)
    connection.execute(_VIEWS)
    yield lambda sql: connection.execute(sql).fetchall()
    connection.close()
