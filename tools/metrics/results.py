"""Turns computed metrics into what the answer contract shows: figures, tables, sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.dimensions import NONE_MEMBER, TIME
from connectors.periods import Grain, Period, add_months, bucket_key, month_period, months_between
from connectors.plan_store import PlanStore
from tools.definition import Arguments
from tools.figures import (
    AnswerWarning,
    Cell,
    Comparison,
    Figure,
    PeriodRef,
    Source,
    Table,
    TableColumn,
    ToolResult,
)
from tools.formatting import format_difference, format_value
from tools.metrics.definitions import Better, Metric
from tools.metrics.engine import Computed, Group, GroupKey
from tools.metrics.member_names import MemberNames
from tools.metrics.query import MetricQuery
from tools.metrics.settle import basis_of

MOST_GROUPS = 2000
"""Groups that one result carries; what is beyond is said and reached by ranking or filtering."""

BOOKED_FACTS = frozenset({"demand_history", "margins", "line_margins", "financials", "shipments"})
"""Facts whose money stands in one of the two books."""

_NOTHING_BELOW = "there is nothing to divide by: what it divides by is zero"
_NO_ROWS = "there are no rows in this cut"
_UNKNOWN = "it is not known for any row in this cut"


class ResultBuilder:
    """Builds one `ToolResult` out of computed metrics, figures numbered from 1."""

    def __init__(
        self,
        store: PlanStore,
        query: MetricQuery,
        tool: str = "compute_metric",
        arguments: Arguments | None = None,
    ) -> None:
        self._store = store
        self._query = query
        self._tool = tool
        self._arguments = arguments
        self._names = MemberNames(store)
        self._result = ToolResult()

    def add(self, computed: Computed, before: Computed | None = None) -> None:
        """Add one metric: its total first, then its groups, then their table."""
        source = self._add_source(computed)
        earlier = self._by_later_key(before, computed) if before else {}
        if computed.total is not None:
            total_before = before.total if before else None
            self._figure(computed, computed.total, source, total_before, before)
        groups = _ranked(computed, self._query)
        shown = groups[:MOST_GROUPS]
        for group in shown:
            self._figure(computed, group, source, earlier.get(group.key), before)
        if shown:
            self._table(computed, shown, source, len(groups) - len(shown))
        self._say(computed)
        if before:
            self._result.warnings += _partial(self._store, before)

    def result(self) -> ToolResult:
        """All that was added."""
        self._result.assumptions = list(dict.fromkeys(self._result.assumptions))
        unique = {(w.code, w.message): w for w in self._result.warnings}
        self._result.warnings = list(unique.values())
        return self._result

    def _add_source(self, computed: Computed) -> str:
        source_id = f"S{len(self._result.sources) + 1}"
        arguments = self._arguments or self._query.model_copy(update={"metrics": [computed.metric.id]})
        self._result.sources.append(
            Source(
                id=source_id,
                kind="calculation",
                tool=self._tool,
                arguments=arguments.model_dump(mode="json", exclude_defaults=True),
                definition=computed.metric.formula,
                tables=list(computed.fact.tables),
                rows=computed.row_count,
                as_of=self._store.as_of,
            )
        )
        return source_id

    def _figure(
        self, computed: Computed, group: Group, source: str, earlier: Group | None, before: Computed | None
    ) -> None:
        metric = computed.metric
        window = group.period or computed.settled.basis.window
        names = {d: self._names.name(d, k) for d, k in zip(self._dimensions(group), group.key, strict=True)}
        ids = {d: k or NONE_MEMBER for d, k in zip(self._dimensions(group), group.key, strict=True)}
        basis = basis_of(metric, computed.fact, computed.settled.basis, self._query)
        if "version" in ids:
            basis["version"] = ids["version"]
        self._result.figures.append(
            Figure(
                id=f"F{len(self._result.figures) + 1}",
                metric=metric.id,
                title=metric.title,
                value=group.value,
                unit=metric.unit,
                formatted=format_value(group.value, metric.unit, self._store.info.currency),
                group=names,
                group_ids=ids,
                scope=self._scope(computed),
                period=PeriodRef(start=window.start, end=window.end, label=window.label),
                basis=basis,
                comparison=self._comparison(metric, group, earlier, before) if before else None,
                reason=None if group.value is not None else _reason(metric, group),
                source=source,
            )
        )

    def _by_later_key(self, before: Computed, now: Computed) -> dict[GroupKey, Group]:
        """Earlier groups by the key of the group that each is compared with.

        Time moves by the distance of the windows. Where a window cuts through quarters or years, two
        groups may meet in one key: then there is nothing to compare with.
        """
        start, earlier = now.settled.basis.window.start, before.settled.basis.window.start
        months, fiscal_start = months_between(earlier, start), self._store.info.fiscal_year_start_month
        found: dict[GroupKey, list[Group]] = {}
        for group in before.groups:
            later = add_months(group.period.start, months) if group.period else start
            key = tuple(
                bucket_key(later, Grain(d), fiscal_start) if d in TIME else part
                for d, part in zip(self._query.group_by, group.key, strict=True)
            )
            found.setdefault(key, []).append(group)
        return {key: groups[0] for key, groups in found.items() if len(groups) == 1}

    def _dimensions(self, group: Group) -> Sequence[str]:
        return self._query.group_by if group.key else ()

    def _scope(self, computed: Computed) -> dict[str, list[str]]:
        """The filters, and what the asker's own scope narrows."""
        scope = {
            name: sorted(self._names.name(name, member) for member in members)
            for name, members in self._store.scope.rows.items()
        }
        for choice in computed.choices:
            key = f"not {choice.dimension}" if choice.exclude else choice.dimension
            scope[key] = [*(scope.get(key, []) if choice.exclude else []), *choice.names]
        return scope

    def _comparison(
        self, metric: Metric, group: Group, earlier: Group | None, before: Computed
    ) -> Comparison:
        other = earlier.value if earlier else None
        window = before.settled.basis.window
        if group.period and earlier and earlier.period:
            window = earlier.period
        difference = None if group.value is None or other is None else group.value - other
        relative = None if difference is None or not other else difference / abs(other)
        currency = self._store.info.currency
        return Comparison(
            **{"with": self._query.compare_with or ""},
            value=other,
            difference=difference,
            relative=relative,
            better=_is_better(metric.better, group.value, other),
            formatted=format_value(other, metric.unit, currency),
            formatted_difference=format_difference(difference, metric.unit, currency),
            formatted_relative=format_value(None if relative is None else abs(relative), "ratio"),
            period=PeriodRef(start=window.start, end=window.end, label=window.label),
            reason=None if other is not None else f"there is no value for {window.label}",
        )

    def _table(self, computed: Computed, groups: Sequence[Group], source: str, left_out: int) -> None:
        metric = computed.metric
        columns = [TableColumn(name=d) for d in self._query.group_by]
        columns.append(TableColumn(name=metric.title, unit=metric.unit))
        figures = self._result.figures[-len(groups) :]
        if self._query.compare_with:
            words = self._query.compare_with.replace("_", " ")
            periods = {f.comparison.period.label for f in figures if f.comparison and f.comparison.period}
            other = periods.pop() if len(periods) == 1 else words
            columns.append(TableColumn(name=other, unit=metric.unit))
            columns.append(
                TableColumn(name="difference", unit="points" if metric.unit == "ratio" else metric.unit)
            )
        rows: list[list[Cell]] = []
        for figure in figures:
            row: list[Cell] = [*figure.group.values(), figure.value]
            if figure.comparison:
                row += [figure.comparison.value, figure.comparison.difference]
            rows.append(row)
        more = f"{left_out:,} more rows; rank or filter to see them" if left_out else None
        by = " and ".join(d.replace("_", " ") for d in self._query.group_by)
        title = f"{metric.title} by {by}"
        self._result.tables.append(
            Table(title=title, columns=columns, rows=rows, source=source, left_out=more)
        )

    def _say(self, computed: Computed) -> None:
        result, metric = self._result, computed.metric
        result.assumptions += computed.settled.assumptions
        if metric.sign:
            result.assumptions.append(f"{metric.title}: {metric.sign}")
        if computed.in_planning_units:
            result.assumptions.append("different units of measure are counted in planning units")
        for name, count in computed.left_out.items():
            message = computed.fact.left_out[name].format(count=f"{count:,}")
            result.warnings.append(AnswerWarning(code="rows_left_out", message=message))
        result.warnings += _partial(self._store, computed)
        result.warnings += _books_differ(self._store, computed)
        if self._query.rank and any(None in group.key for group in computed.groups):
            result.assumptions.append(f"rows without a member, {NONE_MEMBER}, are left out of the ranking")


