"""A lying LLM, played by a real HTTP service, gets none of its lies through the real agent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.agent import last_outcome, stream_agent
from assistant.chat_model import chat_model
from assistant.llm import LlmSettings
from assistant.outcome import Outcome
from connectors.plan_store import PlanStore
from tests.assistant.tiny_company import parts_of, tiny_company, whole_store
from tests.fake_openai import FakeOpenAI, calls, says
from tests.tools.lies import LIES
from tests.tools.sample_answer import sample_results
from tools.definition import Arguments, Tool, ToolContext
from tools.figures import ToolResult
from tools.provenance import check

SOME = [lie for lies in LIES.values() for lie in lies[:4]]
FIRST = {lies[0] for lies in LIES.values()}
"""One lie of each kind; the check itself meets all of them in the tests of the tools."""

QUESTION = "How are we doing?"


class PartArguments(Arguments):
    """Which part of the sample answer."""

    part: int


def compute_part(context: ToolContext, arguments: PartArguments) -> ToolResult:
    return sample_results()[arguments.part]


PART_TOOL = Tool("compute_metric", PartArguments, compute_part, writes=False)
ALL_PARTS = calls(*(("compute_metric", {"part": part}) for part in range(len(sample_results()))))


@pytest.fixture(scope="module")
def store() -> Iterator[PlanStore]:
    warehouse = tiny_company()
    yield whole_store(warehouse)
    warehouse.close()


def answered(store: PlanStore, *words: str) -> tuple[Outcome, FakeOpenAI]:
    with FakeOpenAI([ALL_PARTS, *(says(text) for text in words)]) as service:
        llm = LlmSettings("test-model", base_url=service.url)
        parts = parts_of(store, tools=[PART_TOOL])
        return last_outcome(stream_agent(chat_model(llm), parts, QUESTION)), service


def test_there_are_at_least_fifty_lies() -> None:
    assert len(SOME) >= 50


@pytest.mark.parametrize(
    "lie", [pytest.param(lie, marks=[] if lie in FIRST else pytest.mark.slow) for lie in SOME]
)
def test_a_lie_is_sent_back_once_and_then_answered_by_template(store: PlanStore, lie: str) -> None:
    outcome, service = answered(store, lie, lie)
    assert lie not in outcome.text
    assert [code for code, _ in outcome.notices] == ["wording_refused"]
    assert len(service.requests) == 3
    assert "Your words were checked" in service.requests[-1]["messages"][-1]["content"]


def test_a_lie_beside_a_truth_takes_the_truth_with_it(store: PlanStore) -> None:
    mixed = "OTIF was {F1} in Q2 2026. OTIF in North was {F3}."
    outcome, _ = answered(store, mixed, mixed)
    assert mixed not in outcome.text


def test_words_that_are_put_right_are_shown(store: PlanStore) -> None:
    outcome, service = answered(store, "OTIF in North was {F3}.", "OTIF in North was {F2}.")
    assert outcome.text == "OTIF in North was {F2}."
    assert outcome.notices == ()
    assert "belongs to South" in service.requests[-1]["messages"][-1]["content"]


def test_the_sample_results_are_numbered_as_the_lies_expect(store: PlanStore) -> None:
    outcome, _ = answered(store, "OTIF in North and South was {F2} and {F3}, respectively.")
    assert outcome.text.startswith("OTIF in North and South")
    assert check(outcome.text, sample_results(), "", {}, {"otif_rate": ["OTIF"]}) == []
