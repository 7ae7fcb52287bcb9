"""Settles what a query leaves open: the window, the version, the basis. Each is said aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from connectors.dimensions import TIME
from connectors.errors import MissingTable, OutOfRange
from connectors.periods import (
    Period,
    label_of,
    last_months,
    month_end,
    month_of,
    month_period,
    next_months,
)
from connectors.plan_store import PlanStore
from tools.metrics.definitions import DefaultPeriod, Metric
from tools.metrics.fact import Basis, Fact
from tools.metrics.query import MetricQuery
from tools.metrics.snapshots import (
    known_versions,
    latest_cycle,
    plan_versions,
    read_snapshots,
    supply_version,
)


@dataclass(frozen=True)
class Settled:
    """A basis with the readings that defaults settled and the months that are not loaded."""

    basis: Basis
    assumptions: tuple[str, ...]
    missing_months: tuple[date, ...]


def settle(store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery) -> Settled:
    """Everything that the fact is built with.

    Raises:
        OutOfRange: Nothing of the window is loaded.
        MissingTable, NotPermitted, UnknownName: As the store says.
    """
    basis, assumptions = _parameters(store, metric, fact, query)
    loaded = loaded_months(store, fact, basis)
    window, said = _window(store, metric, fact, query, basis)
    _check_whole_months(store, metric, fact, window)
    basis = replace(basis, window=window)
    missing = _missing(store, fact, basis, loaded)
    if len(missing) == window.month_count:
        raise OutOfRange(_nothing_loaded(metric, window, loaded))
    return Settled(basis, (*said, *assumptions, *_left_aside(metric, fact, query)), missing)


def loaded_months(store: PlanStore, fact: Fact, basis: Basis) -> tuple[date, ...]:
    """First days of the months in which the fact's table has any row; of plans, any snapshot asked for."""
    table, column = fact.dated_by
    months = store.months_loaded(table, basis.date_basis if fact.follows_date_basis else column)
    if fact.plan_table is None:
        return months
    planned = {one.period for one in read_snapshots(store, fact, basis)}
    return tuple(month for month in months if month in planned)


def _check_whole_months(store: PlanStore, metric: Metric, fact: Fact, window: Period) -> None:
    """Weeks and days work on dated tables only; the month that still runs may end on the as-of date.

    Raises:
        OutOfRange: The window cuts through a month of a fact that is kept by month.
    """
    ends_well = window.end in (month_end(window.end), store.as_of)
    if fact.dated_by[1] == "period" and (window.start.day != 1 or not ends_well):
        raise OutOfRange(
            f"{metric.title} is kept by month, so there is no figure for {window.label}. "
            f"Ask for whole months, for instance {month_period(window.start).label}."
        )


def _parameters(store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery) -> tuple[Basis, list[str]]:
    basis = Basis(window=month_period(store.as_of), level=metric.level or query.level or "line")
    said: list[str] = []
    heeds = metric.parameters
    if "level" in heeds and query.level is None:
        said.append("each order line judged on its own (line level)")
    if "date_basis" in heeds:
        basis = replace(basis, date_basis=query.date_basis or "promised_on")
        if query.date_basis is None:
            said.append("lines due by promised date")
    if "fill_basis" in heeds:
        default = "by_promise" if store.has("deliveries") else "ever"
        basis = replace(basis, fill_basis=query.fill_basis or default)
        if query.fill_basis is None:
            said.append(
                "in full means delivered by the promised date"
                if default == "by_promise"
                else "in full means delivered at any time"
            )
    if metric.else_fact is not None and fact.name == metric.else_fact.name:
        said.append("revenue of the financial book: no demand by month is loaded")
    if fact.plan_table:
        basis, more = _plan_parameters(store, metric, fact, query, basis)
        said += more
    if "date_basis" in heeds and not store.has("order_lines", "cancelled_units") and store.has("order_lines"):
        said.append("the source records no cancellations, so none are counted")
    return basis, said


_WORDS_FOR = {
    "level": "lines or orders",
    "date_basis": "the date basis",
    "fill_basis": "when units count as delivered",
    "version": "a plan version",
    "cycle": "a planning cycle",
    "lag": "a lag",
    "error_level": "a level of errors",
    "weight": "units or value",
}


def _left_aside(metric: Metric, fact: Fact, query: MetricQuery) -> list[str]:
    """What was asked for and has no bearing on the metric, so that it is not dropped unsaid."""
    asked = {name for name in _WORDS_FOR if getattr(query, name) not in (None, [], "units")}
    if any(f.dimension == "version" for f in query.filters):
        asked.add("version")
    if query.level == metric.level:
        asked.discard("level")
    heeded = {*metric.parameters, *(("version",) if "version" in fact.own_dimensions else ())}
    words = [_WORDS_FOR[name] for name in _WORDS_FOR if name in asked - heeded]
    return [f"{metric.title} does not depend on {', '.join(words)}: left aside"] if words else []


def _plan_parameters(
    store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery, basis: Basis
) -> tuple[Basis, list[str]]:
    """Version, cycle, lag and weight of metrics that read the demand plan."""
    asked = _asked_versions(store, fact, query)
    basis = replace(
        basis,
        versions=asked or known_versions(store, fact.plan_table or "", fact.default_versions),
        cycle=month_of(query.cycle) if query.cycle else None,
        lag=1 if query.lag is None else query.lag,
        lag_is_asked=query.lag is not None,
        weight=query.weight if "weight" in metric.parameters else "units",
    )
    if query.cycle or query.lag is not None:
        return basis, [] if asked else [fact.default_plan]
    which = fact.default_plan
    if asked:
        which = f"the {asked[0]} plan" if len(asked) == 1 else "the plans"
    if not fact.is_ahead:
        return basis, [f"{which} made one month before"]
    cycle = latest_cycle(store, fact.plan_table or "", basis.versions)
    if fact.plan_table == "supply_plan" and not asked:
        which = f"the {supply_version(store, cycle)} supply plan"
    return basis, [
        f"{which} of the latest cycle ({_month(cycle)}); closed months as planned one month before"
    ]


