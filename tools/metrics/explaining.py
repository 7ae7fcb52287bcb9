"""`explain_metric`: how a metric is computed, made concrete by the parameters of the question."""

from __future__ import annotations

from typing import Any

from pydantic import Field, create_model

from connectors.errors import MissingTable, NotPermitted
from connectors.periods import label_of, month_period
from connectors.plan_store import PlanStore
from tools.definition import Arguments, ToolContext
from tools.figures import Source, ToolResult
from tools.metrics.cut import allowed_dimensions, choose_fact, find_members, with_site_regions
from tools.metrics.definitions import Metric
from tools.metrics.describing import (
    columns_needed,
    direction_words,
    in_words,
    left_out_words,
    table_words,
    window_words,
)
from tools.metrics.fact import Fact
from tools.metrics.query import MetricQuery

_OF_THE_QUESTION = (
    "level",
    "date_basis",
    "fill_basis",
    "version",
    "cycle",
    "lag",
    "error_level",
    "weight",
    "backlog",
    "period",
    "filters",
    "group_by",
)

ExplainArguments = create_model(
    "ExplainArguments",
    __base__=Arguments,
    __doc__="Which metric to explain, with the parameters of the question.",
    metric=(str, Field(description="Metric id, title or synonym.")),
    **{
        name: (MetricQuery.model_fields[name].annotation, MetricQuery.model_fields[name])
        for name in _OF_THE_QUESTION
    },
)  # type: ignore[call-overload]


def explain_metric(context: ToolContext, arguments: Arguments) -> ToolResult:
    """The definition of a metric, and how it is computed for the question; it gives no value.

    Raises:
        UnknownName: There is no such metric, member or cut.
        NotPermitted: A member is not for this person.
    """
    given = arguments.model_dump(exclude_none=True)
    metric, store = context.registry.find(given.pop("metric")), context.store
    query = with_site_regions(store, [metric], MetricQuery(metrics=[metric.id], **given))
    fact = choose_fact(store, metric, query)
    here = concrete_words(store, metric, fact, query)
    asked = arguments.model_dump(mode="json", exclude_defaults=True, exclude={"metric"})
    details = {
        "type": "definition",
        "metric": metric.id,
        "title": metric.title,
        "formula": metric.formula,
        "here": here,
        "unit": metric.unit,
        "better": metric.better.value,
        "sign": metric.sign,
        "parameters": {name: asked.get(name) for name in metric.parameters},
        "dimensions": allowed_dimensions(store, metric),
        "default_period": metric.default_period.value,
        "tables": list(fact.tables),
        "source": metric.source,
        "synonyms": list(metric.synonyms),
    }
    source = Source(
        id="S1",
        kind="definition",
        tool="explain_metric",
        arguments={"metric": metric.id, **asked},
        definition=metric.formula,
        tables=list(fact.tables),
        as_of=store.as_of,
    )
    return ToolResult(sources=[source], details=details, notes=_notes(store, metric, fact, here))


def _notes(store: PlanStore, metric: Metric, fact: Fact, here: list[str]) -> list[str]:
    notes = [f"{metric.title}: {metric.formula}.", f"Here: {'; '.join(here)}."]
    if fact.tables:
        notes.append(f"It reads {'; '.join(table_words(table) for table in fact.tables)}.")
    if never := _never_in_it(metric, fact):
        notes.append(f"Left out: {'; '.join(never)}.")
    if warned := left_out_words(fact, metric):
        notes.append(f"A warning tells where {'; where '.join(warned)}.")
    missing = what_is_missing(store, metric, fact)
    if missing:
        notes.append(f"There is no data for it here: {missing}")
    notes.append(f"{direction_words(metric).capitalize()}.")
    return [*notes, f"Source: {metric.source.rstrip('.')}."] if metric.source else notes


def concrete_words(store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery) -> list[str]:
    """What the formula means with the parameters of the question, each in a phrase.

    Args:
        store: The plan store, narrowed to who asks; asked for names of members only.
        metric: The metric.
        fact: The fact that the question reads.
        query: The question; what it leaves open is said as the default that settles it.

    Raises:
        UnknownName, NotPermitted: A member of a filter.
    """
    said = [*_service_words(store, metric, query), *_plan_words(store, metric, fact, query)]
    if "error_level" in metric.parameters:
        level = in_words(query.error_level) if query.error_level else "product, market"
        said.append(f"errors taken at {level} and month, then summed")
        said.append("units valued at standard cost" if query.weight == "value" else "in units")
    if query.backlog and "backlog" in metric.parameters:
        said.append("a shortfall is carried on to the next month")
    if fact.is_closing:
        said.append("over several months the last one counts")
    said += [_period_words(store, metric, query), *_scope_words(store, query)]
    if query.group_by:
        said.append(f"by {in_words(query.group_by)}, each from its own sums")
    return said


