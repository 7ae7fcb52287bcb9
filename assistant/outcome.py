"""What a run of the first lane or of the agent comes to: calls, results and checked words."""

from __future__ import annotations

from dataclasses import dataclass

from tools.definition import ToolCall
from tools.figures import ToolResult


@dataclass(frozen=True)
class Outcome:
    """One question, run.

    Attributes:
        calls: The tool calls, in order.
        results: What each call returned, numbered so that ids are unique; same order as `calls`.
        text: Checked words with references (`{F1}`), before figures are filled in.
        assumptions: Readings beyond those of the tools.
        model: `embedded`, or the name of the LLM.
        notices: What went wrong on the way and was worked around, as (code, message).
        tokens: Tokens that an LLM used, prompt and completion.
    """

    calls: tuple[ToolCall, ...]
    results: tuple[ToolResult, ...]
    text: str
    assumptions: tuple[str, ...] = ()
    model: str = "embedded"
    notices: tuple[tuple[str, str], ...] = ()
    tokens: tuple[int, int] = (0, 0)
