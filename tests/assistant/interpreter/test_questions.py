from __future__ import annotations

from typing import Any

import pytest

from tests.assistant.interpreter.company import interpreter
from tests.assistant.interpreter.expectations import faults, load
from tools.definition import ToolCall

ENTRIES: list[dict[str, Any]] = [entry for entries in load("questions.yaml").values() for entry in entries]
ASKED_BACK = [entry for entry in ENTRIES if entry.get("call") == "ask_back"]


def name(entry: dict[str, Any]) -> str:
    return str(entry["q"])[:60]


@pytest.mark.parametrize("expected", ENTRIES, ids=name)
def test_a_question_becomes_the_whole_call_that_it_means(expected: dict[str, Any]) -> None:
    reading = interpreter().read(expected["q"])
    assert not faults(reading, expected)


@pytest.mark.parametrize("turns", load("conversations.yaml"), ids=lambda turns: turns[0]["q"])
def test_a_follow_up_changes_the_query_before_and_nothing_else(turns: list[dict[str, Any]]) -> None:
    previous: tuple[ToolCall, ...] = ()
    for expected in turns:
        reading = interpreter().read(expected["q"], previous)
        assert not faults(reading, expected), expected["q"]
        previous += reading.calls


def test_the_pack_is_large_enough_to_say_something() -> None:
    assert len(ENTRIES) >= 120


@pytest.mark.parametrize("expected", ENTRIES, ids=name)
def test_every_call_fits_the_arguments_of_its_tool(expected: dict[str, Any]) -> None:
    from tools.catalog import TOOLS

    arguments = {tool.name: tool.arguments for tool in TOOLS}
    for call in interpreter().read(expected["q"]).calls:
        arguments[call.name].model_validate(call.arguments)


@pytest.mark.parametrize("expected", ASKED_BACK, ids=name)
def test_each_option_of_a_question_back_can_be_sent_as_it_is(expected: dict[str, Any]) -> None:
    call = interpreter().read(expected["q"]).calls[0]
    for option in call.arguments["options"]:
        answer = interpreter().read(option, (call,)).calls[0]
        assert answer.name not in {"decline", "ask_back"}, option
