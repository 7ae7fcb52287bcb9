"""One question within one conversation: who asks, what is kept, what is reused."""

from __future__ import annotations

import json

import pytest

from assistant.wiring import Concord
from connectors.errors import NotPermitted, OutOfRange, QuestionError

NORTH_ONLY = "planner.south@fennmark.example"


def test_a_follow_up_by_another_person_reuses_the_query_and_never_the_result(concord: Concord):
    first = concord.conversations.ask("OTIF by region last quarter", concord.person(None))
    south = concord.conversations.ask(
        "and the quarter before?", concord.person(NORTH_ONLY), first.conversation
    )
    assert {figure.group.get("region") for figure in south.figures} <= {None, "South"}
    assert south.figures[0].scope == {"region": ["South"]}
    forbidden = {f.formatted for f in first.figures if f.group.get("region") != "South"}
    assert not [value for value in forbidden if value in json.dumps(south.to_json())]


def test_an_answer_is_kept_with_its_calls_and_the_scope_it_was_given_under(concord: Concord):
    answer = concord.conversations.ask("OTIF last quarter", concord.person(NORTH_ONLY))
    kept = concord.workspace.answer(answer.id)
    assert kept.asker == NORTH_ONLY
    assert kept.scope_key == concord.person(NORTH_ONLY).scope.key
    assert kept.calls[0]["name"] == "compute_metric"
    assert kept.answer["text"] == answer.text


def test_a_narrowed_answer_says_its_scope(concord: Concord):
    answer = concord.conversations.ask("OTIF", concord.person(NORTH_ONLY))
    assert any("only what you may see" in said and "South" in said for said in answer.assumptions)


def test_prices_are_kept_from_who_may_not_see_them(concord: Concord):
    units = concord.person("planner.units@fennmark.example")
    for question in ("lost sales", "revenue by region", "gross margin", "standard margin by family"):
        answer = concord.conversations.ask(question, units)
        assert (answer.kind, answer.figures, answer.tables) == ("not_permitted", [], [])


def test_forbidden_and_unknown_customers_get_the_same_reply(concord: Concord):
    account = concord.person("account@fennmark.example")
    forbidden = concord.conversations.ask("OTIF for Norra Handel", account)
    unknown = concord.conversations.ask("OTIF for Zzyzx Trading", account)
    differing = {"id", "conversation", "question", "seconds"}
    assert {k: v for k, v in forbidden.to_json().items() if k not in differing} == {
        k: v for k, v in unknown.to_json().items() if k not in differing
    }
    assert forbidden.kind == "not_permitted"


@pytest.mark.parametrize("name", ["North", "north", "Sweden", "NORTH"])
def test_a_forbidden_region_is_never_read_as_something_near_it(concord: Concord, name: str):
    answer = concord.conversations.ask(f"OTIF in {name}", concord.person(NORTH_ONLY))
    assert (answer.kind, answer.figures) == ("not_permitted", [])


def test_nobody_outside_of_the_policy_is_answered(concord: Concord):
    with pytest.raises(NotPermitted, match="not in the policy"):
        concord.person("stranger@example.com")


def test_acting_as_somebody_else_is_audited(concord: Concord):
    concord.acting_person(NORTH_ONLY, "ask")
    assert concord.workspace.audit_entries()[-1].on_behalf_of == NORTH_ONLY


def test_an_as_of_date_ahead_of_the_data_is_refused(concord: Concord):
    with pytest.raises(OutOfRange):
        concord.conversations.ask(
            "OTIF", concord.person(None), as_of=concord.warehouse.info.as_of.replace(year=2030)
        )


def test_a_question_without_end_is_refused(concord: Concord):
    with pytest.raises(QuestionError, match="at most"):
        concord.conversations.ask("OTIF " * 2000, concord.person(None))


def test_the_same_question_gives_the_same_answer(concord: Concord):
    asked = [
        concord.conversations.ask("top 3 families by lost sales in Q2", concord.person(None)) for _ in "ab"
    ]
    one, two = (
        {k: v for k, v in a.to_json().items() if k not in {"id", "conversation", "seconds"}} for a in asked
    )
    assert one == two


def test_two_questions_in_one_keep_the_no_of_the_one_that_fails(concord: Concord):
    answer = concord.conversations.ask("OTIF and revenue by site last month", concord.person(None))
    assert answer.kind == "answer"


def test_a_follow_up_after_a_no_goes_on_from_the_turn_before_it(concord: Concord):
    asked = concord.conversations.ask("OTIF by region last quarter", concord.person(None))
    refused = concord.conversations.ask("vs budget", concord.person(None), asked.conversation)
    dairy = concord.conversations.ask("only Dairy", concord.person(None), asked.conversation)
    assert (refused.kind, dairy.kind) == ("no_data", "answer")
    assert dairy.figures[0].scope == {"family": ["Dairy"]}
    assert {len(figure.group) for figure in dairy.figures[1:]} == {1}


def test_whoever_sees_all_rows_is_not_told_that_a_figure_is_of_a_part(concord: Concord):
    answer = concord.conversations.ask("OTIF", concord.person("planner.units@fennmark.example"))
    assert answer.figures and not [said for said in answer.assumptions if "may see" in said]


def test_a_sentence_that_begins_with_a_plan_version_begins_with_a_capital(concord: Concord):
    answer = concord.conversations.ask("forecast value added", concord.person(None))
    assert ". Statistical had the highest at" in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("forecast bias", "(over-forecast)"),
        ("cash flow vs plan last quarter", "on the plan"),
        ("market share vs plan", "ask for it by market"),
        ("how many regions do we have?", "4 regions: "),
    ],
)
def test_the_first_sentence_says_what_the_figure_means(concord: Concord, question: str, said: str):
    assert said in concord.conversations.ask(question, concord.person(None)).text
