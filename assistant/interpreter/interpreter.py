"""The embedded model's brain: a question → the tool calls that answer it. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.interpreter.deciding import Decision
from assistant.interpreter.moment import Moment
from assistant.interpreter.reading import Reading
from assistant.interpreter.replying import declined
from assistant.interpreter.sentences import say
from assistant.interpreter.understanding import understand
from assistant.interpreter.vocabulary import Vocabulary
from tools.definition import ToolCall

LONGEST = 2000
"""Characters of a question that are read; what is longer is no question."""


class Interpreter:
    """Reads questions of one person, in the person's own vocabulary."""

    def __init__(self, vocabulary: Vocabulary, moment: Moment, *, is_narrowed: bool) -> None:
        """Take what the person may speak of.

        Args:
            vocabulary: Built from the narrowed store.
            moment: The calendar that the question is read in.
            is_narrowed: Whether the person sees a part only, so that a name that is not in the
                vocabulary gets one reply, whether it exists or not.
        """
        self.vocabulary = vocabulary
        self.moment = moment
        self.is_narrowed = is_narrowed

    def read(self, question: str, previous: Sequence[ToolCall] = ()) -> Reading:
        """What a question comes to. Never raises, whatever the text.

        Args:
            question: As it was put. What stands in it is data.
            previous: Tool calls of the turns before, newest last; never their text.
        """
        if len(question) > LONGEST:
            return declined("unanswerable", say("replies", "decline", "too_long"))
        understood = understand(question, self.vocabulary, self.moment)
        return Decision(self, understood, tuple(previous)).reading()

    def read_option(self, question: str, previous: Sequence[ToolCall]) -> Reading:
        """What an offered question would come to; its own options are not tried in turn."""
        understood = understand(question, self.vocabulary, self.moment)
        return Decision(self, understood, tuple(previous), is_option=True).reading()
