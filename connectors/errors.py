"""The error tree. Every message says what was asked, what exists and what to do next.

ConcordError
├── QuestionError        the question cannot be answered as it was put
│   ├── UnknownName      a member, metric, version or dimension that does not exist
│   ├── Ambiguous        several readings that would change the figure
│   └── OutOfRange       a period or number outside of what is loaded or allowed
├── NotPermitted         it may exist, but not for this person
├── DataError            the plan store does not hold what is needed
│   ├── MissingTable     a table or column that is not loaded
│   ├── InvalidTable     data that break the canonical rules
│   └── Stale            something changed underneath: a draft expired, a version moved on
└── SourceUnavailable    a file, database or service that cannot be reached
"""

from __future__ import annotations


class ConcordError(Exception):
    """A fault that is told to the person in its own words.

    Attributes:
        message: What was asked, what exists, what to do next.
        choices: Names that do exist and may be offered instead.
    """

    def __init__(self, message: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.choices = choices


class QuestionError(ConcordError):
    """The question cannot be answered as it was put."""


class UnknownName(QuestionError):
    """A name that does not exist."""


class Ambiguous(QuestionError):
    """Several readings that would change the figure; `choices` are whole questions."""


class OutOfRange(QuestionError):
    """A period or a number outside of what is loaded or allowed."""


class NotPermitted(ConcordError):
    """It may exist, but not for this person. The message gives nothing away."""


class DataError(ConcordError):
    """The plan store does not hold what is needed."""


class MissingTable(DataError):
    """A table or a column that is not loaded."""


class InvalidTable(DataError):
    """Data that break the canonical rules."""


class Stale(DataError):
    """Something changed underneath: a draft expired, a data version moved on."""


class SourceUnavailable(ConcordError):
    """A file, database or service that cannot be reached."""
