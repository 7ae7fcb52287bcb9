"""A slip in a word costs an answer at times, and a wrong figure hardly ever."""

from __future__ import annotations

import random

import pytest

from tests.assistant.interpreter.company import interpreter
from tests.assistant.interpreter.expectations import load

FIGURES = {"compute_metric", "query_plan"}


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    other = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + other + word[at + 1 :],
        )
    )


def _spoilt(question: str, slips: int, rng: random.Random) -> str:
    words = question.split(" ")
    places = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    for at in rng.sample(places, min(slips, len(places))):
        words[at] = _slip(words[at], rng)
    return " ".join(words)


def _shares(slips: int) -> tuple[float, float]:
    """Shares of right and of wrong readings of spoilt questions."""
    rng, reader = random.Random(2026), interpreter()
    right = wrong = count = 0
    for entries in load("questions.yaml").values():
        for entry in entries:
            meant = reader.read(entry["q"])
            spoilt = _spoilt(entry["q"], slips, rng)
            if meant.calls[0].name not in FIGURES or spoilt == entry["q"]:
                continue
            count += 1
            read = reader.read(spoilt)
            right += read.calls == meant.calls
            wrong += read.calls != meant.calls and read.calls[0].name in FIGURES
    return right / count, wrong / count


def test_one_slip_leaves_nine_in_ten_right_and_hardly_one_wrong() -> None:
    right, wrong = _shares(slips=1)
    assert right >= 0.93
    assert wrong <= 0.01


@pytest.mark.slow
def test_two_slips_leave_most_right_and_hardly_one_wrong() -> None:
    right, wrong = _shares(slips=2)
    assert right >= 0.85
    assert wrong <= 0.01
