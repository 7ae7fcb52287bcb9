"""What the checker says of words that it refuses, in words that a model can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong.

    Attributes:
        code: Its kind, for logs and tests.
        message: What is wrong and what to write instead.
        sentence: Where.
    """

    code: str
    message: str
    sentence: str = ""

    def __str__(self) -> str:
        """The complaint as it is sent back."""
        return f"{self.message} (in: {self.sentence})" if self.sentence else self.message
