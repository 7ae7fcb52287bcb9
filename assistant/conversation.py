"""`ask`: one question within one conversation, from the words to the kept answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from assistant.answer import Answer, Turn, make_answer
from assistant.first_lane import run_reading
from assistant.interpreter.analyses import same_subject
from assistant.interpreter.interpreter import Interpreter
from assistant.interpreter.moment import Moment
from assistant.interpreter.reading import Reading
from assistant.interpreter.vocabulary import Vocabulary
from assistant.knowledge import moment_of, vocabulary_of
from assistant.llm import LlmSettings
from assistant.outcome import Outcome
from connectors.access import Person
from connectors.errors import OutOfRange, QuestionError
from connectors.plan_store import PlanStore
from connectors.warehouse import Warehouse
from connectors.workspace.identifiers import new_id
from connectors.workspace.kept_answers import KeptAnswer
from connectors.workspace.kept_answers import ToolCall as KeptCall
from connectors.workspace.workspace import Workspace
from tools.catalog import Toolbox
from tools.definition import ToolCall, ToolContext
from tools.metrics.registry import STANDARD, Registry

LONGEST_QUESTION = 4000

_NOES = frozenset({"no_data", "not_permitted"})
"""Kinds of a turn that came to nothing: what asks on about the same goes on from the turn before it."""


@dataclass
class Conversations:
    """Everything that a question needs, put together once by the wiring.

    Attributes:
        warehouse: The whole plan store; narrowed here for each asker.
        workspace: Where turns are kept.
        registry: The metrics that can be asked.
        llm: An OpenAI-compatible model, or None for the embedded model alone.
        first_lane: Whether the embedded model answers first what it fully understands.
        clock: Gives the time in UTC.
    """

    warehouse: Warehouse
    workspace: Workspace
    clock: Callable[[], datetime]
    registry: Registry = STANDARD
    llm: LlmSettings | None = None
    first_lane: bool = True
    _vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    _moments: dict[str, Moment] = field(default_factory=dict)

    def ask(
        self, question: str, person: Person, conversation: str | None = None, as_of: date | None = None
    ) -> Answer:
        """Answer one question and keep it.

        Args:
            question: As it was put.
            person: Who asks; decides what may be seen.
            conversation: Conversation to go on with; None starts one.
            as_of: An earlier day to look from; hides all that is later.

        Raises:
            QuestionError: The question is too long, or the as-of date lies ahead.
            UnknownName: There is no such conversation.
        """
        started = time.perf_counter()
        if len(question) > LONGEST_QUESTION:
            raise QuestionError(
                f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read."
            )
        store = self._store(person, as_of)
        previous = self._previous_calls(conversation)
        interpreter = self._interpreter(store)
        reading = interpreter.read(question, previous)
        outcome = self._run(question, reading, interpreter, store, person, previous)
        now = self.clock()
        turn = Turn(
            id=new_id("a", now),
            conversation=conversation or self.workspace.start_conversation(person.email, now),
            asker=person.email,
            question=question,
        )
        answer = make_answer(turn, outcome, store, time.perf_counter() - started)
        self._keep(answer, outcome, store, now)
        return answer

    def _store(self, person: Person, as_of: date | None) -> PlanStore:
        latest = self.warehouse.info.as_of
        if as_of is not None and as_of > latest:
            raise OutOfRange(
                f"The as-of date {as_of} lies after {latest}, the last that the loaded data reach."
            )
        return self.warehouse.for_person(person, as_of)

    def _interpreter(self, store: PlanStore) -> Interpreter:
        key = f"{store.info.data_version}|{store.scope.key}|{store.as_of if store.hides_later else ''}"
        if key not in self._vocabularies:
            self._vocabularies[key] = vocabulary_of(store, self.registry)
            self._moments[key] = moment_of(store)
        return Interpreter(
            self._vocabularies[key], self._moments[key], is_narrowed=not store.scope.is_everything
        )

    def _previous_calls(self, conversation: str | None) -> tuple[ToolCall, ...]:
        """The calls of the turns before, newest last: a follow-up reuses the query, never the result."""
        if conversation is None:
            return ()
        calls: list[ToolCall] = []
        for turn in self.workspace.turns(conversation):
            made = [ToolCall(call["name"], call["arguments"]) for call in turn.calls]
            if turn.kind not in _NOES or not same_subject(calls, made):
                calls += made
        return tuple(calls)

    def _run(
        self,
        question: str,
        reading: Reading,
        interpreter: Interpreter,
        store: PlanStore,
        person: Person,
        previous: Sequence[ToolCall],
    ) -> Outcome:
        toolbox = Toolbox(ToolContext(store, self.registry))
        if self.llm is None or (self.first_lane and reading.is_complete):
            return run_reading(reading, toolbox, person.answer_style)
        from assistant.agent import run_agent  # noqa: PLC0415 - LangChain takes two seconds to import

        return run_agent(self.llm, question, interpreter, toolbox, store, person.answer_style, previous)

    def _keep(self, answer: Answer, outcome: Outcome, store: PlanStore, now: datetime) -> None:
        calls: list[KeptCall] = [{"name": call.name, "arguments": call.arguments} for call in outcome.calls]
        self.workspace.keep_answer(
            KeptAnswer(
                id=answer.id,
                conversation=answer.conversation,
                asker=answer.asker,
                asked_at=now,
                question=answer.question,
                kind=answer.kind,
                scope_key=store.scope.key,
                data_version=answer.data_version,
                calls=calls,
                answer=answer.to_json(),
            )
        )
