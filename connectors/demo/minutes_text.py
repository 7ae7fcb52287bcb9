"""Minutes as Markdown, in the layouts that the company's note-takers use."""

from __future__ import annotations

from datetime import date
from typing import Any

from connectors.periods import MONTH_NAMES

# Supply and executive minutes keep their actions in a table, the others as a list.
_TABLED = ("supply", "executive")


def written_day(day: date) -> str:
    """A day as people write it: `9 June 2026`."""
    return f"{day.day} {MONTH_NAMES[day.month]} {day.year}"


def render(
    kind: str,
    written: dict[str, Any],
    people: dict[str, Any],
    known: dict[str, str],
    *,
    title: str,
    day: date,
) -> str:
    """The minutes of one meeting.

    Args:
        kind: Kind of the meeting.
        written: Its entry in `minutes/<cycle>.yaml`.
        people: `minutes/people.yaml`.
        known: Figures by placeholder.
        title: Title of the meeting.
        day: Day on which it was held.
    """
    variants = people["performance"][kind]
    performance = variants[day.month % len(variants)]
    parts = [
        f"# {title}",
        _head(kind, written, people, day),
        f"## Performance\n\n{performance.format_map(known)}",
        "## Discussion\n\n" + "\n\n".join(text.format_map(known) for text in written["discussion"]),
        "## Decisions\n\n" + _decisions(written.get("decisions", []), people, known),
        "## Actions\n\n" + _actions(kind, written.get("actions", []), people, known),
    ]
    if written.get("assumptions"):
        parts.append("## Assumptions\n\n" + _assumptions(written["assumptions"], people, known))
    if written.get("open"):
        parts.append("## Open questions\n\n" + "\n".join(f"- {text}" for text in written["open"]))
    return "\n\n".join(parts) + "\n"


def _head(kind: str, written: dict[str, Any], people: dict[str, Any], day: date) -> str:
    absent = written.get("absent", [])
    names = people["people"]
    present = [names[person] for person in people["meetings"][kind]["present"] if person not in absent]
    lines = [f"**Held on:** {written_day(day)}  ", f"**Chair:** {_name(names, _chair(kind, people))}  "]
    lines.append(f"**Present:** {', '.join(present)}  ")
    if absent:
        lines.append(f"**Apologies:** {', '.join(_name(names, person) for person in absent)}  ")
    return "\n".join(lines).rstrip()


def _chair(kind: str, people: dict[str, Any]) -> str:
    return str(people["meetings"][kind]["present"][0])


def _name(names: dict[str, str], person: str) -> str:
    return names[person].split(" (")[0]


def _decisions(entries: list[dict[str, Any]], people: dict[str, Any], known: dict[str, str]) -> str:
    lines = []
    for number, entry in enumerate(entries, start=1):
        text = (
            f"{number}. {entry['text'].format_map(known)} Owner: {_name(people['people'], entry['owner'])}."
        )
        if "effect" in entry:
            effect = entry["effect"]
            text += f" Expected: {effect['change']}, by {written_day(effect['by'])}."
        if "review" in entry:
            text += f" Review on {written_day(entry['review'])}."
        lines.append(text)
    return "\n".join(lines)


def _actions(kind: str, entries: list[dict[str, Any]], people: dict[str, Any], known: dict[str, str]) -> str:
    rows = [
        (entry["text"].format_map(known), _name(people["people"], entry["owner"]), written_day(entry["due"]))
        for entry in entries
    ]
    if kind in _TABLED:
        table = ["| Action | Owner | Due |", "|---|---|---|"]
        return "\n".join([*table, *(f"| {text} | {owner} | {due} |" for text, owner, due in rows)])
    return "\n".join(f"- {text}. Owner: {owner}. Due: {due}." for text, owner, due in rows)


def _assumptions(entries: list[dict[str, Any]], people: dict[str, Any], known: dict[str, str]) -> str:
    return "\n".join(
        f"- {entry['text'].format_map(known)}. Watched by {_name(people['people'], entry['owner'])}, "
        f"holds until {written_day(entry['until'])}."
        for entry in entries
    )
