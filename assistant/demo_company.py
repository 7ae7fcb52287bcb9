"""Builds the demo company's installation: store, workspace, policy, truth file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from pathlib import Path

from assistant.company import Loaded, places_for, record
from assistant.places import POLICY_FILE
from assistant.settings import Settings
from connectors.demo.company import build_demo_company
from connectors.loading.load import Company, publish

TRUTH_FILE = "truth.json"


def build_demo(settings: Settings, now: datetime, progress: Callable[[str], None]) -> Loaded:
    """Build the demo company and publish it; the same figures every time.

    The truth file, which holds what was planted, lies beside the store and is never read by a tool.

    Raises:
        InvalidTable: The store that is set belongs to another company.
        SourceUnavailable: It cannot be written.
    """
    progress("Building the demo company")
    demo = build_demo_company()
    places = places_for(settings, demo.company)
    company = Company(demo.company, demo.currency, as_of=demo.as_of)
    frames = demo.tables | {"meetings": demo.meetings, "meeting_documents": demo.meeting_documents}
    report = publish(frames, company, Path(places.store), now=now, progress=progress)
    folder = Path(places.store).parent
    policy = folder / POLICY_FILE
    if not policy.exists():
        policy.write_text(
            resources.files("connectors.demo").joinpath(POLICY_FILE).read_text("utf-8"), "utf-8"
        )
    (folder / TRUTH_FILE).write_text(json.dumps(demo.truth, indent=1, default=str), "utf-8")
    places = places_for(settings, demo.company)
    record(places, report, "demo company", now)
    return Loaded(report, places)
