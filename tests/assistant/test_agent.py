"""The agent over a real HTTP service that plays the LLM: it works, streams, and always comes to an answer."""

from __future__ import annotations

import pytest
from langsmith import tracing_context
from langsmith.utils import tracing_is_enabled

from assistant.agent import Sentence, Step, run_agent, stream_agent
from assistant.agent_middleware import MOST_MODEL_CALLS, MOST_TOOL_CALLS
from assistant.chat_model import chat_model
from assistant.interpreter.reading import Reading
from assistant.interpreter.wording import write_answer
from assistant.llm import LlmSettings
from assistant.outcome import Outcome
from connectors.errors import SourceUnavailable
from connectors.plan_store import PlanStore
from tests.assistant.agent_runs import BY_REGION, HALF_READ, ask, events_of
from tests.assistant.tiny_company import interpreter_of, parts_of
from tests.fake_openai import COMPLETION_TOKENS, PROMPT_TOKENS, FakeOpenAI, Reply, calls, fails, says
from tests.tools.sample_answer import sample_results
from tools.catalog import Toolbox
from tools.definition import Arguments, Tool, ToolCall, ToolContext
from tools.figures import ToolResult
from tools.metrics.registry import STANDARD
from tools.provenance import fill

FULLY_READ = "OTIF by region in June 2026"
"""A question that the embedded model understands."""

GOOD = "OTIF in North was {F2} in June 2026."
BOTH_WAYS = pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
STREAMED_FIRST = pytest.mark.parametrize(
    "streaming",
    [pytest.param(True, id="streamed"), pytest.param(False, id="whole", marks=pytest.mark.slow)],
)


def codes(outcome: Outcome) -> list[str]:
    return [code for code, _ in outcome.notices]


def test_the_interpreter_reads_the_questions_as_these_tests_need(store: PlanStore) -> None:
    assert interpreter_of(store).read(FULLY_READ).is_complete
    assert not interpreter_of(store).read(HALF_READ).is_complete


@BOTH_WAYS
def test_tools_run_and_checked_words_are_answered(store: PlanStore, streaming: bool) -> None:
    outcome, service = ask([calls(BY_REGION), says(GOOD)], store, streaming=streaming)
    assert outcome.text == GOOD
    assert outcome.calls == (ToolCall(*BY_REGION),)
    assert [figure.id for figure in outcome.results[0].figures] == ["F1", "F2", "F3"]
    assert fill(outcome.text, outcome.results) == "OTIF in North was 50.0% in June 2026."
    assert (outcome.model, outcome.notices) == ("test-model", ())
    assert outcome.tokens == (2 * PROMPT_TOKENS, 2 * COMPLETION_TOKENS)
    assert service.requests[0]["temperature"] == 0


@BOTH_WAYS
def test_parallel_calls_run_in_order_and_number_their_figures_in_order(
    store: PlanStore, streaming: bool
) -> None:
    wanted = [
        ("compute_metric", {"metrics": [metric]}) for metric in ("otif_rate", "in_full_rate", "on_time_rate")
    ]
    words = "OTIF was {F1}, the in-full rate {F2}, and the on-time rate {F3}."
    outcome, _ = ask([calls(*wanted), says(words)], store, streaming=streaming)
    assert [figure.metric for result in outcome.results for figure in result.figures] == [
        "otif_rate",
        "in_full_rate",
        "on_time_rate",
    ]
    assert outcome.text == words


def test_steps_come_before_checked_sentences_and_the_outcome_last(store: PlanStore) -> None:
    with FakeOpenAI([calls(BY_REGION), says(f"{GOOD}\nThe total was {{F1}}.")]) as service:
        events = events_of(service, store)
    assert [type(event) for event in events] == [Step, Sentence, Sentence, Outcome]
    assert events[0] == Step("compute_metric", "metrics: otif_rate; group by: region")
    shown = "".join(event.text for event in events if isinstance(event, Sentence))
    assert shown == "OTIF in North was 50.0% in June 2026.\nThe total was 50.0%."


def test_words_that_were_refused_are_never_streamed(store: PlanStore) -> None:
    with FakeOpenAI([calls(BY_REGION), says("OTIF was 99%."), says(GOOD)]) as service:
        events = events_of(service, store)
    assert not any("99" in str(event) for event in events)


