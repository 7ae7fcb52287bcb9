"""Fixtures of the connectors' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.tiny_company import TinyCompany


@pytest.fixture
def tiny(tmp_path: Path) -> TinyCompany:
    """A company of two products, not loaded yet."""
    return TinyCompany(tmp_path)
