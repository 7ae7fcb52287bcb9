"""The lexicon is data: what it says must be of a form that the grammar knows."""

from __future__ import annotations

from string import Template
from typing import Any

import pytest

from assistant.interpreter.calendar_words import READERS
from assistant.interpreter.lexicon import load_lexicon, slots_in
from assistant.interpreter.patterns import Slot, paths_of
from assistant.interpreter.periods import _READINGS as READINGS
from assistant.interpreter.sentences import sentences
from assistant.interpreter.spans import PREFERENCE
from tests.assistant.interpreter.company import interpreter
from tools.metrics.query import MetricQuery

LEXICON = load_lexicon()
BUILT_IN = {"start", "end", "dash", "dimension", "version", *READERS}


def test_a_choice_an_option_and_a_class_become_every_row_of_words() -> None:
    assert set(paths_of("[the] (last|past) <n:count> months")) == {
        ("last", Slot("n", "count"), "month"),
        ("past", Slot("n", "count"), "month"),
        ("the", "last", Slot("n", "count"), "month"),
        ("the", "past", Slot("n", "count"), "month"),
    }


@pytest.mark.parametrize("pattern", ["(last|past", "[the]", "last)", ""])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|bracket"):
        list(paths_of(pattern))


def test_every_class_that_a_pattern_names_exists() -> None:
    named = {slot.of for slot in slots_in(LEXICON.rules)}
    for part in LEXICON.parts.values():
        named |= {slot.of for slot in slots_in(part)}
    assert named <= BUILT_IN | set(LEXICON.classes) | set(LEXICON.parts)


def test_every_kind_of_rule_has_its_place_among_the_others() -> None:
    assert set(LEXICON.sections["rules"]) <= set(PREFERENCE)


def test_every_reading_of_a_period_is_one_that_is_computed() -> None:
    assert {entry["read"] for entry in LEXICON.sections["rules"]["period"]} <= set(READINGS)


def test_every_topic_that_is_not_built_has_its_words() -> None:
    rules = LEXICON.sections["rules"]
    topics = {entry["topic"] for kind in ("unbuilt", "request") for entry in rules[kind]}
    assert topics | {"absent", "counts", "changes", "cycles", "lists"} <= set(
        sentences("replies")["decline"]["topics"]
    )


def test_bases_are_arguments_of_the_tool_that_takes_them() -> None:
    fields = set(MetricQuery.model_fields)
    for entry in LEXICON.sections["rules"]["basis"]:
        assert set(entry) - {"say"} <= fields


def test_no_two_entries_of_everyday_words_claim_the_same_phrase() -> None:
    entries = [*LEXICON.sections["plain_words"], *LEXICON.sections["ask"]]
    said = [pattern.casefold() for entry in entries for pattern in entry["say"]]
    assert len(said) == len(set(said))


def _templates(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _templates(value)]
    return [node] if isinstance(node, str) else []


@pytest.mark.parametrize("name", ["answers", "replies"])
def test_no_sentence_holds_a_digit_of_its_own(name: str) -> None:
    for text in _templates(sentences(name)):
        assert Template(text).is_valid()
        assert not any(character.isdigit() for character in text), text


def test_a_stranger_adds_a_word_by_adding_data() -> None:
    from assistant.interpreter.interpreter import Interpreter
    from assistant.interpreter.lexicon import compile_lexicon
    from assistant.interpreter.vocabulary import Vocabulary
    from tests.assistant.interpreter.company import ALL_METRICS, MEMBERS, MOMENT, VERSIONS

    content = dict(LEXICON.sections)
    content["dimensions"] = {**content["dimensions"], "region": ["gau"]}
    content["rules"] = {
        **content["rules"],
        "period": [{"say": "bislang", "read": "to_date", "unit": "year"}, *content["rules"]["period"]],
    }
    lexicon = compile_lexicon(content, [], [])
    vocabulary = Vocabulary.build(ALL_METRICS.values(), MEMBERS, VERSIONS, lexicon=lexicon)
    reading = Interpreter(vocabulary, MOMENT, is_narrowed=False).read("OTIF by gau bislang")
    assert reading.calls[0].arguments == {
        "metrics": ["otif_rate"],
        "group_by": ["region"],
        "period": {"start": "2026-01-01", "end": "2026-06-30"},
    }


def test_a_company_that_adds_a_metric_can_ask_it_by_its_name() -> None:
    reading = interpreter().read("returns rate by region last quarter")
    assert reading.calls[0].arguments["metrics"] == ["returns_rate"]
