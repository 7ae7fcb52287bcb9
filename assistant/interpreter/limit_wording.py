"""Sentences about limits: how many pass, who they are, and whether a single figure does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.interpreter.figure_names import cell_name, in_period, ref, scope_words, title_of, verb_of
from assistant.interpreter.sentences import say, sentences
from assistant.interpreter.vocabulary import within_sentence
from tools.figures import Figure, ToolResult

_MOST_NAMED = 4


def limit_words(count: Figure, groups: Sequence[Figure], result: ToolResult) -> str:
    """How many groups lie on the asked side of the limit, and the first of them.

    Args:
        count: The figure that counts them.
        groups: Those that pass, in their order.
        result: The result that they are of; its details say the limit and how many there are in all.
    """
    details = _limit(result, count)
    title = title_of(groups[0]) if groups else (count.title or count.metric)
    told = {
        "whole": str(details.get("of", "")),
        "members": _members(result, count, 1 if details.get("of") == 1 else 2),
        "title": within_sentence(title),
        "scope": scope_words(count),
        "limit": _limit_words(details),
        "period": in_period(count),
        "verb": _verb(count, result),
    }
    if not count.value:
        return say("answers", "limits", "none", **told)
    names = [say("answers", "groups", "follower", name=cell_name(f), value=ref(f)) for f in groups]
    listed = ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        listed += say("answers", "limits", "more")
    key = "all" if count.value == details.get("of") and count.value > 1 else "some"
    return say("answers", "limits", key, count=ref(count), names=listed, **told)


def _verb(count: Figure, result: ToolResult) -> str:
    """Was or were, is or are: by how many there are, and whether they lie ahead."""
    is_ahead = verb_of(count, result, is_it=True) == say("answers", "verbs", "one_ahead")
    number = "one" if count.value in (0, 1) else "many"
    return say("answers", "verbs", f"{number}_ahead" if is_ahead else number)


def passed_words(figure: Figure, result: ToolResult) -> str:
    """Whether a figure that is not cut passes the limit that was asked for; empty where none was."""
    details = _limit(result, figure)
    if "passes" not in details or figure.group or any("companion" in f.basis for f in result.figures):
        return ""
    return say("answers", "limits", "passes" if details["passes"] else "fails", limit=_limit_words(details))


def companion_words(fullest: Figure, result: ToolResult) -> str:
    """The highest member, which a pooled value hides, and whether it passes the limit."""
    told = {"name": cell_name(fullest), "value": ref(fullest), "verb": verb_of(fullest, result, is_it=True)}
    details = _limit(result, fullest)
    limit = _threshold(result, fullest)
    if not limit or fullest.value is None:
        return say("answers", "limits", "highest", **told)
    passes = {
        "above": fullest.value > limit["value"],
        "below": fullest.value < limit["value"],
        "at_least": fullest.value >= limit["value"],
        "at_most": fullest.value <= limit["value"],
    }[limit["order"]]
    side = "highest_passes" if passes else "highest_fails"
    return say("answers", "limits", side, limit=_limit_words(details), **told)


def _limit(result: ToolResult, figure: Figure) -> Mapping[str, Any]:
    details = result.details or {}
    is_of_it = details.get("type") == "threshold" and details.get("metric") == figure.metric
    return details if is_of_it else {}


def _threshold(result: ToolResult, figure: Figure) -> Mapping[str, Any]:
    source = next((source for source in result.sources if source.id == figure.source), None)
    found = source.arguments.get("threshold") if source else None
    return found if isinstance(found, Mapping) else {}


def _limit_words(details: Mapping[str, Any]) -> str:
    return say("answers", "limits", "sides", str(details["order"]), limit=str(details["limit"]))


def _members(result: ToolResult, figure: Figure, count: int) -> str:
    """What is counted, in the singular or the plural: "regions", "resources by site"."""
    source = next((source for source in result.sources if source.id == figure.source), None)
    cut: Sequence[str] = source.arguments.get("group_by", ()) if source else ()
    name, *others = cut or ["group"]
    plurals: Mapping[str, str] = sentences("answers")["plurals"]
    words = name if count == 1 else plurals.get(name, f"{name}s")
    return " by ".join([words, *others]).replace("_", " ")
