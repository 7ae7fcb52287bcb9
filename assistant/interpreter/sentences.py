"""Sentences of answers, read from `prompts/wording/` once per process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from string import Template
from typing import Any

import yaml


@lru_cache(maxsize=8)
def sentences(name: str, language: str = "en") -> Mapping[str, Any]:
    """The sentences of one file, as nested templates.

    Raises:
        FileNotFoundError: There is no such file for the language.
    """
    text = resources.files(f"prompts.wording.{language}").joinpath(f"{name}.yaml").read_text("utf-8")
    content: Mapping[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return content


def say(file: str, /, *path: str, **filled: str) -> str:
    """One sentence with its places filled in.

    Args:
        file: File of `prompts/wording/`.
        path: Keys down to the sentence.
        filled: What stands for each `$place`.

    Raises:
        KeyError: There is no such sentence, or a place has nothing to fill it.
    """
    found: Any = sentences(file)
    for step in path:
        found = found[step]
    return Template(found).substitute(filled)
