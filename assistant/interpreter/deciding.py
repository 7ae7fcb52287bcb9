"""Decides what a question that was understood comes to: calls, a question back, or a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.interpreter.analyses import (
    ANALYSES,
    CASH,
    COMPUTE,
    DEFINED_BY,
    EXPLAIN,
    analysis_of,
    calls_of,
    left_out_cuts,
    premise_in,
    query_of,
)
from assistant.interpreter.changes import DIRECTED
from assistant.interpreter.deciding_unknown import unknown_words
from assistant.interpreter.listing import list_call
from assistant.interpreter.normalise import key_of
from assistant.interpreter.offers import against_words, fragment_options, starters, with_replacement
from assistant.interpreter.other_sides import FINANCIAL
from assistant.interpreter.queries import MOST_CUTS, Built, metric_queries, plan_queries
from assistant.interpreter.reading import Reading
from assistant.interpreter.replying import asked_back, declined, off_topic
from assistant.interpreter.sentences import say
from assistant.interpreter.slots import Slots, Wanted
from connectors.dimensions import TIME
from tools.definition import ToolCall

if TYPE_CHECKING:
    from assistant.interpreter.interpreter import Interpreter
    from assistant.interpreter.understanding import Understood

_QUERYING = ANALYSES | {COMPUTE, "query_plan"}
_SILENT = frozenset({"filler", "and", "follow", "operation"})


class Decision:
    """One question on its way to a reading. The first step that has something to say, says it."""

    def __init__(
        self,
        interpreter: Interpreter,
        understood: Understood,
        previous: Sequence[ToolCall],
        *,
        is_option: bool = False,
    ) -> None:
        """Take a question.

        Args:
            interpreter: Reads further questions, for options and picked ones.
            understood: The question.
            previous: Tool calls of the turns before, newest last.
            is_option: Whether it is only tried as an option of another question.
        """
        self._is_option = is_option
        self._interpreter = interpreter
        self._vocabulary = interpreter.vocabulary
        self._understood = understood
        self._cut = understood.cut
        self._slots: Slots = understood.slots
        self._previous = previous
        self._base = next((call for call in reversed(previous) if call.name in _QUERYING), None)

    def reading(self) -> Reading:
        """What the question comes to."""
        for step in (
            self._too_long,
            self._nothing_said,
            self._picked,
            self._command,
            self._unbuilt,
            self._unknown,
            self._explained,
            self._doubted,
            self._listed,
            self._bridged,
            self._measured,
            self._planned,
            self._gone_on,
            self._fragment,
        ):
            reading = step()
            if reading is not None:
                return reading
        return off_topic(starters(self._vocabulary))

    # ------------------------------------------------------------------ what ends it early

    def _too_long(self) -> Reading | None:
        if self._understood.is_too_long:
            return declined("unanswerable", say("replies", "decline", "too_long"))
        return None

    def _nothing_said(self) -> Reading | None:
        is_empty = not self._cut.tokens
        return Reading((ToolCall("list_catalog", {"what": "help"}),)) if is_empty else None

    def _picked(self) -> Reading | None:
        """An answer to a question back: by its place, or by words that only one option holds."""
        last = self._previous[-1] if self._previous else None
        if last is None or last.name != "ask_back":
            return None
        options: Sequence[str] = last.arguments["options"]
        if self._slots.pick is not None:
            place = len(options) if self._slots.pick > len(options) else self._slots.pick
            return self._interpreter.read(options[place - 1], self._previous[:-1])
        said = {token.key for token in self._cut.tokens} - self._vocabulary.lexicon.fillers
        holding = [option for option in options if said and said <= self._keys(option)]
        if len(holding) != 1 or said == self._keys(holding[0]):
            return None
        return self._interpreter.read(holding[0], self._previous[:-1])

    def _keys(self, text: str) -> set[str]:
        return set(key_of(text)) - self._vocabulary.lexicon.fillers

    def _command(self) -> Reading | None:
        if not self._slots.is_command:
            return None
        return declined("unanswerable", say("replies", "decline", "command"), starters(self._vocabulary))

    def _unbuilt(self) -> Reading | None:
        topics = list(self._slots.topics)
        if self._slots.is_counted and self._slots.threshold is None:
            topics.append("counts")
        if not topics:
            return None
        message = say("replies", "decline", "topics", topics[0])
        return declined("unanswerable", message, fragment_options(self._metrics(), "", self._vocabulary))

    def _metrics(self) -> Sequence[str]:
        return self._slots.metrics or (query_of(self._base).get("metrics", ()) if self._base else ())

    def _unknown(self) -> Reading | None:
        if not self._cut.leftover:
            return None
        has_subject = bool(self._slots.metrics or self._slots.plan or self._slots.doubts or self._goes_on())
        return unknown_words(self._interpreter, self._cut, self._slots, has_subject=has_subject)

    def _goes_on(self) -> bool:
        return self._base is not None

    # ------------------------------------------------------------------ definitions and lists

    def _explained(self) -> Reading | None:
        tells_apart = self._slots.asks_difference and len(self._slots.metrics) > 1 and not self._slots.has_cut
        if "explain" in self._slots.operations and self._slots.change and self._slots.direction in DIRECTED:
            self._slots.why = {"is_asked": True}
        if self._slots.why or ("explain" not in self._slots.operations and not tells_apart):
            return None
        metrics = self._metrics()
        if not metrics:
            return None
        base = {} if self._slots.metrics or not self._base else query_of(self._base)
        built = self._built_metrics(base)
        query = built.queries[0] if built.queries else {}
        asked = {name: query[name] for name in DEFINED_BY if name in query}
        calls = tuple(ToolCall("explain_metric", {"metric": metric, **asked}) for metric in metrics)
        return Reading(calls, tuple(self._slots.said))

    def _doubted(self) -> Reading | None:
        if not self._slots.doubts:
            return None
        doubt = self._slots.doubts[0]
        question = say("replies", "ask", doubt.about, words=doubt.words)
        options = [with_replacement(self._cut, doubt, other) for other in doubt.replacements]
        leading = self._that_lead_on(options)
        if not leading:
            return off_topic(starters(self._vocabulary))
        return asked_back(question, leading, self._slots.said)

    def _that_lead_on(self, options: Sequence[str]) -> list[str]:
        """Those of the options that can be answered, or asked back on, when they are sent."""
        if self._is_option:
            return list(options)
        read = {
            option: self._interpreter.read_option(option, self._previous).calls[0].name for option in options
        }
        return [option for option, name in read.items() if name != "decline"]

    def _listed(self) -> Reading | None:
        if self._slots.metrics or self._slots.plan or self._slots.plan_of_version:
            return None
        call = list_call(self._slots, has_base=self._base is not None)
        if call and call.arguments.get("dimension") and self._slots.chosen:
            return declined(
                "unanswerable", say("replies", "decline", "topics", "lists"), self._list_question()
            )
        return Reading((call,), tuple(self._slots.said)) if call else None

    def _list_question(self) -> list[str]:
        dimension = self._slots.group_by[0].replace("_", " ")
        return [say("replies", "options", "list", dimension=dimension)]

    # ------------------------------------------------------------------ figures

    def _measured(self) -> Reading | None:
        slots = self._slots
        if not slots.metrics or self._is_about_a_plan():
            return None
        if slots.plan and not self._is_plan_of_the_metrics():
            plan = slots.plan["plan"].replace("_", " ")
            titles = " and ".join(self._vocabulary.title(metric) for metric in slots.metrics)
            message = say("replies", "decline", "plan_and_metric", titles=titles, plan=plan)
            return declined("unanswerable", message, fragment_options(slots.metrics, "", self._vocabulary))
        keeps = bool(slots.follow and slots.follow.get("keeps") == "all")
        base = self._base if keeps and self._base and self._base.name != "query_plan" else None
        return self._analysed(base)

    def _bridged(self) -> Reading | None:
        """From forecast error to cash: a question that needs no metric."""
        if not self._slots.is_bridge:
            return None
        self._slots.wanted = []
        base = self._base if self._base and self._base.name == CASH else None
        return self._analysed(base or ToolCall(CASH, {}))

    def _analysed(self, base: ToolCall | None) -> Reading:
        """The calls of the tool that is asked for, over the query of this question and the one before."""
        slots = self._slots
        tool = analysis_of(slots, base, self._vocabulary)
        query = query_of(base) if base else {}
        if slots.why and slots.threshold:
            return self._why_beyond(query)
        built = self._built_metrics(query)
        reading = self._queried(tool, built)
        return self._with_companion(reading) if tool == COMPUTE else reading

    def _with_companion(self, reading: Reading) -> Reading:
        """Plants over capacity as a whole, and then the resources within them, which decide it."""
        call = reading.calls[0]
        metric = self._vocabulary.metrics.get((self._slots.threshold or {}).get("metric", ""))
        groups: list[str] = call.arguments.get("group_by", [])
        if metric is None or not metric.companion or not groups or metric.companion in groups:
            return reading
        within = ToolCall(COMPUTE, {**call.arguments, "group_by": [metric.companion, *groups][:MOST_CUTS]})
        return replace(reading, calls=(*reading.calls, within))

    def _why_beyond(self, query: dict[str, Any]) -> Reading:
        """The figures against the limit of "why are we over capacity", and what changed."""
        built = self._built_metrics(query)
        reading = self._queried(COMPUTE, built)
        metric = built.queries[0]["metrics"][0] if built.queries else ""
        companion = self._vocabulary.metrics[metric].companion if metric else ""
        if not metric:
            return reading
        if companion:
            cut = {**built.queries[0], "group_by": built.queries[0].get("group_by") or [companion]}
            return replace(reading, calls=(ToolCall(COMPUTE, cut),))
        plain = {name: value for name, value in built.queries[0].items() if name != "threshold"}
        return replace(reading, calls=(*reading.calls, *calls_of(EXPLAIN, plain, self._vocabulary)))

    def _built_metrics(self, base: dict[str, Any]) -> Built:
        return metric_queries(self._slots, base, self._vocabulary, self._interpreter.moment)

    def _is_about_a_plan(self) -> bool:
        """Whether the only metric's words name a plan as well, and nothing needs the metric."""
        slots = self._slots
        named = [wanted.may_be_plan for wanted in slots.wanted]
        if len(named) != 1 or named[0] is None:
            return False
        if self._needs_metric() or slots.settings or len(slots.versions) > 1 or slots.follow:
            return False
        slots.plan = named[0]
        return True

    def _needs_metric(self) -> bool:
        """Whether more is asked of a plan than its rows."""
        slots = self._slots
        analysed = slots.threshold or slots.transform or slots.why or slots.trend or slots.is_chart
        two_periods = slots.sets_apart and len(slots.periods) > 1
        compared = slots.compare or slots.change or slots.other_cycle or slots.other_version or two_periods
        return bool(analysed or compared or slots.rank or slots.levels)

    def _is_plan_of_the_metrics(self) -> bool:
        """Whether the plan is what the metrics are taken of: the bias of the demand plan."""
        heeding = (self._vocabulary.metrics[metric].parameters for metric in self._slots.metrics)
        return bool(self._slots.plan) and all("version" in parameters for parameters in heeding)

    def _planned(self) -> Reading | None:
        slots = self._slots
        if slots.plan is None and self._base is None:
            slots.plan = slots.plan_of_version or self._plan_of_versions()
        if slots.plan is None:
            return None
        metric = self._vocabulary.lexicon.sections["metric_of_plan"].get(slots.plan["plan"])
        if metric in self._vocabulary.metrics and self._needs_metric():
            slots.wanted.append(Wanted((metric,), slots.plan["plan"]))
            return self._analysed(None)
        built = plan_queries(slots, {}, self._vocabulary, self._interpreter.moment)
        return self._queried("query_plan", built)

    def _plan_of_versions(self) -> dict[str, Any] | None:
        """The plan that two versions are of, where they are all that is named."""
        slots = self._slots
        named = [*slots.versions, *([slots.other_version] if slots.other_version else [])]
        if len(named) < 2:
            return None
        slots.other_version = slots.other_version or slots.versions.pop()
        plans = self._vocabulary.lexicon.sections["plan_of_version"]
        return {"plan": plans.get(named[0], "demand_plan"), "ahead": True}

    def _gone_on(self) -> Reading | None:
        """An ellipsis: the query before, with what this question changes."""
        analyses = bool(self._slots.why or self._slots.trend)
        if analyses and self._base is None and not self._slots.has_cut:
            key = "why" if self._slots.why else "trend"
            ids = self._vocabulary.known_metrics(self._vocabulary.lexicon.sections["starters"])
            titles = [self._vocabulary.title_within(metric) for metric in ids]
            options = [say("replies", "options", key, title=title) for title in titles]
            return asked_back(say("replies", "ask", "which_figure"), options)
        if self._base is None or not (self._slots.has_cut or analyses) or self._slots.things:
            return None
        if self._base.name == "query_plan":
            base = dict(self._base.arguments)
            metric = self._vocabulary.lexicon.sections["metric_of_plan"].get(base["plan"])
            if metric in self._vocabulary.metrics and self._needs_metric():
                del base["plan"]
                return self._analysed(ToolCall(COMPUTE, {"metrics": [metric], **base}))
            return self._queried(
                "query_plan", plan_queries(self._slots, base, self._vocabulary, self._interpreter.moment)
            )
        return self._analysed(self._base)

    def _queried(self, tool: str, built: Built) -> Reading:
        if built.refused:
            return declined(
                "unanswerable", built.refused, fragment_options(self._metrics(), "", self._vocabulary)
            )
        if built.needs_cut:
            question = say("replies", "ask", "which_cut", words=built.needs_cut)
            text = self._cut.text.strip().rstrip("?!. ")
            options = [
                say("replies", "options", "cut", question=text, dimension=dimension.replace("_", " "))
                for dimension in ("region", "family", "product", "customer", "month")
                if dimension in self._vocabulary.members or dimension == "month"
            ]
            return asked_back(question, options)
        said = tuple(dict.fromkeys(built.said))
        if tool not in ANALYSES:
            calls = tuple(ToolCall(tool, query) for query in built.queries)
            return Reading(calls, said, premise=self._premise(built), part=built.part)
        calls = tuple(c for query in built.queries for c in calls_of(tool, query, self._vocabulary))
        for dimension in left_out_cuts(calls[0].name, built.queries[0]):
            words = dimension.replace("_", " ")
            said = (*said, say("replies", "said", "left_out_cut", dimension=words))
        return Reading(calls, said, premise=self._premise(built))

    def _premise(self, built: Built) -> str:
        """Which way a question about a change takes for granted that it went."""
        if not (self._slots.why or self._slots.trend):
            return ""
        trend = (self._slots.trend or {}).get("change", "")
        return trend or premise_in(self._slots, built.queries[0], self._vocabulary)

    def _fragment(self) -> Reading | None:
        """A cut of nothing, or a question of fillers only: which figure?"""
        if self._slots.has_cut or all(span.kind in _SILENT for span in self._cut.spans):
            options = fragment_options(self._offered(), self._fragment_words(), self._vocabulary)
            return asked_back(say("replies", "ask", "which_figure"), options)
        return None

    def _offered(self) -> Sequence[str]:
        """Metrics that have what a fragment asks of them: a budget, or the cut that it names."""
        known = self._vocabulary.metrics
        if self._slots.financial or (self._slots.compare or {}).get("with") in FINANCIAL:
            return [metric.id for metric in known.values() if metric.plan_fact is not None]
        named = {*self._slots.group_by, *(chosen.dimension for chosen in self._slots.chosen)}
        usual = self._vocabulary.known_metrics(self._vocabulary.lexicon.sections["starters"])
        cuts = self._vocabulary.cuts
        if not named or not cuts:
            return ()
        found = [m for m in dict.fromkeys((*usual, *known)) if named <= cuts.get(m, frozenset()) | set(TIME)]
        return found if len(found) > 1 else ()

    def _fragment_words(self) -> str:
        if not self._slots.has_cut:
            return ""
        if against := against_words(self._slots):
            return against
        content = [span for span in self._cut.spans if span.kind not in _SILENT]
        first = content[0]
        words = self._cut.words(first.start, content[-1].end)
        if first.kind == "dimension":
            return f"by {words}"
        return f"for {words}" if first.kind == "member" else words
