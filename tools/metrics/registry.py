"""Every metric that can be asked. `metrics.md` is the norm; `concord metrics` prints this."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from connectors.errors import UnknownName
from tools.metrics.definitions import Metric
from tools.metrics.entries import (
    accuracy,
    alignment,
    bridge,
    capacity,
    demand,
    executive,
    market,
    process,
    supply,
)


class Registry:
    """The metrics that can be asked, by id: those of Concord and those of a company."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = {metric.id: metric for metric in metrics}

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._metrics.values())

    def __contains__(self, metric_id: object) -> bool:
        return metric_id in self._metrics

    def __getitem__(self, metric_id: str) -> Metric:
        return self._metrics[metric_id]

    def with_metrics(self, metrics: Iterable[Metric]) -> Registry:
        """This registry and more metrics."""
        return Registry((*self, *metrics))

    def find(self, name: str) -> Metric:
        """The metric of that id, title or synonym.

        Raises:
            UnknownName: There is none; the message names the nearest.
        """
        asked = name.casefold().strip()
        if asked in self._metrics:
            return self._metrics[asked]
        words = {word.casefold(): metric for metric in self for word in (metric.title, *metric.synonyms)}
        if asked in words:
            return words[asked]
        near = difflib.get_close_matches(asked, [*self._metrics, *words], n=3, cutoff=0.5)
        ids = tuple(dict.fromkeys(words[n].id if n in words else n for n in near))
        nearest = f" The nearest: {', '.join(ids)}." if ids else ""
        raise UnknownName(f"There is no metric '{name}'.{nearest} `concord metrics` lists them all.", ids)


STANDARD = Registry(
    (
        *demand.METRICS,
        *accuracy.METRICS,
        *supply.METRICS,
        *alignment.METRICS,
        *executive.METRICS,
        *capacity.METRICS,
        *market.METRICS,
        *process.METRICS,
        *bridge.METRICS,
    )
)
"""The metrics of `metrics.md`, the same for every company."""
