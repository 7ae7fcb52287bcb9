"""What is known about the LLM, if one is set. Plain values: importing this imports no LangChain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sees = Literal["references", "aggregates", "names"]


@dataclass(frozen=True)
class LlmSettings:
    """An OpenAI-compatible model.

    Attributes:
        model: Its name.
        api_key: Key of its service; local services often need none.
        base_url: Address of its service; None for OpenAI's own.
        timeout_seconds: How long to wait for one reply.
        sees: What it may see of the data.
    """

    model: str
    api_key: str | None = None
    base_url: str | None = None
    timeout_seconds: float = 30.0
    sees: Sees = "aggregates"
