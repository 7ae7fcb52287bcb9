"""What stands between the agent and its model: faults as text, a stand-in, and the checker of words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
import openai
from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
    hook_config,
)
from langchain.agents.middleware.types import ModelCallResult
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_openai.chat_models.base import BaseChatOpenAI
from langgraph.runtime import Runtime
from langgraph.types import Command

from assistant.agent_run import AgentRun
from connectors.errors import ConcordError
from tools.provenance import check
from tools.wording.complaints import Complaint

MOST_MODEL_CALLS = 6
MOST_TOOL_CALLS = 12

UNAVAILABLE = (openai.OpenAIError, httpx2.HTTPError, json.JSONDecodeError)
"""What a service that is down, slow or cut off raises."""

_PLAIN = {0x00A0: " ", 0x2009: " ", 0x202F: " ", 0x2011: "-", 0x000D: None}
"""Spaces and hyphens that models like to write, as plain ones."""

_Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
_ToolHandler = Callable[[ToolCallRequest], ToolMessage | Command[Any]]


class ToolFaults(AgentMiddleware[AgentState[Any], Any, Any]):
    """Our own errors become text that the model can act on; bugs crash. Calls are limited."""

    def __init__(self, run: AgentRun) -> None:
        super().__init__()
        self._agent_run = run

    def wrap_tool_call(self, request: ToolCallRequest, handler: _ToolHandler) -> ToolMessage | Command[Any]:
        """Run one call, or say why not."""
        run = self._agent_run
        run.tool_calls += 1
        if run.tool_calls > MOST_TOOL_CALLS and not run.by_embedded:
            return _fault(request, "No more tool calls are allowed: answer with what there is.")
        try:
            return handler(request)
        except ConcordError as fault:
            choices = f" There are: {', '.join(fault.choices)}." if fault.choices else ""
            return _fault(request, run.parts.view.mask(fault.message + choices))


def _fault(request: ToolCallRequest, text: str) -> ToolMessage:
    call = request.tool_call
    return ToolMessage(content=text, name=call["name"], tool_call_id=call["id"] or "", status="error")


class StandIn(AgentMiddleware[AgentState[Any], Any, Any]):
    """Masks what goes to an LLM; where the LLM fails, the embedded model takes its place."""

    def __init__(self, run: AgentRun, messages_before: int) -> None:
        """Take the run and the number of messages before the question."""
        super().__init__()
        self._agent_run = run
        self._question_at = messages_before

    def wrap_model_call(self, request: ModelRequest[Any], handler: _Handler) -> ModelCallResult[Any]:
        """Ask the LLM, or whoever stands in for it."""
        run = self._agent_run
        if run.by_embedded:
            return self._ask_embedded(request, handler)
        if run.model_calls >= MOST_MODEL_CALLS:
            return self._give_up(request, handler, "llm_limit", f"went on for {MOST_MODEL_CALLS} turns")
        run.model_calls += 1
        try:
            response = handler(request.override(messages=_masked(request.messages, run)))
        except UNAVAILABLE as fault:
            return self._give_up(request, handler, "llm_unavailable", f"did not answer ({_reason(fault)})")
        unusable = _why_unusable(response.result[-1], isinstance(request.model, BaseChatOpenAI))
        return self._give_up(request, handler, *unusable) if unusable else response

    def _give_up(
        self, request: ModelRequest[Any], handler: _Handler, code: str, what: str
    ) -> ModelCallResult[Any]:
        """Answer without the LLM: from a full reading of one's own, else from what its calls found."""
        run = self._agent_run
        found_figures = any(result.figures for result in run.results)
        if found_figures and not run.reading().is_complete:
            run.note(code, f"{run.model_name} {what}; its tool results are worded by template.")
            run.settle_template()
            return AIMessage(content=run.text or "")
        run.note(code, f"{run.model_name} {what}; the embedded model answered in its place.")
        return self._ask_embedded(request, handler)

    def _ask_embedded(self, request: ModelRequest[Any], handler: _Handler) -> ModelResponse[Any]:
        run = self._agent_run
        run.by_embedded = True
        if run.embedded_from is None:
            run.embedded_from = len(request.messages)
        # What an LLM said and was told before does not concern the embedded model.
        messages = [*request.messages[: self._question_at + 1], *request.messages[run.embedded_from :]]
        return handler(
            request.override(model=run.parts.embedded_model(), messages=messages, system_message=None)
        )


