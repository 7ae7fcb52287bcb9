"""The one-page performance summary: how last month went, against the month before and a year ago.

Every figure comes from `compute_metric`; the page is Markdown made by a template, and HTML made from
that Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markdown_it import MarkdownIt

from connectors.periods import Period, last_months, month_period
from connectors.plan_store import PlanStore
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.figures import Figure, ToolResult
from tools.formatting import format_value
from tools.metrics.registry import STANDARD

HEADLINES = (
    "revenue",
    "gross_margin",
    "cash_flow",
    "otif_rate",
    "unit_fill_rate",
    "lost_sales",
    "expedite_cost",
    "cancellation_rate",
    "wmape",
    "forecast_bias",
    "inventory_units",
)
BY_REGION = ("otif_rate", "lost_sales", "revenue")
TREND = ("otif_rate", "lost_sales", "forecast_bias")
TREND_MONTHS = 6


@dataclass(frozen=True)
class HeadlineRow:
    """One metric of the headline table, as it is written."""

    title: str
    value: str
    previous: str
    last_year: str
    is_better: bool | None
    note: int


@dataclass(frozen=True)
class CutTable:
    """A small table of several metrics over the same members."""

    heads: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class PerformanceSummary:
    """What the page says, ready for its template. `previous` is the month before."""

    company: str
    period: Period
    as_of: date
    data_version: str
    headlines: list[HeadlineRow]
    by_region: CutTable
    trend: CutTable
    previous: Period
    notes: list[str]
    missing: list[str]
    warnings: list[str]

    def titles(self, *, is_better: bool) -> str:
        """The metrics that got better (worse) than the month before, as a list in words."""
        return ", ".join(row.title for row in self.headlines if row.is_better is is_better)


def performance_summary(store: PlanStore) -> PerformanceSummary:
    """The page of the last closed month.

    Metrics that the store has no data for are listed in `missing`, each with its reason.
    """
    page = _Page(store)
    headlines = [row for metric in HEADLINES if (row := page.headline(metric))]
    month = month_period(store.last_closed_month)
    trend = last_months(store.last_closed_month, TREND_MONTHS)
    return PerformanceSummary(
        company=store.info.company,
        period=month,
        as_of=store.as_of,
        data_version=store.info.data_version,
        headlines=headlines,
        by_region=page.cut(BY_REGION, "region", month),
        trend=page.cut(TREND, "month", trend),
        previous=month.previous(),
        notes=page.notes,
        missing=page.missing,
        warnings=list(dict.fromkeys(page.warnings)),
    )


class _Page:
    """Runs the queries of the page and collects its notes."""

    def __init__(self, store: PlanStore) -> None:
        self._store = store
        self._toolbox = Toolbox(ToolContext(store, STANDARD))
        self.notes: list[str] = []
        self.missing: list[str] = []
        self.warnings: list[str] = []

    def headline(self, metric: str) -> HeadlineRow | None:
        """The metric's last month beside the month before and the year before, or None."""
        now = self._run(metric, compare_with="previous_period")
        if now.refusal:
            self.missing.append(now.refusal.message)
            return None
        year_ago = self._run(metric, compare_with="same_period_last_year")
        figure, before = now.figures[0], year_ago.figures[0]
        self.warnings += [warning.message for warning in now.warnings]
        self.notes.append(f"{figure.title}: {now.sources[0].definition}. {now.sources[0].rows:,} rows read.")
        return HeadlineRow(
            title=figure.title,
            value=figure.formatted,
            previous=self._change(figure),
            last_year=self._change(before),
            is_better=figure.comparison.better if figure.comparison else None,
            note=len(self.notes),
        )

    def _run(self, metric: str, **more: object) -> ToolResult:
        return self._toolbox.run("compute_metric", {"metrics": [metric], **more})

    def _change(self, figure: Figure) -> str:
        comparison = figure.comparison
        if comparison is None or comparison.difference is None:
            return "–"
        unit = "points" if figure.unit == "ratio" else figure.unit
        change = format_value(comparison.difference, unit, self._store.info.currency, signed=True)
        return {True: f"{change}, better", False: f"{change}, worse", None: change}[comparison.better]

    def cut(self, metrics: tuple[str, ...], dimension: str, period: Period) -> CutTable:
        """Several metrics by one dimension; metrics without data are left out."""
        columns: dict[str, dict[str, str]] = {}
        window = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        for metric in metrics:
            result = self._run(metric, group_by=[dimension], period=window)
            if result.refusal is None:
                grouped = [figure for figure in result.figures if figure.group]
                columns[result.figures[0].title] = {_member(f, dimension): f.formatted for f in grouped}
        members = list(dict.fromkeys(member for column in columns.values() for member in column))
        rows = [[member, *(column.get(member, "–") for column in columns.values())] for member in members]
        return CutTable([dimension.capitalize(), *columns], rows)


def _member(figure: Figure, dimension: str) -> str:
    is_month = dimension == "month" and figure.period is not None
    return figure.period.label if is_month and figure.period else figure.group[dimension]


def as_markdown(summary: PerformanceSummary) -> str:
    """The page as Markdown."""
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["cell"] = _escaped
    template = resources.files("prompts.documents").joinpath("performance_summary.md.j2").read_text("utf-8")
    return environment.from_string(template).render(page=summary)


def as_html(summary: PerformanceSummary) -> str:
    """The page as HTML that needs nothing else: styles inside, no script, no outside address."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(as_markdown(summary))
    page = resources.files("prompts.documents").joinpath("page.html.j2").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    title = f"Performance summary, {summary.period.label}"
    return environment.from_string(page).render(title=title, company=summary.company, body=body)


def _escaped(text: str) -> str:
    """Text of the data, safe inside a Markdown table."""
    for character in "\\`*_{}[]<>#|!":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
