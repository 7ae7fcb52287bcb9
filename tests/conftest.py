"""Fixtures that any test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ("tests.servers", "tests.stores", "tests.installation")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data that are shared beside the repository; CI must have it."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        if os.environ.get("CONCORD_REQUIRE_SHARED") == "1":
            pytest.fail("../shared is absent, and CONCORD_REQUIRE_SHARED=1 asks for it")
        pytest.skip("../shared is absent")
    return folder
