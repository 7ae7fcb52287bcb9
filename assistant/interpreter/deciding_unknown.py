"""What to say of words that nothing stands for: they are never passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.interpreter.normalise import Token
from assistant.interpreter.offers import fragment_options, starters
from assistant.interpreter.positions import is_in_name_position
from assistant.interpreter.reading import Reading
from assistant.interpreter.replying import declined, off_topic
from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Slots
from assistant.interpreter.spans import Cut
from assistant.interpreter.spelling import nearest_words
from assistant.interpreter.vocabulary import Vocabulary

if TYPE_CHECKING:
    from assistant.interpreter.interpreter import Interpreter

_MOST_NEAREST = 3


def unknown_words(interpreter: Interpreter, cut: Cut, slots: Slots, *, has_subject: bool) -> Reading:
    """A no for the words that are left over.

    A name that does not exist is `no_data`; for a narrowed person it is `not_permitted` in the same
    words whatever the name. Everything else is outside of what is understood.
    """
    vocabulary = interpreter.vocabulary
    if not has_subject:
        return off_topic(starters(vocabulary))
    is_mostly_unknown = len(cut.leftover) > 1 and _count_unknown(cut) > _count_understood(cut)
    words = ", ".join(cut.words(start, end) for start, end in cut.leftover)
    if is_mostly_unknown or not all(is_in_name_position(cut, run, vocabulary) for run in cut.leftover):
        titles = " and ".join(vocabulary.title(metric) for metric in slots.metrics)
        used = say("replies", "decline", "used", titles=titles) if titles else ""
        message = say("replies", "decline", "unknown_words", words=words, used=used)
        return declined("unanswerable", message, fragment_options(slots.metrics, "", vocabulary))
    if interpreter.is_narrowed:
        return declined("not_permitted", say("replies", "decline", "hidden_name"))
    start, end = cut.leftover[0]
    names = nearest_names(cut.tokens[start:end], vocabulary)
    nearest = say("replies", "decline", "nearest", names=", ".join(names)) if names else ""
    message = say("replies", "decline", "unknown_name", words=words, nearest=nearest)
    return declined("no_data", message, names)


def _count_unknown(cut: Cut) -> int:
    return sum(end - start for start, end in cut.leftover)


def _count_understood(cut: Cut) -> int:
    return sum(span.end - span.start for span in cut.spans if span.kind not in {"filler", "and"})


def nearest_names(tokens: list[Token], vocabulary: Vocabulary) -> list[str]:
    """Names of members, metrics and versions that hold a word near one of these."""
    found: list[str] = []
    of_members = [word for word in vocabulary.member_words if len(word) > 2]
    for token in tokens:
        reach = max(1.6, len(token.key) / 4)
        for word, _ in nearest_words(token.key, of_members, allowed=reach):
            found += [member.name for member in vocabulary.member_words[word][:_MOST_NEAREST]]
    return list(dict.fromkeys(found))[:_MOST_NEAREST]
