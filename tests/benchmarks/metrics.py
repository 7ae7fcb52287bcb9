"""OTIF by region by month over 20 million order lines: through compute_metric, in SQL by hand, in pandas.

The three answer the same question of the same file in the same process, in turns; the best of a few turns
counts, after one that warms up. What the answering process takes of memory is measured in one of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from connectors.access import LOCAL_USER
from connectors.warehouse import Warehouse
from tests.benchmarks.entries import Entry
from tests.benchmarks.order_book import AS_OF, write_store
from tools.catalog import Toolbox
from tools.definition import ToolContext
from tools.metrics.registry import STANDARD

if TYPE_CHECKING:
    import pandas as pd

LINES = 20_000_000
TURNS = 4
YEAR = (date(2025, 7, 1), date(2026, 6, 30))
ALL_MONTHS = (date(2023, 7, 1), date(2026, 6, 30))

Window = tuple[date, date]
Rates = dict[tuple[str, str], float]
Rival = Callable[[Window], Rates]

# The fastest of a dozen wordings: sums by market and month first, regions afterwards; months as numbers,
# because a date cut off to its month costs half of all the rest; what is nearly always so before the rest;
# "closed" left out of what is good, because a line in full has nothing left open.
_BY_HAND = """
SELECT m.region, format('{}-{:02d}', l.place // 12, l.place % 12 + 1), sum(l.good) / sum(l.due)
FROM (
  SELECT market_id, year(promised_on) * 12 + month(promised_on) - 1 AS place, count(*) AS due,
    sum(CASE WHEN delivered_on <= promised_on AND delivered_units >= required THEN 1 ELSE 0 END) AS good
  FROM (
    SELECT *, ordered_units
        - CASE WHEN cancel_reason = 'customer' THEN coalesce(cancelled_units, 0) ELSE 0 END AS required
    FROM order_lines
    WHERE promised_on BETWEEN $start AND $end AND (line_kind IS NULL OR line_kind = 'sale'))
  WHERE required > 0 AND (promised_on <= $as_of OR closed_on IS NOT NULL
    OR delivered_units + coalesce(cancelled_units, 0) >= ordered_units)
  GROUP BY ALL) l
JOIN markets m USING (market_id) GROUP BY ALL"""

_READ = """
SELECT market_id::market AS market_id, line_kind::kind AS line_kind, cancel_reason::reason AS cancel_reason,
  promised_on, delivered_on, closed_on, ordered_units, delivered_units, cancelled_units FROM order_lines"""


def measure() -> dict[str, Entry]:
    """The figures of the group `metrics`."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.duckdb"
        write_store(store, LINES)
        peak = _peak_gb(store)
        seconds = race(store)
    ours, by_hand, frame = (seconds[name] for name in ("concord", "sql", "pandas"))
    shown = {f"{name} {window} (same run)": each[window] for name, each in seconds.items() for window in each}
    slowest = max(ours[window] / by_hand[window] for window in ours)
    least_gain = min(frame[window] / ours[window] for window in ours)
    return {
        "otif_20m_vs_sql_ratio": Entry(
            slowest, "times the seconds of SQL", "lower", {"target": 1.3, **shown}
        ),
        "otif_20m_vs_pandas_ratio": Entry(
            least_gain, "times as fast as pandas", "higher", {"target": 3.0, **shown}
        ),
        "otif_20m_peak_gb": Entry(peak, "GB", "lower", {"target": 4.0}),
    }


def race(store: Path) -> dict[str, dict[str, float]]:
    """Best seconds by rival and window, once all three gave the same rates."""
    warehouse = Warehouse.open(str(store))
    engine = duckdb.connect(store, read_only=True)
    try:
        rivals = {
            "concord": _through_toolbox(warehouse),
            "sql": _by_hand(engine),
            "pandas": _in_pandas(engine),
        }
        return _timed(rivals)
    finally:
        engine.close()
        warehouse.close()


def _timed(rivals: dict[str, Rival]) -> dict[str, dict[str, float]]:
    windows = {"12 months": YEAR, "36 months": ALL_MONTHS}
    seconds: dict[str, dict[str, float]] = {name: dict.fromkeys(windows, float("inf")) for name in rivals}
    for label, window in windows.items():
        _assert_same([rival(window) for rival in rivals.values()])
        for _ in range(TURNS):
            for name, rival in rivals.items():
                started = time.perf_counter()
                rival(window)
                seconds[name][label] = min(seconds[name][label], time.perf_counter() - started)
    return seconds


def _assert_same(answers: list[Rates]) -> None:
    first, *others = answers
    for other in others:
        if first.keys() != other.keys() or any(abs(first[key] - other[key]) > 1e-12 for key in first):
            raise AssertionError("the rivals do not agree on the rates")


def _through_toolbox(warehouse: Warehouse) -> Rival:
    def answer(window: Window) -> Rates:
        toolbox = Toolbox(ToolContext(warehouse.for_person(LOCAL_USER), STANDARD))
        asked = {
            "metrics": ["otif_rate"],
            "group_by": ["region", "month"],
            "period": {"start": window[0].isoformat(), "end": window[1].isoformat()},
        }
        result = toolbox.run("compute_metric", asked)
        return {
            (figure.group_ids["region"], figure.group_ids["month"]): figure.value or 0.0
            for figure in result.figures
            if figure.group_ids
        }

    return answer


def _by_hand(engine: duckdb.DuckDBPyConnection) -> Rival:
    def answer(window: Window) -> Rates:
        rows = engine.execute(_BY_HAND, {"start": window[0], "end": window[1], "as_of": AS_OF}).fetchall()
        return {(region, month): rate for region, month, rate in rows}

    return answer


def _in_pandas(engine: duckdb.DuckDBPyConnection) -> Rival:
    """The same of a frame that is read beforehand, texts as categories: reading does not count."""
    for kind, column in (("market", "market_id"), ("kind", "line_kind"), ("reason", "cancel_reason")):
        engine.execute(
            f"CREATE TEMP TYPE {kind} AS ENUM "
            f"(SELECT DISTINCT {column} FROM order_lines WHERE {column} IS NOT NULL)"
        )
    lines = engine.execute(_READ).df()
    regions = engine.execute("SELECT market_id, region FROM markets").df().set_index("market_id")["region"]
    return lambda window: _pandas_rates(lines, regions, window)


def _pandas_rates(lines: pd.DataFrame, regions: pd.Series, window: Window) -> Rates:
    import pandas as pd

    promised = lines["promised_on"]
    inside = (promised >= pd.Timestamp(window[0])) & (promised <= pd.Timestamp(window[1]))
    lines = lines[inside & (lines["line_kind"].isna() | (lines["line_kind"] == "sale"))]
    cancelled = lines["cancelled_units"].fillna(0)
    required = lines["ordered_units"] - cancelled.where(lines["cancel_reason"] == "customer", 0)
    closed = lines["closed_on"].notna() | (lines["delivered_units"] + cancelled >= lines["ordered_units"])
    due = (required > 0) & (closed | (lines["promised_on"] <= pd.Timestamp(AS_OF)))
    good = closed & (lines["delivered_on"] <= lines["promised_on"]) & (lines["delivered_units"] >= required)
    month = (lines["promised_on"].dt.year * 12 + lines["promised_on"].dt.month - 1).rename("month")
    by_market = good[due].groupby([lines["market_id"][due], month[due]], observed=True).agg(["sum", "count"])
    by_market["region"] = by_market.index.get_level_values(0).map(regions)
    sums = by_market.groupby(["region", "month"], observed=True).sum()
    return {
        (region, f"{place // 12}-{place % 12 + 1:02d}"): row["sum"] / row["count"]
        for (region, place), row in sums.iterrows()
    }


def _peak_gb(store: Path) -> float:
    """Peak memory of a process that only opens the store and answers both questions."""
    command = [sys.executable, "-m", "tests.benchmarks.metrics", str(store)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(run.stdout.splitlines()[-1])


def answer_alone(store: str) -> None:
    """Answers both questions of a store and prints the peak memory in GB."""
    import resource

    warehouse = Warehouse.open(store)
    answer = _through_toolbox(warehouse)
    for window in (YEAR, ALL_MONTHS):
        answer(window)
    warehouse.close()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(kilobytes / 1024**2)


if __name__ == "__main__":
    answer_alone(sys.argv[1])
