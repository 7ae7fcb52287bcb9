"""docs/demo-company.md says what the data of today say."""

from __future__ import annotations

from pathlib import Path

from connectors.demo.company import DemoCompany
from connectors.demo.guide import render_guide

PAGE = Path(__file__).resolve().parents[3] / "docs" / "demo-company.md"


def test_the_page_is_the_one_that_the_generator_writes(demo: DemoCompany):
    assert PAGE.read_text("utf-8") == render_guide(demo), "write it again: see `make docs`"


def test_the_page_has_no_placeholder_left(demo: DemoCompany):
    assert "{" not in render_guide(demo).replace("{company}", "{")
