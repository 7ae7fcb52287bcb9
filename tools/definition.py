"""What a tool is: a name, a closed argument model, and a function of context and arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from connectors.plan_store import PlanStore
from tools.figures import ToolResult

if TYPE_CHECKING:
    from tools.metrics.registry import Registry


class Arguments(BaseModel):
    """Base of every argument model: closed, so that an unknown argument is told, not dropped."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class ToolCall:
    """A call that a model asked for: a tool's name and its arguments as JSON."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class ToolContext:
    """What a tool is handed besides its arguments: all of it narrowed to the asker.

    Attributes:
        store: The plan store with the asker's rows and columns only.
        registry: The metrics that can be asked, the company's own among them.
    """

    store: PlanStore
    registry: Registry


@dataclass(frozen=True)
class Tool:
    """A function that a model may call.

    Attributes:
        name: `verb_noun`; its words for the model lie in `prompts/tools/<name>.md`.
        arguments: Closed pydantic model; every field is described.
        run: Fetch, one pure call, typed result. Raises ConcordError.
        writes: Whether it changes anything. A writing tool only proposes a draft.
    """

    name: str
    arguments: type[Arguments]
    run: Callable[[ToolContext, Any], ToolResult]
    writes: bool = True

    @cached_property
    def description(self) -> str:
        """What the tool is for, as a model reads it."""
        return resources.files("prompts.tools").joinpath(f"{self.name}.md").read_text("utf-8").strip()
