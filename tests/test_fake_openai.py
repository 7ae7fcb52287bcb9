"""The fake service is strict: what the real one refuses, it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fake_openai import request_faults

USER = {"role": "user", "content": "hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "t", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
ANSWER = {"role": "tool", "tool_call_id": "c1", "content": "x"}
TOOL = {
    "type": "function",
    "function": {"name": "t", "description": "d", "parameters": {"type": "object", "properties": {}}},
}


def body(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": list(messages or [USER]), **more}


def test_a_good_request_passes() -> None:
    assert request_faults(body(USER, CALLING, ANSWER, tools=[TOOL], temperature=0)) == []
    assert request_faults(body(stream=True, stream_options={"include_usage": True})) == []


@pytest.mark.parametrize(
    ("request_body", "fault"),
    [
        (body(temprature=0), "unknown parameter"),
        ({"messages": [USER]}, "model"),
        (body(temperature="hot"), "temperature"),
        (body({"role": "robot", "content": "x"}), "role"),
        (body({**USER, "artifact": 1}), "unknown keys"),
        (body(USER, CALLING), "no answers"),
        (body(USER, ANSWER), "was not called"),
        (body(USER, CALLING, USER, ANSWER), "comes before the answers"),
        (body(USER, {"role": "system", "content": "x"}), "in the middle"),
        (body(tools=[TOOL, TOOL]), "share a name"),
        (body(tools=[{**TOOL, "function": {**TOOL["function"], "name": "a b"}}]), "bad tool name"),
        (body(tools=[{**TOOL, "function": {**TOOL["function"], "description": ""}}]), "no description"),
    ],
)
def test_a_bad_request_is_told(request_body: dict[str, Any], fault: str) -> None:
    assert any(fault in told for told in request_faults(request_body)), request_faults(request_body)
