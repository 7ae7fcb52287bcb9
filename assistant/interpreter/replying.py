"""Calls that give no figure: questions back with options that can be sent, and the noes."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.interpreter.reading import Reading
from assistant.interpreter.sentences import say
from tools.definition import ToolCall

MOST_OPTIONS = 4


def declined(kind: str, message: str, choices: Sequence[str] = ()) -> Reading:
    """A reading that comes to a no."""
    return Reading((decline_call(kind, message, choices),), is_complete=False)


def decline_call(kind: str, message: str, choices: Sequence[str] = ()) -> ToolCall:
    """The call behind a no."""
    return ToolCall("decline", {"kind": kind, "message": message, "choices": list(choices)[:6]})


def asked_back(question: str, options: Sequence[str], said: Sequence[str] = ()) -> Reading:
    """A reading that comes to a question back; with a single option, that is offered as a no."""
    distinct = list(dict.fromkeys(options))[:MOST_OPTIONS]
    if len(distinct) < 2:
        return declined("unanswerable", question, distinct)
    call = ToolCall("ask_back", {"question": question, "options": distinct})
    return Reading((call,), tuple(said), is_complete=False)


def off_topic(choices: Sequence[str]) -> Reading:
    """The question lies outside of what Concord does."""
    return declined("unanswerable", say("replies", "decline", "off_topic"), choices)
