"""Sentences about what there is, how a metric is computed, and rows of a plan."""

from __future__ import annotations

from assistant.interpreter.sentences import say, sentences
from tools.figures import Table, ToolResult

_MOST_NAMES = 12


def catalog_words(result: ToolResult) -> str:
    """What a list holds, named as far as that is short."""
    what = str((result.details or {})["what"])
    template: str = sentences("answers")["catalog"].get(what, "")
    if "$names" not in template:
        return template
    table = result.tables[0]
    column = 1 if what in {"metrics", "versions", "tables"} and len(table.columns) > 1 else 0
    names = list(dict.fromkeys(str(row[column]) for row in table.rows))
    if not names:
        return say("answers", "nothing")
    listed = ", ".join(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        listed += say("answers", "catalog", "more")
    counted = _counted(table) if what == "members" else ""
    return say("answers", "catalog", what, names=listed, title=counted or table.title)


def _counted(table: Table) -> str:
    """How many members there are: "60 products"; nothing where the list is shortened."""
    if table.left_out:
        return ""
    name = table.title.removeprefix("Members of ")
    plurals: dict[str, str] = sentences("answers")["plurals"]
    words = name if len(table.rows) == 1 else plurals.get(name.replace(" ", "_"), f"{name}s")
    return f"{len(table.rows):,} {words}"


def definition_words(result: ToolResult) -> str:
    """How a metric is computed, with the parameters that were asked."""
    details = result.details or {}
    said = say("answers", "definition", note=" ".join(result.notes).rstrip("."))
    if details.get("sign"):
        said += say("answers", "definition_sign", sign=str(details["sign"]))
    asked = {name: value for name, value in (details.get("parameters") or {}).items() if value is not None}
    if asked and "here" not in details:  # what the notes say of the question has them already
        listed = ", ".join(
            f"{name.replace('_', ' ')} {value}".replace("_", " ") for name, value in asked.items()
        )
        said += say("answers", "definition_parameters", parameters=listed)
    return said


def rows_words(result: ToolResult) -> str:
    """Rows of a plan by the names that they bear."""
    title = result.tables[0].title if result.tables else result.figures[0].title
    first = result.figures[0]
    own = [dimension for dimension in first.group if dimension not in {"product", "market", "site"}]
    dimension = own[0] if own else next(iter(first.group), "")
    by_name = {figure.group.get(dimension, ""): f"{{{figure.id}.{dimension}}}" for figure in result.figures}
    names = [reference for name, reference in by_name.items() if name]
    if not names:
        return say("answers", "rows_without_names", title=title)
    key = "rows" if len(names) <= _MOST_NAMES else "rows_more"
    return say("answers", key, title=title, names=", ".join(names[:_MOST_NAMES]))
