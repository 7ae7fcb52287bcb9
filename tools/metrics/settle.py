"""Settles what a query leaves open: the window, the version, the basis. Each is said aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from connectors.dimensions import TIME
from connectors.errors import MissingTable, NotPermitted, OutOfRange
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
from tools.metrics.facts.standard_cost import has_standard_costs
from tools.metrics.query import MetricQuery
from tools.metrics.snapshots import (
    known_versions,
    latest_cycle,
    plan_versions,
    read_snapshots,
    supply_version,
    supply_versions,
)

AT_STANDARD_COST = "weighed at standard cost"
"""What is said where a stock ratio weighs products at their cost."""


@dataclass(frozen=True)
class Settled:
    """A basis with the readings that defaults settled and the months that are not loaded.

    `missing_months` are those of the window, `lacking_months` those around it that figures of the window
    read too (the shipments before a closing).
    """

    basis: Basis
    assumptions: tuple[str, ...]
    missing_months: tuple[date, ...]
    lacking_months: tuple[date, ...] = ()


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
    if fact.at_cost:
        basis, weighed = _at_cost(store, metric, query, basis)
        assumptions.append(weighed)
    if fact.plan_table == "supply_plan" and _reads_plan(store, fact) and not basis.versions:
        basis = replace(basis, versions_found=supply_versions(store, fact, basis))
    if fact.said is not None:
        assumptions += fact.said(store, basis)
    loaded = loaded_months(store, fact, basis)
    missing = _missing(store, fact, basis, loaded)
    if len(missing) == window.month_count:
        raise OutOfRange(_nothing_loaded(metric, window, loaded))
    lacking = _lacking(store, fact, query, basis, missing)
    return Settled(basis, (*said, *assumptions, *_left_aside(metric, fact, query)), missing, lacking)


def loaded_months(store: PlanStore, fact: Fact, basis: Basis) -> tuple[date, ...]:
    """First days of the months in which the fact's table has any row; of plans, any snapshot asked for."""
    if fact.months is not None:
        return fact.months(store, basis)
    table, column = fact.dated_by
    months = store.months_loaded(table, basis.date_basis if fact.follows_date_basis else column)
    if fact.plan_table is None:
        return months
    found = read_snapshots(store, fact, basis)
    planned = {one.period for one in found}
    if fact.needs_every_version:
        made = {(one.version, one.period) for one in found}
        planned = {month for month in planned if all((version, month) in made for version in basis.versions)}
    return tuple(month for month in months if month in planned)


def _at_cost(store: PlanStore, metric: Metric, query: MetricQuery, basis: Basis) -> tuple[Basis, str]:
    """Whether units are weighed at standard cost: over several products, where costs are loaded.

    Raises:
        NotPermitted: They are loaded, and not for this person.
    """
    if any(f.dimension == "product" and not f.exclude and len(f.members) == 1 for f in query.filters):
        return replace(basis, weight="units"), "in units, as it is of one product"
    try:
        is_costed = has_standard_costs(store)
    except NotPermitted as fault:
        raise NotPermitted(fault.message.replace("This needs", f"{metric.title} needs", 1)) from fault
    if is_costed:
        return replace(basis, weight="value"), AT_STANDARD_COST
    return replace(basis, weight="units"), "in units: no standard costs are loaded"


def _lacking(
    store: PlanStore, fact: Fact, query: MetricQuery, basis: Basis, missing: tuple[date, ...]
) -> tuple[date, ...]:
    """Months around the window that its figures read too and that are not loaded."""
    if fact.lacking is None:
        return ()
    shown = [month for month in basis.window.months() if month not in missing]
    return fact.lacking(store, basis, shown if set(query.group_by) & set(TIME) else shown[-1:])


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
    heeds = _heeded(metric, fact)
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
        said.append(metric.else_said)
    if _reads_plan(store, fact):
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
    "backlog": "a backlog",
}


def _heeded(metric: Metric, fact: Fact) -> tuple[str, ...]:
    """The parameters that the metric heeds; those of order lines only where it reads them."""
    if metric.else_fact is not None and fact.name == metric.else_fact.name:
        return tuple(name for name in metric.parameters if name not in ("level", "date_basis", "fill_basis"))
    return metric.parameters


