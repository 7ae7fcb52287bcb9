"""Notes of the tools: a sentence that a tool wrote may be repeated word for word."""

from __future__ import annotations

from collections.abc import Sequence

from tools.figures import ToolResult

_LEAST = 20
"""Characters of a note that may be repeated; shorter ones could be part of another sentence."""


def without_notes(text: str, results: Sequence[ToolResult]) -> str:
    """The words without the notes that they repeat as whole sentences.

    A note is what a tool says without figures, such as what happened in the same months: as it stands it
    is true, with a word changed or added it is checked like any other sentence.
    """
    notes = {note for result in results for note in result.notes if len(note) >= _LEAST}
    for note in sorted(notes, key=len, reverse=True):
        at = text.find(note)
        while at >= 0:
            end = at + len(note)
            if _opens(text[:at]) and _closes(note, text[end:]):
                text = text[:at] + text[end:]
                at = text.find(note, at)
            else:
                at = text.find(note, at + 1)
    return text


def _opens(before: str) -> bool:
    plain = before.rstrip(" *-•")
    return not plain or plain[-1] in ".!?\n"


def _closes(note: str, after: str) -> bool:
    is_ended = note[-1] in ".!?"
    return (is_ended and (not after or after[0] in " \n*")) or (not is_ended and not after.strip(" \n"))