def _asked_versions(store: PlanStore, fact: Fact, query: MetricQuery) -> tuple[str, ...]:
    table = fact.plan_table or ""
    chosen = [f for f in query.filters if f.dimension == "version"]
    kept = known_versions(store, table, [m for f in chosen if not f.exclude for m in f.members])
    left_out = known_versions(store, table, [m for f in chosen if f.exclude for m in f.members])
    if query.version and plan_versions(store, table):
        kept = tuple(dict.fromkeys((*kept, *known_versions(store, table, [query.version]))))
    if not kept and (left_out or ("version" in query.group_by and fact.default_versions)):
        kept = plan_versions(store, table)
    return tuple(version for version in kept if version not in left_out)


def _window(
    store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery, basis: Basis
) -> tuple[Period, list[str]]:
    loaded = loaded_months(store, fact, basis)
    if not loaded and fact.plan_table and store.snapshots(fact.plan_table):
        made = f"of the cycle of {_month(basis.cycle)}" if basis.cycle else f"made {basis.lag} months before"
        raise OutOfRange(f"{metric.title}: there is no {' or '.join(basis.versions)} plan {made}.")
    if not loaded:
        raise MissingTable(f"{metric.title} has nothing to read: `{fact.dated_by[0]}` is empty.")
    asked = query.period
    if asked is not None and asked.start and asked.end:
        if asked.end < asked.start:
            raise OutOfRange(f"The period ends ({asked.end}) before it starts ({asked.start}).")
        return _named(store, Period(asked.start, asked.end)), []
    if asked is not None:
        start = asked.start or loaded[0]
        end = asked.end or _end_of_data(store, fact, basis, loaded)
        if end < start:
            raise OutOfRange(f"{metric.title}: the loaded data end on {end}, before {start}.")
        window = _named(store, Period(start, end))
        if asked.start is None and asked.end is None:
            window = replace(window, label=f"all time ({window.label})")
        return window, []
    return _default_window(store, metric, query, loaded)


def _named(store: PlanStore, period: Period) -> Period:
    """The period under the name that it has in the company's fiscal year."""
    label = label_of(period.start, period.end, store.info.fiscal_year_start_month)
    return replace(period, label=label)


def _end_of_data(store: PlanStore, fact: Fact, basis: Basis, loaded: tuple[date, ...]) -> date:
    table, column = fact.dated_by
    span = store.time_span(table, basis.date_basis if fact.follows_date_basis else column)
    return span.end if span else month_end(loaded[-1])


def _default_window(
    store: PlanStore, metric: Metric, query: MetricQuery, loaded: tuple[date, ...]
) -> tuple[Period, list[str]]:
    closed = store.last_closed_month
    over_time = set(query.group_by) & set(TIME)
    if metric.default_period is DefaultPeriod.NEXT_3_MONTHS:
        window = _named(store, next_months(store.as_of, 3))
        return window, [f"no period asked: the next three months, {window.label}"]
    if over_time and "year" in over_time:
        window = Period(loaded[0], month_end(closed)) if loaded[0] <= closed else month_period(closed)
        return window, [f"no period asked: all closed months loaded, {window.label}"]
    if over_time or metric.default_period is DefaultPeriod.LAST_12_MONTHS:
        window = _named(store, last_months(closed, 12))
        return window, [f"no period asked: the last twelve closed months, {window.label}"]
    if metric.default_period is DefaultPeriod.LATEST_CLOSING:
        closing = max((month for month in loaded if month <= closed), default=closed)
        window = month_period(closing)
        return window, [f"no period asked: the latest closing, end of {window.label}"]
    window = month_period(closed)
    return window, [f"no period asked: {window.label}, the last closed month"]


def _missing(store: PlanStore, fact: Fact, basis: Basis, loaded: tuple[date, ...]) -> tuple[date, ...]:
    months = set(loaded)
    if fact.plan_table and not fact.is_ahead:
        months = {month for month in months if month <= store.last_closed_month}
    if fact.is_closing and not fact.is_ahead:
        months = {month for month in months if month_end(month) <= store.as_of} or months
    return tuple(month for month in basis.window.months() if month not in months)


def _nothing_loaded(metric: Metric, window: Period, loaded: tuple[date, ...]) -> str:
    if not loaded:
        return f"{metric.title}: nothing is loaded for {window.label}."
    span = Period(loaded[0], month_end(loaded[-1]))
    return (
        f"{metric.title}: nothing is loaded for {window.label}. "
        f"What is loaded runs from {_month(span.start)} to {_month(span.end)}."
    )


def _month(day: date) -> str:
    return month_period(day).label


def basis_of(metric: Metric, fact: Fact, basis: Basis, query: MetricQuery) -> dict[str, object]:
    """What of the basis a figure names, as the answer contract writes it."""
    named: dict[str, object] = {}
    if "level" in metric.parameters or (metric.level and "date_basis" in metric.parameters):
        named["level"] = basis.level
    for parameter in ("date_basis", "fill_basis"):
        if parameter in metric.parameters:
            named[parameter] = getattr(basis, parameter)
    if fact.plan_table:
        if basis.versions:
            named["version"] = basis.versions[0] if len(basis.versions) == 1 else list(basis.versions)
        named["cycle" if basis.cycle else "lag"] = basis.cycle.isoformat() if basis.cycle else basis.lag
    if "error_level" in metric.parameters:
        named["error_level"] = query.error_level or ["product", "market"]
        named["weight"] = basis.weight
    return named