@BOTH_WAYS
def test_an_unknown_tool_is_told_to_the_model(store: PlanStore, streaming: bool) -> None:
    script = [calls(("compute_weather", {"city": "Oslo"})), calls(BY_REGION), says(GOOD)]
    outcome, service = ask(script, store, streaming=streaming)
    assert outcome.text == GOOD
    assert "compute_weather is not a valid tool" in service.requests[1]["messages"][-1]["content"]


@BOTH_WAYS
def test_wrong_arguments_are_told_to_the_model(store: PlanStore, streaming: bool) -> None:
    script = [calls(("compute_metric", {"metrix": ["otif_rate"], "self": 1})), calls(BY_REGION), says(GOOD)]
    outcome, service = ask(script, store, streaming=streaming)
    assert outcome.text == GOOD
    told = service.requests[1]["messages"][-1]["content"]
    assert "metrix: Extra inputs" in told
    assert "metrics: Field required" in told


@STREAMED_FIRST
@pytest.mark.parametrize("broken", ['{"metrics": ["otif_rate"]', "otif by region", '{"metrics": '])
def test_arguments_that_are_no_json_are_told_and_never_mended(
    store: PlanStore, streaming: bool, broken: str
) -> None:
    script = [calls(("compute_metric", broken)), calls(BY_REGION), says(GOOD)]
    outcome, service = ask(script, store, streaming=streaming)
    assert outcome.text == GOOD
    assert outcome.calls == (ToolCall(*BY_REGION),)
    assert "malformed" in service.requests[1]["messages"][-1]["content"]


FAULTS = {
    "503": (fails(503, headers={"retry-after-ms": "20"}, forever=True), "llm_unavailable"),
    "401": (fails(401, forever=True), "llm_unavailable"),
    "empty": (says("", forever=True), "llm_empty"),
    "blank": (says("  \n ", forever=True), "llm_empty"),
    "refusal": (Reply(refusal="I can't help with that.", forever=True), "llm_refused"),
    "too long": (says("OTIF was", finish="length", forever=True), "llm_cut"),
    "filtered": (says("", finish="content_filter", forever=True), "llm_refused"),
    "timeout": (says(GOOD, wait_seconds=10.0, forever=True), "llm_unavailable"),
    "half a stream": (says(GOOD, cut_after=3, forever=True), "llm_unavailable"),
    "half a call": (calls(BY_REGION, cut_after=4, forever=True), "llm_unavailable"),
}


@STREAMED_FIRST
@pytest.mark.parametrize(("reply", "code"), FAULTS.values(), ids=FAULTS)
def test_the_embedded_model_answers_where_the_llm_does_not(
    store: PlanStore, reply: Reply, code: str, streaming: bool
) -> None:
    outcome, _ = ask([reply], store, question=FULLY_READ, streaming=streaming, timeout=0.2)
    if streaming and reply.refusal:
        code = "llm_empty"  # LangChain does not hand on a refusal that is streamed
    assert codes(outcome) == [code]
    assert "test-model" in outcome.notices[0][1]
    assert outcome.model == "embedded"
    assert outcome.results[0].figures[0].value == 0.5
    assert fill(outcome.text, outcome.results).startswith("OTIF was **50.0%** in June 2026")


def test_a_stream_that_ends_without_saying_so_is_half_a_stream(store: PlanStore) -> None:
    outcome, _ = ask([says("OTIF was", finish=None)], store, question=FULLY_READ)
    assert codes(outcome) == ["llm_cut"]


@BOTH_WAYS
@pytest.mark.parametrize("status", [503, 429])
def test_a_fault_that_passes_is_waited_out(store: PlanStore, status: int, streaming: bool) -> None:
    script = [fails(status, headers={"Retry-After": "0"}), calls(BY_REGION), says(GOOD)]
    outcome, service = ask(script, store, streaming=streaming)
    assert (outcome.text, outcome.notices) == (GOOD, ())
    assert len(service.requests) == 3


def test_a_service_that_is_not_there_is_stood_in_for(store: PlanStore) -> None:
    llm = LlmSettings("test-model", base_url="http://127.0.0.1:9/v1", timeout_seconds=1)
    *_, outcome = stream_agent(chat_model(llm), parts_of(store), FULLY_READ)
    assert isinstance(outcome, Outcome)
    assert "it cannot be reached" in outcome.notices[0][1]


