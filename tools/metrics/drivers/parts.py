"""Parts: what each member of a dimension holds of a metric, on one side of a change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.metrics.definitions import Sums, Value
from tools.metrics.engine import Group

MemberId = str | None
"""Id of a member; None for rows without one."""

TOLERANCE = 1e-9
"""How far sums of members may be from the sum of the whole, relative, and still count as the same."""


@dataclass(frozen=True)
class Part:
    """One member's share of a value: `top` alone for a sum, `top` / `bottom` for a ratio."""

    top: float
    bottom: float = 0.0


Parts = Mapping[MemberId, Part]
"""The parts of the members of one dimension, by member id."""


def sums_by_member(groups: Iterable[Group], place: int = 0) -> dict[MemberId, Sums]:
    """The sums by the member at one place of the groups' keys; finer groups are added up."""
    found: dict[MemberId, dict[str, float | None]] = {}
    for group in groups:
        so_far = found.setdefault(group.key[place], {})
        for measure, amount in group.sums.items():
            earlier = so_far.get(measure)
            so_far[measure] = earlier if amount is None else amount + (earlier or 0.0)
    return dict(found)


def part_of(value: Value, sums: Sums) -> Part:
    """What a group's sums hold; what is unknown in them counts in no total and so is 0 here."""
    top = _known(sums, value.numerator) - (_known(sums, value.minus) if value.minus else 0.0)
    return Part(top, _known(sums, value.denominator) if value.denominator else 0.0)


def _known(sums: Sums, measure: str) -> float:
    return sums.get(measure) or 0.0


def whole_of(parts: Parts) -> Part:
    """All parts added up."""
    return Part(math.fsum(p.top for p in parts.values()), math.fsum(p.bottom for p in parts.values()))


def adds_up(parts: Parts, whole: Part) -> bool:
    """Whether the members make up the whole: no row counts for two of them, no errors offset inside."""
    found = whole_of(parts)
    tops = math.fsum(abs(p.top) for p in parts.values())
    bottoms = math.fsum(abs(p.bottom) for p in parts.values())
    return _same(found.top, whole.top, tops) and _same(found.bottom, whole.bottom, bottoms)


def _same(found: float, expected: float, scale: float) -> bool:
    return abs(found - expected) <= TOLERANCE * max(scale, abs(expected))