def _left_aside(metric: Metric, fact: Fact, query: MetricQuery) -> list[str]:
    """What was asked for and has no bearing on the metric, so that it is not dropped unsaid."""
    said = {name: getattr(query, name) for name in _WORDS_FOR}
    asked = {name for name, value in said.items() if value not in (None, [], "units") and value is not False}
    if any(f.dimension == "version" for f in query.filters):
        asked.add("version")
    if query.level == metric.level:
        asked.discard("level")
    heeded = {*_heeded(metric, fact), *(("version",) if "version" in fact.own_dimensions else ())}
    if metric.plan_fact is not None and fact is not metric.plan_fact:
        heeded -= {"version", "cycle"}  # they choose among financial plans, and actual money is read
    words = [_WORDS_FOR[name] for name in _WORDS_FOR if name in asked - heeded]
    return [f"{metric.title} does not depend on {', '.join(words)}: left aside"] if words else []


def _reads_plan(store: PlanStore, fact: Fact) -> bool:
    """Whether there is a plan to choose: one among its tables, or one that it reads where it is loaded."""
    if fact.plan_table is None or fact.plan_table in fact.tables:
        return fact.plan_table is not None
    return store.has(fact.plan_table, "cycle", "period")


def _plan_parameters(
    store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery, basis: Basis
) -> tuple[Basis, list[str]]:
    """Version, cycle, lag and weight of metrics that read the demand plan."""
    asked = _asked_versions(store, fact, query)
    if fact.versions_read:
        versions = fact.versions_read(store, asked, "version" in query.group_by)
    else:
        versions = asked or known_versions(store, fact.plan_table or "", fact.default_versions)
    names_lag = "lag" in query.group_by or any(f.dimension == "lag" for f in query.filters)
    basis = replace(
        basis,
        versions=versions,
        every_lag=names_lag and query.lag is None and query.cycle is None,
        cycle=month_of(query.cycle) if query.cycle else None,
        lag=1 if query.lag is None else query.lag,
        lag_is_asked=query.lag is not None,
        weight=query.weight if "weight" in metric.parameters else "units",
        backlog=query.backlog and "backlog" in metric.parameters,
    )
    if fact.said is not None:
        return basis, []
    which = fact.default_plan
    if fact.versions_read and versions:
        which = f"the plans {' → '.join(versions)}"
    elif asked:
        which = f"the {asked[0]} plan" if len(asked) == 1 else "the plans"
    if query.cycle or query.lag is not None:
        return basis, [which] if fact.versions_read or not asked else []
    if basis.every_lag:
        is_chosen = any(f.dimension == "lag" for f in query.filters)
        return basis, [f"{which} at {'the lags asked for' if is_chosen else 'every lag that is loaded'}"]
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
    if query.version and plan_versions(store, table) and not _is_plan_itself(table, query.version):
        kept = tuple(dict.fromkeys((*kept, *known_versions(store, table, [query.version]))))
    is_told_apart = fact.default_versions or table in ("financial_plans", "supply_plan")
    if not kept and (left_out or ("version" in query.group_by and is_told_apart)):
        kept = plan_versions(store, table)
    return tuple(version for version in kept if version not in left_out)


def _is_plan_itself(table: str, version: str) -> bool:
    """Whether a version of the financial plans is "plan": committed, else budget, which the fact chooses."""
    return table == "financial_plans" and version.casefold() == "plan"


def _window(
    store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery, basis: Basis
) -> tuple[Period, list[str]]:
    loaded = loaded_months(store, fact, basis)
    if not loaded and fact.plan_table and store.snapshots(fact.plan_table):
        made = f"of the cycle of {_month(basis.cycle)}" if basis.cycle else f"made {basis.lag} months before"
        which = " or ".join(basis.versions) or "such"
        raise OutOfRange(f"{metric.title}: there is no {which} plan {made}.")
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
    if metric.default_period is DefaultPeriod.OPEN_NOW:
        until = store.as_of
        window = Period(min(loaded[0], until), until, f"all up to {label_of(until, until)}")
        return window, [f"no period asked: all that is open on {label_of(until, until)}"]
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
        if parameter in _heeded(metric, fact):
            named[parameter] = getattr(basis, parameter)
    if fact.plan_table:
        if versions := basis.versions or basis.versions_found:
            named["version"] = versions[0] if len(versions) == 1 else list(versions)
        if basis.cycle:
            named["cycle"] = basis.cycle.isoformat()
        elif not basis.every_lag and (fact.said is None or "lag" in metric.parameters):
            named["lag"] = basis.lag
    if "error_level" in metric.parameters:
        named["error_level"] = query.error_level or ["product", "market"]
    if "weight" in metric.parameters or fact.at_cost:
        named["weight"] = basis.weight
    return named
