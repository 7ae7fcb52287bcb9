"""Questions that are offered: each can be sent as it is."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.interpreter.replying import MOST_OPTIONS
from assistant.interpreter.sentences import say, sentences
from assistant.interpreter.slots import Doubt, Slots
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


def against_words(slots: Slots) -> str:
    """A fragment about a financial plan in plain order: "against the budget for Dairy last quarter".

    Empty where it is about none, or says more than who, by what and when.
    """
    held = str((slots.compare or {}).get("with", "")) if slots.compare else slots.financial
    says_more = slots.rank or slots.threshold or slots.transform or slots.versions or slots.cycle
    if held not in sentences("answers")["financial"] or says_more:
        return ""
    is_compared = bool(slots.compare or slots.is_reached)
    words = [say("replies", "options", "against" if is_compared else "within", held)]
    names = [member.name for chosen in slots.chosen if not chosen.exclude for member in chosen.members]
    if names:
        words.append(say("replies", "options", "of", names=" and ".join(dict.fromkeys(names))))
    words += [say("replies", "options", "by", dimension=d.replace("_", " ")) for d in slots.group_by]
    return " ".join([*words, *(said for _, said in slots.periods)])


def with_replacement(cut: Cut, doubt: Doubt, replacement: str) -> str:
    """The question with other words where it was in doubt."""
    first, last = cut.tokens[doubt.start], cut.tokens[doubt.end - 1]
    return f"{cut.text[: first.start]}{replacement}{cut.text[last.end :]}".strip()
