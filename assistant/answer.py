"""The answer contract: one object for every surface, made from what the tools returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from assistant.outcome import Outcome
from connectors.plan_store import PlanStore
from tools.figures import (
    AnswerWarning,
    Chart,
    Clarification,
    Figure,
    Pending,
    Refusal,
    Source,
    Table,
    ToolResult,
)
from tools.metrics.member_names import MemberNames
from tools.provenance import fill

AnswerKind = Literal["answer", "clarification", "not_permitted", "no_data", "unanswerable", "confirmation"]


class Answer(BaseModel):
    """One answer, as `concord ask --json` and `POST /api/ask` print it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    conversation: str
    asker: str
    data_version: str
    question: str
    kind: AnswerKind
    checked: Literal["computed", "quoted", "none"]
    text: str
    figures: list[Figure] = []
    tables: list[Table] = []
    charts: list[Chart] = []
    documents: list[dict[str, Any]] = []
    sources: list[Source] = []
    assumptions: list[str] = []
    warnings: list[AnswerWarning] = []
    details: dict[str, Any] | None = None
    clarification: Clarification | None = None
    pending: Pending | None = None
    suggestions: list[str] = []
    model: str = "embedded"
    seconds: float = 0.0
    tokens: dict[str, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract as plain JSON, `comparison.with` under its own name."""
        return self.model_dump(mode="json", by_alias=True)


class Turn(BaseModel):
    """What an answer takes over from the question's circumstances."""

    id: str
    conversation: str
    asker: str
    question: str


def make_answer(turn: Turn, outcome: Outcome, store: PlanStore, seconds: float) -> Answer:
    """The answer to one question.

    `kind` follows the part of the question that has an answer; what was refused beside it is
    listed in `warnings` under its kind.
    """
    results = outcome.results
    kind = kind_of(results)
    return Answer(
        id=turn.id,
        conversation=turn.conversation,
        asker=turn.asker,
        data_version=store.info.data_version,
        question=turn.question,
        kind=kind,
        checked=_checked(results, kind),
        text=fill(outcome.text, results, store.info.currency),
        figures=[figure for result in results for figure in result.figures],
        tables=[table for result in results for table in result.tables],
        charts=[chart for result in results for chart in result.charts],
        sources=[source for result in results for source in result.sources],
        assumptions=_assumptions(outcome, store),
        warnings=_warnings(outcome, kind),
        details=next((result.details for result in results if result.details), None),
        clarification=next((r.clarification for r in results if r.clarification), None),
        pending=next((result.pending for result in results if result.pending), None),
        suggestions=list(dict.fromkeys(_suggestions(results)))[:3],
        model=outcome.model,
        seconds=round(seconds, 4),
        tokens={"prompt": outcome.tokens[0], "completion": outcome.tokens[1]}
        if any(outcome.tokens)
        else None,
    )


def kind_of(results: Sequence[ToolResult]) -> AnswerKind:
    """The kind of an answer with these results."""
    if any(result.pending for result in results):
        return "confirmation"
    if any(_answers(result) for result in results):
        return "answer"
    if any(result.clarification for result in results):
        return "clarification"
    refusal = next((result.refusal for result in results if result.refusal), None)
    return refusal.kind if refusal else "no_data"


def _answers(result: ToolResult) -> bool:
    if result.figures:
        return any(figure.value is not None for figure in result.figures)
    return bool(result.tables or result.details)


def _checked(results: Sequence[ToolResult], kind: AnswerKind) -> Literal["computed", "quoted", "none"]:
    if kind in ("answer", "confirmation") and any(result.figures for result in results):
        return "computed"
    quoted = any(source.quote for result in results for source in result.sources)
    return "quoted" if quoted else "none"


def _assumptions(outcome: Outcome, store: PlanStore) -> list[str]:
    said = [*outcome.assumptions, *(text for result in outcome.results for text in result.assumptions)]
    has_figures = any(result.figures or result.tables for result in outcome.results)
    if has_figures and store.scope.rows:
        names = MemberNames(store)
        rows = "; ".join(
            f"{name.replace('_', ' ')} {', '.join(sorted(names.name(name, member) for member in members))}"
            for name, members in sorted(store.scope.rows.items())
        )
        said.append(f"only what you may see: {rows}; this is not the whole company")
    return list(dict.fromkeys(said))


def _warnings(outcome: Outcome, kind: AnswerKind) -> list[AnswerWarning]:
    warnings = [warning for result in outcome.results for warning in result.warnings]
    warnings += [AnswerWarning(code=code, message=message) for code, message in outcome.notices]
    if kind in ("answer", "confirmation"):
        refusals: list[Refusal] = [r.refusal for r in outcome.results if r.refusal]
        warnings += [AnswerWarning(code=refusal.kind, message=refusal.message) for refusal in refusals]
    unique = {(warning.code, warning.message): warning for warning in warnings}
    return list(unique.values())


def _suggestions(results: Sequence[ToolResult]) -> list[str]:
    suggested = [text for result in results for text in result.suggestions]
    for result in results:
        if result.clarification:
            suggested += result.clarification.options
    return suggested
