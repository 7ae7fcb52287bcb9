"""The command line as a person meets it: real files, and real processes where one stands for many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.installation import Run

ROOT = Path(__file__).resolve().parents[2]


def test_help_names_every_command(run: Run):
    shown = run("--help")
    assert shown.returncode == 0
    for command in ("demo", "mapping", "load", "status", "ask", "chat", "metrics", "drafts", "replay"):
        assert command in shown.stdout


def test_without_a_company_the_next_step_is_named(run: Run):
    asked = run("ask", "OTIF")
    assert asked.returncode == 1
    assert "concord demo" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_an_unknown_option_is_a_fault_of_the_call(call: Run):
    assert call("ask", "OTIF", "--colour").returncode == 2


def test_a_wrong_setting_is_named_with_its_variable(call: Run):
    asked = call("status", CONCORD_FISCAL_YEAR_START_MONTH="thirteen")
    assert asked.returncode == 1
    assert "CONCORD_FISCAL_YEAR_START_MONTH" in asked.stderr


def test_an_answer_as_json_has_every_key_of_the_contract(run: Run, demo_store: Path):
    asked = run("ask", "OTIF by region last quarter", "--json", "--store", str(demo_store))
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert {
        "id", "conversation", "asker", "data_version", "question", "kind", "checked", "text", "figures",
        "tables", "charts", "documents", "sources", "assumptions", "warnings", "details", "clarification",
        "pending", "suggestions", "model", "seconds",
    } <= set(answer)  # fmt: skip
    assert answer["kind"], answer["checked"] == ("answer", "computed")
    north = next(f for f in answer["figures"] if f["group_ids"] == {"region": "North"})
    assert {
        "id",
        "metric",
        "value",
        "unit",
        "formatted",
        "group",
        "scope",
        "period",
        "basis",
        "source",
    } <= set(north)
    assert north["period"] == {"start": "2026-04-01", "end": "2026-06-30", "label": "Q2 2026"}
    assert north["basis"]["level"], north["basis"]["date_basis"] == ("line", "promised_on")


def test_a_no_is_an_answer_too_and_ends_well(call: Run, demo_store: Path):
    asked = call("ask", "OTIF in 2009", "--json", "--store", str(demo_store))
    assert asked.returncode == 0
    assert json.loads(asked.stdout)["kind"] == "no_data"


def test_a_conversation_goes_on_by_its_id_and_its_answers_are_replayed(
    call: Run, demo_store: Path, tmp_path: Path
):
    where = ("--store", str(demo_store), "--workspace", f"sqlite:///{tmp_path}/w.sqlite")
    first = json.loads(call("ask", "OTIF last quarter", "--json", *where).stdout)
    second = json.loads(
        call("ask", "by region", "--conversation", first["conversation"], "--json", *where).stdout
    )
    assert {f["group"].get("region") for f in second["figures"]} == {None, "East", "North", "South", "West"}
    replayed = json.loads(call("replay", second["id"], "--json", *where).stdout)
    assert replayed["holds"] is True
    assert len(replayed["figures"]) == 5


def test_an_unknown_answer_or_conversation_is_told_in_one_line(call: Run, demo_store: Path):
    for arguments in (("replay", "a_nothing"), ("ask", "OTIF", "--conversation", "c_nothing")):
        done = call(*arguments, "--store", str(demo_store))
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_as_needs_a_policy(call: Run, demo_store: Path):
    asked = call("ask", "OTIF", "--as", "ana@fennmark.example", "--store", str(demo_store))
    assert asked.returncode == 1
    assert "policy" in asked.stderr


def test_an_earlier_day_hides_what_came_later(call: Run, demo_store: Path):
    asked = call("ask", "OTIF", "--as-of", "2026-03-31", "--json", "--store", str(demo_store))
    answer = json.loads(asked.stdout)
    assert answer["figures"][0]["period"]["label"] == "March 2026"
    later = call("ask", "OTIF", "--as-of", "2027-03-31", "--store", str(demo_store))
    assert later.returncode == 2


def test_the_catalog_and_a_definition_are_printed(call: Run):
    assert "otif_rate" in call("metrics").stdout
    assert "both on time and in full" in call("metrics", "otif").stdout
    wrong = call("metrics", "otiff")
    assert wrong.returncode == 2
    assert "otif" in wrong.stderr


def test_status_names_what_is_missing_and_which_metrics_it_costs(call: Run, atliq_store: Path):
    status = json.loads(call("status", "--json", "--store", str(atliq_store)).stdout)
    assert status["as_of"] == "2025-04-30"
    assert {"name": "order_lines", "means": "customer orders, line by line", "rows": 24195} in status[
        "tables"
    ]
    assert {"expedite_cost", "cancellation_rate", "gross_margin"} <= set(status["metrics_without_data"])


@pytest.mark.slow
def test_atliq_is_loaded_by_the_command_line(run: Run, shared: Path, tmp_path: Path):
    mapping, store = ROOT / "docs" / "examples" / "atliq.yaml", tmp_path / "atliq.duckdb"
    loaded = run("load", str(mapping), "--source", str(shared / "data" / "atliq"), "--store", str(store))
    assert loaded.returncode == 0, loaded.stderr
    assert "24,195 of 24,195 rows kept" in loaded.stdout
    again = run("load", str(mapping), "--source", str(tmp_path), "--store", str(store))
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("OTIF, all time", 0.4784),
        ("OTIF at order level, all time", 0.2871),
        ("unit fill rate, all time", 0.9660),
    ],
)
def test_atliq_gives_its_published_figures(call: Run, atliq_store: Path, question: str, value: float):
    answer = json.loads(call("ask", question, "--json", "--store", str(atliq_store)).stdout)
    assert round(answer["figures"][0]["value"], 4) == value


@pytest.mark.parametrize(
    ("question", "missing"),
    [("expedite cost", "expedit"), ("cancellation rate", "cancelled"), ("gross margin", "financial")],
)
def test_what_atliq_does_not_record_is_no_data_and_named(
    call: Run, atliq_store: Path, question: str, missing: str
):
    answer = json.loads(call("ask", question, "--json", "--store", str(atliq_store)).stdout)
    assert answer["kind"] == "no_data"
    assert missing in answer["text"]
    assert answer["figures"] == []


@pytest.mark.slow
def test_the_demo_ends_with_the_exact_next_command(run: Run, tmp_path: Path):
    shown = run("demo")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip().splitlines()[-1].startswith('Next: concord ask "')
    page = (tmp_path / "build" / "performance-summary.html").read_text("utf-8")
    assert "Performance summary, June 2026" in page
    assert "<script" not in page and "http" not in page
    again = run("ask", "OTIF in Dairy by month since January")
    assert again.returncode == 0
    assert "OTIF" in again.stdout
