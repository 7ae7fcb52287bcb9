"""A company's own metrics: checked with words that help, computed like any other."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from tests.asking import grouped, refusal, total
from tests.installation import Run
from tests.stores import ROOT, MakeStore
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.figures import ToolResult
from tools.metrics.company_metrics import InvalidMetrics, read_company_metrics
from tools.metrics.registry import STANDARD, Registry

EXAMPLE = ROOT / "docs" / "examples" / "metrics.yaml"
MINIMAL = {"id": "m", "title": "My metric", "unit": "units", "better": "up", "table": "order_lines"}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return STANDARD.with_metrics(read_company_metrics(EXAMPLE, STANDARD))


def _read(tmp_path: Path, *metrics: dict[str, Any]) -> Registry:
    import yaml

    path = tmp_path / "metrics.yaml"
    path.write_text(yaml.safe_dump({"metrics": list(metrics)}), "utf-8")
    return STANDARD.with_metrics(read_company_metrics(path, STANDARD))


def _one(**more: Any) -> dict[str, Any]:
    return {**MINIMAL, "id": "my_metric", "date": "ordered_on", "numerator": "ordered_units", **more}


def _ask(store: PlanStore, registry: Registry, metric: str, **arguments: Any) -> ToolResult:
    return Toolbox(ToolContext(store, registry)).run("compute_metric", {"metrics": [metric], **arguments})


def _faults(tmp_path: Path, *metrics: dict[str, Any]) -> str:
    with pytest.raises(InvalidMetrics) as caught:
        _read(tmp_path, *metrics)
    assert str(tmp_path / "metrics.yaml") in caught.value.message
    return caught.value.message


JUNE = {"period": {"start": "2026-06-01", "end": "2026-06-30"}}


SALES = "FROM order_lines JOIN products USING (product_id) WHERE coalesce(line_kind, 'sale') = 'sale' AND "
IN_JUNE = "BETWEEN '2026-06-01' AND '2026-06-30' GROUP BY ALL"


@pytest.mark.parametrize(
    ("metric", "sql"),
    [
        (
            "late_cancellation_rate",
            "sum(CASE WHEN cancel_reason = 'late' THEN cancelled_units ELSE 0 END) / sum(ordered_units) "
            f"{SALES} cancelled_units IS NOT NULL AND ordered_on {IN_JUNE}",
        ),
        (
            "expedited_lines",
            f"count(CASE WHEN expedite_cost > 0 THEN 1 END) {SALES} promised_on {IN_JUNE}",
        ),
        (
            "freight_per_unit",
            f"sum(expedite_cost) / sum(delivered_units) {SALES} delivered_units > 0 AND expedite_cost "
            f"IS NOT NULL AND promised_on {IN_JUNE}",
        ),
    ],
)
def test_a_metric_of_the_example_equals_plain_sql(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection, registry: Registry, metric: str, sql: str
):
    found = grouped(_ask(demo, registry, metric, group_by=["family"], **JUNE), "family")
    expected = {(family,): value for family, value in demo_sql.execute(f"SELECT family, {sql}").fetchall()}
    assert found == pytest.approx(expected)


def test_a_plan_by_cycle_is_read_at_its_lag_and_not_added_over_months(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection, registry: Registry
):
    quarter = {"period": {"start": "2026-04-01", "end": "2026-06-30"}}
    sql = (
        "SELECT sum(safety_units) FROM inventory_targets WHERE period = '2026-06-01' AND cycle = '2026-05-01'"
    )
    expected = demo_sql.execute(sql).fetchall()[0][0]
    assert total(_ask(demo, registry, "safety_stock_units", **quarter)) == pytest.approx(expected)


def _lines(make_store: MakeStore, *rows: dict[str, Any]) -> Warehouse:
    line = {"product_id": "P", "ordered_on": "2026-06-10", "delivered_units": 0.0, "ordered_units": 10.0}
    lines = [{"order_id": f"O{n}", "line_number": 1, **line, **row} for n, row in enumerate(rows)]
    product = {"product_id": "P", "product_name": "P", "family": "F"}
    return make_store({"order_lines": lines, "products": [product]})


def test_rows_of_unknown_values_are_left_out_of_both_sides_and_counted(tmp_path: Path, make_store: MakeStore):
    given = _one(unit="ratio", numerator="cancelled_units", denominator="ordered_units")
    warehouse = _lines(
        make_store, {"cancelled_units": 2.0}, {"cancelled_units": None}, {"cancelled_units": 3.0}
    )
    result = _ask(warehouse.for_person(LOCAL_USER), _read(tmp_path, given), "my_metric", **JUNE)
    assert total(result) == 5 / 20
    assert [w.message for w in result.warnings] == [
        "1 rows of customer orders, line by line in which a value is unknown are left out."
    ]


def test_a_zero_denominator_gives_no_value_and_says_why(tmp_path: Path, make_store: MakeStore):
    given = _one(unit="ratio", numerator="ordered_units", denominator="delivered_units")
    store = _lines(make_store, {}).for_person(LOCAL_USER)
    (figure,) = _ask(store, _read(tmp_path, given), "my_metric", **JUNE).figures
    assert figure.value is None
    assert figure.reason


def test_a_null_with_a_default_counts_as_that_default(tmp_path: Path, make_store: MakeStore):
    given = _one(numerator="rows", unit="count", where='line_kind == "sale"')
    rows = ({"line_kind": None}, {"line_kind": "sale"}, {"line_kind": "return"})
    store = _lines(make_store, *rows).for_person(LOCAL_USER)
    assert total(_ask(store, _read(tmp_path, given), "my_metric", **JUNE)) == 2


def test_unlike_units_are_counted_in_planning_units_and_money_is_not(tmp_path: Path, make_store: MakeStore):
    products = [
        {"product_id": p, "product_name": p, "family": "F", "unit_of_measure": u, "base_units_per_unit": b}
        for p, u, b in (("A", "case", 10.0), ("B", "piece", 1.0))
    ]
    lines = [
        {"order_id": p, "line_number": 1, "product_id": p, "ordered_on": "2026-06-10", "ordered_units": 2.0,
         "delivered_units": 2.0, "unit_price": 5.0}
        for p in "AB"
    ]  # fmt: skip
    store = make_store({"order_lines": lines, "products": products}).for_person(LOCAL_USER)
    money = _one(id="my_money", title="My money", unit="currency", numerator="ordered_units * unit_price")
    registry = _read(tmp_path, _one(numerator="2 * (ordered_units - 0)"), money)
    assert total(_ask(store, registry, "my_metric", **JUNE)) == 44
    assert total(_ask(store, registry, "my_money", **JUNE)) == 20


def test_who_may_not_see_a_column_or_a_row_gets_nothing_of_it(demo_warehouse: Warehouse, registry: Registry):
    hidden = demo_warehouse.for_person(Person("a@b.c", scope=Scope(hidden=frozenset({"cost"}))))
    assert "not among what you may see" in refusal(_ask(hidden, registry, "expedited_lines"), "not_permitted")
    narrow = demo_warehouse.for_person(Person("a@b.c", scope=Scope(rows={"region": frozenset({"North"})})))
    whole = demo_warehouse.for_person(LOCAL_USER)
    north = grouped(_ask(whole, registry, "expedited_lines", group_by=["region"], **JUNE), "region")["North",]
    assert total(_ask(narrow, registry, "expedited_lines", **JUNE)) == north


def test_a_column_that_is_not_loaded_is_named(tmp_path: Path, make_store: MakeStore):
    store = _lines(make_store, {}).for_person(LOCAL_USER)
    registry = _read(tmp_path, _one(numerator="expedite_cost"))
    message = refusal(_ask(store, registry, "my_metric"), "no_data")
    assert message.startswith("My metric needs the cost of expediting")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, "my_metric.colour: unknown key"),
        ({"tabel": "x"}, "my_metric.tabel: unknown key; did you mean table?"),
        ({"unit": "percent"}, "my_metric.unit: Input should be 'ratio'"),
        ({"id": "My Metric"}, "My Metric.id: must be small letters"),
        (
            {"table": "order_line"},
            "there is no table order_line; did you mean order_lines?",
        ),
        ({"date": "sent_on"}, "my_metric: date: order_lines has no date sent_on; there are ordered_on, "),
        ({"date": None}, "my_metric: date: say when a row of order_lines counts; there are ordered_on, "),
        ({"table": "routings", "date": None}, "my_metric: table: routings has no date"),
        ({"table": "financial_plans", "date": None, "numerator": "amount"}, "use date: cycle"),
        ({"numerator": "eval('1')"}, "my_metric: numerator: there is no function eval"),
        (
            {"numerator": "ordered_units ** 2"},
            "my_metric: numerator: of the operators, only",
        ),
        ({"numerator": "ordered_on"}, "my_metric: numerator: ordered_on is day, not a number"),
        ({"where": "ordered_units"}, "my_metric: where: ordered_units is number, not a condition"),
        ({"where": "ordered_units = 3"}, "compare with ==, not ="),
        ({"numerator": {"where": "ordered_units > 1"}}, "my_metric: numerator: give either sum"),
        ({"unit": "ratio"}, "my_metric: denominator: a ratio needs one"),
        ({"synonyms": ["otif"]}, "my_metric: 'otif' already means the catalog's otif_rate"),
        ({"title": "Business unit"}, "my_metric: 'business unit' already means the dimension business_unit"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_there_is(tmp_path: Path, change: dict[str, Any], told: str):
    given = {key: value for key, value in _one(**change).items() if value is not None}
    assert told in _faults(tmp_path, given)


def test_two_metrics_of_one_name_are_refused(tmp_path: Path):
    twice = _one(id="other", title="my METRIC")
    assert "other: 'my metric' already means the file's my_metric" in _faults(tmp_path, _one(), twice)


def test_the_example_of_the_page_is_one_that_works(tmp_path: Path):
    page = (ROOT / "docs" / "company-metrics.md").read_text("utf-8")
    path = tmp_path / "metrics.yaml"
    path.write_text(dedent(page.split("```yaml\n")[1].split("```")[0]), "utf-8")
    (metric,) = read_company_metrics(path, STANDARD)
    assert metric.id == "late_cancellation_rate"


def test_the_command_asks_it_in_plain_words(call: Run, demo_store: Path, tmp_path: Path):
    where = ("--store", str(demo_store), "--workspace", f"sqlite:///{tmp_path}/w.sqlite")
    own = {"CONCORD_METRICS": str(EXAMPLE)}
    asked = call("ask", "late cancellation rate by region in June 2026", "--json", *where, **own)
    assert asked.returncode == 0, asked.stderr
    assert '"metric": "late_cancellation_rate"' in asked.stdout
    assert '"region": "North"' in asked.stdout
    listed = call("metrics", "late_cancellation_rate", *where, **own)
    assert "gave up waiting" in listed.stdout
    missing = call("ask", "OTIF", *where, CONCORD_METRICS="nowhere.yaml")
    assert missing.returncode == 1
    assert missing.stderr.startswith("concord: The metrics file nowhere.yaml cannot be read")
