"""What a model sees is an interface: the system prompt and the tools' schemas are under snapshot.

`UPDATE_SNAPSHOTS=1 pytest tests/assistant/test_agent_surface.py` writes them anew; read the difference.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from assistant.agent import system_prompt
from assistant.agent_run import AgentParts, AgentRun
from assistant.agent_tools import tools_for
from assistant.llm import Sees
from tests.assistant.tiny_company import parts_of, tiny_company, whole_store
from tests.tools.sample_answer import BETTER, METRIC_WORDS, NAMES, sample_results
from tools.catalog import TOOLS
from tools.provenance import check

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture(scope="module")
def parts() -> Iterator[AgentParts]:
    warehouse = tiny_company()
    yield parts_of(whole_store(warehouse))
    warehouse.close()


def same_as_snapshot(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.is_file(), f"there is no snapshot {name}; UPDATE_SNAPSHOTS=1 writes it"
    assert text == path.read_text("utf-8"), f"{name} differs; UPDATE_SNAPSHOTS=1 writes it anew"


def schemas(parts: AgentParts) -> dict[str, dict[str, Any]]:
    return {tool.name: convert_to_openai_tool(tool)["function"] for tool in tools_for(AgentRun(parts, ""))}


@pytest.mark.parametrize("sees", get_args(Sees))
def test_the_system_prompt_is_what_it_was(parts: AgentParts, sees: Sees) -> None:
    store = parts.toolbox._context.store
    same_as_snapshot(f"system_{sees}.md", system_prompt(parts_of(store, sees)))


@pytest.mark.parametrize("name", [tool.name for tool in TOOLS])
def test_the_schema_of_a_tool_is_what_it_was(parts: AgentParts, name: str) -> None:
    same_as_snapshot(
        f"tools/{name}.json", json.dumps(schemas(parts)[name], indent=2, ensure_ascii=False) + "\n"
    )


def test_no_snapshot_is_left_of_a_tool_that_is_gone() -> None:
    kept = {path.stem for path in (SNAPSHOTS / "tools").glob("*.json")}
    assert kept <= {tool.name for tool in TOOLS}


def test_the_system_prompt_is_short(parts: AgentParts) -> None:
    assert len(system_prompt(parts).splitlines()) < 80


def test_every_argument_is_described(parts: AgentParts) -> None:
    bare = [
        f"{name}.{argument}"
        for name, schema in schemas(parts).items()
        for argument, about in schema["parameters"].get("properties", {}).items()
        if not about.get("description")
    ]
    assert bare == []


def test_the_example_of_the_system_prompt_passes_the_checker() -> None:
    prompt = resources.files("prompts").joinpath("system.md").read_text("utf-8")
    example = re.search(r'Example: "(.+?)"', prompt, re.DOTALL)
    assert example is not None
    words = " ".join(example[1].split())
    assert check(words, sample_results(), "", NAMES, METRIC_WORDS, BETTER) == []
