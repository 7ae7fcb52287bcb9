"""What a figure is called in a sentence: its title, scope, period, members, as references."""

from __future__ import annotations

from string import Template

from assistant.interpreter.sentences import say, sentences
from assistant.interpreter.vocabulary import within_sentence
from connectors.dimensions import TIME
from connectors.periods import Period
from tools.figures import Figure, ToolResult

_MOST_NAMED = 4


def cell_name(figure: Figure) -> str:
    """References to the names of a figure's group: `{F2.family} in {F2.region}`."""
    kinds: dict[str, str] = sentences("answers")["cell"]["kinds"]
    parts = [
        say(
            "answers", "cell", "next" if place else "first",
            member=Template(kinds.get(dimension, "$member")).substitute(member=ref(figure, dimension)),
        )
        for place, dimension in enumerate(sorted(figure.group, key=lambda name: name in TIME))
    ]  # fmt: skip
    return "".join(parts)


def places(figure: Figure) -> dict[str, str]:
    """What every sentence about a figure says of it: title, scope, period."""
    return {"title": title_of(figure), "scope": scope_words(figure), "period": in_period(figure)}


def scope_words(figure: Figure) -> str:
    """What the figure is narrowed to, as references; nothing where that would be a long list."""
    scope = figure.scope
    if not scope or any(len(members) > _MOST_NAMED for members in scope.values()):
        return ""
    if any(" " in dimension for dimension in scope):
        return say("answers", "scope", "joined", scope=ref(figure, "scope"))
    order: list[str] = sentences("answers")["scope"]["order"]
    dimensions = sorted(scope, key=lambda name: order.index(name) if name in order else len(order))
    kinds: dict[str, str] = sentences("answers")["scope"]["kinds"]
    return "".join(
        say("answers", "scope", "next" if place else "first", member=ref(figure, dimension))
        + kinds.get(dimension, "")
        for place, dimension in enumerate(dimensions)
    )


def in_period(figure: Figure) -> str:
    """Its period as a sentence names it: "in Q2 2026"; empty where it has none."""
    if figure.period is None:
        return ""
    is_months = Period(figure.period.start, figure.period.end).is_whole_months
    label = figure.period.label
    kind = "months" if is_months and not label.startswith("all") else "days"
    kind = "open" if label.startswith("all up to") else kind
    return say("answers", "period", kind, period=ref(figure, "period"))


def title_of(figure: Figure) -> str:
    """What the figure is called: the metric, and how it was derived or out of which financial plan it is."""
    title = figure.title or figure.metric.replace("_", " ")
    derived: dict[str, str] = sentences("answers")["derived"]
    if figure.transform in derived:
        return say("answers", "derived", figure.transform, title=title, within=within_sentence(title))
    version = figure.basis.get("version")
    if isinstance(version, str) and version in sentences("answers")["financial"]:
        return say("answers", "financial", version, title=title)
    return title


def verb_of(figure: Figure, result: ToolResult, *, is_it: bool = False) -> str:
    """Was, were, is or are, by the figure's title and whether it lies ahead of the as-of date."""
    source = next((source for source in result.sources if source.id == figure.source), None)
    as_of = source.as_of if source else None
    is_ahead = bool(as_of and figure.period and figure.period.start > as_of)
    has_many = figure.transform in (None, "level") and is_plural(figure.title)
    count = "many" if not is_it and has_many else "one"
    return say("answers", "verbs", f"{count}_ahead" if is_ahead else count)


def is_plural(title: str) -> bool:
    """Whether a title names many: "Lost sales"; of "Market share in units" what comes before "in" counts."""
    endings: list[str] = sentences("answers")["plural_endings"]
    head = title.partition(",")[0].partition(" in ")[0]
    return head.casefold().endswith(tuple(endings))


def ref(figure: Figure, name: str = "") -> str:
    """The reference to a figure, or to a field of it."""
    return f"{{{figure.id}.{name}}}" if name else f"{{{figure.id}}}"
