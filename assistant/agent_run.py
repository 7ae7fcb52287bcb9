"""One run of the agent: its parts, what it did so far, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.embedded_model import EMBEDDED, EmbeddedModel, Reader, Style, Writer
from assistant.interpreter.reading import Reading
from assistant.llm_view import LlmView
from assistant.outcome import Outcome
from tools.catalog import Toolbox
from tools.definition import ToolCall
from tools.figures import ToolResult
from tools.wording.known import Known
from tools.wording.references import REFERENCE


@dataclass(frozen=True)
class AgentParts:
    """What an agent is put together from, all of it of one asker and one question.

    Attributes:
        toolbox: The tools, bound to the asker's store.
        view: What an LLM may see.
        known: Names and metrics that words may hold.
        reader: The interpreter.
        writer: Words results by template.
        style: How answers are worded.
        as_of: Day from which relative periods count.
        currency: ISO 4217 code.
    """

    toolbox: Toolbox
    view: LlmView
    known: Known
    reader: Reader
    writer: Writer
    style: Style
    as_of: date
    currency: str

    def embedded_model(self) -> EmbeddedModel:
        """The embedded model of this asker."""
        return EmbeddedModel(reader=self.reader, writer=self.writer, style=self.style)


@dataclass(frozen=True)
class Executed:
    """A tool call that ran.

    Attributes:
        turn: Number of the model's reply that asked for it.
        by_embedded: Whether the embedded model asked for it.
    """

    call: ToolCall
    result: ToolResult
    turn: int
    by_embedded: bool


@dataclass
class AgentRun:
    """What one run did so far.

    Attributes:
        question: As it was put.
        previous: Tool calls of the turn before.
        model_name: Name of the LLM; `embedded` without one.
        by_embedded: Whether the embedded model has the word: from the start, or as the LLM failed.
        embedded_from: Number of messages at which the embedded model took over.
        text: The words of the answer, once there are some.
        kept: The calls that the answer rests on.
        has_complained: Whether words were sent back already.
        model_calls, tool_calls: How often the LLM was asked, and asked for tools.
    """

    parts: AgentParts
    question: str
    previous: tuple[ToolCall, ...] = ()
    model_name: str = EMBEDDED
    by_embedded: bool = False
    embedded_from: int | None = None
    text: str | None = None
    has_complained: bool = False
    model_calls: int = 0
    tool_calls: int = 0
    executed: list[Executed] = field(default_factory=list)
    kept: list[Executed] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)

    def note(self, code: str, message: str) -> None:
        """Keep what went wrong and was worked around."""
        self.notices.append((code, message))

    @property
    def results(self) -> list[ToolResult]:
        """What the tools returned to whoever has the word."""
        return [done.result for done in self.executed if done.by_embedded == self.by_embedded]

    def reading(self) -> Reading:
        """How the interpreter reads the question."""
        return self.parts.reader.read(self.question, self.previous)

    def settle_words(self, text: str) -> None:
        """Take the LLM's checked words for the answer, with the noes that stand beside them."""
        ids = {figure_id for figure_id, _ in REFERENCE.findall(text)}
        done = self._by_llm()
        self.kept = [
            each
            for each in done
            if any(figure.id in ids for figure in each.result.figures) or _is_no_that_stands(each, done)
        ]
        noes = [each.result.refusal.message for each in self.kept if each.result.refusal]
        self.text = "\n\n".join([text, *noes])

    def settle_template(self) -> None:
        """Word what the LLM's calls returned by template: figures and noes, else what there is."""
        done = self._by_llm()
        saying = [each for each in done if each.result.figures or _is_no_that_stands(each, done)]
        self.kept = saying or done
        calls = tuple(each.call for each in self.kept)
        self.text = self.parts.writer(Reading(calls), [each.result for each in self.kept], self.parts.style)

    def outcome(self, last_words: str, tokens: tuple[int, int]) -> Outcome:
        """What the run comes to.

        Args:
            last_words: The last message, which is the embedded model's answer where it has the word.
            tokens: Prompt and completion tokens that the LLM used.
        """
        if self.by_embedded:
            self.kept = [each for each in self.executed if each.by_embedded]
            self.text = last_words
        return Outcome(
            calls=tuple(each.call for each in self.kept),
            results=tuple(each.result for each in self.kept),
            text=self.text or "",
            assumptions=self.reading().assumptions if self.by_embedded else (),
            model=EMBEDDED if self.by_embedded else self.model_name,
            notices=tuple(self.notices),
            tokens=tokens,
        )

    def _by_llm(self) -> list[Executed]:
        return [each for each in self.executed if not each.by_embedded]


def _is_no_that_stands(each: Executed, done: Sequence[Executed]) -> bool:
    """Whether a refusal stands: no later turn of the LLM got figures out of the same tool."""
    if not (each.result.refusal or each.result.clarification or each.result.pending):
        return False
    return not any(
        later.turn > each.turn and later.call.name == each.call.name and later.result.figures
        for later in done
    )
