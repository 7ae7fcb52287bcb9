"""The replies that give no figure: a question back, and the noes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.definition import Arguments, Tool, ToolContext
from tools.figures import Clarification, Refusal, ToolResult


class AskBackArguments(Arguments):
    """A question back to the person."""

    question: str = Field(description="What has to be known, in one short sentence.")
    options: list[str] = Field(
        min_length=2, max_length=4, description="Full questions, each of which can be sent as it is."
    )


class DeclineArguments(Arguments):
    """One of the noes."""

    kind: Literal["no_data", "unanswerable", "not_permitted"] = Field(
        description="no_data: understood, but not loaded; unanswerable: outside of what Concord does; "
        "not_permitted: not for this person."
    )
    message: str = Field(description="Why, and the nearest thing that can be asked; no figures.")
    choices: list[str] = Field(default=[], max_length=6, description="Names or questions to offer instead.")


def ask_back(context: ToolContext, arguments: AskBackArguments) -> ToolResult:
    """A clarification with options that can be picked."""
    return ToolResult(clarification=Clarification(question=arguments.question, options=arguments.options))


def decline(context: ToolContext, arguments: DeclineArguments) -> ToolResult:
    """A no of its kind."""
    refusal = Refusal(kind=arguments.kind, message=arguments.message, choices=arguments.choices)
    return ToolResult(refusal=refusal)


TOOLS = (
    Tool("ask_back", AskBackArguments, ask_back, writes=False),
    Tool("decline", DeclineArguments, decline, writes=False),
)
