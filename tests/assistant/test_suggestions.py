"""What an answer suggests to ask next can be asked: each suggestion is answered as a follow-up."""

from __future__ import annotations

import pytest

from assistant.wiring import Concord

SOUTH = "planner.south@fennmark.example"
QUESTIONS = (
    "OTIF last quarter",
    "wmape by family",
    "inventory",
    "gross margin",
    "revenue by month since January",
    "demand plan units by family",
)
FAST = (
    (None, "OTIF last quarter"),
    (None, "wmape by family"),
    (SOUTH, "OTIF last quarter"),
    (SOUTH, "inventory"),
)


@pytest.mark.parametrize(
    ("email", "question"),
    [
        pytest.param(email, question, marks=[] if (email, question) in FAST else pytest.mark.slow)
        for email in (None, SOUTH)
        for question in QUESTIONS
    ],
)
def test_every_suggestion_is_answered(concord: Concord, question: str, email: str | None):
    person = concord.person(email)
    first = concord.conversations.ask(question, person)
    if first.kind != "answer":
        assert first.kind == "not_permitted"
        return
    assert first.suggestions
    for suggested in first.suggestions:
        following = concord.conversations.ask(suggested, person, first.conversation)
        assert following.kind == "answer", (suggested, following.text)
        assert following.figures[0].metric == first.figures[0].metric
        first = concord.conversations.ask(question, person)