def _service_words(store: PlanStore, metric: Metric, query: MetricQuery) -> list[str]:
    heeds = metric.parameters
    said = []
    level = metric.level or query.level or "line"
    if "level" in heeds or (metric.level and "date_basis" in heeds):
        said.append(
            "an order is judged on all its lines, passes only if all of them pass, and counts once"
            if level == "order"
            else "each order line is judged on its own"
        )
    if "date_basis" in heeds:
        said.append(_DATES[query.date_basis or "promised_on"].format(who=_WHO[level]))
    if "fill_basis" in heeds:
        default = "by_promise" if store.has("deliveries") else "ever"
        said.append(_FILLS[query.fill_basis or default])
    return said


_WHO = {"line": "lines belong to the month of their", "order": "orders belong to the month of their latest"}
_DATES = {
    "promised_on": "{who} promised date, by which they are due and on time",
    "requested_on": "{who} requested date, by which they are due and on time",
    "ordered_on": "{who} order date; they are due and on time by the promised date",
}
_FILLS = {
    "ever": "in full means delivered at any time",
    "by_promise": "in full means delivered by the date that the line is judged by",
}


def _plan_words(store: PlanStore, metric: Metric, fact: Fact, query: MetricQuery) -> list[str]:
    """Which plan is read: version, and cycle or lag."""
    if not fact.plan_table:
        return []
    versions = [query.version] if query.version else []
    versions += [m for f in query.filters if f.dimension == "version" and not f.exclude for m in f.members]
    if fact.versions_read is not None and store.has(fact.plan_table, "version"):
        versions = list(fact.versions_read(store, tuple(versions), "version" in query.group_by))
    which = f"the {' and '.join(dict.fromkeys(versions))} plan" if versions else fact.default_plan
    if len(versions) > 1:
        which = f"the plans {' → '.join(dict.fromkeys(versions))}"
    if not which:
        which = f"the {in_words([fact.plan_table])}"
    if fact.plan_table == "financial_plans" and not query.cycle:
        return [_money_plan_words(versions)]
    if query.cycle:
        return [f"{which} of the cycle of {month_period(query.cycle).label}"]
    if query.lag is not None or not fact.is_ahead:
        months = 1 if query.lag is None else query.lag
        return [f"{which} made {months} month{'' if months == 1 else 's'} before each month"]
    return [f"{which} of the latest cycle, closed months as planned one month before"]


def _money_plan_words(versions: list[str]) -> str:
    if not versions or versions == ["plan"]:
        return "for each month the plan of the latest committed cycle before it, else the budget"
    if versions == ["budget"]:
        return "the budget of its latest cycle that is not after the window's start"
    return f"for each month the {' and '.join(versions)} plan of the latest cycle before it"


def _period_words(store: PlanStore, metric: Metric, query: MetricQuery) -> str:
    period = query.period
    if period is None:
        return f"for {window_words(metric)}, as no period is named"
    if period.start is None or period.end is None:
        end = f" up to {period.end}" if period.end else ""
        return f"from {period.start} on" if period.start else f"for all that is loaded{end}"
    return f"for {label_of(period.start, period.end, store.info.fiscal_year_start_month)}"


def _scope_words(store: PlanStore, query: MetricQuery) -> list[str]:
    """The filters by the names of their members, and that a narrowed person's figures are narrowed."""
    said = []
    for wanted in query.filters:
        if wanted.dimension == "version":
            continue
        names = find_members(store, wanted).names
        said.append(f"{'without' if wanted.exclude else 'only'} {', '.join(names)}")
    return said if store.scope.is_everything else [*said, "only of what you may see"]


def _never_in_it(metric: Metric, fact: Fact) -> list[str]:
    """What the definition itself leaves out."""
    if "date_basis" in metric.parameters and "order_lines" in fact.tables:
        return [
            "lines that the customer cancelled wholly",
            "returns",
            "open lines that are not due at the as-of date",
        ]
    if "version" in fact.own_dimensions and "demand_history" in fact.tables:
        return ["months without actuals, and months without any such plan"]
    return []


def what_is_missing(store: PlanStore, metric: Metric, fact: Fact) -> str:
    """Why a fact has nothing to read for this person, in the store's words; empty where it can be read."""
    if metric.waits_for:
        return f"it needs {metric.waits_for}, and there are none yet."
    try:
        for table, columns in columns_needed(metric, fact).items():
            store.require(table, *columns)
    except (MissingTable, NotPermitted) as fault:
        message: str = fault.message
        return message[0].lower() + message[1:]
    return ""


def definition_of(store: PlanStore, metric: Metric) -> dict[str, Any]:
    """What a store adds to a definition: the dimensions that it has, and why there is no data."""
    fact = choose_fact(store, metric, MetricQuery(metrics=[metric.id]))
    return {
        "dimensions": allowed_dimensions(store, metric),
        "missing": what_is_missing(store, metric, fact) or None,
    }
