"""Parsing is quick, also in the vocabulary of a large company. Bounds are double of what is promised."""

from __future__ import annotations

import random
import time

import pytest

from assistant.interpreter.interpreter import Interpreter
from assistant.interpreter.vocabulary import Vocabulary
from connectors.dimensions import Member
from tests.assistant.interpreter.company import ALL_METRICS, MEMBERS, MOMENT, VERSIONS
from tests.assistant.interpreter.expectations import load

QUESTIONS = [entry["q"] for entries in load("questions.yaml").values() for entry in entries]


def _vocabulary(products: int, customers: int) -> Vocabulary:
    rng = random.Random(1)
    syllables = ["ba", "ke", "lo", "mi", "ru", "ta", "ven", "sor", "qui", "dal", "fex", "gor", "hin", "zim"]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))).capitalize() for _ in range(12_000)]
    members = dict(MEMBERS)
    members["product"] = [
        Member("product", f"P{at:06d}", f"{' '.join(rng.choices(words, k=2))} {rng.randint(1, 900)}g")
        for at in range(products)
    ]
    members["customer"] = [
        Member("customer", f"C{at:06d}", " ".join(rng.choices(words, k=2))) for at in range(customers)
    ]
    return Vocabulary.build(ALL_METRICS.values(), members, VERSIONS)


def _p95_ms(vocabulary: Vocabulary) -> float:
    reader = Interpreter(vocabulary, MOMENT, is_narrowed=False)
    reader.read("OTIF by region last quarter")
    times = []
    for question in QUESTIONS:
        started = time.perf_counter()
        reader.read(question)
        times.append(time.perf_counter() - started)
    return sorted(times)[int(len(times) * 0.95)] * 1000


def test_a_question_is_read_within_10_ms_among_1000_names() -> None:
    assert _p95_ms(_vocabulary(700, 300)) < 20


def test_the_vocabulary_of_the_demo_company_is_built_within_100_ms() -> None:
    _vocabulary(10, 10)
    started = time.perf_counter()
    _vocabulary(60, 40)
    assert time.perf_counter() - started < 0.2


@pytest.mark.slow
def test_a_question_is_read_within_50_ms_among_50000_products_and_10000_customers() -> None:
    assert _p95_ms(_vocabulary(50_000, 10_000)) < 100
