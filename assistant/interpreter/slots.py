"""What a question says, slot by slot, before it becomes a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.dimensions import Member


@dataclass
class Chosen:
    """Members of one dimension to keep or to leave out.

    Attributes:
        runs: Words of the question that named them.
        is_one_name: Whether one name stands for several of them.
    """

    dimension: str
    members: list[Member]
    exclude: bool = False
    is_one_name: bool = False

    @property
    def ids(self) -> list[str]:
        """Ids of the members, each once."""
        return list(dict.fromkeys(member.id for member in self.members))


@dataclass(frozen=True)
class Wanted:
    """Metrics that a phrase stands for.

    Attributes:
        ids: Metric ids.
        words: The phrase as it was written.
        entry: The lexicon's plain word, where the phrase is one.
        may_be_plan: Plan that the same words name, if any.
    """

    ids: tuple[str, ...]
    words: str
    entry: Mapping[str, Any] | None = None
    may_be_plan: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Doubt:
    """Words with several readings that differ in the figure.

    Attributes:
        start: First word.
        end: Word after the last.
        about: Key of the question in `replies.yaml`.
        words: The words as written.
        replacements: What may stand there instead.
    """

    start: int
    end: int
    about: str
    words: str
    replacements: tuple[str, ...]


@dataclass
class Slots:
    """All that a question says. Everything is empty where it says nothing.

    Attributes:
        direction: Where the question says that it went: `rose`, `fell`, `improved`, `worsened`, `moved`.
        part: Dimension whose member a share is asked of ("Dairy's share of revenue").
        ranks: Every order that was asked, where there are several ("the most … and the least").
        financial: Version of the financial plan: budget, committed or latest.
        is_reached: Whether something is asked to be hit or missed, so that a budget is held against.
    """

    wanted: list[Wanted] = field(default_factory=list)
    group_by: list[str] = field(default_factory=list)
    chosen: list[Chosen] = field(default_factory=list)
    periods: list[tuple[Mapping[str, Any], str]] = field(default_factory=list)
    compare: Mapping[str, Any] | None = None
    change: str = ""
    direction: str = ""
    threshold: Mapping[str, Any] | None = None
    transform: Mapping[str, Any] | None = None
    part: str = ""
    why: Mapping[str, Any] | None = None
    trend: Mapping[str, Any] | None = None
    is_bridge: bool = False
    is_chart: bool = False
    is_relative: bool = False
    is_reached: bool = False
    is_counted: bool = False
    is_everywhere: bool = False
    carries_backlog: bool = False
    financial: str = ""
    rank: dict[str, Any] = field(default_factory=dict)
    ranks: list[Mapping[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    levels: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    cycle: Mapping[str, Any] | None = None
    other_cycle: Mapping[str, Any] | None = None
    other_version: str = ""
    measure: str = ""
    operations: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    plan: Mapping[str, Any] | None = None
    plan_of_version: Mapping[str, Any] | None = None
    topics: list[str] = field(default_factory=list)
    is_command: bool = False
    is_average: bool = False
    asks_difference: bool = False
    is_cut: bool = False
    sets_apart: bool = False
    follow: Mapping[str, Any] | None = None
    shift: Mapping[str, Any] | None = None
    bare_span: tuple[Mapping[str, Any], str] | None = None
    pick: int | None = None
    every: set[str] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def metrics(self) -> list[str]:
        """Metric ids in the order in which they were asked."""
        return list(dict.fromkeys(metric for wanted in self.wanted for metric in wanted.ids))

    @property
    def has_cut(self) -> bool:
        """Whether it says anything of a query besides its metrics."""
        return bool(
            self.group_by
            or self.chosen
            or self.periods
            or self.compare
            or self.rank
            or self.settings
            or self.levels
            or self.versions
            or self.cycle
            or self.shift
            or self.bare_span
            or self.measure
            or self.every
            or self.threshold
            or self.transform
            or self.is_chart
            or self.carries_backlog
            or self.financial
            or self.change
        )
