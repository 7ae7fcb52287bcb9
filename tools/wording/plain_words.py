"""Single words and characters: nothing stands in a sentence that cannot be checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tools.figures import ToolResult
from tools.wording.claims import Complaints, Words
from tools.wording.complaints import Complaint
from tools.wording.sentences import Sentence
from tools.wording.tokens import Token

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_ROMAN = re.compile(r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_ODD_LETTERS = re.compile(r"[lIoOSBZ|]+")
_QUOTATION_MARKS = frozenset("\"'“”„«»‘’`´")
_MARKUP = frozenset("<>[]|`#\\_^&=@")

_WHY = {
    "number_words": "says a number in words: only references say numbers",
    "hedges": "rounds or judges a figure",
    "negations": "denies something, which cannot be checked",
    "causes": "gives a cause, which no tool has found",
    "pointers_back": "points at figures without naming them",
    "relative_periods": "is no period's name: write the label of the period",
}


def word_complaints(words: Words, sentence: Sentence) -> Complaints:
    """Every word is one that the checker knows, and no digit stands outside of references."""
    has_range = any(t.reference and t.reference.field in ("low", "high") for t in sentence.tokens)
    for token in sentence.tokens:
        if token.kind == "stray":
            yield Complaint(*_stray(token.text), sentence.text)
        elif token.is_word:
            fault = _word_fault(words, sentence, token, has_range)
            if fault:
                yield Complaint(fault[0], f"'{token.text}' {fault[1]}.", sentence.text)


def _word_fault(words: Words, sentence: Sentence, token: Token, has_range: bool) -> tuple[str, str] | None:
    lexicon, lower = words.lexicon, token.lower
    if sentence.is_question and lower in lexicon.asking:
        return None
    if has_range and lower in lexicon.range:
        return None
    if lower in lexicon.why_refused:
        kind = lexicon.why_refused[lower]
        return kind, _WHY[kind]
    if _is_roman(token.text) or _ODD_LETTERS.fullmatch(token.text):
        return "digits", "reads as a number: only references say numbers"
    allowed = (
        lexicon.plain,
        lexicon.cut_by,
        lexicon.directions,
        lexicon.superlatives,
        lexicon.comparing,
        lexicon.excluding,
        lexicon.joining,
    )
    if any(lower in group for group in allowed):
        return None
    return "unknown_word", "is no word that can be checked: use plain words, names, and references"


def _is_roman(text: str) -> bool:
    return text.isupper() and text != "I" and bool(_ROMAN.fullmatch(text.lower()))


def _stray(text: str) -> tuple[str, str]:
    name = unicodedata.name(text, "a control character").lower()
    if unicodedata.category(text).startswith("N") or unicodedata.normalize("NFKC", text).strip("⁄").isdigit():
        return "digits", f"The digit '{text}' stands outside of a reference."
    if text in _QUOTATION_MARKS:
        return "quotation", "A quotation mark is open or out of place."
    if text in "{}":
        return "reference", "Braces hold references only, such as {F1} or {F1.difference}."
    if text in _MARKUP:
        return "markup", f"'{text}' is markup: write plain sentences; tables and links are added by code."
    return "symbol", f"The character '{text}' ({name}) must not stand in a sentence."


def quotation_complaints(words: Words, sentence: Sentence, results: Sequence[ToolResult]) -> Complaints:
    """What stands in quotation marks is, word for word, whole sentences of a source's quote."""
    sources = [source.quote for result in results for source in result.sources if source.quote]
    for place in sentence.places("quote"):
        said = _plain(sentence.tokens[place].text)
        if not said or not any(said in _passages(quote) for quote in sources):
            quoted = sentence.tokens[place].text
            message = f"The quotation '{quoted}' is not, as a whole sentence, in any source."
            yield Complaint("quotation", message, sentence.text)
        if sentence.references or sentence.places("metric"):
            message = "A quotation stands in a sentence of its own, without figures and metrics."
            yield Complaint("quotation", message, sentence.text)


def _passages(quote: str) -> set[str]:
    """All runs of whole sentences of a quote."""
    sentences = _SENTENCE_END.split(" ".join(quote.split()))
    return {
        _plain(" ".join(sentences[first : last + 1]))
        for first in range(len(sentences))
        for last in range(first, len(sentences))
    }


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".,;:!? ")
