"""What one measurement says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Entry:
    """One figure, with what it is measured against in the same run."""

    value: float
    unit: str
    better: Literal["lower", "higher"]
    against: dict[str, float] = field(default_factory=dict)

    def record(self, command: str, seconds: float) -> dict[str, Any]:
        return {
            "value": self.value,
            "unit": self.unit,
            "better": self.better,
            "against": self.against,
            "command": command,
            "seconds": seconds,
        }


def percentile(values: list[float], rank: float) -> float:
    """The value at a rank between 0 and 1, by the nearest one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(rank * len(ordered)))]
