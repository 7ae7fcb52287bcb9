"""What a question compares with besides time: plans, targets, other versions and other cycles."""

from __future__ import annotations

from typing import Any

from assistant.interpreter.slots import Slots
from assistant.interpreter.vocabulary import Vocabulary
from tools.metrics.definitions import Metric

Query = dict[str, Any]

FINANCIAL = frozenset({"budget", "committed", "latest"})
"""Versions of the financial plan, which money is read from or compared with."""


def settle_financial(slots: Slots) -> None:
    """A budget is read, unless the question holds something against it ("did we miss the budget")."""
    is_held_against = slots.is_reached or slots.why or slots.sets_apart or (slots.change and slots.direction)
    if slots.financial and is_held_against and slots.compare is None:
        slots.compare = {"with": slots.financial, "words": slots.financial}
        slots.financial = ""


def has_version(metric: Metric, version: str) -> bool:
    """Whether a metric can be read from that version of a plan."""
    if version in FINANCIAL:
        return metric.plan_fact is not None
    return "version" in metric.parameters


def put_metric_of_comparison(query: Query, slots: Slots, vocabulary: Vocabulary) -> None:
    """Where the catalog holds "against plan" as a metric of its own, that is what is asked for."""
    wanted = (slots.compare or {}).get("with", "")
    against = vocabulary.lexicon.sections["against"].get(wanted, {})
    found = [against.get(metric, "") for metric in query["metrics"]]
    if slots.why or slots.rank.get("by") or not found or any(m not in vocabulary.metrics for m in found):
        return
    query["metrics"] = list(dict.fromkeys(found))
    slots.compare = None


def put_versions(query: Query, slots: Slots, vocabulary: Vocabulary) -> None:
    """The plan versions: one is read, two are compared, and those of forecast errors stand side by side."""
    if slots.financial:
        query["version"] = slots.financial
        return
    versions = list(slots.versions)
    other = slots.other_version
    if not other and slots.sets_apart and len(versions) == 2:
        other = versions.pop()
    are_errors = any("error_level" in vocabulary.metrics[metric].parameters for metric in query["metrics"])
    if other and len(versions) < 2 and not (versions and are_errors):
        query.update({"version": versions[0]} if versions else {})
        query |= {"compare_with": "version", "compare_version": other}
        return
    versions += [other] if other else []
    if not versions:
        return
    filters = [f for f in query.get("filters", ()) if f["dimension"] != "version"]
    if len(versions) == 1:
        query["version"] = versions[0]
        query["filters"] = filters
        return
    query.pop("version", None)
    query["group_by"] = [*(g for g in query.get("group_by", ()) if g != "version"), "version"]
    query["filters"] = [*filters, {"dimension": "version", "members": versions}]
