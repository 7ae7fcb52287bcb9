"""Which lane answers: the embedded model what it fully understands, an LLM the rest."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assistant.conversation import Conversations
from assistant.llm import LlmSettings
from assistant.wiring import Concord
from tests.fake_openai import FakeOpenAI, calls, fails, says

UNDERSTOOD = "OTIF by region last quarter"
HALF_UNDERSTOOD = "OTIF by region last quarter, and whatever else intrigues the flabbergasted board"
Q2 = {"start": "2026-04-01", "end": "2026-06-30"}
BY_REGION = ("compute_metric", {"metrics": ["otif_rate"], "group_by": ["region"], "period": Q2})


def with_llm(concord: Concord, service: FakeOpenAI, first_lane: bool = True) -> Conversations:
    llm = LlmSettings("test-model", base_url=service.url, timeout_seconds=5)
    return replace(concord.conversations, llm=llm, first_lane=first_lane)


def test_what_is_fully_understood_never_leaves_the_machine(concord: Concord):
    with FakeOpenAI([]) as service:
        answer = with_llm(concord, service).ask(UNDERSTOOD, concord.person(None))
        assert (answer.model, answer.kind, service.requests) == ("embedded", "answer", [])


def test_the_rest_goes_to_the_llm_and_its_figures_are_the_engines(concord: Concord):
    embedded = concord.conversations.ask(UNDERSTOOD, concord.person(None))
    with FakeOpenAI([calls(BY_REGION), says("OTIF in North was {F3} in Q2 2026.")]) as service:
        answer = with_llm(concord, service).ask(HALF_UNDERSTOOD, concord.person(None))
    assert answer.model == "test-model"
    assert [f.value for f in answer.figures] == [f.value for f in embedded.figures]
    north = next(f for f in answer.figures if f.group_ids == {"region": "North"})
    assert answer.text == f"OTIF in North was {north.formatted} in Q2 2026."
    assert answer.tokens is not None


def test_a_lying_llm_is_answered_by_template(concord: Concord):
    lies = says("OTIF in South was {F3} in Q2 2026."), says("OTIF was about 90 percent.")
    with FakeOpenAI([calls(BY_REGION), *lies]) as service:
        answer = with_llm(concord, service).ask(HALF_UNDERSTOOD, concord.person(None))
    assert "90 percent" not in answer.text
    south = next(f for f in answer.figures if f.group_ids == {"region": "South"})
    north = next(f for f in answer.figures if f.group_ids == {"region": "North"})
    assert f"South was {north.formatted}" not in answer.text
    assert south.formatted != north.formatted
    assert "wording_refused" in {warning.code for warning in answer.warnings}


def test_without_the_first_lane_the_agent_answers_all(concord: Concord):
    with FakeOpenAI([calls(BY_REGION), says("OTIF was {F1} in Q2 2026.")]) as service:
        answer = with_llm(concord, service, first_lane=False).ask(UNDERSTOOD, concord.person(None))
    assert answer.model == "test-model"


def test_when_the_llm_is_down_the_embedded_model_answers_and_says_so(concord: Concord):
    with FakeOpenAI([fails(503, forever=True)]) as service:
        answer = with_llm(concord, service, first_lane=False).ask(UNDERSTOOD, concord.person(None))
    assert answer.kind == "answer"
    assert "llm_unavailable" in {warning.code for warning in answer.warnings}


@pytest.mark.parametrize("email", ["planner.south@fennmark.example"])
def test_an_llm_gets_no_more_than_its_asker_may_see(concord: Concord, email: str):
    wide = ("compute_metric", {"metrics": ["otif_rate"], "group_by": ["region"], "filters": []})
    north = (
        "compute_metric",
        {"metrics": ["otif_rate"], "filters": [{"dimension": "region", "members": ["North"]}]},
    )
    with FakeOpenAI([calls(wide, north), says("OTIF for South was {F1}.")]) as service:
        answer = with_llm(concord, service, first_lane=False).ask("OTIF everywhere", concord.person(email))
        seen = json.dumps(service.requests, default=str)
    assert {figure.group.get("region") for figure in answer.figures} <= {None, "South"}
    assert "Sweden" not in seen and "Lindqvist" not in seen
