"""Faults of a question or of the data, as one of the noes of the answer contract."""

from __future__ import annotations

from connectors.errors import ConcordError, MissingTable, NotPermitted, OutOfRange, QuestionError, UnknownName
from tools.figures import Refusal


def refusal_of(fault: ConcordError) -> Refusal:
    """A fault as one of the noes, in its own words."""
    if isinstance(fault, NotPermitted):
        return Refusal(kind="not_permitted", message=fault.message)
    known = isinstance(fault, (UnknownName, OutOfRange, MissingTable))
    has_no_data = known or not isinstance(fault, QuestionError)
    return Refusal(
        kind="no_data" if has_no_data else "unanswerable",
        message=fault.message,
        choices=list(fault.choices)[:6],
    )
