"""Cuts a question into spans that mean something. The longest reading wins, the rest is left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.interpreter.matching import Matcher
from assistant.interpreter.normalise import Token
from assistant.interpreter.vocabulary import Name

CONTENT_WEIGHT = 100
FILLER_WEIGHT = 60
PHRASE_WEIGHT = 90
"""Fillers of several words ("pull up") go before what their words mean by themselves."""
COST_OF_A_SPAN = 20
"""Few long spans go before many short ones over the same words."""

# Of several kinds for the same words the first is taken, unless the neighbours say otherwise.
PREFERENCE = (
    "request", "bridge", "plain", "metric", "dimension", "narrower", "period", "compare", "group", "basis",
    "level", "measure", "backlog", "cycle", "absent", "unbuilt", "command", "threshold", "transform", "why",
    "trend", "chart", "plan", "member", "ask", "follow", "exclude", "rank", "pick", "shift", "operation",
    "average", "difference", "version", "relative", "everywhere", "thing", "change", "versus", "reach",
    "bare_span", "and", "filler",
)  # fmt: skip
_ORDER = {kind: order for order, kind in enumerate(PREFERENCE)}


@dataclass(frozen=True)
class Span:
    """Some words and one thing that they mean.

    Attributes:
        start: First word.
        end: Word after the last.
        kind: What sort of thing, as in `PREFERENCE`.
        value: What its rule says together with what its slots hold, or the names that it stands for.
        others: Other kinds of meaning of the same words.
    """

    start: int
    end: int
    kind: str
    value: Any
    others: tuple[Span, ...] = ()

    def as_kind(self, kind: str) -> Span | None:
        """This span read as another kind, where the words allow it."""
        if self.kind == kind:
            return self
        return next((span for span in self.others if span.kind == kind), None)


@dataclass(frozen=True)
class Cut:
    """A question cut into spans.

    Attributes:
        text: The question as it was asked.
        tokens: Its words.
        spans: What was understood, in order; fillers too.
        leftover: Runs of words that nothing stands for, as (start, end).
        score: How much of the question means something; for comparing cuts of one question.
    """

    text: str
    tokens: list[Token]
    spans: list[Span]
    leftover: list[tuple[int, int]]
    score: int = 0

    def words(self, start: int, end: int) -> str:
        """Some words as they were written."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


def cut(text: str, tokens: list[Token], matcher: Matcher) -> Cut:
    """Cut a question so that the most words mean something, in as few spans as can be."""
    ranges: list[Mapping[int, list[Span]]] = [_spans_at(matcher, at) for at in range(len(tokens))]
    chosen = list(_best(ranges))
    score = sum(map(_weight, chosen))
    return Cut(text, tokens, chosen, list(_runs_between(chosen, tokens)), score)


def _spans_at(matcher: Matcher, at: int) -> Mapping[int, list[Span]]:
    """Spans that begin at a word, by their end."""
    found: dict[int, list[Span]] = defaultdict(list)
    orders: dict[tuple[int, str], int] = {}
    for end, rule, held in matcher.rules_at(at):
        if end == at:
            continue
        known = orders.get((end, rule.kind))
        if known is not None and known <= rule.order:
            continue
        orders[end, rule.kind] = rule.order
        found[end] = [span for span in found[end] if span.kind != rule.kind]
        found[end].append(Span(at, end, rule.kind, {**rule.constants, **held}))
    for end, names in matcher.names_at(at):
        by_kind: dict[str, list[Name]] = defaultdict(list)
        for name in names:
            by_kind[name.kind].append(name)
        found[end] += [Span(at, end, kind, tuple(held)) for kind, held in by_kind.items()]
    return found


def _best(ranges: list[Mapping[int, list[Span]]]) -> Iterator[Span]:
    """The spans of the heaviest way through the words."""
    scores = [0.0] * (len(ranges) + 1)
    steps: list[Span | None] = [None] * len(ranges)
    for at in range(len(ranges) - 1, -1, -1):
        scores[at] = scores[at + 1]
        for end, spans in ranges[at].items():
            preferred = min(spans, key=lambda span: _ORDER[span.kind])
            score = _weight(preferred) + scores[end]
            if score > scores[at]:
                scores[at] = score
                others = tuple(span for span in spans if span is not preferred)
                steps[at] = Span(at, end, preferred.kind, preferred.value, others)
    at = 0
    while at < len(ranges):
        step = steps[at]
        if step is not None:
            yield step
        at = step.end if step else at + 1


def _weight(span: Span) -> int:
    each = CONTENT_WEIGHT
    if span.kind in {"filler", "and"}:
        each = FILLER_WEIGHT if span.end - span.start == 1 else PHRASE_WEIGHT
    return each * (span.end - span.start) - COST_OF_A_SPAN


def _runs_between(spans: list[Span], tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Runs of words that no span covers; a comma or a stop ends a run."""
    covered = {at for span in spans for at in range(span.start, span.end)}
    start: int | None = None
    for at in range(len(tokens) + 1):
        is_open = at < len(tokens) and at not in covered
        if start is not None and (not is_open or set(tokens[at].before) & set(",;:.?!")):
            yield start, at
            start = None
        if is_open and start is None:
            start = at
