"""The only place where parts are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.conversation import Conversations
from assistant.llm import LlmSettings
from assistant.places import Places, find_places
from assistant.settings import Settings
from connectors.access import LOCAL_USER, Person, load_policy
from connectors.errors import NotPermitted
from connectors.warehouse import Warehouse
from connectors.workspace.audit_trail import AuditEntry
from connectors.workspace.workspace import Workspace
from tools.definition import ToolContext
from tools.metrics.registry import STANDARD, Registry


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass
class Concord:
    """An installation put together for one company."""

    places: Places
    warehouse: Warehouse
    workspace: Workspace
    conversations: Conversations
    registry: Registry
    llm: LlmSettings | None
    clock: Callable[[], datetime]

    def person(self, email: str | None) -> Person:
        """The person of that address; without one the single local user, who sees all.

        Raises:
            NotPermitted: There is no policy, or the address is not in it.
        """
        if email is None:
            return LOCAL_USER
        if self.places.policy is None:
            raise NotPermitted(
                f"--as {email} needs a policy file that says what {email} may see. Put policy.yaml beside "
                "the store, or set CONCORD_POLICY."
            )
        return load_policy(self.places.policy).person(email)

    def acting_person(self, email: str | None, action: str) -> Person:
        """The person that a command acts as; acting as somebody else is audited."""
        person = self.person(email)
        if email is not None:
            self.workspace.audit(
                AuditEntry(self.clock(), LOCAL_USER.email, action, {}, on_behalf_of=person.email)
            )
        return person

    def context(self, person: Person) -> ToolContext:
        """What tools are handed when they run for a person."""
        return ToolContext(self.warehouse.for_person(person), self.registry)

    def close(self) -> None:
        """Close the store and the workspace."""
        self.warehouse.close()
        self.workspace.close()


def put_together(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Concord:
    """Everything that answers questions, from the settings.

    Raises:
        SourceUnavailable: The store, the workspace or the file of metrics is not there.
        DataError: The file of the company's metrics is wrong.
    """
    places = find_places(settings)
    registry = registry_with(places.metrics)
    warehouse = open_store(settings, places)
    workspace = open_workspace(places)
    llm = llm_settings(settings)
    conversations = Conversations(warehouse, workspace, clock, registry, llm, settings.first_lane)
    return Concord(places, warehouse, workspace, conversations, registry, llm, clock)


def registry_with(metrics: Path | None) -> Registry:
    """The metrics that can be asked: the catalog's, and a company's own where it has a file of them."""
    if metrics is None:
        return STANDARD
    from tools.metrics.company_metrics import read_company_metrics  # noqa: PLC0415 - most have none

    return STANDARD.with_metrics(read_company_metrics(metrics, STANDARD))


def open_store(settings: Settings, places: Places) -> Warehouse:
    """The plan store alone, for what needs no workspace."""
    return Warehouse.open(places.store, settings.store_defaults())


def open_workspace(places: Places) -> Workspace:
    """The workspace of a company; its folder is made where it is missing."""
    if places.workspace.startswith("sqlite:///"):
        Path(places.workspace.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return Workspace.open(places.workspace)


def llm_settings(settings: Settings) -> LlmSettings | None:
    """The LLM that is set, if any."""
    if settings.llm_model is None:
        return None
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return LlmSettings(
        settings.llm_model, key, settings.openai_base_url, settings.llm_timeout_seconds, settings.llm_sees
    )
