"""Runs the benchmarks: `python -m tests.benchmarks [GROUP …]`, all groups without one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import answers, metrics
from tests.benchmarks.entries import Entry

GROUPS: dict[str, Callable[[], dict[str, Entry]]] = {"answers": answers.measure, "metrics": metrics.measure}
OUTPUT = Path("build/bench.json")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        print(f"There is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    OUTPUT.parent.mkdir(exist_ok=True)
    known = json.loads(OUTPUT.read_text("utf-8")) if OUTPUT.exists() else {}
    for name in wanted or GROUPS:
        started = time.perf_counter()
        entries = GROUPS[name]()
        seconds = round(time.perf_counter() - started, 1)
        for entry_name, entry in entries.items():
            known[entry_name] = entry.record(f"make bench ONLY={name}", seconds)
            print(f"{entry_name:<34}{entry.value:>12.4g} {entry.unit}")
    OUTPUT.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")
    print(f"Wrote {OUTPUT}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
