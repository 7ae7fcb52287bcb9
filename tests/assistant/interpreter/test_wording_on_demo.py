"""What the embedded model says of real results passes the same checks as a language model's words."""

from __future__ import annotations

import pytest

from assistant.interpreter.interpreter import Interpreter
from assistant.interpreter.wording import write_answer
from assistant.knowledge import moment_of, vocabulary_of
from connectors.plan_store import PlanStore
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.metrics.registry import STANDARD
from tools.provenance import check

QUESTIONS = (
    "OTIF last quarter",
    "OTIF by region last quarter vs the quarter before",
    "OTIF at order level in North",
    "lost sales by family since April",
    "top 3 families by lost sales since April",
    "forecast bias by family, last 12 months, worst 3",
    "wmape by version last quarter",
    "consensus vs statistical wmape by business unit",
    "OTIF by month",
    "share of revenue by region",
    "What % of lost sales is Dairy?",
    "revenue ytd vs budget by BU",
    "OTIF vs target by customer",
    "revenue in Q2 vs Q1 2025",
    "biggest drop in OTIF by region last quarter",
    "consensus vs statistical demand plan for Q3",
    "What is the revenue budget for Q3?",
    "cumulative revenue by month this year",
    "OTIF and lost sales by region, last quarter",
    "OTIF, lost sales and expedite cost by month since January",
    "cancellation rate by reason",
    "revenue yoy by market",
    "revenue excluding Dairy",
    "on time rate for Corner Market",
)


@pytest.fixture(scope="module")
def reader(demo: PlanStore) -> Interpreter:
    return Interpreter(vocabulary_of(demo, STANDARD), moment_of(demo), is_narrowed=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_words_of_an_answer_bear_a_check(question: str, reader: Interpreter, demo: PlanStore) -> None:
    reading = reader.read(question)
    toolbox = Toolbox(ToolContext(demo, STANDARD))
    results = [toolbox.run(call.name, call.arguments) for call in reading.calls]
    names = {name: [m.name for m in demo.members(name)] for name in demo.dimensions}
    words = {metric.id: [metric.title, *metric.synonyms] for metric in STANDARD}
    better = {metric.id: metric.better.value for metric in STANDARD}
    assert any(made.figures for made in results)
    for style in ("executive", "analyst"):
        text = write_answer(reading, results, style)
        assert not check(text, results, question, names, words, better), text
