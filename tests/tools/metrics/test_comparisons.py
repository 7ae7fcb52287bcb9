"""Comparisons carry both sides: plans, targets, versions, cycles, other periods, checked by plain SQL."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from connectors.plan_store import PlanStore
from tests.asking import ask, refusal
from tests.oracle.oracle import Oracle
from tests.oracle.question import Question
from tools.figures import Comparison, Figure

Q2 = {"start": date(2026, 4, 1), "end": date(2026, 6, 30)}
WINDOW = (Q2["start"], Q2["end"])


def side(figure: Figure) -> Comparison:
    assert figure.comparison is not None
    return figure.comparison


def test_a_version_is_compared_with_another(demo: PlanStore, demo_oracle: Oracle) -> None:
    (figure,) = ask(demo, "wmape", compare_with="version", compare_version="statistical", **Q2).figures
    now = demo_oracle.answer(Question("wmape", *WINDOW))[()]
    other = demo_oracle.answer(Question("wmape", *WINDOW, versions=("statistical",)))[()]
    assert now is not None and other is not None
    assert figure.value == pytest.approx(now)
    assert (side(figure).with_, side(figure).label) == ("statistical", "the statistical plan")
    assert side(figure).value == pytest.approx(other)
    assert side(figure).difference == pytest.approx(now - other)
    assert side(figure).better is (now < other)


def test_a_cycle_is_compared_with_another(demo: PlanStore, demo_oracle: Oracle) -> None:
    ahead = {"start": date(2026, 7, 1), "end": date(2026, 9, 30)}
    (figure,) = ask(
        demo,
        "demand_plan_units",
        cycle=date(2026, 6, 1),
        compare_with="cycle",
        compare_cycle=date(2026, 5, 1),
        **ahead,
    ).figures
    june, may = (
        demo_oracle.answer(
            Question("demand_plan_units", ahead["start"], ahead["end"], cycle=date(2026, month, 1))
        )[()]
        for month in (6, 5)
    )
    assert june is not None and may is not None
    assert (figure.value, side(figure).value) == (pytest.approx(june), pytest.approx(may))
    assert side(figure).label == "the cycle of May 2026"
    assert side(figure).relative == pytest.approx((june - may) / may)


def test_another_period_may_be_named(demo: PlanStore, demo_oracle: Oracle) -> None:
    other = {"start": "2025-01-01", "end": "2025-03-31"}
    result = ask(demo, "otif_rate", compare_with="period", compare_period=other, group_by=["region"], **Q2)
    before = demo_oracle.answer(Question("otif_rate", date(2025, 1, 1), date(2025, 3, 31), by=("region",)))
    for figure in result.figures[1:]:
        assert side(figure).value == pytest.approx(before[(figure.group_ids["region"],)])


def test_a_target_of_the_company_holds_for_its_parts_and_one_of_a_member_goes_before(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
) -> None:
    whole = demo_sql.execute(
        "SELECT value FROM targets WHERE metric = 'otif_rate' AND dimension IS NULL"
    ).fetchone()
    assert whole is not None
    result = ask(demo, "otif_rate", compare_with="target", group_by=["region"], **Q2)
    assert {side(figure).value for figure in result.figures} == {whole[0]}
    for figure in result.figures:
        assert figure.value is not None
        assert side(figure).difference == pytest.approx(figure.value - whole[0])
        assert side(figure).better is (figure.value > whole[0])
    of_customers = dict(
        demo_sql.execute(
            "SELECT member_id, value FROM targets WHERE metric = 'otif_rate' AND dimension = 'customer'"
        ).fetchall()
    )
    result = ask(demo, "otif_rate", compare_with="target", group_by=["customer"], **Q2)
    told = {f.group_ids["customer"]: side(f).value for f in result.figures if f.group_ids}
    assert told == {customer: of_customers.get(customer, whole[0]) for customer in told}
    assert len(set(told) & set(of_customers)) > 30


def test_a_metric_without_a_target_names_those_that_have_one(demo: PlanStore) -> None:
    message = refusal(ask(demo, "wmape", compare_with="target"), "no_data")
    assert "no target for WMAPE" in message
    assert "OTIF" in message and "_" not in message


def test_targets_by_month_are_averaged_over_the_window(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection
) -> None:
    expected = dict(
        demo_sql.execute(
            "SELECT member_id, avg(value) FROM targets WHERE metric = 'market_share_value' "
            "AND period BETWEEN DATE '2026-04-01' AND DATE '2026-06-30' GROUP BY member_id"
        ).fetchall()
    )
    result = ask(demo, "market_share_value", compare_with="target", group_by=["market"], **Q2)
    told = {f.group_ids["market"]: side(f).value for f in result.figures if f.group_ids}
    assert told == {market: pytest.approx(value) for market, value in expected.items()}


@pytest.mark.parametrize(
    ("version", "with_"), [("committed", "committed"), ("plan", "committed"), ("budget", "budget")]
)
def test_money_against_a_plan_stands_in_the_financial_book(
    demo: PlanStore, demo_sql: duckdb.DuckDBPyConnection, version: str, with_: str
) -> None:
    actual = demo_sql.execute(
        "SELECT region, sum(amount) FROM financials WHERE account = 'revenue' "
        "AND period BETWEEN DATE '2026-04-01' AND DATE '2026-06-30' GROUP BY region"
    ).fetchall()
    chosen = {
        # the latest cycle before each month
        "committed": "cycle = (SELECT max(cycle) FROM financial_plans o WHERE o.version = 'committed' "
        "AND o.cycle < p.period)",
        # the latest cycle not after the start of the window
        "budget": "cycle = (SELECT max(cycle) FROM financial_plans o WHERE o.version = 'budget' "
        "AND o.cycle <= DATE '2026-04-01')",
    }[with_]
    planned = dict(
        demo_sql.execute(
            f"SELECT region, sum(amount) FROM financial_plans p WHERE account = 'revenue' "
            f"AND version = '{with_}' AND period BETWEEN DATE '2026-04-01' AND DATE '2026-06-30' "
            f"AND {chosen} GROUP BY region"
        ).fetchall()
    )
    result = ask(demo, "revenue", compare_with=version, group_by=["region"], **Q2)
    told = {f.group_ids["region"]: f for f in result.figures if f.group_ids}
    for region, amount in actual:
        assert told[region].value == pytest.approx(amount)
        assert side(told[region]).value == pytest.approx(planned[region])
        assert side(told[region]).with_ == with_
    total = result.figures[0]
    assert side(total).value == pytest.approx(sum(planned.values()))


def test_units_against_the_plan_read_the_plan_of_the_metric(demo: PlanStore, demo_oracle: Oracle) -> None:
    result = ask(demo, "ordered_units", compare_with="plan", group_by=["family"], **Q2)
    planned = demo_oracle.answer(Question("demand_plan_units", *WINDOW, by=("family",), lag=1))
    for figure in result.figures[1:]:
        assert side(figure).value == pytest.approx(planned[(figure.group_ids["family"],)])
        assert side(figure).label == "the demand plan"


def test_units_have_no_budget_and_the_refusal_says_what_there_is(demo: PlanStore) -> None:
    message = refusal(ask(demo, "ordered_units", compare_with="budget"), "no_data")
    assert "no budget of Ordered units" in message and "demand_plan_units" in message


def test_service_has_no_plan_but_a_target(demo: PlanStore) -> None:
    assert "target" in refusal(ask(demo, "otif_rate", compare_with="plan"), "no_data")


def test_a_year_that_still_runs_is_compared_with_the_same_months(
    demo: PlanStore, demo_oracle: Oracle
) -> None:
    year = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}
    for with_ in ("same_period_last_year", "previous_period"):
        result = ask(demo, "shipped_units", compare_with=with_, **year)
        before = demo_oracle.answer(Question("shipped_units", date(2025, 1, 1), date(2025, 6, 30)))[()]
        assert side(result.figures[0]).value == pytest.approx(before)
        assert any("Jan–Jun 2026" in said for said in result.assumptions)


def test_members_can_be_ranked_by_their_change(demo: PlanStore) -> None:
    query = {"group_by": ["family"], "compare_with": "previous_period"}
    everything = ask(demo, "revenue", **query, **Q2).figures[1:]
    ranked = ask(
        demo, "revenue", rank={"order": "lowest", "count": 3, "by": "difference"}, **query, **Q2
    ).figures[1:]
    changes = sorted(side(f).difference or 0.0 for f in everything)
    assert [side(f).difference for f in ranked] == pytest.approx(changes[:3])
