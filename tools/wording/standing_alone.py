"""Sentences without a reference: headings, questions and quotations may stand, claims may not."""

from __future__ import annotations

from tools.wording.claims import Complaints, Said, Words
from tools.wording.complaints import Complaint
from tools.wording.sentences import Sentence

_CLAIMS = ("everything", "transform", "comparison")


def standing_alone_complaints(words: Words, sentence: Sentence, said: Said) -> Complaints:
    """A sentence without a figure claims nothing."""
    may_stand = sentence.is_heading or sentence.is_question or bool(sentence.places("quote"))
    if not may_stand:
        message = "This sentence has no reference: leave it out, or refer to the figure that shows it."
        yield Complaint("no_reference", message, sentence.text)
        return
    for place, token in enumerate(sentence.tokens):
        lower = token.lower if token.is_word else ""
        is_claim = lower in words.lexicon.directions or lower in words.lexicon.superlatives
        is_asking = sentence.is_question and lower in words.lexicon.asking
        if (is_claim and not is_asking) or token.kind in _CLAIMS:
            message = f"'{token.text}' stands in a sentence without a reference."
            yield Complaint("no_reference", message, sentence.text)
        if token.kind == "metric":
            yield from _metric(words, sentence, place, said)
        if token.kind == "member" and not sentence.is_question:
            message = f"No reference in this sentence belongs to {token.text}."
            yield Complaint("group", message, sentence.text)
        if token.kind == "period" and sentence.is_heading:
            said.periods |= token.meaning["period"]
        if token.kind == "period" and words.periods != token.meaning["period"]:
            message = f"Not every figure is of {token.text}: leave it out here."
            yield Complaint("period", message, sentence.text)


def _metric(words: Words, sentence: Sentence, place: int, said: Said) -> Complaints:
    meant = sentence.tokens[place].meaning["metric"]
    if not sentence.is_question and not meant & words.metrics:
        message = f"No figure referred to is {sentence.tokens[place].text}."
        yield Complaint("metric", message, sentence.text)
    if sentence.is_heading:
        said.metrics |= meant
