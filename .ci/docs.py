"""Write the generated pages of docs/ again: `make docs`. A test compares them with the code of today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from assistant.metric_pages import metrics_page
from assistant.settings import Settings
from connectors.demo.guide import demo_page
from connectors.tables import TABLES, CanonicalTable, Column

DOCS = Path(__file__).resolve().parent.parent / "docs"


def tables_page() -> str:
    """The canonical tables, from `connectors/tables.py`."""
    head = (
        "# The canonical tables\n\n"
        "Written by `make docs` from `connectors/tables.py`. Every company's data is read through these "
        "tables and no others. A column in **bold** belongs to the key; one with `?` may be absent or null.\n"
    )
    return head + "".join(_table(table) for table in TABLES.values())


def _table(table: CanonicalTable) -> str:
    rows = "".join(_row(column) for column in table.columns)
    return (
        f"\n## {table.name}\n\nOne row is {table.row}.\n\n"
        f"| column | kind | what it is | allowed |\n|---|---|---|---|\n{rows}"
    )


def _row(column: Column) -> str:
    name = f"**{column.name}**" if column.key else f"{column.name}{'' if column.required else '?'}"
    unit = f" ({column.unit})" if column.unit else ""
    return f"| {name} | {column.kind}{unit} | {column.means} | {_allowed(column)} |\n"


def _allowed(column: Column) -> str:
    said = []
    if column.values:
        said.append(", ".join(f"`{value}`" for value in column.values))
    if column.references:
        said.append(f"in `{column.references}`")
    if column.minimum is not None:
        said.append(f"at least {column.minimum:g}")
    if column.maximum is not None:
        said.append(f"at most {column.maximum:g}")
    if column.default:
        said.append(f"null counts as `{column.default}`")
    return "; ".join(said)


def settings_page() -> str:
    """The settings, from `assistant/settings.py`."""
    head = (
        "# Settings\n\n"
        "Written by `make docs` from `assistant/settings.py`. Each is an environment variable, or a line of "
        "a `.env` file; `--store` and `--workspace` on the command line win over them.\n\n"
        "| variable | default | what it is |\n|---|---|---|\n"
    )
    return head + "".join(_setting(name, field) for name, field in Settings.model_fields.items())


def _setting(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    variable = str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"CONCORD_{name.upper()}"
    default = "" if field.default is None else f"`{field.default}`"
    return f"| `{variable}` | {default} | {field.description} |\n"


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "metrics.md": metrics_page,
    "settings.md": settings_page,
    "demo-company.md": demo_page,
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), encoding="utf-8")
