"""A company's own metrics: `metrics.yaml`, checked, turned into metrics like those of the catalog.

`docs/company-metrics.md` describes the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from connectors.dimensions import STANDARD as DIMENSIONS
from connectors.dimensions import TIME
from connectors.errors import DataError, SourceUnavailable
from connectors.loading.conversion import Sort
from connectors.loading.expressions import Expression, InvalidExpression, parse
from connectors.tables import TABLES, CanonicalTable, Kind
from tools.figures import Unit
from tools.metrics.company_facts import DENOMINATOR, NUMERATOR, SNAPSHOTS, Part, company_fact, sort_of
from tools.metrics.definitions import Better, DefaultPeriod, Metric, Value
from tools.metrics.registry import Registry

_LARGEST_FILE = 1_000_000
_BETTER = {"up": Better.UP, "down": Better.DOWN, "to 0": Better.ZERO, "neither": Better.NEITHER}
_WHERE_TO_READ = "docs/company-metrics.md describes every key"


class InvalidMetrics(DataError):
    """A file of metrics that cannot be used; the message lists everything that is wrong, with its place."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = tuple(problems)
        head = f"{path} cannot be used as a company's metrics ({_WHERE_TO_READ}):"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


Texts = Annotated[list[str], BeforeValidator(_as_list)]


class Side(_Closed):
    """What is above or below the line: a sum, or a count of rows."""

    sum: str | None = Field(None, description="Column, or arithmetic over columns.")
    count: Literal["rows"] | None = Field(None, description="Counts rows.")
    where: Texts = Field(default=[], description="Conditions that a row must meet.")


def _as_side(given: object) -> object:
    """`rows` counts rows, any other text is summed."""
    if not isinstance(given, str):
        return given
    return {"count": "rows"} if given.strip() == "rows" else {"sum": given}


AnySide = Annotated[Side, BeforeValidator(_as_side)]


