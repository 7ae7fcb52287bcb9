"""What the interpreter makes of a question: the tool calls that answer it."""

from __future__ import annotations

from dataclasses import dataclass

from tools.definition import ToolCall


@dataclass(frozen=True)
class Reading:
    """How a question was read.

    Attributes:
        calls: Tool calls in the order in which their results are worded. A question back or a
            decline is a call as well (`ask_back`, `decline`).
        assumptions: Readings that the question left open and that a default settled, in people's
            words.
        is_complete: Whether everything that matters in the question was understood. Where it is
            not, `calls` asks back or declines, and an LLM, if there is one, may do better.
        premise: Which way the question takes for granted that a value went: `rose`, `fell` or empty.
            Where it is not so, the answer says that first.
        part: Dimension and ids of the members whose share is told, where the cut shows others too.
    """

    calls: tuple[ToolCall, ...]
    assumptions: tuple[str, ...] = ()
    is_complete: bool = True
    premise: str = ""
    part: tuple[str, tuple[str, ...]] | None = None
