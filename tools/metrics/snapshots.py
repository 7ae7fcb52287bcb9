"""Which snapshots of a plan a question reads: by version, and by cycle, lag or the latest cycle.

They are the company's, whoever asks: a person who sees none of a snapshot's rows still knows that it was
made, so that a plan missing there is a plan of zero and not a month without a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from connectors.errors import MissingTable, UnknownName
from connectors.periods import month_of, months_between
from connectors.plan_store import PlanStore
from connectors.warehouse import Snapshot
from tools.metrics.fact import Basis, Fact

_IN_ORDER = ("naive", "statistical", "sales", "marketing", "consensus")


def plan_versions(store: PlanStore, table: str = "demand_plan") -> tuple[str, ...]:
    """The versions of a plan that are loaded, in the order in which they are made."""
    found = {one.version for one in store.snapshots(table) if one.version is not None}
    return tuple(v for v in _IN_ORDER if v in found) + tuple(sorted(found.difference(_IN_ORDER)))


def known_versions(store: PlanStore, table: str, asked: Iterable[str]) -> tuple[str, ...]:
    """The versions of a plan that are asked for, as they are written in it.

    Raises:
        UnknownName: One does not exist; the message lists those that do.
    """
    loaded = {version.casefold(): version for version in plan_versions(store, table)}
    unknown = [version for version in asked if version.casefold() not in loaded]
    if unknown:
        raise UnknownName(
            f"There is no version {', '.join(unknown)} of the {table.replace('_', ' ')}; "
            f"loaded are {', '.join(loaded.values())}.",
            tuple(loaded.values()),
        )
    return tuple(dict.fromkeys(loaded[version.casefold()] for version in asked))


def latest_cycle(store: PlanStore, table: str, versions: tuple[str, ...]) -> date:
    """The latest cycle, not after the as-of month, that holds one of the versions (any, if empty).

    Raises:
        MissingTable: There is none.
    """
    cycles = latest_cycles(store, table, versions).values()
    if not cycles:
        raise MissingTable(
            f"`{table}` has no cycle up to {store.as_of} with {', '.join(versions) or 'any plan'}."
        )
    return max(cycles)


def supply_version(store: PlanStore, cycle: date) -> str:
    """The version that the supply plan of a cycle is read in: `approved` where it has it, else `proposed`."""
    made = {one.version for one in store.snapshots("supply_plan") if one.cycle == cycle}
    return "approved" if "approved" in made else "proposed"


def supply_versions(store: PlanStore, fact: Fact, basis: Basis) -> tuple[str, ...]:
    """The versions that the supply plan of a window is read in where none was asked for.

    A fact that can do without the plan (capacity) reads it for months ahead only, and closed ones from
    what was made.
    """
    read = [one for one in read_snapshots(store, fact, basis) if basis.window.contains(one.period)]
    if fact.plan_table not in fact.tables:
        read = [one for one in read if one.period > store.last_closed_month]
    return tuple(sorted({supply_version(store, one.cycle) for one in read}))


def latest_cycles(store: PlanStore, table: str, versions: tuple[str, ...]) -> dict[str | None, date]:
    """The latest cycle of each version asked for; of any version, under None, if none is asked for."""
    latest: dict[str | None, date] = {}
    for one in store.snapshots(table):
        if one.cycle <= month_of(store.as_of) and (not versions or one.version in versions):
            version = one.version if versions else None
            latest[version] = max(latest.get(version, one.cycle), one.cycle)
    return latest


def read_snapshots(store: PlanStore, fact: Fact, basis: Basis) -> list[Snapshot]:
    """The snapshots of the fact's plan that the basis reads.

    Those of the cycle or at the lag asked for, or at every lag; else at the lag for closed months and,
    where the fact looks ahead, of the latest cycle for later ones.
    """
    made = store.snapshots(fact.plan_table or "")
    made = tuple(one for one in made if not basis.versions or one.version in basis.versions)
    if basis.cycle is not None:
        return [one for one in made if one.cycle == basis.cycle]
    if basis.every_lag:
        return [one for one in made if one.cycle <= one.period]
    lagged = [one for one in made if months_between(one.cycle, one.period) == basis.lag]
    if basis.lag_is_asked or not fact.is_ahead:
        return lagged
    latest = latest_cycles(store, fact.plan_table or "", basis.versions)
    closed = store.last_closed_month
    ahead = [one for one in made if one.cycle == latest.get(one.version if basis.versions else None)]
    return [one for one in lagged if one.period <= closed] + [one for one in ahead if one.period > closed]