def _partial(store: PlanStore, computed: Computed) -> list[AnswerWarning]:
    warnings = []
    window = computed.settled.basis.window
    missing = computed.settled.missing_months
    if missing:
        spans = ", ".join(_spans(missing))
        message = f"{window.label} is only partly loaded: nothing for {spans}."
        warnings.append(AnswerWarning(code="partial", message=message))
    broken = store.partial_from
    if broken and broken <= window.end and not computed.fact.is_ahead and window.end > store.as_of:
        label = month_period(broken).label
        message = f"{label} is not complete in the data; what there is of it is counted."
        warnings.append(AnswerWarning(code="partial", message=message))
    return warnings


def _books_differ(store: PlanStore, computed: Computed) -> list[AnswerWarning]:
    """Where the two books differ within the window and the members that the answer is about."""
    if computed.fact.name not in BOOKED_FACTS or computed.metric.unit == "units":
        return []
    window = computed.settled.basis.window
    gaps = [gap for gap in store.info.books_gaps if window.contains(gap.month)]
    for dimension in ("business_unit", "region"):
        if gaps and store.scope.rows:
            known = store.members(dimension) if dimension in store.dimensions else ()
            seen = {member.id for member in known}
            gaps = [gap for gap in gaps if getattr(gap, dimension) in seen]
        for kept in _kept_members(computed, dimension):
            gaps = [gap for gap in gaps if getattr(gap, dimension) in kept]
    if not gaps:
        return []
    where = "; ".join(f"{g.business_unit} in {g.region}, {month_period(g.month).label}" for g in gaps[:3])
    more = f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""
    message = f"The operating and the financial book differ by more than 0.5% in {where}{more}."
    return [AnswerWarning(code="books_differ", message=message)]


