"""How long an answer takes: warm, from a cold process, and for the parser alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.demo_company import build_demo
from assistant.interpreter.interpreter import Interpreter
from assistant.interpreter.moment import Moment
from assistant.interpreter.vocabulary import Vocabulary
from assistant.knowledge import moment_of, vocabulary_of
from assistant.settings import Settings
from assistant.wiring import put_together
from connectors.access import LOCAL_USER
from connectors.dimensions import Member
from tests.benchmarks.entries import Entry, percentile
from tools.metrics.registry import STANDARD

QUESTIONS = Path(__file__).with_name("questions.txt")
COLD_RUNS = 5
SYLLABLES = ("ba", "ke", "lo", "mi", "ru", "ta", "ven", "sor", "qui", "dal", "fex", "gor", "hin", "zim")


def measure() -> dict[str, Entry]:
    """The figures of the group `answers` on the demo company."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "demo" / "store.duckdb")
        settings = Settings(store=store)
        build_demo(settings, datetime.now(UTC), lambda _: None)
        entries = _warm(settings)
        entries |= _parser(settings) | _large_vocabulary()
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
        interpreter = Interpreter(vocabulary_of(store, STANDARD), moment_of(store), is_narrowed=False)
        milliseconds = _reading_times(interpreter)
    finally:
        together.close()
    return {"parse_p95_ms": Entry(percentile(milliseconds, 0.95), "ms", "lower", {"target": 10.0})}


def _large_vocabulary() -> dict[str, Entry]:
    """The parser among 50,000 products and 10,000 customers of made-up names."""
    rng = random.Random(1)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(12_000)]
    products = [f"{' '.join(rng.choices(words, k=2))} {rng.randint(1, 900)}g" for _ in range(50_000)]
    customers = [" ".join(rng.choices(words, k=2)) for _ in range(10_000)]
    members = {
        "product": [Member("product", f"P{at:06d}", name) for at, name in enumerate(products)],
        "customer": [Member("customer", f"C{at:06d}", name) for at, name in enumerate(customers)],
        "region": [Member("region", name, name) for name in ("North", "South", "East", "West")],
    }
    vocabulary = Vocabulary.build(STANDARD, members, ("statistical", "consensus"))
    moment = Moment(as_of=date(2026, 6, 30), last_closed_month=date(2026, 6, 1))
    reader = Interpreter(vocabulary, moment, is_narrowed=False)
    milliseconds = _reading_times(reader)
    target = {"target": 50.0}
    return {"parse_large_vocabulary_p95_ms": Entry(percentile(milliseconds, 0.95), "ms", "lower", target)}


def _reading_times(reader: Interpreter) -> list[float]:
    for question in _questions():
        reader.read(question)
    milliseconds = []
    for question in _questions():
        started = time.perf_counter()
        reader.read(question)
        milliseconds.append((time.perf_counter() - started) * 1000)
    return milliseconds


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
