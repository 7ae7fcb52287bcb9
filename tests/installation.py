"""Whole installations for tests: the demo company put together as the command line does it."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from assistant.wiring import Concord, put_together

NOW = datetime(2026, 7, 10, 8, 30, tzinfo=UTC)
CONCORD = Path(sys.executable).with_name("concord")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches the test."""
    for name in list(os.environ):
        if name.startswith(("CONCORD_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def demo_settings(clean_environment: None, demo_store: Path, tmp_path: Path) -> Settings:
    """Settings for the demo store, with a workspace and the example policy of its own."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(resources.files("connectors.demo").joinpath("policy.yaml").read_text("utf-8"), "utf-8")
    workspace = f"sqlite:///{tmp_path / 'workspace.sqlite'}"
    return Settings(store=str(demo_store), workspace=workspace, policy=policy)


@pytest.fixture
def concord(demo_settings: Settings) -> Iterator[Concord]:
    """The demo company's installation, with the clock standing still."""
    together = put_together(demo_settings, lambda: NOW)
    yield together
    together.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the real command line in a folder of its own, without the machine's settings."""

    def command(*arguments: str, **environment: Any) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CONCORD_", "OPENAI_"))}
        return subprocess.run(
            [str(CONCORD), *arguments],
            cwd=tmp_path,
            env=kept | {"NO_COLOR": "1", "COLUMNS": "110"} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return command


@pytest.fixture
def call(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command line as `run` does, but in this process, which saves the time of its imports."""
    from assistant.cli import main

    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["concord", *arguments])
            for name, value in {"NO_COLOR": "1", "COLUMNS": "110", **environment}.items():
                patch.setenv(name, value)
            status: Any = 0
            try:
                main()
            except SystemExit as ended:
                status = ended.code or 0
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    thresholds = gc.get_threshold()
    yield command
    gc.set_threshold(*thresholds)
