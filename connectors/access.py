"""Who may see what: people, scopes and the policy file that ties them together.

The store is narrowed by a `Scope` before any tool sees it, so no argument can widen it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.errors import InvalidTable, NotPermitted, SourceUnavailable
from connectors.tables import TABLES, Guard

MARKET_SIDE = frozenset({"market", "region", "channel"})
PRODUCT_SIDE = frozenset({"product", "family", "business_unit"})
ROW_DIMENSIONS = MARKET_SIDE | PRODUCT_SIDE | {"customer", "site", "site_region"}


@dataclass(frozen=True)
class Scope:
    """What of the plan store a person may see. An empty scope is all of it.

    Attributes:
        rows: Allowed members by dimension; a dimension that is absent is not narrowed.
        hidden: Guards (`cost`) and single columns (`order_lines.unit_price`) that are taken away.
        open_tables: Tables that stay open although the rows of the scope do not reach them.
    """

    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    open_tables: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is taken away."""
        return not self.rows and not self.hidden

    @property
    def key(self) -> str:
        """Short hash that stands for the scope in cache keys and kept answers."""
        if self.is_everything:
            return "all"
        parts = [
            {name: sorted(members) for name, members in sorted(self.rows.items())},
            sorted(self.hidden),
            sorted(self.open_tables),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def hides(self, table: str, column: str) -> bool:
        """Whether that column is taken away from this person."""
        if f"{table}.{column}" in self.hidden:
            return True
        canonical = TABLES[table].column(column) if table in TABLES else None
        return canonical is not None and canonical.guard is not None and canonical.guard in self.hidden


EVERYTHING = Scope()


@dataclass(frozen=True)
class Person:
    """Someone who asks.

    Attributes:
        email: How the person is known everywhere.
        roles: Names of the roles in the policy; they also decide who may confirm what.
        scope: What the person may see.
        answer_style: `executive` for short answers, `analyst` for tables.
    """

    email: str
    name: str = ""
    roles: tuple[str, ...] = ()
    scope: Scope = EVERYTHING
    answer_style: Literal["executive", "analyst"] = "analyst"


LOCAL_USER = Person(
    email="local",
    name="Local user",
    roles=("administrator", "decides:demand", "decides:supply", "decides:alignment", "decides:executive"),
)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Role(_Closed):
    """One role of the policy file."""

    about: str = ""
    rows: dict[str, list[str]] = {}
    hide: list[str] = []
    open_tables: list[str] = []
    answer_style: Literal["executive", "analyst"] = "analyst"
    decides: list[str] = Field(default=[], description="meetings whose drafts the role may confirm")


class PolicyPerson(_Closed):
    """One person of the policy file."""

    email: str
    name: str = ""
    role: str


class Policy(_Closed):
    """The policy file: roles and people. Whoever is not in it is nobody."""

    roles: dict[str, Role]
    people: list[PolicyPerson]

    def person(self, email: str) -> Person:
        """The person of that e-mail address.

        Raises:
            NotPermitted: The policy does not know the address.
        """
        for entry in self.people:
            if entry.email.casefold() == email.casefold():
                return _person(entry, self.roles[entry.role])
        raise NotPermitted(
            f"{email} is not in the policy, so nothing may be shown. "
            "An administrator can add the address to the policy file."
        )


def _person(entry: PolicyPerson, role: Role) -> Person:
    scope = Scope(
        rows={name: frozenset(members) for name, members in role.rows.items()},
        hidden=frozenset(role.hide),
        open_tables=frozenset(role.open_tables),
    )
    roles = (entry.role, *(f"decides:{meeting}" for meeting in role.decides))
    return Person(entry.email, entry.name, roles, scope, role.answer_style)


def load_policy(path: Path) -> Policy:
    """Read and check a policy file.

    Raises:
        SourceUnavailable: The file cannot be read.
        InvalidTable: It breaks the form, or names a role, table, column or dimension that does
            not exist.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as fault:
        raise SourceUnavailable(f"The policy file {path} cannot be read: {fault.strerror}.") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise InvalidTable(f"The policy file {path} is not valid YAML in UTF-8: {fault}") from fault
    try:
        policy = Policy.model_validate(content)
    except ValidationError as fault:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise InvalidTable(f"The policy file {path} breaks its form: {where}") from fault
    faults = list(_policy_faults(policy))
    if faults:
        raise InvalidTable(f"The policy file {path} is wrong: {'; '.join(faults)}")
    return policy


def _policy_faults(policy: Policy) -> list[str]:
    faults = [
        f"{person.email} has the role {person.role}, which is not among {', '.join(policy.roles)}"
        for person in policy.people
        if person.role not in policy.roles
    ]
    emails = [person.email.casefold() for person in policy.people]
    twice = sorted({email for email in emails if emails.count(email) > 1})
    faults += [f"{email} is listed more than once, so the role is not clear" for email in twice]
    known = {guard.value for guard in Guard}
    for name, role in policy.roles.items():
        unknown_rows = set(role.rows) - ROW_DIMENSIONS
        if unknown_rows:
            faults.append(
                f"role {name} narrows rows by {', '.join(sorted(unknown_rows))}; "
                f"possible are {', '.join(sorted(ROW_DIMENSIONS))}"
            )
        for hidden in role.hide:
            table, _, column = hidden.partition(".")
            if hidden not in known and not (table in TABLES and TABLES[table].column(column)):
                faults.append(
                    f"role {name} hides {hidden}; possible are {', '.join(sorted(known))} or table.column"
                )
        unknown_tables = set(role.open_tables) - set(TABLES)
        if unknown_tables:
            faults.append(f"role {name} opens {', '.join(sorted(unknown_tables))}, which are no tables")
    return faults
