"""How long a search for counterexamples goes on: shortly in `make test`, longer among the slow tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings


def searched(few: int, many: int) -> pytest.MarkDecorator:
    """Parametrizes a test by `examples`, which `up_to` turns into the settings of its search."""
    return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])


def up_to(examples: int) -> settings:
    """Settings of a search within a test."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
