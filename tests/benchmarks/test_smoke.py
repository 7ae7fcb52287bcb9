"""The benchmarks run and give the figures that they promise; how large these are is not judged here."""

from __future__ import annotations

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import answers, metrics


def test_an_unknown_group_is_told(capsys: pytest.CaptureFixture[str]):
    assert benchmarks.main(["nothing"]) == 2
    assert "answers" in capsys.readouterr().err


@pytest.mark.slow
def test_the_group_answers_gives_its_figures(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "COLD_RUNS", 1)
    entries = answers.measure()
    assert {"answer_warm_p50_ms", "answer_warm_p95_ms", "ask_cold_s", "help_cold_s", "parse_p95_ms"} <= set(
        entries
    )
    assert all(entry.value > 0 for entry in entries.values())


@pytest.mark.slow
def test_the_group_metrics_gives_its_figures_and_all_rivals_the_same_rates(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "LINES", 20_000)
    monkeypatch.setattr(metrics, "TURNS", 1)
    entries = metrics.measure()
    assert set(entries) == {"otif_20m_vs_sql_ratio", "otif_20m_vs_pandas_ratio", "otif_20m_peak_gb"}
    assert all(entry.value > 0 for entry in entries.values())
