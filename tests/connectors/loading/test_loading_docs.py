"""docs/loading.md says all that a mapping may hold, and what it shows can be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.loading.expressions import FUNCTIONS, parse
from connectors.loading.files import READABLE
from connectors.loading.mapping import (
    Block,
    Closed,
    ColumnSource,
    Database,
    Lookup,
    Mapping,
    SetAside,
    Source,
    Unpivot,
)
from connectors.loading.mapping_file import read_mapping

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "loading.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", [Mapping, Source, Database, Block, ColumnSource, Lookup, SetAside, Unpivot])
def test_every_key_is_described(part: type[Closed]) -> None:
    keys = {field.alias or name for name, field in part.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()


def test_every_function_is_described() -> None:
    assert {name for name in FUNCTIONS if f"`{name}(" not in PAGE} == set()


def test_every_kind_of_file_is_named() -> None:
    assert {ending for ending in READABLE if f"`{ending}`" not in PAGE} <= {".pq"}


def test_the_mappings_on_the_page_are_mappings(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        text = block if "company:" in block else f"company: A\ncurrency: EUR\n{block}"
        (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
        read_mapping(tmp_path / "m.yaml")


def test_the_expressions_on_the_page_are_expressions() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("`total_amount / order_qty`"))
    for text in re.findall(r"``(.+?)``|`([^`]+)`", line):
        parse("".join(text))


def test_the_examples_are_mappings() -> None:
    for file in (ROOT / "docs" / "examples").glob("*.yaml"):
        if "tables:" in file.read_text(encoding="utf-8"):
            read_mapping(file)
