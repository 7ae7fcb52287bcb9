"""Words around charts: what was left out of them, and names in one phrase."""

from __future__ import annotations

from collections.abc import Sequence


def words(name: str) -> str:
    """A name of the answer contract as people write it: business unit."""
    return name.replace("_", " ")


def plural(noun: str) -> str:
    """The plural of a dimension's name: families, months, sites."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun if noun.endswith("s") else noun + "s"


def left_out_line(shown: int, total: int, noun: str, are_largest: bool = True) -> str:
    """What was left out, or nothing where all is shown."""
    if total <= shown:
        return ""
    which = "those with the largest values" if are_largest else "the first of them"
    return f"{shown:,} of {total:,} {plural(noun)} shown, {which}"


def joined(names: Sequence[str]) -> str:
    """Names in one phrase: North, South and West."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
