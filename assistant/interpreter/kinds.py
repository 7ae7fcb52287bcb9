"""What kind a span is, where its words allow several."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.interpreter.spans import Span
from assistant.interpreter.vocabulary import Vocabulary


def metric_ids(span: Span, vocabulary: Vocabulary) -> Sequence[str]:
    """The metrics that a span names."""
    if span.kind == "metric":
        return [name.value for name in span.value]
    if span.kind == "plain":
        return vocabulary.known_metrics(span.value[0].value["metrics"])
    return ()


def chosen_kinds(spans: Sequence[Span], vocabulary: Vocabulary) -> list[Span]:
    """The spans, those that could be of several kinds settled by the rest of the question.

    Words that name a metric and a plan version are the version where another metric heeds one; a
    name that is an everyday word as well is the name where it is written so.
    """
    chosen = []
    for span in spans:
        member = span.as_kind("member")
        if span.kind in {"unbuilt", "absent"} and member is not None:
            chosen.append(member)
            continue
        version = span.as_kind("version")
        if span.kind in {"metric", "plain"} and version is not None:
            others = (m for other in spans if other is not span for m in metric_ids(other, vocabulary))
            if any("version" in vocabulary.metrics[metric].parameters for metric in others):
                chosen.append(version)
                continue
        chosen.append(span)
    return chosen