def test_what_the_llm_found_is_worded_by_template_where_the_embedded_model_knows_less(
    store: PlanStore,
) -> None:
    outcome, _ = ask([calls(BY_REGION), fails(503, forever=True)], store)
    assert outcome.model == "test-model"
    assert outcome.calls == (ToolCall(*BY_REGION),)
    assert outcome.text == write_answer(Reading(outcome.calls), outcome.results, "analyst")
    assert "worded by template" in outcome.notices[0][1]


def test_a_full_reading_replaces_what_the_llm_began(store: PlanStore) -> None:
    other = ("compute_metric", {"metrics": ["revenue"]})
    outcome, _ = ask([calls(other), fails(503, forever=True)], store, question=FULLY_READ)
    assert outcome.model == "embedded"
    assert [figure.metric for result in outcome.results for figure in result.figures] == ["otif_rate"] * 3


def test_an_answer_without_a_tool_is_sent_back_and_then_left_to_the_embedded_model(store: PlanStore) -> None:
    outcome, service = ask([says("OTIF is great."), says("Truly great.")], store, question=FULLY_READ)
    assert codes(outcome) == ["wording_refused"]
    assert outcome.model == "embedded"
    assert outcome.results[0].figures[0].metric == "otif_rate"
    assert len(service.requests) == 2


def test_a_model_that_never_stops_calling_is_stopped(store: PlanStore) -> None:
    outcome, service = ask([calls(BY_REGION, forever=True)], store)
    assert len(service.requests) == MOST_MODEL_CALLS
    assert codes(outcome) == ["llm_limit"]
    assert outcome.results


def test_a_model_that_calls_too_much_at_once_is_told_to_stop(store: PlanStore) -> None:
    many = [("compute_metric", {"metrics": ["otif_rate"]})] * (MOST_TOOL_CALLS + 3)
    outcome, service = ask([calls(*many), says("OTIF was {F1}.")], store)
    assert len([m for m in service.requests[1]["messages"] if "No more tool calls" in str(m)]) == 3
    assert outcome.text == "OTIF was {F1}."


def test_a_refusal_of_a_tool_is_said_in_its_own_words(store: PlanStore) -> None:
    outcome, _ = ask([calls(("compute_metric", {"metrics": ["expedite_cost"]})), says("It was high.")], store)
    assert outcome.results[0].refusal is not None
    assert outcome.text == outcome.results[0].refusal.message
    assert outcome.notices == ()


def test_a_refusal_beside_an_answer_is_said_after_it(store: PlanStore) -> None:
    two = calls(BY_REGION, ("compute_metric", {"metrics": ["expedite_cost"]}))
    outcome, _ = ask([two, says(GOOD)], store)
    refusal = outcome.results[1].refusal
    assert refusal is not None
    assert outcome.text == f"{GOOD}\n\n{refusal.message}"


def test_a_refusal_that_the_model_mended_is_not_said(store: PlanStore) -> None:
    wrong = calls(("compute_metric", {"metrics": ["otif_ratio_of_rates"]}))
    outcome, _ = ask([wrong, calls(BY_REGION), says(GOOD)], store)
    assert (outcome.text, len(outcome.results)) == (GOOD, 1)


def test_a_list_is_worded_by_template(store: PlanStore) -> None:
    outcome, _ = ask([calls(("list_catalog", {"what": "dimensions"})), says("There are 99.")], store)
    assert "99" not in outcome.text
    assert outcome.results[0].tables


def test_a_model_cannot_say_that_data_are_missing(store: PlanStore) -> None:
    lie = calls(("decline", {"kind": "no_data", "message": "OTIF is not loaded, it was 12%."}))
    outcome, service = ask([lie, calls(BY_REGION), says(GOOD)], store)
    assert "Only a tool can tell" in service.requests[1]["messages"][-1]["content"]
    assert outcome.text == GOOD


def test_a_model_that_declines_says_so_in_our_words(store: PlanStore) -> None:
    lie = calls(("decline", {"kind": "unanswerable", "message": "OTIF was 12%.", "choices": ["It was 12%"]}))
    outcome, _ = ask([lie, says("Sorry.")], store)
    refusal = outcome.results[0].refusal
    assert refusal is not None
    assert refusal.kind == "unanswerable"
    assert "12" not in f"{refusal} {outcome}"


