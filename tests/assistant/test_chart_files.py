"""`concord ask … --charts DIR`: the charts of an answer as pictures, beside the answer itself."""

from __future__ import annotations

import json
from pathlib import Path

from tests.installation import Run


def test_the_charts_of_an_answer_are_written_as_pictures(call: Run, demo_store: Path, tmp_path: Path):
    folder = tmp_path / "pictures" / "new"
    asked = call(
        "ask", "OTIF by region last quarter", "--json", "--charts", str(folder), "--store", str(demo_store)
    )
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    names = {f"{answer['id']}-1.svg", f"{answer['id']}-1.vl.json"}
    assert {path.name for path in folder.iterdir()} == names
    assert "North" in (folder / f"{answer['id']}-1.svg").read_text("utf-8")
    written = json.loads((folder / f"{answer['id']}-1.vl.json").read_text("utf-8"))
    assert written == answer["charts"][0]["vega_lite"]
    assert f"{answer['id']}-1.svg" in asked.stderr


def test_an_answer_without_a_chart_says_so_and_a_place_that_cannot_be_written_too(
    call: Run, demo_store: Path, tmp_path: Path
):
    where = ("--store", str(demo_store))
    assert "This answer has no chart." in call("ask", "OTIF", "--charts", str(tmp_path), *where).stderr
    taken = tmp_path / "file"
    taken.touch()
    failed = call("ask", "OTIF by region", "--charts", str(taken), *where)
    assert failed.returncode == 1
    assert failed.stderr.startswith("concord: Charts cannot be written to")
