"""Where a company's store, workspace, policy and own metrics lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.settings import Settings
from connectors.errors import SourceUnavailable

STORE_FILE = "store.duckdb"
POLICY_FILE = "policy.yaml"
METRICS_FILE = "metrics.yaml"


@dataclass(frozen=True)
class Places:
    """Where everything of one company lies.

    Attributes:
        store: Path of a DuckDB file, or URL of a database.
        workspace: URL of the workspace.
        policy: Policy file, or None where there is none.
        metrics: File of the company's own metrics, or None where there is none.
    """

    store: str
    workspace: str
    policy: Path | None
    metrics: Path | None = None


def folder_of(home: Path, company: str) -> Path:
    """The folder of a company under the home folder."""
    slug = re.sub(r"[^a-z0-9]+", "-", company.casefold()).strip("-")
    return home / (slug or "company")


def find_places(settings: Settings) -> Places:
    """The places that the settings name, or those of the only company there is.

    Raises:
        SourceUnavailable: There is no company yet, or there are several and none is named.
    """
    store = settings.store or str(_only_store(settings.home))
    return Places(
        store,
        settings.workspace or _workspace_beside(store, settings.home),
        settings.policy or _beside(store, POLICY_FILE),
        settings.metrics or _beside(store, METRICS_FILE),
    )


def _only_store(home: Path) -> Path:
    stores = sorted(home.glob(f"*/{STORE_FILE}"))
    if len(stores) == 1:
        return stores[0]
    if not stores:
        raise SourceUnavailable(
            f"There is no company in {home} yet. Build the demo company with `concord demo`, or load your "
            "own data with `concord load MAPPING.yaml`."
        )
    found = "\n".join(f"  --store {store}" for store in stores)
    raise SourceUnavailable(
        f"There are {len(stores)} companies in {home}. Say which one, or set CONCORD_STORE:\n{found}"
    )


def _workspace_beside(store: str, home: Path) -> str:
    """SQLite beside the store's file; for a database elsewhere, in the home folder."""
    if "://" in store:
        name = re.sub(r"[^A-Za-z0-9]+", "-", store.rsplit("@", maxsplit=1)[-1]).strip("-")
        return f"sqlite:///{home.resolve() / name}.workspace.sqlite"
    path = Path(store).resolve()
    return f"sqlite:///{path.with_suffix('.workspace.sqlite')}"


def _beside(store: str, name: str) -> Path | None:
    """A file of that name in the folder of the store, if there is one."""
    if "://" in store:
        return None
    beside = Path(store).parent / name
    return beside if beside.is_file() else None
