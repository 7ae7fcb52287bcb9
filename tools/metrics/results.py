"""Turns computed metrics into what the answer contract shows: figures, tables, charts, sources."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.dimensions import NONE_MEMBER
from connectors.plan_store import PlanStore
from tools.charts.choosing import chart_for
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
    Unit,
)
from tools.formatting import format_difference, format_value
from tools.metrics.comparing import OtherSide, with_other_members
from tools.metrics.cut import is_by_sourcing
from tools.metrics.definitions import Metric
from tools.metrics.engine import Computed, Group
from tools.metrics.member_names import MemberNames
from tools.metrics.query import MetricQuery
from tools.metrics.selecting import Change, change_of, is_better, passes, selected
from tools.metrics.settle import basis_of
from tools.metrics.warnings_said import partial_warnings, warnings_of

MOST_GROUPS = 2000
"""Groups that one result carries; what is beyond is said and reached by ranking or filtering."""

_NOTHING_BELOW = "there is nothing to divide by: what it divides by is zero"
_NO_ROWS = "there are no rows in this cut"
_UNKNOWN = "it is not known for any row in this cut"
_NOT_AVERAGED = "one of the three months that it averages has no value"


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
        self.asked_by: tuple[str, ...] = ()

    def add(
        self, computed: Computed, other: OtherSide | None = None, fullest: Computed | None = None
    ) -> None:
        """Add one metric: its total first, then its groups, then their table and chart.

        Args:
            computed: The metric over the cut.
            other: What it is compared with.
            fullest: The metric by the members of its companion dimension; the highest is shown with the
                total, which hides it.
        """
        source = self._add_source(computed)
        computed = with_other_members(computed, other) if other else computed
        self.asked_by = tuple(d for d in computed.asked_by if d not in self._query.group_by)
        first = len(self._result.figures)
        if computed.total is not None:
            self._figure(computed, computed.total, source, other, other.total if other else None)
            if fullest:
                self._fullest(fullest, source)
        groups = selected(computed, self._query, other)
        shown = groups[:MOST_GROUPS]
        for group in shown:
            self._figure(computed, group, source, other, other.groups.get(group.key) if other else None)
        if len(groups) > len(shown):
            self._warn_of_cut(computed.metric, len(shown), len(groups))
        figures = self._result.figures[-len(shown) :] if shown else []
        if figures:
            self._table(computed.metric, figures, other, source, len(groups) - len(shown))
            self._lay_beside(computed.metric, shown)
            self._chart(computed.metric, first, source)
        if self._query.threshold is not None:
            self._count(computed, len(groups), source)
        self._say(computed, other)

    def _warn_of_cut(self, metric: Metric, shown: int, found: int) -> None:
        """The figures are cut where the table is, so that a warning says so beside them."""
        rows = f"{metric.title}: the first {shown:,} of {found:,} rows are shown"
        message = f"{rows}; rank or filter to see the other {found - shown:,}."
        self._result.warnings.append(AnswerWarning(code="rows_left_out", message=message))

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

    def _unit(self, metric: Metric) -> Unit:
        if self._query.transform == "share":
            return "ratio"
        is_valued = self._query.weight == "value" and "weight" in metric.parameters
        return "currency" if is_valued and metric.unit == "units" else metric.unit

    def _written(self, metric: Metric) -> Unit:
        """The unit that people read a value in."""
        unit = self._unit(metric)
        return metric.written_as or unit if unit == metric.unit else unit

    def _figure(
        self,
        computed: Computed,
        group: Group,
        source: str,
        other: OtherSide | None,
        beside: Group | None,
        cut: Sequence[str] | None = None,
    ) -> None:
        metric = computed.metric
        window = group.period or computed.settled.basis.window
        dimensions = (cut or self._query.group_by) if group.key else ()
        names = {d: self._names.name(d, k) for d, k in zip(dimensions, group.key, strict=True)}
        ids = {d: k or NONE_MEMBER for d, k in zip(dimensions, group.key, strict=True)}
        basis = basis_of(metric, computed.fact, computed.settled.basis, self._query)
        if "version" in ids:
            basis["version"] = ids["version"]
        if group.key and computed.weighs_total_alone:
            del basis["weight"]  # one product is not weighed
        unit = self._unit(metric)
        self._result.figures.append(
            Figure(
                id=f"F{len(self._result.figures) + 1}",
                metric=metric.id,
                title=metric.title,
                value=group.value,
                unit=unit,
                formatted=format_value(group.value, self._written(metric), self._store.info.currency),
                group=names,
                group_ids=ids,
                scope=self._scope(computed),
                period=PeriodRef(start=window.start, end=window.end, label=window.label),
                basis=basis,
                transform=self._query.transform,
                comparison=self._comparison(metric, group, other, beside) if other else None,
                reason=None if group.value is not None else self._reason(computed, group),
                source=source,
            )
        )

    def _fullest(self, computed: Computed, source: str) -> None:
        """The highest member of the companion dimension, as a figure of its own."""
        known = [group for group in computed.groups if group.value is not None and None not in group.key]
        if len(known) > 1:
            highest = max(known, key=lambda group: group.value or 0.0)
            self._figure(computed, highest, source, None, None, (computed.metric.companion,))
            self._result.figures[-1].basis["companion"] = "highest"

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

    def _comparison(self, metric: Metric, group: Group, other: OtherSide, beside: Group | None) -> Comparison:
        window = beside.period if group.period and beside and beside.period else other.window
        label = other.label or window.label
        change = change_of(group, beside)
        is_part = other.lacks_part_of(group.period or other.window)
        if is_part:
            change = Change(change.other, None, None)
        better = None if is_part else is_better(metric.better, group.value, change.other)
        reason = f"{label} is not loaded for all of these months" if is_part else None
        reason = reason if change.other is not None else f"there is no value for {label}"
        unit, currency = self._written(metric), self._store.info.currency
        relative = None if change.relative is None else abs(change.relative)
        return Comparison(
            **{"with": other.with_},
            label=label,
            value=change.other,
            difference=change.difference,
            relative=change.relative,
            better=better,
            formatted=format_value(change.other, unit, currency),
            formatted_difference=format_difference(change.difference, unit, currency),
            formatted_relative=format_value(relative, "ratio"),
            period=PeriodRef(start=window.start, end=window.end, label=window.label),
            reason=reason,
        )

    def _table(
        self, metric: Metric, figures: Sequence[Figure], other: OtherSide | None, source: str, left_out: int
    ) -> None:
        unit = self._written(metric)
        columns = [TableColumn(name=d) for d in self._query.group_by]
        columns.append(TableColumn(name=_column_title(metric, self._query), unit=unit))
        if other:
            labels = {figure.comparison.label for figure in figures if figure.comparison}
            beside = labels.pop() if len(labels) == 1 else other.with_.replace("_", " ")
            columns.append(TableColumn(name=beside.removeprefix("the "), unit=unit))
            columns.append(TableColumn(name="difference", unit="points" if unit == "ratio" else unit))
            if unit != "ratio":
                columns.append(TableColumn(name="relative", unit="ratio"))
        rows: list[list[Cell]] = []
        for figure in figures:
            row: list[Cell] = [*figure.group.values(), figure.value]
            if figure.comparison:
                row += [figure.comparison.value, figure.comparison.difference]
                row += [figure.comparison.relative] if unit != "ratio" else []
            rows.append(row)
        more = f"{left_out:,} more rows; rank or filter to see them" if left_out else None
        by = " and ".join(d.replace("_", " ") for d in self._query.group_by)
        title = f"{columns[len(self._query.group_by)].name} by {by}"
        self._result.tables.append(
            Table(title=title, columns=columns, rows=rows, source=source, left_out=more)
        )

    def _chart(self, metric: Metric, first: int, source: str) -> None:
        """The chart that suits the figures from `first` on, where one says more than they do."""
        chart = chart_for(
            [f for f in self._result.figures[first:] if "companion" not in f.basis],
            self._query.group_by,
            currency=self._store.info.currency,
            title=_column_title(metric, self._query),
            source=source,
            is_ranked=self._query.rank is not None,
            unit=self._written(metric),
            is_signed=True if metric.better.point is not None else None,
            parts_at=metric.better.point or 0.0,
        )
        if chart is not None:
            self._result.charts.append(chart)

    def _lay_beside(self, metric: Metric, groups: Sequence[Group]) -> None:
        """What a metric shows beside its values (the errors before and after a step), in the last table."""
        if self._query.transform:
            return
        table = self._result.tables[-1]
        is_cut = metric.shown_by in self._query.group_by
        formed = [one.value if is_cut or one.of_whole is None else one.of_whole for one in metric.beside]
        table.columns += [TableColumn(name=one.title, unit=one.unit) for one in metric.beside]
        for row, group in zip(table.rows, groups, strict=True):
            # a member that only the other side of a comparison has comes without sums
            is_known = group.sums.keys() >= set(metric.value.measures)
            row += [value.of(group.sums) if is_known else None for value in formed]

    def _count(self, computed: Computed, passing: int, source: str) -> None:
        """How many groups pass a threshold; of an uncut figure, whether it does."""
        threshold = self._query.threshold
        if threshold is None:
            return
        limit = format_value(threshold.value, self._written(computed.metric), self._store.info.currency)
        told = {
            "type": "threshold",
            "metric": computed.metric.id,
            "order": threshold.order,
            "limit": limit,
        }
        if not self._query.group_by:
            value = computed.total.value if computed.total else None
            self._result.details = told | {"passes": passes(computed.metric, threshold, value)}
            return
        counted = self._result.figures[0] if computed.total else None
        window = computed.settled.basis.window
        figure = Figure(
            id=f"F{len(self._result.figures) + 1}",
            metric=computed.metric.id,
            title=computed.metric.title,
            value=passing,
            unit="count",
            formatted=format_value(passing, "count"),
            scope=counted.scope if counted else self._scope(computed),
            period=PeriodRef(start=window.start, end=window.end, label=window.label),
            transform="count",
            source=source,
        )
        self._result.figures.append(figure)
        self._result.details = told | {"passing": passing, "of": len(computed.groups)}

    def _reason(self, computed: Computed, group: Group) -> str:
        metric = computed.metric
        if computed.asked_by and not group.key:
            by = " or by ".join(dimension.replace("_", " ") for dimension in computed.asked_by)
            is_cut = set(computed.asked_by) <= set(self._query.group_by)
            return "there is no target of all of this together" + ("" if is_cut else f"; ask for it by {by}")
        if not group.sums.get("row_count"):
            return _NO_ROWS
        if self._query.transform == "moving_average":
            return _NOT_AVERAGED
        is_zero = any(group.sums[name] == 0 for name in metric.value.denominators)
        return _NOTHING_BELOW if is_zero or self._query.transform == "share" else _UNKNOWN

    def _say(self, computed: Computed, other: OtherSide | None) -> None:
        result, metric = self._result, computed.metric
        result.assumptions += computed.settled.assumptions
        if metric.sign:
            result.assumptions.append(f"{metric.title}: {metric.sign}")
        if any(is_by_sourcing(self._store, computed.fact, c.dimension) for c in computed.choices):
            result.assumptions.append("by supplier: all figures of the products that it supplies")
        if computed.in_planning_units:
            result.assumptions.append("different units of measure are counted in planning units")
        result.warnings += warnings_of(self._store, computed)
        if other:
            result.assumptions += [a for a in other.assumptions if not a.startswith("no period asked")]
            if other.computed:
                result.warnings += partial_warnings(self._store, other.computed, other.label)
        if self._query.rank and any(None in group.key for group in computed.groups):
            result.assumptions.append(f"rows without a member, {NONE_MEMBER}, are left out of the ranking")


_TRANSFORMED = {
    "share": "Share of {title}",
    "running_total": "{title}, running total",
    "year_to_date": "{title}, year to date",
    "moving_average": "{title}, three-month average",
}


def _column_title(metric: Metric, query: MetricQuery) -> str:
    """What a column of values is called: the metric, and how it was transformed."""
    if query.transform is None:
        return metric.title
    title = metric.title
    if query.transform == "share":
        title = title if title[1:2].isupper() else title[:1].lower() + title[1:]
    return _TRANSFORMED[query.transform].format(title=title)
