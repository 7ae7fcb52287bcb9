"""Sentences of each shape of result, worked out by hand, and held against the checker of answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import pytest

from assistant.interpreter.reading import Reading
from assistant.interpreter.wording import write_answer
from tools.figures import Clarification, Comparison, Figure, PeriodRef, Refusal, Source, ToolResult
from tools.provenance import check, fill

Q2 = PeriodRef(start=date(2026, 4, 1), end=date(2026, 6, 30), label="Q2 2026")
Q1 = PeriodRef(start=date(2026, 1, 1), end=date(2026, 3, 31), label="Q1 2026")
NAMES = {"region": ["North", "South", "East"], "family": ["Dairy", "Bakery"], "customer": []}
WORDS = {"otif_rate": ["OTIF"], "lost_sales": ["Lost sales"]}
BETTER = {"otif_rate": "up", "lost_sales": "down"}


def figure(number: int, value: float | None, formatted: str = "", **more: Any) -> Figure:
    held: dict[str, Any] = {
        "id": f"F{number}",
        "metric": "otif_rate",
        "title": "OTIF",
        "value": value,
        "unit": "ratio",
        "formatted": formatted or f"{(value or 0) * 100:.1f}%",
        "period": Q2,
        "source": "S1",
    }
    return Figure(**{**held, **more})


def against(value: float | None, difference: float | None, better: bool | None) -> Comparison:
    return Comparison(
        **{"with": "previous_period"},
        value=value,
        difference=difference,
        relative=None,
        better=better,
        formatted="" if value is None else f"{value * 100:.1f}%",
        formatted_difference="" if difference is None else f"{abs(difference) * 100:.1f} pts",
        period=Q1,
    )


def result(*figures: Figure, **arguments: Any) -> ToolResult:
    source = Source(
        id="S1", kind="calculation", tool="compute_metric", arguments=arguments, as_of=date(2026, 6, 30)
    )
    return ToolResult(figures=list(figures), sources=[source])


def said(*results: ToolResult, style: Literal["executive", "analyst"] = "executive") -> str:
    text = write_answer(Reading(()), results, style)
    if any(made.figures for made in results):
        assert not check(text, results, "", NAMES, WORDS, BETTER), text
    return fill(text, results)


def regions(*values: float | None) -> Sequence[Figure]:
    names = ("North", "South", "East")
    return [
        figure(at, value, group={"region": name}, group_ids={"region": name})
        for at, (name, value) in enumerate(zip(names, values, strict=False), start=2)
    ]


def test_a_single_figure_comes_first_with_its_period() -> None:
    assert said(result(figure(1, 0.478))) == "OTIF was **47.8%** in Q2 2026."


def test_the_scope_of_a_figure_is_said() -> None:
    scoped = figure(1, 0.478, scope={"region": ["North"], "family": ["Dairy", "Bakery"]})
    assert said(result(scoped)) == "OTIF for Dairy and Bakery in North was **47.8%** in Q2 2026."


def test_what_is_left_out_is_said() -> None:
    scoped = figure(1, 0.478, scope={"not family": ["Dairy"]})
    assert said(result(scoped)) == "OTIF for all without Dairy was **47.8%** in Q2 2026."


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (against(0.499, -0.021, False), ": 2.1 pts below Q1 2026, which is worse."),
        (against(0.470, 0.008, True), ": 0.8 pts above Q1 2026, which is better."),
        (against(0.499, -0.021, None), ": 2.1 pts below Q1 2026."),
        (against(0.478, 0.0, None), ", against 47.8% in Q1 2026."),
    ],
)
def test_a_comparison_says_its_side_and_whether_that_is_good(comparison: Comparison, words: str) -> None:
    assert said(result(figure(1, 0.478, comparison=comparison))) == f"OTIF was **47.8%** in Q2 2026{words}"


def test_a_missing_other_side_is_said() -> None:
    text = write_answer(
        Reading(()), [result(figure(1, 0.478, comparison=against(None, None, None)))], "executive"
    )
    assert "For {F1.comparison_period} there is nothing to compare it with." in text


def test_a_cut_names_both_ends_after_the_total() -> None:
    cut = result(figure(1, 0.478), *regions(0.31, 0.552, 0.5), group_by=["region"])
    assert said(cut) == (
        "OTIF was **47.8%** in Q2 2026. South had the highest at 55.2%, North the lowest at 31.0%."
    )


def test_rows_without_a_member_are_no_end_of_a_cut() -> None:
    groups = [*regions(0.31, 0.552), figure(4, 0.9, group={"region": "(none)"})]
    assert "(none)" not in said(result(figure(1, 0.478), *groups, group_by=["region"]))


def test_groups_without_a_value_are_no_end_of_a_cut() -> None:
    cut = result(figure(1, 0.478), *regions(0.31, None, 0.5), group_by=["region"])
    assert "East had the highest at 50.0%, North the lowest at 31.0%." in said(cut)


def test_a_ranking_begins_with_the_first_and_ends_with_the_whole() -> None:
    rank = {"order": "lowest", "count": 3}
    cut = result(figure(1, 0.478), *regions(0.31, 0.5, 0.552), group_by=["region"], rank=rank)
    assert said(cut) == (
        "North had the lowest OTIF at **31.0%** in Q2 2026. Next was South at 50.0%. Overall it was 47.8%."
    )
    assert "Next were South at 50.0% and East at 55.2%." in said(cut, style="analyst")


def test_a_course_over_time_names_its_ends_and_its_extremes() -> None:
    months = [
        figure(
            2 + at,
            value,
            group={"month": f"2026-0{4 + at}"},
            period=PeriodRef(start=date(2026, 4 + at, 1), end=date(2026, 4 + at, 28), label=f"{name} 2026"),
        )
        for at, (name, value) in enumerate([("April", 0.4), ("May", 0.3), ("June", 0.5)])
    ]
    text = fill(write_answer(Reading(()), [result(figure(1, 0.478), *months)], "analyst"), [result(*months)])
    assert "It was 40.0% in April 2026 and 50.0% in June 2026." in text
    assert "The highest was 50.0% in June 2026, the lowest 30.0% in May 2026." in text


def test_each_of_several_metrics_is_named_in_its_sentences() -> None:
    lost = {"metric": "lost_sales", "title": "Lost sales", "unit": "currency", "source": "S2"}
    second = [
        figure(5, 900.0, "€900", **lost),
        figure(6, 600.0, "€600", group={"region": "North"}, **lost),
        figure(7, 300.0, "€300", group={"region": "South"}, **lost),
    ]
    made = result(figure(1, 0.478), *regions(0.31, 0.552), *second, group_by=["region"])
    made.sources.append(made.sources[0].model_copy(update={"id": "S2"}))
    text = said(made)
    assert "Lost sales were **€900** in Q2 2026." in text
    assert "North had the highest lost sales at €600, South the lowest at €300." in text


def test_a_figure_without_a_value_gives_its_reason() -> None:
    text = said_null()
    assert text == "OTIF has no value in {F1.period}: there are no rows in this cut."


def said_null() -> str:
    missing = figure(1, None, "–", reason="there are no rows in this cut")
    return write_answer(Reading(()), [result(missing)], "executive")


def test_what_looks_ahead_is_not_told_as_past() -> None:
    ahead = PeriodRef(start=date(2026, 7, 1), end=date(2026, 9, 30), label="Q3 2026")
    plan = figure(1, 12480.0, "12,480 units", title="Demand plan", metric="demand_plan_units", period=ahead)
    assert write_answer(Reading(()), [result(plan)], "executive") == "Demand plan is **{F1}** in {F1.period}."


def test_a_no_and_a_question_back_are_said_in_their_own_words() -> None:
    no = ToolResult(refusal=Refusal(kind="no_data", message="Nothing is loaded for 2009."))
    back = ToolResult(clarification=Clarification(question="Which one?", options=["a", "b"]))
    assert write_answer(Reading(()), [no, back], "executive") == "Nothing is loaded for 2009.\n\nWhich one?"


def test_a_definition_is_said_with_its_sign_and_the_asked_parameters() -> None:
    details = {
        "type": "definition",
        "sign": "positive is too much",
        "parameters": {"lag": 3, "version": None},
    }
    made = ToolResult(notes=["Forecast bias: sum of (F − A) / sum of A"], details=details)
    assert write_answer(Reading(()), [made], "executive") == (
        "Forecast bias: sum of (F − A) / sum of A. For the sign: positive is too much. As asked: lag 3."
    )
