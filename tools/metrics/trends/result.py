"""Turns trends into what the answer contract shows: figures, tables, a line chart, `details`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.dimensions import NONE_MEMBER
from connectors.periods import Grain, Period, bucket_key, label_of, month_end, month_period
from connectors.plan_store import PlanStore
from tools.figures import Comparison, Figure, PeriodRef, Source, ToolResult, Unit
from tools.formatting import format_difference, format_value
from tools.metrics.member_names import MemberNames
from tools.metrics.scope_said import scope_of
from tools.metrics.selecting import is_better
from tools.metrics.settle import basis_of
from tools.metrics.trends import words
from tools.metrics.trends.arguments import TrendArguments
from tools.metrics.trends.months import ByMonth, Series
from tools.metrics.trends.outliers import Outlier
from tools.metrics.trends.series import LEAST_MONTHS
from tools.metrics.trends.tables import Shown

MOST_SERIES = 200
"""Series that one result carries; what is beyond is said."""

_TOO_FEW = f"fewer than {LEAST_MONTHS} months have a value"


class TrendResult:
    """Builds one `ToolResult` out of a metric by month."""

    def __init__(self, store: PlanStore, arguments: TrendArguments, found: ByMonth) -> None:
        self._store = store
        self._arguments = arguments
        self._found = found
        self._metric = found.computed.metric
        self._window = found.computed.settled.basis.window
        self._names = MemberNames(store)
        self._dimension = next((d for d in found.query.group_by if d != "month"), None)
        self._figures: list[Figure] = []

    def build(self) -> ToolResult:
        """Figures of each series in the order of members, then tables, chart and what has to be said."""
        series = self._found.series[:MOST_SERIES]
        for one in series:
            self._series_figures(one)
        shown = Shown(
            self._metric,
            self._window.label,
            self._dimension,
            [(self._member(one)[0], one) for one in series],
            len(self._found.series) - len(series),
        )
        outliers = shown.outlier_table()
        rules = {
            "level": words.LEVEL_RULE,
            "slope": words.SLOPE_RULE,
            "direction": words.DIRECTION_RULE,
            "outliers": words.OUTLIER_RULE,
        }
        return ToolResult(
            figures=self._figures,
            tables=[shown.trend_table(), *([outliers] if outliers else [])],
            charts=[shown.chart(self._store.info.currency)],
            sources=[self._source()],
            assumptions=words.assumptions_of(self._found),
            warnings=words.trend_warnings(self._store, self._found),
            details=shown.details(rules),
        )

    def _source(self) -> Source:
        computed = self._found.computed
        return Source(
            id="S1",
            kind="calculation",
            tool="analyse_trend",
            arguments=self._arguments.model_dump(mode="json", exclude_defaults=True),
            definition=f"{self._metric.formula}; by month; {words.SLOPE_RULE}",
            tables=list(computed.fact.tables),
            rows=computed.row_count,
            as_of=self._store.as_of,
        )

    def _series_figures(self, series: Series) -> None:
        """Level and slope, then each month that stands out, of one series."""
        trend, metric, window = series.trend, self._metric, self._window
        level = f"{metric.title}, level"
        if trend is None:
            self._figure(series, None, metric.unit, window, title=level, transform="level")
            return
        self._figure(
            series, trend.level, metric.unit, _span(trend.level_months), title=level, transform="level"
        )
        slope_unit: Unit = "points" if metric.unit == "ratio" else metric.unit
        title = f"{metric.title}, slope per month"
        self._figure(series, trend.slope, slope_unit, window, title=title, transform="slope")
        for outlier in trend.judged.outliers:
            month = trend.month_at(outlier.position)
            beside = self._expected(outlier, month)
            self._figure(series, outlier.value, metric.unit, month_period(month), comparison=beside)

    def _figure(
        self,
        series: Series,
        value: float | None,
        unit: Unit,
        period: Period,
        *,
        title: str = "",
        transform: str | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        computed, currency = self._found.computed, self._store.info.currency
        is_slope = transform == "slope" and value is not None
        names, ids = self._member(series)
        if transform is None:
            month = {"month": bucket_key(period.start, Grain.MONTH)}
            names, ids = names | month, ids | month
        self._figures.append(
            Figure(
                id=f"F{len(self._figures) + 1}",
                metric=self._metric.id,
                title=title or self._metric.title,
                value=value,
                unit=unit,
                formatted=words.slope_text(value or 0.0, unit, currency)
                if is_slope
                else format_value(value, unit, currency),
                group=names,
                group_ids=ids,
                scope=scope_of(self._store, self._names, computed.choices),
                period=_reference(period),
                basis=basis_of(self._metric, computed.fact, computed.settled.basis, self._found.query),
                transform=transform,
                comparison=comparison,
                reason=_TOO_FEW if value is None else None,
                source="S1",
            )
        )

    def _expected(self, outlier: Outlier, month: date) -> Comparison:
        metric, currency = self._metric, self._store.info.currency
        difference = outlier.value - outlier.expected
        relative = difference / abs(outlier.expected) if outlier.expected else None
        return Comparison(
            **{"with": "expected"},
            label="what was to be expected",
            value=outlier.expected,
            difference=difference,
            relative=relative,
            better=is_better(metric.better, outlier.value, outlier.expected),
            formatted=format_value(outlier.expected, metric.unit, currency),
            formatted_difference=format_difference(difference, metric.unit, currency),
            formatted_relative=format_value(None if relative is None else abs(relative), "ratio"),
            period=_reference(month_period(month)),
        )

    def _member(self, series: Series) -> tuple[dict[str, str], dict[str, str]]:
        if self._dimension is None:
            return {}, {}
        name = self._names.name(self._dimension, series.member)
        return {self._dimension: name}, {self._dimension: series.member or NONE_MEMBER}


def _reference(period: Period) -> PeriodRef:
    return PeriodRef(start=period.start, end=period.end, label=period.label)


def _span(months: Sequence[date]) -> Period:
    start, end = months[0], month_end(months[-1])
    return Period(start, end, label_of(start, end))
