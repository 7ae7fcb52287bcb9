"""The first lane: a question that the interpreter fully understands is answered without an agent.

A complete reading already names every tool call, so there is nothing for a loop of model and tools to
find out. This keeps LangChain's import, two seconds, out of a cold `concord ask`.
"""

from __future__ import annotations

from typing import Literal

from assistant.interpreter.reading import Reading
from assistant.interpreter.wording import write_answer
from assistant.outcome import Outcome
from tools.catalog import Toolbox


def run_reading(reading: Reading, toolbox: Toolbox, style: Literal["executive", "analyst"]) -> Outcome:
    """Run the calls of a reading and word what came back."""
    results = [toolbox.run(call.name, call.arguments) for call in reading.calls]
    return Outcome(
        calls=reading.calls,
        results=tuple(results),
        text=write_answer(reading, results, style),
        assumptions=reading.assumptions,
    )
