"""Figures are filled in by code, and a model's words are held against the figures they refer to.

A model writes `{F1}` or `{F1.difference}`; `fill` puts the formatted figure there. `check` refuses
what the figures do not bear out: loose digits and number words, a figure under another member's,
metric's or period's name, a direction against the sign, a superlative that another member holds,
an invented quotation. It works with a closed vocabulary (`prompts/checked_words.yaml`): what it
cannot check, it refuses. A false alarm costs a fallback to template wording, a miss a wrong answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tools.figures import Figure, ToolResult
from tools.wording.claims import Complaints, Said, Words
from tools.wording.comparisons import comparison_complaints
from tools.wording.complaints import Complaint
from tools.wording.derived import count_complaints, step_complaints
from tools.wording.directions import change_complaints, direction_complaints, said_by_direction
from tools.wording.known import Known, phrase_book
from tools.wording.lexicon import lexicon
from tools.wording.members import member_complaints
from tools.wording.notes import without_notes
from tools.wording.phrases import PhraseBook
from tools.wording.plain_words import quotation_complaints, word_complaints
from tools.wording.questions import question_complaints
from tools.wording.references import CHANGES, REFERENCE, FigureIndex, Reference, has_amount, written
from tools.wording.sentences import Sentence, sentences_of
from tools.wording.standing_alone import standing_alone_complaints
from tools.wording.subjects import (
    basis_complaints,
    metric_complaints,
    period_complaints,
    transform_complaints,
)
from tools.wording.superlatives import range_complaints, superlative_complaints

_LOWER_CASE = frozenset({"version", "cancel_reason"})
"""Dimensions whose members are words, not names, so that a sentence begins with a capital of theirs."""

LONGEST = 4000
"""Characters that a model's answer may have."""

_MOST_COMPLAINTS = 10


def fill(text: str, results: Sequence[ToolResult], currency: str = "EUR") -> str:
    """Put the formatted figures where references stand.

    A change (`difference`, `relative`) is written with its sign, except beside a direction word
    ("{F1.difference} below Q1"), which says it. A reference to nothing stays as it is.

    Args:
        text: Words with references.
        results: The results that the references point into.
        currency: ISO 4217 code, for the ends of a forecast's range.
    """
    index = FigureIndex(results)
    unsigned = _unsigned(text, index)
    parts, at = [], 0
    for number, match in enumerate(REFERENCE.finditer(text)):
        reference = Reference(match.group(1), match.group(2) or "")
        figure = index.figures.get(reference.figure_id)
        put = written(reference, figure, currency, signed=number not in unsigned) if figure else None
        if put and reference.field in _LOWER_CASE and _begins_sentence(text[: match.start()]):
            put = put[:1].upper() + put[1:]
        parts += [text[at : match.start()], match.group() if put is None else put]
        at = match.end()
    return "".join([*parts, text[at:]])


def _begins_sentence(before: str) -> bool:
    """Whether what follows begins a sentence."""
    return not before.strip() or before.endswith((". ", "? ", "! ", "\n"))


def _unsigned(text: str, index: FigureIndex) -> set[int]:
    """Numbers of the references, in the order of the text, whose sign a direction word says."""
    referenced = REFERENCE.findall(text)
    if not any(field in CHANGES for _, field in referenced):
        return set()
    figures = {id: index.figures[id] for id, _ in referenced if id in index.figures}
    book = phrase_book(Known(), figures.values(), lexicon())
    unsigned: set[int] = set()
    count = 0
    for line in text.split("\n"):
        for sentence in sentences_of(line, book, index):
            said = said_by_direction(sentence, lexicon())
            for place, token in enumerate(sentence.tokens):
                if place in said:
                    unsigned.add(count)
                count += len(REFERENCE.findall(token.text))
    return unsigned


def check(
    text: str,
    results: Sequence[ToolResult],
    question: str,
    known_names: Mapping[str, Collection[str]],
    metric_words: Mapping[str, Collection[str]],
    better: Mapping[str, str] | None = None,
) -> list[Complaint]:
    """What is wrong with a model's words; empty where every claim is borne out.

    Args:
        text: The words, with references.
        results: All results of this answer.
        question: What was asked; a figure must be of the members, metric and period it names.
        known_names: Names and ids of the members that the asker may see, by dimension.
        metric_words: Titles and synonyms of every metric, by id.
        better: Which way is good, by metric id: `up`, `down`, `to 0`.
    """
    index = FigureIndex(results)
    known = Known(known_names, metric_words, better or {})
    if len(text) > LONGEST:
        return [Complaint("length", f"The answer is longer than {LONGEST} characters: be brief.")]
    hidden = [c for c in text if not (c.isprintable() or c == "\n")]
    if hidden:
        return [Complaint("symbol", "The answer holds characters that cannot be seen: write plain text.")]
    book = phrase_book(known, index.figures.values(), lexicon())
    text = without_notes(text, results)
    sentences = tuple(sentences_of(text, book, index))
    faults = list(_reference_complaints(sentences, index))
    written_out = sum(len(REFERENCE.findall(t.text)) for s in sentences for t in s.tokens)
    if written_out < len(REFERENCE.findall(text)) or "{F*" in text:
        faults.append(Complaint("reference", "Write references as they are, without emphasis inside."))
    if not faults:
        words = Words(sentences, index, known, lexicon(), question)
        faults = list(_all_complaints(words, results, book))
    return list(dict.fromkeys(faults))[:_MOST_COMPLAINTS]


def _reference_complaints(sentences: Sequence[Sentence], index: FigureIndex) -> Complaints:
    """References to what does not exist; nothing else can be judged before these are right."""
    for sentence in sentences:
        for token in sentence.tokens:
            reference = token.reference
            if reference is None:
                continue
            fault = _reference_fault(reference, index.figures.get(reference.figure_id), index)
            if fault:
                yield Complaint("reference", fault, sentence.text)
            elif token.is_glued:
                message = f"{token.text} runs together with what stands beside it: set it apart."
                yield Complaint("reference", message, sentence.text)


def _reference_fault(reference: Reference, figure: Figure | None, index: FigureIndex) -> str | None:
    if figure is None:
        there_are = ", ".join(list(index.figures)[:20]) or "none"
        return f"There is no figure {reference.figure_id}; there are {there_are}."
    if reference.is_amount and not has_amount(reference, figure):
        reason = f" ({figure.reason})" if figure.reason and not reference.field else ""
        return f"{reference} has no value{reason}: leave it out."
    if written(reference, figure) is None:
        return f"{reference.figure_id} has no '{reference.field}'."
    return None


def _all_complaints(words: Words, results: Sequence[ToolResult], book: PhraseBook) -> Iterator[Complaint]:
    said = Said()
    for sentence in words.sentences:
        yield from quotation_complaints(words, sentence, results)
        yield from word_complaints(words, sentence)
        if sentence.references:
            yield from _claim_complaints(words, sentence, said)
        else:
            yield from standing_alone_complaints(words, sentence, said)
    yield from question_complaints(words, book)


def _claim_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    yield from member_complaints(words, sentence, said)
    yield from metric_complaints(words, sentence, said)
    yield from period_complaints(words, sentence, said)
    yield from basis_complaints(words, sentence, said)
    yield from transform_complaints(words, sentence)
    yield from comparison_complaints(words, sentence, said)
    yield from direction_complaints(words, sentence)
    yield from change_complaints(words, sentence)
    yield from step_complaints(words, sentence)
    yield from count_complaints(words, sentence)
    yield from superlative_complaints(words, sentence)
    yield from range_complaints(words, sentence)
