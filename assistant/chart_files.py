"""Charts of an answer as files: a picture, and the specification that it is drawn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from connectors.errors import SourceUnavailable
from tools.charts.drawing import as_svg
from tools.figures import Chart


def write_charts(charts: Sequence[Chart], name: str, folder: Path) -> list[Path]:
    """Write each chart as `NAME-1.svg` and `NAME-1.vl.json`.

    Args:
        charts: The charts of one answer.
        name: What the files are named by: the answer's id.
        folder: Made where it is missing.

    Returns:
        The pictures, in the order of the charts.

    Raises:
        SourceUnavailable: The folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, chart in enumerate(charts, start=1):
            specification = json.dumps(chart.vega_lite, ensure_ascii=False, indent=1)
            folder.joinpath(f"{name}-{number}.vl.json").write_text(specification, "utf-8")
            picture = folder / f"{name}-{number}.svg"
            picture.write_text(as_svg(chart), "utf-8")
            written.append(picture)
    except OSError as fault:
        raise SourceUnavailable(f"Charts cannot be written to {folder}: {fault.strerror}.") from fault
    return written
