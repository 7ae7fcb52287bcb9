"""What an LLM may see: `CONCORD_LLM_SEES`, put into practice on all that goes to it and comes back.

`references`: structure only; no values and no names of members. `aggregates` (the default): values,
but customers' names replaced. `names`: all. A name that is kept back stands as a placeholder such as
`{customer_1}`, which code turns into the name (in words) or the id (in arguments) again. Values are
aggregates at any rate: no tool hands out order lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.llm import Sees
from connectors.dimensions import NONE_MEMBER, Member
from tools.wording.known import add_member
from tools.wording.lexicon import lexicon
from tools.wording.phrases import PhraseBook, loosened

_PLACEHOLDER = re.compile(r"\{([a-z_]+_[0-9]+)\}")
_ALONE = re.compile(r"\{?([a-z_]+_[0-9]+)\}?")
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


class LlmView:
    """Masks what goes to an LLM and unmasks what comes back, for one question.

    Placeholders are numbered as they come up, so that a number tells nothing about a member.
    """

    def __init__(self, sees: Sees, members: Mapping[str, Sequence[Member]]) -> None:
        """Take what is to be kept back.

        Args:
            sees: What the LLM may see.
            members: The members that the asker may see, by dimension.
        """
        self.sees = sees
        self._hidden = frozenset(_hidden_dimensions(sees, members))
        self._ids: dict[tuple[str, str], str] = {}
        self._shown: dict[str, str] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._arguments: dict[str, str] = {}
        self._book = PhraseBook()
        for dimension in sorted(self._hidden):
            self._learn(dimension, members[dimension])

    def _learn(self, dimension: str, members: Sequence[Member]) -> None:
        counts: dict[str, int] = {}
        for member in members:
            counts[member.name] = counts.get(member.name, 0) + 1
        for member in members:
            add_member(self._book, dimension, member.name, lexicon())
            if counts[member.name] == 1:
                self._ids[dimension, member.name] = member.id
            else:
                shown = f"{member.name} ({member.id})"
                self._ids[dimension, shown] = member.id
                add_member(self._book, dimension, shown, lexicon())

    @property
    def sees_values(self) -> bool:
        """Whether the LLM may see figures."""
        return self.sees != "references"

    def name(self, dimension: str, name: str) -> str:
        """A member's name as the LLM sees it: the name, or its placeholder."""
        if dimension not in self._hidden or name == NONE_MEMBER:
            return name
        if (dimension, name) not in self._tokens:
            token = f"{dimension}_{sum(1 for d, _ in self._tokens if d == dimension) + 1}"
            self._tokens[dimension, name] = token
            self._shown[token] = name
            self._arguments[token] = self._ids.get((dimension, name), name)
        return f"{{{self._tokens[dimension, name]}}}"

    def mask(self, text: str) -> str:
        """A text with every known name that is kept back replaced: a question, a message."""
        loose = loosened(text)
        parts: list[str] = []
        at = 0
        while at < len(text):
            phrase = self._book.longest(text, loose, at)
            if phrase is None:
                parts.append(text[at])
                at += 1
                continue
            dimension, names = next(iter(sorted(phrase.meaning.items())))
            parts.append(self.name(dimension, min(names)))
            at += len(phrase.text)
        return "".join(parts)

    def unmask(self, text: str) -> str:
        """A text of the LLM with names in the place of placeholders; unknown ones stay."""
        return _PLACEHOLDER.sub(lambda found: self._shown.get(found[1], found[0]), text)

    def mask_arguments(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of an earlier call as the LLM sees them."""
        return {name: _mapped(value, self.mask) for name, value in arguments.items()}

    def unmask_arguments(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of the LLM with ids in the place of placeholders."""
        return {name: _mapped(value, self._argument) for name, value in arguments.items()}

    def _argument(self, text: str) -> str:
        alone = _ALONE.fullmatch(text.strip())
        if alone and alone[1] in self._arguments:
            return self._arguments[alone[1]]
        return self.unmask(text)

    def said(self, text: str) -> str:
        """A sentence of ours (a warning, an assumption) as the LLM sees it."""
        masked = self.mask(text)
        return masked if self.sees_values else _DIGITS.sub("#", masked)


def _hidden_dimensions(sees: Sees, members: Mapping[str, Sequence[Member]]) -> Sequence[str]:
    if sees == "names":
        return ()
    return tuple(members) if sees == "references" else tuple(d for d in members if d == "customer")


def _mapped(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [_mapped(part, change) for part in value]
    return value