def test_a_model_asks_back_with_questions_that_can_be_asked(store: PlanStore) -> None:
    options = ["OTIF by region in June 2026", "Lost sales in June 2026", "OTIF was 12%, right?"]
    asked = calls(("ask_back", {"question": "OTIF was 12%, or what do you want?", "options": options}))
    outcome, _ = ask([asked, says("Which one?")], store)
    clarification = outcome.results[0].clarification
    assert clarification is not None
    assert clarification.options == options[:2]
    assert "12" not in str(outcome)


def test_a_model_that_asks_back_nonsense_is_told(store: PlanStore) -> None:
    asked = calls(("ask_back", {"question": "Well?", "options": ["12% it was", "13% it was"]}))
    outcome, service = ask([asked, calls(BY_REGION), says(GOOD)], store)
    assert "at least two options" in service.requests[1]["messages"][-1]["content"]
    assert outcome.text == GOOD


class NoArguments(Arguments):
    """None."""


def test_a_fault_of_the_world_is_told_and_a_bug_crashes(store: PlanStore) -> None:
    def gone(context: ToolContext, arguments: NoArguments) -> ToolResult:
        raise SourceUnavailable("The store is gone. Try again later.")

    def broken(context: ToolContext, arguments: NoArguments) -> ToolResult:
        raise ZeroDivisionError

    tool = Tool("compute_metric", NoArguments, gone, writes=False)
    outcome, service = ask([calls(("compute_metric", {})), says("It is gone.")], store, tools=[tool])
    assert "The store is gone" in service.requests[1]["messages"][-1]["content"]
    assert outcome.text == "The store is gone. Try again later."
    with pytest.raises(ZeroDivisionError):
        ask([calls(("compute_metric", {}))], store, tools=[Tool("compute_metric", NoArguments, broken)])


def test_nothing_is_traced_to_a_service_outside(store: PlanStore) -> None:
    seen: list[bool] = []

    def compute(context: ToolContext, arguments: NoArguments) -> ToolResult:
        seen.append(bool(tracing_is_enabled()))
        return sample_results()[0]

    tool = Tool("compute_metric", NoArguments, compute, writes=False)
    with tracing_context(enabled=True):
        assert tracing_is_enabled()
        ask([calls(("compute_metric", {})), says("OTIF was {F1} in Q2 2026.")], store, tools=[tool])
    assert seen == [False]


def test_a_follow_up_shows_the_model_the_query_before_and_nothing_of_its_result(store: PlanStore) -> None:
    before = ToolCall(*BY_REGION)
    outcome, service = ask(
        [calls(BY_REGION), says(GOOD)], store, question="and now for May", previous=[before]
    )
    messages = service.requests[0]["messages"]
    assert [message["role"] for message in messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert messages[2]["tool_calls"][0]["function"]["name"] == "compute_metric"
    assert "50" not in str(messages[1:])
    assert outcome.calls == (before,)


def test_the_embedded_model_goes_on_from_the_query_before_when_it_stands_in(store: PlanStore) -> None:
    before = ToolCall(*BY_REGION)
    outcome, _ = ask([fails(503, forever=True)], store, question="and in May 2026?", previous=[before])
    (call,) = outcome.calls
    assert call.arguments["group_by"] == ["region"]
    assert call.arguments["period"] == {"start": "2026-05-01", "end": "2026-05-31"}


def test_the_same_agent_runs_on_the_embedded_model(store: PlanStore) -> None:
    parts = parts_of(store)
    events = list(stream_agent(parts.embedded_model(), parts, FULLY_READ))
    outcome = events[-1]
    assert isinstance(outcome, Outcome)
    assert isinstance(events[0], Step)
    assert (outcome.model, outcome.notices, outcome.tokens) == ("embedded", (), (0, 0))
    assert outcome.text == write_answer(Reading(outcome.calls), outcome.results, "analyst")


def test_run_agent_puts_it_all_together(store: PlanStore) -> None:
    with FakeOpenAI([calls(BY_REGION), says(GOOD)]) as service:
        llm = LlmSettings("test-model", api_key="a key", base_url=service.url)
        toolbox = Toolbox(ToolContext(store, STANDARD))
        outcome = run_agent(llm, HALF_READ, interpreter_of(store), toolbox, store, "analyst")
    assert outcome.text == GOOD
