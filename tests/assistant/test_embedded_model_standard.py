"""LangChain's standard suites for chat models, on the embedded model.

The integration suite asks a general model to call tools of its own. The embedded model calls what an
interpreter reads, so it gets one here that reads the suite's sentences; everything else is the model as it
is. What the suite leaves out, and why, is said at each property.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from assistant.embedded_model import EmbeddedModel
from assistant.interpreter.reading import Reading
from assistant.interpreter.wording import write_answer
from tests.assistant.interpreter.company import interpreter
from tools.definition import ToolCall

pytestmark = [
    # The suite itself warns that v3 events are experimental.
    pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning"),
]


class SuiteReader:
    """Reads the sentences of the standard suite."""

    _NUMBERS = re.compile(r"magic_function\((\d+)\)")
    _SUM = re.compile(r"What is (\d+) \+ (\d+)")
    _NAMED = re.compile(r"customer named '([^']+)'")

    def read(self, question: str, previous: Sequence[ToolCall] = ()) -> Reading:
        return Reading(tuple(self._calls(question)))

    def _calls(self, question: str) -> list[ToolCall]:
        if number := self._NUMBERS.search(question):
            return [ToolCall("magic_function", {"input": int(number[1])})]
        if terms := self._SUM.search(question):
            return [ToolCall("my_adder_tool", {"a": int(terms[1]), "b": int(terms[2])})]
        if name := self._NAMED.search(question):
            return [ToolCall("unicode_customer", {"customer_name": name[1], "description": "a company"})]
        if "magic_function_no_args" in question:
            return [ToolCall("magic_function_no_args", {})]
        if "Pirate greeting" in question:
            return [ToolCall("greeting_generator", {"answer_style": "pirate"})]
        if "weather" in question:
            return [ToolCall("get_weather", {"location": "San Francisco, CA"})]
        return []


class TestStandardUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return EmbeddedModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"reader": interpreter(), "writer": write_answer}

    @property
    def has_tool_choice(self) -> bool:
        """The question alone decides which tool is called."""
        return False

    @property
    def has_structured_output(self) -> bool:
        """It writes answers to planning questions, not JSON of any schema."""
        return False


class TestStandardIntegration(ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return EmbeddedModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"reader": SuiteReader(), "writer": write_answer}

    @property
    def has_tool_choice(self) -> bool:
        """The question alone decides which tool is called."""
        return False

    @property
    def has_structured_output(self) -> bool:
        """It writes answers to planning questions, not JSON of any schema."""
        return False

    @property
    def returns_usage_metadata(self) -> bool:
        """It uses no tokens."""
        return False
