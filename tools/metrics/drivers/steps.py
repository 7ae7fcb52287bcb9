"""Steps of a bridge: from the value before to the value after, named as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tools.metrics.drivers.parts import MemberId

MOST_STEPS = 8
"""Members that a bridge names; the others are gathered in one step."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: How it is read: "Dairy", "rate in North", "mix", "others (12)".
        amount: In the metric's unit, signed: what it adds to the value before.
        effect: What kind of step it is: `member`, `rate`, `mix`, `volume`, `price`, `late`, `short`,
            `late and short`, `component`, `others`.
        dimension, member: The member that it is about, where it is about one.
        is_member: Whether it is about one member (whose id may be None, "(none)").
    """

    name: str
    amount: float
    effect: str
    dimension: str | None = None
    member: MemberId = None
    is_member: bool = False

    def share_of(self, change: float) -> float | None:
        """Its part of the change; negative where it worked against it; None where nothing changed."""
        return self.amount / change if change else None


@dataclass(frozen=True)
class Bridge:
    """Steps that lead from one value to the other.

    Attributes:
        by: What the change is split by, in words ("region", "volume, mix and price").
        steps: Their amounts sum to `after` − `before`.
    """

    by: str
    before: float
    after: float
    steps: tuple[Step, ...]

    @property
    def change(self) -> float:
        """What happened from before to after."""
        return self.after - self.before


def gathered(steps: Sequence[Step], others: str = "others", most: int = MOST_STEPS) -> tuple[Step, ...]:
    """The steps with the largest amounts first, the tail as one step `others (n)`; zero steps left out."""
    ordered = sorted((s for s in steps if s.amount), key=lambda step: -abs(step.amount))
    if len(ordered) <= most:
        return tuple(ordered)
    named, tail = ordered[: most - 1], ordered[most - 1 :]
    amount = math.fsum(step.amount for step in tail)
    return (*named, Step(f"{others} ({len(tail)})", amount, "others"))
