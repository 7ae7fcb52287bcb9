"""Every metric that can be asked, by id. `metrics.md` is the norm; `concord metrics` prints this."""

from __future__ import annotations

import difflib

from connectors.errors import UnknownName
from tools.metrics import demand, executive, service, supply
from tools.metrics.definitions import Metric

METRICS: dict[str, Metric] = {
    metric.id: metric for metric in (*demand.METRICS, *supply.METRICS, *service.METRICS, *executive.METRICS)
}


def find_metric(name: str) -> Metric:
    """The metric of that id, title or synonym.

    Raises:
        UnknownName: There is none; the message names the nearest.
    """
    asked = name.casefold().strip()
    if asked in METRICS:
        return METRICS[asked]
    words = {
        word.casefold(): metric for metric in METRICS.values() for word in (metric.title, *metric.synonyms)
    }
    if asked in words:
        return words[asked]
    near = difflib.get_close_matches(asked, [*METRICS, *words], n=3, cutoff=0.5)
    ids = tuple(dict.fromkeys(words[n].id if n in words else n for n in near))
    nearest = f" The nearest: {', '.join(ids)}." if ids else ""
    raise UnknownName(f"There is no metric '{name}'.{nearest} `concord metrics` lists them all.", ids)
