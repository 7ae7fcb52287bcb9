"""Reads `questions.yaml` and `conversations.yaml`: what a question must become, in full."""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from assistant.interpreter.reading import Reading

HERE = Path(__file__).parent

_WHOLE: dict[str, tuple[str, ...]] = {
    "compute_metric": (),
    "explain_change": ("metric", "by"),
    "analyse_trend": ("metric",),
    "bridge_cash": ("against",),
}
"""Calls that are compared field by field, with what they have besides the fields of a query."""


def load(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text("utf-8"))


def faults(reading: Reading, expected: dict[str, Any]) -> list[str]:
    """What of a reading is not as expected; empty where it is right."""
    found = []
    calls = [{"name": call.name, **call.arguments} for call in reading.calls]
    wanted = expected.get("calls", [expected])
    if len(calls) != len(wanted):
        return [f"{len(calls)} calls instead of {len(wanted)}: {calls}"]
    for call, one in zip(calls, wanted, strict=True):
        found += _call_faults(call, one)
    aloud = expected.get("aloud")
    if aloud and not any(str(aloud) in said for said in reading.assumptions):
        found.append(f"{aloud!r} is not said aloud in {reading.assumptions}")
    if reading.is_complete != (calls[0]["name"] not in {"ask_back", "decline"}):
        found.append(f"is_complete is {reading.is_complete}")
    return found


def _call_faults(call: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    name = expected.get("call", "compute_metric")
    if call["name"] != name:
        return [f"{call} instead of {name}"]
    if name in _WHOLE:
        return _differences(_as_query(call, *_WHOLE[name]), _as_query(_from_yaml(expected), *_WHOLE[name]))
    if name == "query_plan":
        return _differences(
            _as_query(call, "plan"), {**_as_query(_from_yaml(expected)), "plan": expected["plan"]}
        )
    keys = ("kind", "metric", "what", "dimension", "level", "lag", "version", "group_by")
    found = [
        f"{key} is {call.get(key)!r} instead of {expected[key]!r} ({call})"
        for key in keys
        if key in expected and call.get(key) != expected[key]
    ]
    held = " ".join(call.get("options", ()))
    found += [
        f"no option holds {text!r}: {call}" for text in expected.get("options_hold", ()) if text not in held
    ]
    return found


def _differences(call: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    return [
        f"{key}: {call.get(key)} instead of {expected.get(key)}"
        for key in {**call, **expected}
        if call.get(key) != expected.get(key)
    ]


def _as_query(call: dict[str, Any], *more: str) -> dict[str, Any]:
    keys = (
        "metrics", "group_by", "filters", "period", "rank", "compare_with", "level", "date_basis", "version",
        "cycle", "lag", "error_level", "weight", "threshold", "transform", "compare_version", "compare_cycle",
        "compare_period", "backlog", *more,
    )  # fmt: skip
    query = {key: call[key] for key in keys if call.get(key)}
    if "filters" in query:
        query["filters"] = sorted(
            (f["dimension"], bool(f.get("exclude")), sorted(f["members"])) for f in query["filters"]
        )
    return query


def _from_yaml(expected: dict[str, Any]) -> dict[str, Any]:
    query = dict(expected)
    query["compare_with"] = expected.get("compare")
    if "compare_period" in expected:
        query["compare_period"] = period(str(expected["compare_period"]))
    if "compare_cycle" in expected:
        query["compare_cycle"] = str(expected["compare_cycle"])
    if "threshold" in expected:
        side, value = expected["threshold"].split()
        query["threshold"] = {"order": side, "value": float(value)}
    if "filters" in expected:
        query["filters"] = [_filter(text) for text in expected["filters"]]
    if "period" in expected:
        query["period"] = period(str(expected["period"]))
    if "rank" in expected:
        order, count, *by = expected["rank"].split()
        query["rank"] = {"order": order, "count": int(count), **({"by": by[0]} if by else {})}
    if "cycle" in expected:
        query["cycle"] = str(expected["cycle"])
    return query


def _filter(text: str) -> dict[str, Any]:
    dimension, members = text.lstrip("-").split(": ")
    known = (
        [members]
        if dimension not in {"product", "customer", "market", "region", "version", "family"}
        else None
    )
    ids = known or ([members] if "&" in members else members.split())
    return {"dimension": dimension, "members": ids, "exclude": text.startswith("-")}


def period(text: str) -> dict[str, str | None]:
    if text == "all":
        return {"start": None, "end": None}
    start, end = text.split("/")
    if len(start) == 10:
        return {"start": start, "end": end}
    year, month = map(int, end.split("-"))
    last = date(year, month, calendar.monthrange(year, month)[1])
    return {"start": f"{start}-01", "end": last.isoformat()}