def _masked(messages: Sequence[AnyMessage], run: AgentRun) -> list[AnyMessage]:
    view = run.parts.view
    masked: list[AnyMessage] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            masked.append(HumanMessage(content=view.mask(str(message.text))))
        elif isinstance(message, AIMessage):
            calls = [{**call, "args": view.mask_arguments(call["args"])} for call in message.tool_calls]
            # Arguments that were no JSON are not sent again: some services stumble over them.
            calls += [
                {"name": call["name"], "args": {}, "id": call["id"], "type": "tool_call"}
                for call in message.invalid_tool_calls
            ]
            masked.append(message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": []}))
        else:
            masked.append(message)
    return masked


def _reason(fault: Exception) -> str:
    if isinstance(fault, openai.APITimeoutError | httpx2.TimeoutException):
        return "it took too long"
    if isinstance(fault, openai.APIStatusError):
        return f"status {fault.status_code}"
    if isinstance(fault, openai.APIConnectionError):
        return "it cannot be reached"
    return "its reply broke off"


def _why_unusable(message: object, is_service: bool) -> tuple[str, str] | None:
    """Why a reply is none: refused, empty or cut off (a service says how each reply ended)."""
    if not isinstance(message, AIMessage):
        return None
    ended = message.response_metadata.get("finish_reason")
    if message.additional_kwargs.get("refusal") or ended == "content_filter":
        return "llm_refused", "refused to answer"
    if ended == "length" or (is_service and ended is None):
        return "llm_cut", "broke off in the middle of its answer"
    if message.tool_calls or message.invalid_tool_calls or str(message.text).strip():
        return None
    return "llm_empty", "gave an empty answer"


class CheckedWords(AgentMiddleware[AgentState[Any], Any, Any]):
    """Lets an LLM's words pass only where the tools bear them out.

    Words that do not pass are sent back once with the complaints; after that the tool results are
    worded by template.
    """

    def __init__(self, run: AgentRun) -> None:
        super().__init__()
        self._agent_run = run

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Check a final answer."""
        run, message = self._agent_run, state["messages"][-1]
        if run.by_embedded or run.text is not None or not isinstance(message, AIMessage):
            return None
        if message.tool_calls:
            return None
        if message.invalid_tool_calls:
            return {"jump_to": "model"}
        return self._checked(str(message.text))

    def _checked(self, said: str) -> dict[str, Any] | None:
        run = self._agent_run
        has_figures = any(result.figures for result in run.results)
        if run.results and not has_figures:
            run.settle_template()
            return None
        text = run.parts.view.unmask(said.translate(_PLAIN).strip())
        known = run.parts.known
        complaints = [Complaint("no_tool", "The answer rests on no tool: call the tool that shows it.")]
        if has_figures:
            complaints = check(text, run.results, run.question, known.names, known.metric_words, known.better)
        if not complaints:
            run.settle_words(text)
            return None
        if run.has_complained:
            return self._without_the_llm(has_figures)
        run.has_complained = True
        return {"messages": [_sent_back(complaints)], "jump_to": "model"}

    def _without_the_llm(self, has_figures: bool) -> dict[str, Any] | None:
        run = self._agent_run
        if has_figures:
            run.note("wording_refused", f"What {run.model_name} wrote did not stand up to the figures.")
            run.settle_template()
            return None
        run.note(
            "wording_refused", f"{run.model_name} answered without a tool; the embedded model took over."
        )
        run.by_embedded = True
        return {"jump_to": "model"}


def _sent_back(complaints: Sequence[Complaint]) -> HumanMessage:
    listed = "\n".join(f"- {complaint}" for complaint in complaints)
    return HumanMessage(
        f"Your words were checked and cannot be shown:\n{listed}\n"
        "Write the whole answer again, plainly, with these put right."
    )
