"""An OpenAI-compatible chat model, by base URL: OpenAI, Azure, vLLM, Ollama.

Imports LangChain, so only `agent.py` imports it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.llm import LlmSettings

NO_KEY = "none"
"""Stands for a key where a local service needs none."""

_RETRIES = 2
_BROKEN = "not JSON: "


class StrictChatOpenAI(ChatOpenAI):
    """Streams tool calls whole, and only mended by nobody.

    LangChain closes the open brackets of arguments that break off, which may drop a filter and
    answer another question. Here they are arguments that are no JSON, and the model is told so.
    """

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:  # noqa: ANN401 - LangChain's
        held: dict[int, ToolCallChunk] = {}
        chunk = ChatGenerationChunk(message=AIMessageChunk(content=""))
        yield chunk
        for chunk in super()._stream(*args, **kwargs):
            message = chunk.message
            if isinstance(message, AIMessageChunk) and message.tool_call_chunks:
                for piece in message.tool_call_chunks:
                    _hold(held, piece)
                message.tool_call_chunks, message.tool_calls, message.invalid_tool_calls = [], [], []
            yield chunk
        if held:
            whole = AIMessageChunk(content="", tool_call_chunks=[_vetted(piece) for piece in held.values()])
            yield ChatGenerationChunk(message=whole)


def _hold(held: dict[int, ToolCallChunk], piece: ToolCallChunk) -> None:
    index = piece["index"] if piece["index"] is not None else len(held)
    before = held.get(index)
    held[index] = tool_call_chunk(
        name=f"{before['name'] or ''}{piece['name'] or ''}" if before else piece["name"],
        args=f"{(before or piece)['args'] or ''}{piece['args'] or ''}" if before else piece["args"],
        id=(before and before["id"]) or piece["id"],
        index=index,
    )


def _vetted(piece: ToolCallChunk) -> ToolCallChunk:
    arguments = piece["args"] or "{}"
    try:
        json.loads(arguments)
    except json.JSONDecodeError:
        arguments = _BROKEN + arguments
    return {**piece, "args": arguments}


def chat_model(llm: LlmSettings, streaming: bool = True) -> ChatOpenAI:
    """The chat model that is set, by its chat completions.

    Args:
        llm: Which model, where, and how long to wait for a reply.
        streaming: Whether replies come in pieces, so that a stalled one is noticed early.
    """
    return StrictChatOpenAI(
        model=llm.model,
        base_url=llm.base_url,
        api_key=SecretStr(llm.api_key or NO_KEY),
        timeout=llm.timeout_seconds,
        max_retries=_RETRIES,
        temperature=0,
        streaming=streaming,
        stream_usage=True,
        use_responses_api=False,
    )
