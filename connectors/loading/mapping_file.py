"""Reads a mapping file: YAML in, checked `Mapping` out, every error with its place in the file."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from connectors.errors import DataError, SourceUnavailable
from connectors.loading.mapping import (
    Block,
    ColumnSource,
    Database,
    Lookup,
    Mapping,
    SetAside,
    Source,
    Unpivot,
)
from connectors.loading.mapping_rules import nearest, problems_of

_LARGEST_FILE = 1_000_000
_PARTS: dict[str, type[BaseModel]] = {
    "columns": ColumnSource,
    "databases": Database,
    "join": Lookup,
    "set_aside": SetAside,
    "source": Source,
    "sources": Source,
    "tables": Block,
    "unpivot": Unpivot,
}


class InvalidMapping(DataError):
    """A mapping that cannot be used.

    Attributes:
        problems: Everything that is wrong with it, each with its place.
    """

    def __init__(self, name: str, problems: list[str]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        head = f"{name} cannot be used as a mapping, {count} (docs/loading.md describes every key):"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))


class _TextLoader(yaml.BaseLoader):
    """YAML in which every value is text: `Yes`, `2026-01-01` and `007` stay as they are written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f'the key "{key.value}" stands twice', problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        # An alias can blow up a small file into a huge one; a mapping needs none.
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases (& and *) cannot be used; put texts that start so in quotes",
                problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]
            )
        return super().compose_node(parent, index)


def read_mapping(path: Path) -> Mapping:
    """Reads and checks a mapping file.

    Raises:
        SourceUnavailable: The file is not there or cannot be read.
        InvalidMapping: It is no YAML, or does not keep to the schema; lists every problem.
    """
    content = _parsed(path, _text_of(path))
    if not isinstance(content, dict):
        raise InvalidMapping(path.name, ["it must hold keys such as company, currency and tables"])
    try:
        mapping = Mapping.model_validate(content)
    except ValidationError as error:
        faults = [
            fault for fault in error.errors() if fault["loc"][-1:] != ("str",)
        ]  # the other way to write it
        raise InvalidMapping(path.name, [_told(fault) for fault in faults]) from error
    problems = problems_of(mapping)
    if problems:
        raise InvalidMapping(path.name, problems)
    return mapping


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidMapping(path.name, [f"it is larger than {_LARGEST_FILE:,} bytes"])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidMapping(path.name, [f"it is not UTF-8 text ({error.reason})"]) from error
    except OSError as error:
        raise SourceUnavailable(f"The mapping {path} cannot be read: {error.strerror}.") from error


def _parsed(path: Path, text: str) -> object:
    try:
        return yaml.load(text, Loader=_TextLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InvalidMapping(path.name, [f"{place}{error.problem or 'no YAML'}"]) from error
    except yaml.YAMLError as error:
        raise InvalidMapping(path.name, [f"it is no YAML: {error}"]) from error
    except RecursionError as error:
        raise InvalidMapping(path.name, ["it is nested too deeply"]) from error


def _told(fault: Any) -> str:  # noqa: ANN401 - pydantic's own typed dict of one error
    steps = [f"[{step + 1}]" if isinstance(step, int) else step for step in fault["loc"] if _is_told(step)]
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        unknown, steps = steps[-1], steps[:-1]
        message = f'unknown key "{unknown}"{nearest(unknown, _known_keys(steps))}'
    elif fault["type"] == "missing":
        message = "is needed"
    return f"{_place(steps)}{message}"


def _is_told(step: str | int) -> bool:
    """Whether a step of a place stands in the file: not pydantic's names of types, nor an only block."""
    return step not in (0, "Source") and not (isinstance(step, str) and step.startswith("function-"))


def _place(steps: list[str]) -> str:
    return f"{'.'.join(steps).replace('.[', '[')}: " if steps else ""


def _known_keys(steps: list[str]) -> list[str]:
    part = next((_PARTS[step] for step in reversed(steps) if step in _PARTS), Mapping)
    return [field.alias or name for name, field in part.model_fields.items()]
