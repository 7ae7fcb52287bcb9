"""The agent: LangChain's loop of model and tools, with every word checked before it is shown.

The same loop runs on an OpenAI-compatible model and on the embedded one. A graph is built per
request, around one asker's tools; it keeps no state, so nothing is ever read back from a checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langsmith import tracing_context

from assistant.agent_middleware import CheckedWords, StandIn, ToolFaults
from assistant.agent_run import AgentParts, AgentRun
from assistant.agent_tools import tools_for
from assistant.chat_model import chat_model
from assistant.embedded_model import EmbeddedModel, Reader, Style
from assistant.interpreter.wording import write_answer
from assistant.llm import LlmSettings
from assistant.llm_view import LlmView
from assistant.outcome import Outcome
from connectors.periods import label_of
from connectors.plan_store import PlanStore
from tools.catalog import Toolbox
from tools.definition import ToolCall
from tools.provenance import fill
from tools.wording.known import Known

_IN_ORDER = RunnableConfig(max_concurrency=1)
"""Tools run one after another, so that figures are numbered the same every time."""

_SENTENCE = re.compile(r"(?<=[.!?:])(\s+)|(\n+)")
_PLACEHOLDERS = {
    "references": "Members are shown as placeholders such as {region_1}, and no values are shown.",
    "aggregates": "Customers are shown as placeholders such as {customer_1}.",
}


@dataclass(frozen=True)
class Step:
    """Something that is being done.

    Attributes:
        tool: Name of the tool.
        text: What it is called with, for people.
    """

    tool: str
    text: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of the answer, checked and with its figures; joined, they are the answer's text."""

    text: str


Event = Step | Sentence | Outcome
"""What a stream yields: steps as they happen, then sentences, at last the outcome."""


def agent_parts(
    llm: LlmSettings, reader: Reader, toolbox: Toolbox, store: PlanStore, style: Style
) -> AgentParts:
    """The parts of an agent for one asker: names and metrics out of the narrowed store."""
    members = {name: store.members(name) for name in store.dimensions}
    known = Known(
        names={name: {text for m in listed for text in (m.name, m.id)} for name, listed in members.items()},
        metric_words={metric.id: (metric.title, *metric.synonyms) for metric in toolbox.registry},
        better={metric.id: metric.better.value for metric in toolbox.registry},
    )
    view = LlmView(llm.sees, members)
    return AgentParts(toolbox, view, known, reader, write_answer, style, store.as_of, store.info.currency)


def system_prompt(parts: AgentParts) -> str:
    """What the LLM is told before all else."""
    template = resources.files("prompts").joinpath("system.md").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)
    return environment.from_string(template).render(
        as_of=label_of(parts.as_of, parts.as_of),
        currency=parts.currency,
        placeholders=_PLACEHOLDERS.get(parts.view.sees, ""),
    )


def build_agent(
    model: BaseChatModel, run: AgentRun, messages_before: int = 0
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The graph for one run.

    Args:
        model: An LLM, or the embedded model.
        run: The run that it belongs to.
        messages_before: Number of messages before the question.
    """
    return create_agent(
        model,
        tools_for(run),
        system_prompt=None if run.by_embedded else system_prompt(run.parts),
        middleware=[StandIn(run, messages_before), CheckedWords(run), ToolFaults(run)],
    )


def stream_agent(
    model: BaseChatModel, parts: AgentParts, question: str, previous: Sequence[ToolCall] = ()
) -> Iterator[Event]:
    """Run the agent: steps as they happen, sentences once they are checked, at last the outcome.

    Args:
        model: An LLM, or the embedded model.
        parts: What the agent is put together from.
        question: As it was put.
        previous: Tool calls of the turn before; a follow-up reuses the query, never the result.
    """
    is_embedded = isinstance(model, EmbeddedModel)
    name = str(getattr(model, "model_name", "") or model._llm_type)
    run = AgentRun(parts, question, tuple(previous), model_name=name, by_embedded=is_embedded)
    before = _turn_before(previous)
    graph = build_agent(model, run, len(before))
    messages: list[AnyMessage] = [*before, HumanMessage(question)]
    states = _untraced(graph.stream({"messages": messages}, _IN_ORDER, stream_mode="values"))
    for state in states:
        yield from _steps(state["messages"][len(messages) :], run)
        messages = state["messages"]
    replies = [m for m in messages[len(before) :] if isinstance(m, AIMessage)]
    outcome = run.outcome(str(replies[-1].text) if replies else "", _tokens(replies))
    for sentence in _sentences(fill(outcome.text, outcome.results, parts.currency)):
        yield Sentence(sentence)
    yield outcome


def run_agent(
    llm: LlmSettings,
    question: str,
    reader: Reader,
    toolbox: Toolbox,
    store: PlanStore,
    style: Style,
    previous: Sequence[ToolCall] = (),
) -> Outcome:
    """Answer one question with the LLM that is set.

    Args:
        llm: Which LLM, and what it may see.
        question: As it was put.
        reader: The asker's interpreter, for the embedded model that stands in for the LLM.
        toolbox: The asker's tools.
        store: The asker's narrowed store.
        style: How answers are worded.
        previous: Tool calls of the turn before.
    """
    parts = agent_parts(llm, reader, toolbox, store, style)
    return last_outcome(stream_agent(chat_model(llm), parts, question, previous))


def last_outcome(events: Iterator[Event]) -> Outcome:
    """Run a stream to its end."""
    *_, outcome = events
    if not isinstance(outcome, Outcome):
        raise TypeError(f"a stream ends with its outcome, not with {outcome!r}")
    return outcome


def _untraced(states: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The states of a graph; whatever the environment says, nothing is traced to a service outside.

    Tracing is turned off for each step anew, as a server may take each step in a context of its own.
    """
    while True:
        with tracing_context(enabled=False):
            state = next(states, None)
        if state is None:
            return
        yield state


def _turn_before(previous: Sequence[ToolCall]) -> list[AnyMessage]:
    """The turn before as messages: which tools were called, and nothing of what they returned."""
    if not previous:
        return []
    calls = [
        {"name": call.name, "args": call.arguments, "id": f"before_{number}", "type": "tool_call"}
        for number, call in enumerate(previous, start=1)
    ]
    told = [
        ToolMessage("Answered. Its figures are gone: call again.", name=call["name"], tool_call_id=call["id"])
        for call in calls
    ]
    return [
        HumanMessage("(the question before)"),
        AIMessage(content="", tool_calls=calls),
        *told,
        AIMessage("(the answer before)"),
    ]


def _steps(new: Sequence[AnyMessage], run: AgentRun) -> Iterator[Step]:
    for message in new:
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            yield Step(call["name"], _step_text(run.parts.view.unmask_arguments(call["args"])))


def _step_text(arguments: dict[str, Any]) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')}: {_brief(value)}" for name, value in arguments.items() if value
    )


def _brief(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_brief(part) for part in value.values() if part is not None)
    if isinstance(value, list):
        return ", ".join(_brief(part) for part in value)
    return str(value)


def _tokens(replies: Sequence[AIMessage]) -> tuple[int, int]:
    used = [reply.usage_metadata for reply in replies if reply.usage_metadata]
    return sum(u["input_tokens"] for u in used), sum(u["output_tokens"] for u in used)


def _sentences(text: str) -> Iterator[str]:
    """The text in sentences, each with the space that follows it."""
    at = 0
    for space in _SENTENCE.finditer(text):
        yield text[at : space.end()]
        at = space.end()
    if at < len(text):
        yield text[at:]
