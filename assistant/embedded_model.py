"""The embedded model: a chat model without a network, over the interpreter.

It calls the tools that the interpreter reads out of the question, and words what they returned from
their typed artifacts. What it goes on from is the last tool calls of the messages, never their text.
Build one per request: the interpreter holds the asker's vocabulary and the as-of date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, SkipValidation

from assistant.interpreter.reading import Reading
from tools.definition import ToolCall
from tools.figures import ToolResult

EMBEDDED = "embedded"
"""Name of the model, in answers and in the metadata of its messages."""

Style = Literal["executive", "analyst"]


class Reader(Protocol):
    """What reads a question: `assistant.interpreter.interpreter.Interpreter`."""

    def read(self, question: str, previous: Sequence[ToolCall] = ()) -> Reading:
        """The tool calls that answer a question, given those of the turn before."""


Writer = Callable[[Reading, Sequence[ToolResult], Style], str]
"""What words results: `assistant.interpreter.wording.write_answer`."""


class EmbeddedModel(BaseChatModel):
    """A deterministic chat model.

    Attributes:
        reader: Reads questions.
        writer: Words results, with references.
        style: How answers are worded.
        model_name: Its name in traces.
    """

    reader: SkipValidation[Reader] = Field(exclude=True)
    writer: SkipValidation[Writer] = Field(exclude=True)
    style: Style = "analyst"
    model_name: str = EMBEDDED

    @property
    def _llm_type(self) -> str:
        return EMBEDDED

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "style": self.style}

    def _get_ls_params(
        self,
        stop: list[str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - LangChain's signature
    ) -> LangSmithParams:
        return LangSmithParams(
            ls_provider="concord", ls_model_name=kwargs.get("model", self.model_name), ls_model_type="chat"
        )

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - LangChain's signature
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind the tools that may be called; which one is called the question alone decides."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - LangChain's signature
    ) -> ChatResult:
        message = self._reply(messages, kwargs.get("tools") or [])
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - LangChain's signature
    ) -> Iterator[ChatGenerationChunk]:
        message = self._reply(messages, kwargs.get("tools") or [])
        for chunk in _chunks(message):
            generation = ChatGenerationChunk(message=chunk)
            if run_manager:
                run_manager.on_llm_new_token(str(chunk.content), chunk=generation)
            yield generation

    def _reply(self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
        asked = _last_question(messages)
        question = str(messages[asked].text) if asked is not None else ""
        before = messages[: asked or 0]
        answered = [m for m in messages[(asked or 0) + 1 :] if isinstance(m, ToolMessage)]
        reading = self.reader.read(question, previous_calls(before))
        if answered:
            return _message(self._worded(reading, answered))
        offered = {tool["function"]["name"] for tool in tools}
        wanted = [call for call in reading.calls if call.name in offered]
        if not wanted:
            return _message("I answer by running tools, and none that this question needs is at hand.")
        return _calling(wanted, reading)

    def _worded(self, reading: Reading, answered: Sequence[ToolMessage]) -> str:
        results = [message.artifact for message in answered if isinstance(message.artifact, ToolResult)]
        if results:
            return self.writer(reading, results, self.style)
        return "\n".join(str(message.text) for message in answered)


def previous_calls(messages: Sequence[BaseMessage]) -> tuple[ToolCall, ...]:
    """The tool calls of the last turn that has any, oldest first."""
    calls: list[ToolCall] = []
    for message in reversed(messages):
        if isinstance(message, HumanMessage) and calls:
            break
        if isinstance(message, AIMessage):
            calls[:0] = [ToolCall(call["name"], call["args"]) for call in message.tool_calls]
    return tuple(calls)


def _last_question(messages: Sequence[BaseMessage]) -> int | None:
    places = [place for place, message in enumerate(messages) if isinstance(message, HumanMessage)]
    return places[-1] if places else None


def _message(text: str) -> AIMessage:
    return AIMessage(content=text, response_metadata={"model_name": EMBEDDED})


def _calling(calls: Sequence[ToolCall], reading: Reading) -> AIMessage:
    return AIMessage(
        content="",
        tool_calls=[
            tool_call(name=call.name, args=call.arguments, id=f"embedded_{number}")
            for number, call in enumerate(calls, start=1)
        ],
        additional_kwargs={"assumptions": list(reading.assumptions)},
        response_metadata={"model_name": EMBEDDED},
    )


def _chunks(message: AIMessage) -> Iterator[AIMessageChunk]:
    """The message in pieces: words one by one, each tool call whole; the last one says so."""
    for word in str(message.content).splitlines(keepends=True):
        yield AIMessageChunk(content=word)
    for index, call in enumerate(message.tool_calls):
        arguments = json.dumps(call["args"], default=str)
        piece = tool_call_chunk(name=call["name"], args=arguments, id=call["id"], index=index)
        yield AIMessageChunk(content="", tool_call_chunks=[piece])
    yield AIMessageChunk(
        content="",
        additional_kwargs=message.additional_kwargs,
        response_metadata=message.response_metadata,
        chunk_position="last",
    )
