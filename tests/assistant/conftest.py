"""Fixtures of the tests of the assistant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.plan_store import PlanStore
from tests.assistant.tiny_company import tiny_company, whole_store


@pytest.fixture(scope="module")
def store() -> Iterator[PlanStore]:
    warehouse = tiny_company()
    yield whole_store(warehouse)
    warehouse.close()
