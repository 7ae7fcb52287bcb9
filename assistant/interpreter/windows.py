"""Puts the periods and comparisons of a question into its queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from assistant.interpreter.moment import Moment
from assistant.interpreter.periods import (
    Window,
    default_window,
    in_words,
    moved,
    said_of,
    window_of,
)
from assistant.interpreter.points import point_of
from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Slots
from assistant.interpreter.vocabulary import Vocabulary
from connectors.dimensions import TIME
from connectors.periods import Period, add_months, month_of

Query = dict[str, Any]
Dated = tuple[Window, str]

_GRAINS = {1: "month", 3: "quarter", 12: "year"}
LAST_YEAR, BEFORE, PERIOD = "same_period_last_year", "previous_period", "period"


class WindowBuilder:
    """Reads the periods of one question.

    Attributes:
        said: Readings to be said aloud.
        refused: Why a period cannot be read, if one cannot.
    """

    def __init__(
        self, moment: Moment, vocabulary: Vocabulary, is_ahead: bool, *, is_either: bool = False
    ) -> None:
        self._moment = moment
        self._is_either = is_either
        self._vocabulary = vocabulary
        self._is_ahead = is_ahead
        self.said: list[str] = []
        self.refused = ""

    def put(self, query: Query, slots: Slots) -> list[Query]:
        """The query over each of the windows that the question asks for."""
        periods = _with_years(slots.periods)
        if slots.why or slots.change or slots.asks_difference:
            periods = _as_ends(_without_since_last(periods, slots))
        windows = [self._read(spec, words) for spec, words in periods]
        if self.refused:
            return []
        if not windows:
            windows = self._implied(query, slots)
        known = [window for window in windows if window is not None]
        if self._are_compared(slots, known) or (len(periods) == 2 and len(slots.periods) == 1):
            return [self._one_against_the_other(query, known)]
        queries = self._over(query, known)
        self._compare(queries, slots, known)
        return queries

    def cycle_of(self, spec: Mapping[str, Any]) -> date | None:
        """First day of the planning cycle that is meant."""
        if "point" in spec:
            period = point_of(spec["point"], self._moment)
            return month_of(period.start) if period else None
        return add_months(self._moment.month, spec["months"])

    def _read(self, spec: Mapping[str, Any], words: str) -> Window | None:
        window = window_of(spec, self._moment, is_ahead=self._is_ahead)
        if self._is_either and window is not None and not window.is_outright:
            window = self._nearest(window, window_of(spec, self._moment, is_ahead=not self._is_ahead))
        if window is None:
            self.refused = say("replies", "decline", "no_such_period", words=words)
            return None
        said = said_of(words, window, self._moment)
        if said:
            self.said.append(said)
        return window

    def _nearest(self, one: Window, other: Window | None) -> Window:
        """Of two readings the one that lies nearer to the as-of date."""
        if other is None or one.period is None or other.period is None:
            return one
        days = [abs((p.start - self._moment.as_of).days) for p in (one.period, other.period)]
        return one if days[0] <= days[1] else other

    def _implied(self, query: Query, slots: Slots) -> list[Window | None]:
        """The window of "the quarter before", of "12 months", or of what is compared."""
        if slots.shift:
            return [self._shifted(query, slots.shift)]
        if slots.bare_span:
            spec, words = slots.bare_span
            return [self._read({**spec, "read": "next" if self._is_ahead else "last"}, words)]
        unit = (slots.compare or {}).get("unit")
        if unit in {"quarter", "half"} and not query.get("period"):
            return [self._read({"read": "last_one", "unit": unit}, slots.compare["words"])]  # type: ignore[index]
        return []

    def _shifted(self, query: Query, shift: Mapping[str, Any]) -> Window | None:
        start = self._main(query, ())
        if "years" in shift and "unit" in shift and not query.get("period"):
            last = window_of({"read": "last_one", "unit": shift["unit"]}, self._moment)
            start = last.period if last else start
        if start is None:
            self.refused = say("replies", "decline", "nothing_before")
            return None
        if "years" in shift:
            there = start.shifted(12 * shift["years"])
        else:
            there = moved(start, shift["by"], shift.get("unit"), self._moment)
        self.said.append(f"moved from {start.label} to {in_words(there)}")
        return Window(there)

    def _main(self, query: Query, windows: tuple[Window, ...] | list[Window]) -> Period | None:
        """The window that a query has, or that its first metric takes by itself."""
        if windows:
            return windows[0].period
        asked = query.get("period")
        if asked:
            if not asked["start"] or not asked["end"]:
                return None
            return Period(date.fromisoformat(asked["start"]), date.fromisoformat(asked["end"]))
        metrics = query.get("metrics")
        default = self._vocabulary.metrics[metrics[0]].default_period if metrics else "next 3 months"
        return default_window(str(default), self._moment)

    def _over(self, query: Query, windows: list[Window]) -> list[Query]:
        if not windows:
            return [query]
        if len(windows) == 1:
            return [{**query, "period": windows[0].as_argument()}]
        joined = _joined([window.period for window in windows])
        if joined:
            period, grain = joined
            groups = query.get("group_by", [])
            groups = groups if set(groups) & set(TIME) else [*groups, grain]
            return [{**query, "group_by": groups, "period": Window(period).as_argument()}]
        return [{**query, "period": window.as_argument()} for window in windows]

    def _compare(self, queries: list[Query], slots: Slots, windows: list[Window]) -> None:
        query = queries[0]
        asked = (slots.compare or {}).get("with")
        is_to_date = any(window.is_to_date for window in windows)
        if asked == "point":
            self._compare_with_point(queries, slots, windows)
        elif asked == "cycle" or slots.other_cycle:
            self._compare_with_cycle(query, slots)
        elif asked == "version":
            return
        elif asked:
            query["compare_with"] = LAST_YEAR if is_to_date and asked == BEFORE else asked
        elif slots.why:
            query.update({"compare_with": LAST_YEAR} if is_to_date else {})
        elif query.get("compare_with"):
            return
        elif self._stand_beside(slots) and not (query.get("rank") or {}).get("by"):
            return  # "worse than in South": one beside the other
        elif slots.change and not set(query.get("group_by", ())) & set(TIME):
            query["compare_with"] = LAST_YEAR if is_to_date else BEFORE
            other = "the same period last year" if is_to_date else "the period before"
            self.said.append(f"'{slots.change}' read against {other}")

    def _compare_with_point(self, queries: list[Query], slots: Slots, windows: list[Window]) -> None:
        query = queries[0]
        point = slots.compare["with_point"]  # type: ignore[index]
        if not windows and not query.get("period") and _unit_of(point) in {"quarter", "year"}:
            last = self._read({"read": "last_one", "unit": _unit_of(point)}, "last " + _unit_of(point))
            windows = [last] if last else []
            query.update(period=windows[0].as_argument() if windows else None)
        main, other = self._main(query, windows), point_of(point, self._moment)
        if other is None:
            self.refused = say("replies", "decline", "no_such_period", words=slots.compare["words"])  # type: ignore[index]
        elif main and _same_days(main.shifted(-12), other):
            query["compare_with"] = LAST_YEAR
        elif main and _same_days(main.previous(), other):
            query["compare_with"] = BEFORE
        else:
            query |= {"compare_with": PERIOD, "compare_period": Window(other).as_argument()}

    def _compare_with_cycle(self, query: Query, slots: Slots) -> None:
        """Against another planning cycle: one that is named, or the one before."""
        if slots.other_cycle:
            other = self.cycle_of(slots.other_cycle)
        else:
            own = query.get("cycle")
            now = date.fromisoformat(own) if own else self._moment.month
            other = add_months(now, slots.compare["months"])  # type: ignore[index]
        if other:
            query |= {"compare_with": "cycle", "compare_cycle": other.isoformat()}

    @staticmethod
    def _stand_beside(slots: Slots) -> bool:
        """Whether members are set beside each other: "is North worse than South"."""
        return slots.sets_apart and any(len(chosen.ids) > 1 for chosen in slots.chosen)

    def _are_compared(self, slots: Slots, windows: list[Window]) -> bool:
        """Whether "compare" or "vs" speaks of two periods, and of nothing else."""
        names_others = len(slots.metrics) > 1 or len(slots.versions) > 1 or slots.other_cycle
        has_members = any(len(chosen.ids) > 1 for chosen in slots.chosen)
        is_plain = slots.compare is None and not names_others and not has_members
        return slots.sets_apart and is_plain and len(windows) == 2 and all(w.period for w in windows)

    def _one_against_the_other(self, query: Query, windows: list[Window]) -> Query:
        """The later of two periods against the earlier one."""
        earlier, later = sorted(window.period for window in windows if window.period)
        query = {**query, "period": Window(later).as_argument()}
        if _same_days(later.previous(), earlier):
            return {**query, "compare_with": BEFORE}
        if _same_days(later.shifted(-12), earlier):
            return {**query, "compare_with": LAST_YEAR}
        return {**query, "compare_with": PERIOD, "compare_period": Window(earlier).as_argument()}


def _with_years(periods: list[tuple[Mapping[str, Any], str]]) -> list[tuple[Mapping[str, Any], str]]:
    """Points without a year take that of the next in the list: "Q1, Q2 and Q3 2025"."""
    found: list[tuple[Mapping[str, Any], str]] = []
    year: int | None = None
    for spec, words in reversed(periods):
        point = spec.get("point")
        if point is None or "date" in point or "year_quarter" in point or "half_year" in point:
            year = None
        elif "year" in point:
            year = point["year"]
        elif year is not None and "years_ago" not in point:
            spec = {**spec, "point": {**point, "year": year}}  # noqa: PLW2901 - the same period, dated
        found.append((spec, words))
    return found[::-1]


def _without_since_last(
    periods: list[tuple[Mapping[str, Any], str]], slots: Slots
) -> list[tuple[Mapping[str, Any], str]]:
    """A change "since last year" is against last year, not over all the months since."""
    found = [(spec, words) for spec, words in periods if spec["read"] == "since_last"]
    if len(found) != 1 or slots.compare is not None:
        return periods
    spec, words = found[0]
    slots.compare = {"with": LAST_YEAR if spec["unit"] == "year" else BEFORE, "words": words}
    return [pair for pair in periods if pair[0] is not spec]


def _as_ends(periods: list[tuple[Mapping[str, Any], str]]) -> list[tuple[Mapping[str, Any], str]]:
    """Two periods where a change is asked "from Q1 to Q2", not the half year between them."""
    if len(periods) != 1:
        return periods
    spec, words = periods[0]
    ends = [spec.get("from"), spec.get("to")]
    if spec["read"] != "range" or not all(ends) or any("day" in end or "date" in end for end in ends if end):
        return periods
    return _with_years([({"read": "point", "point": end}, words) for end in ends])


def _unit_of(point: Mapping[str, Any]) -> str:
    """How long a point is: a month, quarter, half or year."""
    held = {**point, **point.get("year_quarter", {}), **point.get("half_year", {})}
    return next((unit for unit in ("week", "month", "quarter", "half") if unit in held), "year")


def _same_days(one: Period, other: Period) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _joined(periods: list[Period | None]) -> tuple[Period, str] | None:
    """Neighbouring months, quarters or years as one period and its grain."""
    known = sorted(period for period in periods if period is not None)
    if len(known) < len(periods):
        return None
    lengths = {period.month_count if period.is_whole_months else 0 for period in known}
    grain = _GRAINS.get(lengths.pop()) if len(lengths) == 1 else None
    follows = all((b.start - a.end).days == 1 for a, b in pairwise(known))
    if grain is None or not follows:
        return None
    return Period(known[0].start, known[-1].end), grain
