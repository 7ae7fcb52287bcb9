"""Questions that are offered: each can be sent as it is."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.interpreter.replying import MOST_OPTIONS
from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Doubt
from assistant.interpreter.spans import Cut
from assistant.interpreter.vocabulary import Vocabulary


def starters(vocabulary: Vocabulary) -> list[str]:
    """A few figures that can be asked for."""
    return fragment_options((), "", vocabulary)


def fragment_options(metrics: Iterable[str], fragment: str, vocabulary: Vocabulary) -> list[str]:
    """A fragment ("by region") as whole questions about the metrics, or about the usual ones."""
    ids = vocabulary.known_metrics(metrics) or vocabulary.known_metrics(
        vocabulary.lexicon.sections["starters"]
    )
    options = (
        say("replies", "options", "figure", title=vocabulary.title(metric), fragment=fragment).strip()
        for metric in ids
    )
    return list(options)[:MOST_OPTIONS]


def with_replacement(cut: Cut, doubt: Doubt, replacement: str) -> str:
    """The question with other words where it was in doubt."""
    first, last = cut.tokens[doubt.start], cut.tokens[doubt.end - 1]
    return f"{cut.text[: first.start]}{replacement}{cut.text[last.end :]}".strip()
