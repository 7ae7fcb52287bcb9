"""Walks over the spans of a question and fills its slots, each span by what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.interpreter.kinds import chosen_kinds, metric_ids
from assistant.interpreter.members import MOST_OPTIONS, Named, readings_of, written_out
from assistant.interpreter.normalise import key_of
from assistant.interpreter.slots import Chosen, Doubt, Slots, Wanted
from assistant.interpreter.spans import Cut, Span
from assistant.interpreter.vocabulary import Name, Vocabulary

_SILENT = frozenset({"filler", "and"})
_COUNTED = frozenset({"dimension", "narrower", "member"})
_MEASURING = frozenset({"metric", "plain"})
_CUTTING = frozenset({"by", "per", "across"})
_NAMING = frozenset({"the", "a", "called", "named", "name", "is"})
_LISTING = frozenset({"and", "or", "the", "plu"})
_PARTING = frozenset({"of", "the", "a", "'"})
_LONGEST_LAG = 60
"""Months that a plan may be made before, as the tools take it."""


def fill(cut: Cut, vocabulary: Vocabulary) -> Slots:
    """The slots of a question."""
    return _Walk(cut, vocabulary).run()


class _Walk:
    def __init__(self, cut: Cut, vocabulary: Vocabulary) -> None:
        self._cut = cut
        self._vocabulary = vocabulary
        self._slots = Slots()
        self._spans = [span for span in chosen_kinds(cut.spans, vocabulary) if span.kind not in _SILENT]
        self._metrics = [m for span in self._spans for m in metric_ids(span, vocabulary)]
        self._at = 0
        self._excluding = False

    def run(self) -> Slots:
        for span in self._cut.spans:
            if span.kind in _SILENT:
                self._say_correction(span)
        for at, span in enumerate(self._spans):
            self._at = at
            self._excluding = self._excluding and self._goes_on_excluding(span)
            take = _TAKES.get(span.kind)
            if take:
                take(self, span)
            self._say_correction(span)
        return self._slots

    def _goes_on_excluding(self, span: Span) -> bool:
        """Whether "without" still holds: for the first name after it, and for a list of names."""
        if span.kind not in {"member", "dimension", "narrower"}:
            return False
        before = self._beside(-1)
        return before is None or before.kind == "exclude" or self._gap(-1) <= _LISTING

    # ---------------------------------------------------------------- neighbours

    def _beside(self, step: int) -> Span | None:
        at = self._at + step
        return self._spans[at] if 0 <= at < len(self._spans) else None

    def _gap(self, step: int) -> frozenset[str]:
        """Keys of the words between this span and a neighbour."""
        here, there = self._spans[self._at], self._beside(step)
        if there is None:
            start, end = (0, here.start) if step < 0 else (here.end, len(self._cut.tokens))
        else:
            start, end = (there.end, here.start) if step < 0 else (here.end, there.start)
        return frozenset(token.key for token in self._cut.tokens[start:end])

    def _words(self, span: Span) -> str:
        return self._cut.words(span.start, span.end)

    def _qualifies(self, dimension: str) -> bool:
        """Whether a dimension only says what a name beside it is ("region North")."""
        for step in (1, -1):
            there = self._beside(step)
            if there is None or not self._gap(step) <= _NAMING:
                continue
            member = there.as_kind("member")
            if member and any(name.value.dimension == dimension for name in member.value):
                return True
        return False

    # ---------------------------------------------------------------- kinds

    def _doubt_compound(self, span: Span) -> None:
        """Two metrics side by side may be one that does not exist ("inventory turnover")."""
        before = self._beside(-1)
        if before is None or before.kind not in _MEASURING or before.end != span.start:
            return
        is_parted = bool(self._cut.tokens[span.start].before.strip())
        titles = [self._title(there) for there in (before, span)]
        if is_parted or all(self._is_title(there) for there in (before, span)):
            return
        words = self._cut.words(before.start, span.end)
        options = (*titles, " and ".join(titles))
        self._slots.doubts.append(Doubt(before.start, span.end, "which_of_two", words, options))

    def _title(self, span: Span) -> str:
        ids = metric_ids(span, self._vocabulary)
        return self._vocabulary.title_within(ids[0]) if ids else self._words(span)

    def _is_title(self, span: Span) -> bool:
        keys = tuple(token.key for token in self._cut.tokens[span.start : span.end])
        return span.kind == "metric" and keys == key_of(span.value[0].title)

    def _take_metric(self, span: Span) -> None:
        self._doubt_compound(span)
        ids = tuple(dict.fromkeys(name.value for name in span.value))
        if len(ids) > 1:
            titles = tuple(self._vocabulary.title_within(metric) for metric in ids)
            self._doubt(span, "which_metric", titles)
        plan = None if self._is_own_title(span) else span.as_kind("plan")
        self._slots.wanted.append(
            Wanted(ids[:1], self._words(span), may_be_plan=plan.value if plan else None)
        )

    def _is_own_title(self, span: Span) -> bool:
        """Whether a company calls a metric of its own by the words of a plan ("Safety stock")."""
        of_plans = self._vocabulary.lexicon.sections["metric_of_plan"].values()
        return self._is_title(span) and span.value[0].value not in of_plans

    def _take_plain(self, span: Span) -> None:
        self._doubt_compound(span)
        entry = span.value[0].value
        if "compare" in entry and self._slots.compare is None:
            self._slots.compare = {"with": entry["compare"], "words": self._words(span)}
        if "group" in entry:
            self._group(entry["group"])
        ids = self._vocabulary.known_metrics(entry["metrics"])
        ids = ids or self._vocabulary.known_metrics(entry["others"])[:1]
        self._slots.wanted.append(Wanted(ids, self._words(span), entry=entry))

    def _take_ask(self, span: Span) -> None:
        beside = {
            there.kind for step in (-1, 1) if (there := self._beside(step)) and self._gap(step) <= _LISTING
        }
        entry = span.value[0].value
        if set(entry["options"]) & set(self._metrics) and not beside & _MEASURING:
            return  # "what did it cost us: lost sales": the metric says what is meant
        known = self._vocabulary.metrics
        options = [
            known[o].title if o in known else o for o in entry["options"] if o in known or "_" not in o
        ]
        self._doubt(span, "which_meaning", tuple(options[:MOST_OPTIONS]))

    def _take_dimension(self, span: Span) -> None:
        dimension = span.value[0].value
        if not self._qualifies(dimension):
            self._group(dimension)
            self._slots.is_cut = self._slots.is_cut or bool(_CUTTING & self._gap(-1))
            if "all" in self._gap(-1):
                self._slots.every.add(dimension)

    def _take_narrower(self, span: Span) -> None:
        entry = span.value[0].value
        if self._qualifies(entry["dimension"]):
            return
        self._group(entry["dimension"])
        for dimension, name in entry["where"].items():
            members = [m for m in self._vocabulary.members.get(dimension, ()) if m.name.casefold() == name]
            if members:
                self._slots.chosen.append(Chosen(dimension, members))

    def _take_group(self, span: Span) -> None:
        self._group(span.value["grain"])
        if "date_basis" in span.value:
            self._slots.settings["date_basis"] = span.value["date_basis"]

    def _group(self, dimension: str) -> None:
        if dimension not in self._slots.group_by:
            self._slots.group_by.append(dimension)

    def _take_member(self, span: Span) -> None:
        beside = {name.value for step in (1, -1) for name in self._dimension_names(step)}
        readings = readings_of([name.value for name in span.value], self._vocabulary, beside, self._metrics)
        if len(readings) > 1:
            options = tuple(written_out(r.members[0], with_dimension=True) for r in readings)
            self._doubt(span, "which_dimension", options[:MOST_OPTIONS])
        self._choose(span, readings[0])

    def _dimension_names(self, step: int) -> Sequence[Name]:
        there = self._beside(step)
        if there is None or there.kind != "dimension" or not self._gap(step) <= _NAMING:
            return ()
        names: Sequence[Name] = there.value
        return names

    def _choose(self, span: Span, named: Named) -> None:
        members = list(named.members)
        same_name = len({member.id for member in members}) > 1
        held = self._held(named.dimension)
        held.members += members
        held.is_one_name = held.is_one_name or same_name
        if same_name and not self._excluding:
            hints = ", ".join(self._vocabulary.hint_of(member) for member in members[:6])
            self._slots.said.append(f"'{members[0].name}' is the name of several ({hints}), kept apart")

    def _held(self, dimension: str) -> Chosen:
        """What was chosen of that dimension so far, with or without."""
        for chosen in self._slots.chosen:
            if (chosen.dimension, chosen.exclude) == (dimension, self._excluding):
                return chosen
        self._slots.chosen.append(Chosen(dimension, [], self._excluding))
        return self._slots.chosen[-1]

    def _take_version(self, span: Span) -> None:
        is_rule = isinstance(span.value, Mapping)
        if is_rule and span.value.get("is_financial"):
            self._take_financial(span)
            return
        version = span.value["version"] if is_rule else span.value[0].value
        before = self._beside(-1)
        follows = before is not None and before.kind == "versus" and not before.value.get("opens")
        if follows and not self._slots.other_version:
            self._slots.other_version = version
        elif version not in self._slots.versions:
            self._slots.versions.append(version)
        if is_rule and span.value.get("names_plan"):
            plans = self._vocabulary.lexicon.sections["plan_of_version"]
            self._slots.plan_of_version = {"plan": plans.get(version, "demand_plan"), "ahead": True}

    def _take_financial(self, span: Span) -> None:
        """A budget is read from; "revenue and budget" sets it beside what came."""
        version = span.value["version"]
        if "and" not in self._gap(-1) or self._beside(-1) is None:
            self._slots.financial = version
        elif self._slots.compare is not None and self._slots.compare["with"] != version:
            self._slots.topics.append("comparisons")
        else:
            self._slots.compare = {"with": version, "words": self._words(span)}

    def _take_period(self, span: Span) -> None:
        self._slots.periods.append((span.value, self._words(span)))

    def _take_compare(self, span: Span) -> None:
        before = self._slots.compare
        if before and before["with"] != span.value["with"]:
            self._slots.topics.append("comparisons")
        self._slots.compare = {**span.value, "words": self._words(span)}
        self._slots.other_version = span.value.get("version", self._slots.other_version)
        self._slots.direction = span.value.get("change", self._slots.direction)

    def _take_change(self, span: Span) -> None:
        self._slots.change, self._slots.direction = self._words(span), span.value["change"]

    def _take_threshold(self, span: Span) -> None:
        if self._slots.threshold is not None:
            self._slots.topics.append("thresholds")
        self._slots.threshold = {**span.value, "words": self._words(span)}
        self._want(span.value.get("metric", ""), span)

    def _want(self, metric: str, span: Span) -> None:
        """A metric that other words stand for ("over capacity"), where the question names none."""
        if metric and not self._metrics and metric in self._vocabulary.metrics:
            self._slots.wanted.append(Wanted((metric,), self._words(span)))

    def _take_transform(self, span: Span) -> None:
        self._slots.transform = span.value
        if "dimension" in span.value:
            self._group(span.value["dimension"])
        self._slots.part = self._slots.part or self._dimension_of_part()

    def _dimension_of_part(self) -> str:
        """The dimension of the member that a share is asked of, where it stands right beside the word."""
        for step in (-1, 1):
            there = self._beside(step)
            member = there.as_kind("member") if there else None
            if member and self._gap(step) <= _PARTING:
                return str(member.value[0].value.dimension)
        return ""

    def _take_why(self, span: Span) -> None:
        self._slots.why = {"is_asked": True, **(self._slots.why or {}), **span.value}
        self._slots.direction = span.value.get("change", self._slots.direction)

    def _take_trend(self, span: Span) -> None:
        self._slots.trend = {"is_asked": True, **(self._slots.trend or {}), **span.value}

    def _take_rank(self, span: Span) -> None:
        value = span.value
        if "dimension" in value:
            self._group(value["dimension"])
        if value.get("counts"):
            self._slots.rank.setdefault("count", value["number"])
            return
        self._slots.ranks.append(value)
        self._slots.rank["order"] = value["order"]
        if "by" in value:
            self._slots.rank["by"] = value["by"]
            self._slots.change, self._slots.direction = self._words(span), value["change"]
        if "number" in value:
            self._slots.rank["count"] = value["number"]
        if value.get("all"):
            self._slots.rank["all"] = True

    def _take_basis(self, span: Span) -> None:
        value = dict(span.value)
        if "number" in value:
            value["lag"] = value.pop("number")
            if value["lag"] > _LONGEST_LAG:
                self._slots.topics.append("lags")
        self._slots.settings.update(value)

    def _take_level(self, span: Span) -> None:
        self._slots.levels += [span.value[name] for name in ("dimension", "dimension2") if name in span.value]

    def _take_cycle(self, span: Span) -> None:
        if self._slots.cycle is None:
            self._slots.cycle = span.value
        elif self._slots.other_cycle is None and self._slots.sets_apart:
            self._slots.other_cycle = span.value
        else:
            self._slots.topics.append("cycles")

    def _take_unbuilt(self, span: Span) -> None:
        self._slots.topics.append(span.value["topic"])

    def _take_operation(self, span: Span) -> None:
        self._slots.operations.append(span.value["operation"])
        if "what" in span.value:
            self._slots.things.insert(0, span.value["what"])
        there = self._beside(1)
        counts = span.value["operation"] == "count" and there is not None and there.kind in _COUNTED
        self._slots.is_counted = self._slots.is_counted or bool(counts and self._metrics)

    def _take_follow(self, span: Span) -> None:
        self._slots.follow = {**(self._slots.follow or {}), **span.value}
        if "operation" in span.value:
            self._slots.operations.append(span.value["operation"])

    def _take_exclude(self, _: Span) -> None:
        self._excluding = True

    def _doubt(self, span: Span, about: str, replacements: tuple[str, ...]) -> None:
        self._slots.doubts.append(Doubt(span.start, span.end, about, self._words(span), replacements))

    def _say_correction(self, span: Span) -> None:
        tokens = self._cut.tokens[span.start : span.end]
        if not any(token.correction for token in tokens) or span.kind in {"period", "compare", "operation"}:
            return
        named = isinstance(span.value, tuple) and span.kind in {"member", "metric"}
        read = span.value[0].title if named else " ".join(t.correction or t.text for t in tokens)
        self._slots.said.append(f"read '{self._words(span)}' as {read}")


def _simple(slot: str, of: Callable[[Span, str], Any]) -> Callable[[_Walk, Span], None]:
    return lambda walk, span: setattr(walk._slots, slot, of(span, walk._words(span)))


_TAKES: Mapping[str, Callable[[_Walk, Span], None]] = {
    "metric": _Walk._take_metric,
    "plain": _Walk._take_plain,
    "ask": _Walk._take_ask,
    "dimension": _Walk._take_dimension,
    "narrower": _Walk._take_narrower,
    "group": _Walk._take_group,
    "member": _Walk._take_member,
    "version": _Walk._take_version,
    "period": _Walk._take_period,
    "compare": _Walk._take_compare,
    "rank": _Walk._take_rank,
    "basis": _Walk._take_basis,
    "level": _Walk._take_level,
    "unbuilt": _Walk._take_unbuilt,
    "request": _Walk._take_unbuilt,
    "operation": _Walk._take_operation,
    "follow": _Walk._take_follow,
    "exclude": _Walk._take_exclude,
    "cycle": _Walk._take_cycle,
    "absent": lambda walk, _: walk._slots.topics.append("absent"),
    "measure": _simple("measure", lambda span, _: span.value["in"]),
    "thing": lambda walk, span: walk._slots.things.append(span.value["what"]),
    "plan": _simple("plan", lambda span, _: span.value),
    "command": _simple("is_command", lambda *_: True),
    "difference": _simple("asks_difference", lambda *_: True),
    "average": _simple("is_average", lambda *_: True),
    "versus": _simple("sets_apart", lambda *_: True),
    "change": _Walk._take_change,
    "threshold": _Walk._take_threshold,
    "transform": _Walk._take_transform,
    "why": _Walk._take_why,
    "trend": _Walk._take_trend,
    "bridge": _simple("is_bridge", lambda *_: True),
    "chart": _simple("is_chart", lambda *_: True),
    "relative": _simple("is_relative", lambda *_: True),
    "reach": _simple("is_reached", lambda *_: True),
    "everywhere": _simple("is_everywhere", lambda *_: True),
    "backlog": _simple("carries_backlog", lambda *_: True),
    "shift": _simple("shift", lambda span, _: span.value),
    "bare_span": _simple("bare_span", lambda span, words: (span.value, words)),
    "pick": _simple("pick", lambda span, _: span.value["ordinal"]),
}
