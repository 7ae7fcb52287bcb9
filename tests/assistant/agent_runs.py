"""Runs the agent over the fake service, for tests."""

from __future__ import annotations

from typing import Any

from assistant.agent import Event, stream_agent
from assistant.chat_model import chat_model
from assistant.llm import LlmSettings, Sees
from assistant.outcome import Outcome
from connectors.plan_store import PlanStore
from tests.assistant.tiny_company import parts_of
from tests.fake_openai import FakeOpenAI, Reply

HALF_READ = "OTIF by region in June 2026, and whatever else intrigues the flabbergasted board"
"""A question that the embedded model does not understand fully."""

BY_REGION = ("compute_metric", {"metrics": ["otif_rate"], "group_by": ["region"]})


def events_of(
    service: FakeOpenAI,
    store: PlanStore,
    question: str = HALF_READ,
    streaming: bool = True,
    sees: Sees = "aggregates",
    timeout: float = 5.0,
    **more: Any,
) -> list[Event]:
    llm = LlmSettings("test-model", base_url=service.url, timeout_seconds=timeout)
    parts = parts_of(store, sees, **({"tools": more.pop("tools")} if "tools" in more else {}))
    return list(stream_agent(chat_model(llm, streaming), parts, question, **more))


def ask(script: list[Reply], store: PlanStore, **more: Any) -> tuple[Outcome, FakeOpenAI]:
    with FakeOpenAI(script) as service:
        outcome = events_of(service, store, **more)[-1]
        assert isinstance(outcome, Outcome)
        return outcome, service
