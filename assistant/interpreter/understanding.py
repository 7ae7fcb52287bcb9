"""A question → its slots and what is left over: misspellings corrected, parts of names found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.interpreter.correcting import corrected
from assistant.interpreter.filling import fill
from assistant.interpreter.matching import Matcher
from assistant.interpreter.members import bearing
from assistant.interpreter.moment import Moment
from assistant.interpreter.normalise import Token, tokens_of
from assistant.interpreter.positions import is_name_like
from assistant.interpreter.slots import Doubt, Slots
from assistant.interpreter.spans import Cut, Span, cut
from assistant.interpreter.vocabulary import Name, Vocabulary
from connectors.dimensions import Member

_MOST_WORDS = 150


@dataclass(frozen=True)
class Understood:
    """What a question says, and what of it nothing stands for.

    Attributes:
        cut: The question in spans.
        slots: What it says.
        is_too_long: Whether it has more words than are read.
    """

    cut: Cut
    slots: Slots
    is_too_long: bool = False


def understand(question: str, vocabulary: Vocabulary, moment: Moment) -> Understood:
    """Cut a question, correct it where that is clear, and fill its slots."""
    tokens = tokens_of(question)
    if len(tokens) > _MOST_WORDS:
        return Understood(Cut(question, tokens, [], []), Slots(), is_too_long=True)

    def recut(words: list[Token]) -> Cut:
        return cut(question, words, Matcher(words, vocabulary, day_first=moment.day_first))

    found = corrected(recut(tokens), recut, vocabulary)
    found, doubts, said = _with_parts_of_names(found, vocabulary)
    slots = fill(found, vocabulary)
    slots.doubts += doubts
    slots.said += said
    return Understood(found, slots)


def _with_parts_of_names(found: Cut, vocabulary: Vocabulary) -> tuple[Cut, list[Doubt], list[str]]:
    """Leftover words that are part of members' names become spans of those members."""
    spans, doubts, said = list(found.spans), [], []
    leftover: list[tuple[int, int]] = []
    for run in found.leftover:
        for start, end, members in _parts(found, run, vocabulary):
            if not members:
                leftover.append((start, end))
                continue
            words = found.words(start, end)
            names = _by_name(members)
            if len(names) > 1:
                doubts.append(Doubt(start, end, "which_member", words, tuple(sorted(names))[:4]))
            else:
                said.append(f"read '{words}' as {members[0].name}")
            first = next(iter(names.values()))
            spans.append(Span(start, end, "member", tuple(Name("member", m, m.name) for m in first)))
    spans.sort(key=lambda span: span.start)
    return replace(found, spans=spans, leftover=_joined(leftover)), doubts, said


def _parts(
    found: Cut, run: tuple[int, int], vocabulary: Vocabulary
) -> Iterator[tuple[int, int, list[Member]]]:
    """A run of leftover words in pieces, each the longest that members' names hold."""
    at, stop = run
    while at < stop:
        for end in range(stop, at, -1):
            members = bearing(found.tokens[at:end], vocabulary)
            if members and is_name_like(found, (at, end), vocabulary):
                yield at, end, members
                at = end
                break
        else:
            yield at, at + 1, []
            at += 1


def _by_name(members: list[Member]) -> dict[str, list[Member]]:
    by_name: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_name[member.name].append(member)
    return by_name


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