class CompanyMetric(_Closed):
    """One metric of the file."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")
    title: str = Field(min_length=2, max_length=80)
    synonyms: list[str] = []
    description: str = ""
    unit: Unit
    better: Literal["up", "down", "to 0", "neither"]
    sign: str = ""
    table: str
    date: str | None = None
    numerator: AnySide
    denominator: AnySide | None = None
    where: Texts = []
    over_time: Literal["sum", "last"] | None = None
    default_period: Literal[
        "last closed month", "last 12 closed months", "next 3 months", "latest closing"
    ] = "last closed month"
    meetings: list[Literal["demand", "supply", "alignment", "executive"]] = []
    source: str = ""


class MetricsFile(_Closed):
    """The file."""

    metrics: list[CompanyMetric]


_PARTS: Mapping[str, type[BaseModel]] = {"metrics": CompanyMetric, "numerator": Side, "denominator": Side}


def read_company_metrics(path: Path, standard: Registry) -> list[Metric]:
    """The metrics of a company's file.

    Args:
        path: The file.
        standard: The catalog, whose ids, titles and synonyms stay its own.

    Raises:
        SourceUnavailable: The file cannot be read.
        InvalidMetrics: It breaks its form; lists every problem.
    """
    content = _content(path)
    try:
        given = MetricsFile.model_validate(content).metrics
    except ValidationError as fault:
        raise InvalidMetrics(path, [_told(dict(one), content) for one in fault.errors()]) from fault
    problems = [*_taken(given, standard), *(f"{one.id}: {fault}" for one in given for fault in _faults(one))]
    if problems:
        raise InvalidMetrics(path, problems)
    return [_metric(one) for one in given]


def _content(path: Path) -> object:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidMetrics(path, [f"it is larger than {_LARGEST_FILE:,} bytes"])
        return yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as fault:
        raise SourceUnavailable(f"The metrics file {path} cannot be read: {fault.strerror}.") from fault
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as fault:
        raise InvalidMetrics(path, [f"it is no YAML in UTF-8: {' '.join(str(fault).split())}"]) from fault


def _told(fault: Mapping[str, Any], content: object) -> str:
    """A fault of the form: the metric by its id, the key, what is wrong and what there is."""
    steps = [step for step in fault["loc"] if isinstance(step, (int, str))]
    message = str(fault["msg"]).removeprefix("Value error, ")
    known = next((_PARTS[str(step)] for step in reversed(steps[:-1]) if step in _PARTS), MetricsFile)
    if fault["type"] == "extra_forbidden":
        message = f"unknown key{_nearest(str(steps[-1]), list(known.model_fields))}"
    elif fault["type"] == "missing":
        message = "is needed"
    elif fault["type"] == "string_pattern_mismatch":
        message = "must be small letters, digits and underscores, and begin with a letter"
    return f"{_place(steps, content)}: {message}"


def _place(steps: list[int | str], content: object) -> str:
    """`late_share.numerator.where` instead of `metrics.0.numerator.where`."""
    if len(steps) > 1 and isinstance(steps[1], int) and isinstance(content, dict):
        given = content[steps[0]][steps[1]]
        name = given.get("id") if isinstance(given, dict) else None
        steps = [str(name or f"metric {steps[1] + 1}"), *steps[2:]]
    return ".".join(f"[{step + 1}]" if isinstance(step, int) else step for step in steps) or "the file"


def _nearest(given: str, known: list[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _taken(given: list[CompanyMetric], standard: Registry) -> Iterator[str]:
    """Names that are taken: by the catalog, by a dimension, or by another metric of the file."""
    owners = {d.name.replace("_", " "): f"the dimension {d.name}" for d in DIMENSIONS}
    owners |= dict.fromkeys(TIME, "a span of time")
    for metric in standard:
        for name in (metric.id, metric.title, *metric.synonyms):
            owners[_plain(name)] = f"the catalog's {metric.id}"
    for one in given:
        for name in dict.fromkeys(map(_plain, (one.id, one.title, *one.synonyms))):
            if name in owners:
                yield f"{one.id}: '{name}' already means {owners[name]}; choose another id, title or synonym"
            owners[name] = f"the file's {one.id}"


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _faults(given: CompanyMetric) -> list[str]:
    """What is wrong with one metric beyond its form."""
    if given.table not in TABLES:
        return [f"table: there is no table {given.table}{_nearest(given.table, list(TABLES))}"]
    table = TABLES[given.table]
    faults = [*_date_faults(given, table)]
    if given.unit == "ratio" and given.denominator is None:
        faults.append("denominator: a ratio needs one; give the unit of what is summed otherwise")
    sides = {NUMERATOR: given.numerator, DENOMINATOR: given.denominator}
    for name, side in sides.items():
        if side is not None and (side.sum is None) == (side.count is None):
            faults.append(f"{name}: give either sum (a column or arithmetic) or count: rows")
        faults += _expression_faults(name, [side.sum] if side and side.sum else [], Sort.NUMBER, table)
        faults += _expression_faults(f"{name}.where", side.where if side else [], Sort.TRUTH, table)
    return faults + _expression_faults("where", given.where, Sort.TRUTH, table)


def _date_faults(given: CompanyMetric, table: CanonicalTable) -> Iterator[str]:
    dates = [column.name for column in table.columns if column.kind in (Kind.DATE, Kind.PERIOD)]
    if not dates:
        yield f"table: {table.name} has no date, so nothing of it belongs to a month"
    elif given.date is None and "period" not in dates:
        yield f"date: say when a row of {table.name} counts; there are {', '.join(dates)}"
    elif given.date is not None and given.date not in dates:
        yield f"date: {table.name} has no date {given.date}; there are {', '.join(dates)}"
    elif "cycle" in dates and _date_of(given) == "period" and table.name not in SNAPSHOTS:
        yield (
            f"date: {table.name} holds every month once for each cycle, so that a sum by period would count "
            "it over and over; use date: cycle"
        )


def _date_of(given: CompanyMetric) -> str:
    return given.date or "period"


def _expression_faults(place: str, texts: list[str], wanted: Sort, table: CanonicalTable) -> list[str]:
    faults = []
    for text in texts:
        try:
            found = sort_of(parse(text), table)
        except InvalidExpression as fault:
            faults.append(f"{place}: {fault.message}")
            continue
        if found is not None and found is not wanted and not (wanted is Sort.NUMBER and found is Sort.TEXT):
            what = "a condition, such as cancelled_units > 0" if wanted is Sort.TRUTH else "a number"
            faults.append(f"{place}: {text} is {found.value}, not {what}")
    return faults


def _part(side: Side, where: list[str]) -> Part:
    conditions: tuple[Expression, ...] = tuple(parse(text) for text in (*side.where, *where))
    return Part(parse(side.sum) if side.sum else None, conditions)


def _metric(given: CompanyMetric) -> Metric:
    """The metric, asked, cut and narrowed like any of the catalog."""
    numerator = _part(given.numerator, given.where)
    denominator = _part(given.denominator, given.where) if given.denominator else None
    fact = company_fact(given.id, given.table, _date_of(given), numerator, denominator, given.over_time)
    columns = [_date_of(given), *numerator.columns, *(denominator.columns if denominator else ())]
    words = " / ".join(_part(side, []).words for side in (given.numerator, given.denominator) if side)
    words += f", of rows where {' and '.join(given.where)}" if given.where else ""
    return Metric(
        id=given.id,
        title=given.title,
        synonyms=tuple(given.synonyms),
        formula=f"{given.description.strip().rstrip('.')} ({words})" if given.description else words,
        unit=given.unit,
        better=_BETTER[given.better],
        fact=fact,
        value=Value(NUMERATOR, DENOMINATOR if denominator else None),
        needs=tuple(f"{given.table}.{column}" for column in dict.fromkeys(columns)),
        parameters=("version", "cycle", "lag") if fact.plan_table else (),
        default_period=DefaultPeriod(given.default_period),
        sign=given.sign,
        is_additive=denominator is None,
        meetings=tuple(given.meetings),
        source=given.source or "the company's own",
    )