def _kept_members(computed: Computed, dimension: str) -> list[frozenset[str]]:
    """The sets of members that a dimension is narrowed to by filters."""
    return [frozenset(c.names) for c in computed.choices if c.dimension == dimension and not c.exclude]


def _spans(months: Sequence[Any]) -> list[str]:
    """Runs of months as labels: January 2025, March to May 2025 → two spans."""
    spans: list[Period] = []
    for month in months:
        period = month_period(month)
        if spans and (period.start - spans[-1].end).days == 1:
            spans[-1] = Period(spans[-1].start, period.end)
        else:
            spans.append(period)
    return [span.label for span in spans]


def _reason(metric: Metric, group: Group) -> str:
    if not group.sums.get("row_count"):
        return _NO_ROWS
    return _NOTHING_BELOW if any(group.sums[name] == 0 for name in metric.value.denominators) else _UNKNOWN


def _is_better(better: Better, value: float | None, other: float | None) -> bool | None:
    if value is None or other is None or value == other or better is Better.NEITHER:
        return None
    if better is Better.ZERO:
        return abs(value) < abs(other) if abs(value) != abs(other) else None
    return (value > other) == (better is Better.UP)


def _ranked(computed: Computed, query: MetricQuery) -> list[Group]:
    """The groups, ranked and cut as asked; groups without a value or a member are not ranked."""
    if query.rank is None:
        return computed.groups
    ranked = [g for g in computed.groups if g.value is not None and None not in g.key]
    better, order = computed.metric.better, query.rank.order
    if better is Better.ZERO and order in ("best", "worst"):
        ranked.sort(key=lambda g: abs(g.value or 0.0), reverse=order == "worst")
    else:
        high_is_good = better is not Better.DOWN
        descending = {"highest": True, "lowest": False, "best": high_is_good, "worst": not high_is_good}
        ranked.sort(key=lambda g: g.value or 0.0, reverse=descending[order])
    return ranked[: query.rank.count]
