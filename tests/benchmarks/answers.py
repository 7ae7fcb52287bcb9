"""How long an answer takes: warm, from a cold process, and for the parser alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from assistant.demo_company import build_demo
from assistant.interpreter.interpreter import Interpreter
from assistant.knowledge import moment_of, vocabulary_of
from assistant.settings import Settings
from assistant.wiring import put_together
from connectors.access import LOCAL_USER
from tests.benchmarks.entries import Entry, percentile

QUESTIONS = Path(__file__).with_name("questions.txt")
COLD_RUNS = 5


def measure() -> dict[str, Entry]:
    """The figures of the group `answers` on the demo company."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "demo" / "store.duckdb")
        settings = Settings(store=store)
        build_demo(settings, datetime.now(UTC), lambda _: None)
        entries = _warm(settings)
        entries |= _parser(settings)
        entries |= _cold(store)
    return entries


def _questions() -> list[str]:
    return [line for line in QUESTIONS.read_text("utf-8").splitlines() if line]


def _warm(settings: Settings) -> dict[str, Entry]:
    together = put_together(settings)
    milliseconds = []
    try:
        for question in _questions():
            together.conversations.ask(question, LOCAL_USER)
        for question in _questions():
            started = time.perf_counter()
            together.conversations.ask(question, LOCAL_USER)
            milliseconds.append((time.perf_counter() - started) * 1000)
    finally:
        together.close()
    target = {"target": 150.0}
    return {
        "answer_warm_p50_ms": Entry(percentile(milliseconds, 0.5), "ms", "lower"),
        "answer_warm_p95_ms": Entry(percentile(milliseconds, 0.95), "ms", "lower", target),
    }


def _parser(settings: Settings) -> dict[str, Entry]:
    together = put_together(settings)
    try:
        store = together.warehouse.for_person(LOCAL_USER)
        interpreter = Interpreter(vocabulary_of(store), moment_of(store), is_narrowed=False)
        for question in _questions():
            interpreter.read(question)
        milliseconds = []
        for question in _questions():
            started = time.perf_counter()
            interpreter.read(question)
            milliseconds.append((time.perf_counter() - started) * 1000)
    finally:
        together.close()
    return {"parse_p95_ms": Entry(percentile(milliseconds, 0.95), "ms", "lower", {"target": 10.0})}


def _cold(store: str) -> dict[str, Entry]:
    concord = str(Path(sys.executable).with_name("concord"))
    ask = _median_seconds([concord, "ask", "OTIF by region last quarter", "--store", store])
    shown = _median_seconds([concord, "--help"])
    bare = _median_seconds([sys.executable, "-c", "pass"])
    return {
        "ask_cold_s": Entry(ask, "s", "lower", {"target": 3.0, "python -c pass (same run)": bare}),
        "help_cold_s": Entry(shown, "s", "lower", {"target": 0.5, "python -c pass (same run)": bare}),
    }


def _median_seconds(command: list[str]) -> float:
    seconds = []
    for _ in range(COLD_RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"NO_COLOR": "1"})
        seconds.append(time.perf_counter() - started)
    return percentile(seconds, 0.5)
