"""Capacity and suppliers: hours on the resources that make a product, units that its parts allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from connectors.access import LOCAL_USER, Person, Scope
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, month, refusal, total, warned
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, SITES, Row

JUNE, JULY = month("2026-06"), month("2026-07")
PLANTS: list[Row] = [
    *SITES,
    {"site_id": "p1", "site_name": "Mill", "site_kind": "plant", "site_region": "North"},
    {"site_id": "p2", "site_name": "Works", "site_kind": "plant", "site_region": "South"},
]
RESOURCES: list[Row] = [
    {"resource_id": "mix", "resource_name": "Mixer", "site_id": "p1"},
    {"resource_id": "l1", "resource_name": "Line 1", "site_id": "p1"},
    {"resource_id": "l2", "resource_name": "Line 2", "site_id": "p1"},
    {"resource_id": "l9", "resource_name": "Line 9", "site_id": "p2"},
]
Opened = Callable[..., PlanStore]


def hours(resource: str, month_: str, available: float) -> Row:
    keys = {"resource_id": resource, "period": f"{month_}-01"}
    return {**keys, "available_hours": available, "overtime_hours": 1000.0}


def routing(product: str, operation: str, resource: str, per_unit: float) -> Row:
    keys = {"product_id": product, "operation": operation, "resource_id": resource}
    return {**keys, "hours_per_unit": per_unit}


def made(product: str, site: str, month_: str, units: float) -> Row:
    return {"product_id": product, "site_id": site, "period": f"{month_}-01", "units": units}


def supply(
    cycle: str,
    month_: str,
    units: float,
    product: str = "A",
    site: str = "p1",
    version: str = "proposed",
    **more: Any,
) -> Row:
    keys = {"cycle": f"{cycle}-01", "version": version, "product_id": product, "site_id": site}
    return {**keys, "period": f"{month_}-01", "production_units": units, **more}


# A is mixed, then filled on line 1 or 2 (or at p2 on line 9); B is filled on line 1 alone.
ROUTINGS = [
    routing("A", "mix", "mix", 0.5),
    routing("A", "fill", "l1", 1.0),
    routing("A", "fill", "l2", 2.0),
    routing("A", "fill", "l9", 4.0),
    routing("B", "fill", "l1", 3.0),
]
CAPACITY = [
    hours(resource, month_, available)
    for month_ in ("2026-05", "2026-06", "2026-07")
    for resource, available in (("mix", 100), ("l1", 300), ("l2", 100), ("l9", 80))
]


@pytest.fixture
def opened(make_store: MakeStore) -> Opened:
    def make(person: Person = LOCAL_USER, as_of: date | None = None, **tables: list[Row]) -> PlanStore:
        usual = {"capacity": CAPACITY, "resources": RESOURCES, "routings": ROUTINGS, "sites": PLANTS}
        return make_store({**LISTS, **usual, **tables}).for_person(person, as_of)

    return make


class TestCapacityUtilisation:
    output = (made("A", "p1", "2026-06", 100.0), made("B", "p1", "2026-06", 10.0))

    def test_every_operation_counts_and_alternatives_share_by_their_available_hours(
        self, opened: Opened
    ) -> None:
        result = ask(opened(production=[*self.output]), "capacity_utilisation", group_by=["resource"], **JUNE)
        # 100 A: 50 h of mixing; three quarters of the filling on line 1 (1 h each), one on line 2 (2 h each)
        assert grouped(result, "resource") == {
            ("mix",): 50 / 100,
            ("l1",): (75 * 1 + 10 * 3) / 300,
            ("l2",): 25 * 2 / 100,
            ("l9",): 0.0,
        }
        assert total(result) == pytest.approx((50 + 105 + 50) / 580)

    def test_hours_fall_at_the_site_that_makes_it(self, opened: Opened) -> None:
        store = opened(production=[made("A", "p2", "2026-06", 10.0)])
        by_site = ask(store, "capacity_utilisation", group_by=["site_region"], **JUNE)
        assert grouped(by_site, "site_region") == {("North",): 0.0, ("South",): 40 / 80}

    @pytest.mark.slow
    def test_the_highest_resource_is_given_with_it(self, opened: Opened) -> None:
        slow = [*ROUTINGS[1:], routing("A", "mix", "mix", 1.2)]
        figures = ask(
            opened(production=[*self.output], routings=slow), "capacity_utilisation", **JUNE
        ).figures
        assert [(figure.group_ids, figure.value) for figure in figures[1:]] == [({"resource": "mix"}, 1.2)]

    def test_output_without_a_routing_at_its_site_is_counted_and_left_out(self, opened: Opened) -> None:
        stray = [
            made("C", "p1", "2026-06", 9.0),
            made("B", "p2", "2026-06", 9.0),
            made("C", "p2", "2026-06", 0.0),
        ]
        result = ask(opened(production=[*self.output, *stray]), "capacity_utilisation", **JUNE)
        assert total(result) == pytest.approx(205 / 580)
        assert warned(result, "rows_left_out") == [
            "2 product-site months of output have no routing at their site and are left out."
        ]

    def test_a_resource_without_hours_on_record_leaves_the_work_to_its_alternatives(
        self, opened: Opened
    ) -> None:
        known = [row for row in CAPACITY if row["resource_id"] in ("l2", "l9")]
        store = opened(production=[made("A", "p1", "2026-06", 100.0)], capacity=known)
        result = ask(store, "capacity_utilisation", filters=[_only("l2")], **JUNE)
        assert total(result) == 200 / 100
        whole = ask(store, "capacity_utilisation", **JUNE)
        assert "1 operations" in warned(whole, "rows_left_out")[0]

    def test_months_without_output_on_record_are_missing_and_their_hours_do_not_count(
        self, opened: Opened
    ) -> None:
        both = {"start": date(2026, 5, 1), "end": date(2026, 6, 30)}
        result = ask(opened(production=[*self.output]), "capacity_utilisation", **both)
        assert total(result) == pytest.approx(205 / 580)
        assert warned(result, "partial")[0].endswith("nothing for May 2026.")

    @pytest.mark.slow
    def test_a_resource_that_stands_still_has_no_utilisation(self, opened: Opened) -> None:
        still = [hours("l9", "2026-06", 0.0)]
        store = opened(production=[made("A", "p2", "2026-06", 10.0)], capacity=still)
        (figure, *_) = ask(store, "capacity_utilisation", **JUNE).figures
        assert (figure.value, figure.reason) == (
            None,
            "there is nothing to divide by: what it divides by is zero",
        )

    def test_the_past_reads_production_and_what_is_ahead_the_latest_supply_plan(self, opened: Opened) -> None:
        plan = [
            supply("2026-05", "2026-07", 1.0, "B", version="approved"),
            supply("2026-06", "2026-06", 77.0, "B", version="approved"),
            supply("2026-06", "2026-07", 20.0, "B", version="approved"),
            supply("2026-06", "2026-07", 50.0, "B"),
        ]
        store = opened(production=[*self.output], supply_plan=plan)
        asked = {"filters": [_only("l1")], "group_by": ["month"]}
        result = ask(store, "capacity_utilisation", **asked, start=date(2026, 6, 1), end=date(2026, 7, 31))
        assert grouped(result, "month") == {("2026-06",): 105 / 300, ("2026-07",): 60 / 300}
        assert "hours that the approved supply plan of June 2026 needs after June 2026" in result.assumptions
        for window, version in ((JUNE, None), (JULY, "approved")):
            (figure,) = ask(store, "capacity_utilisation", filters=[_only("l1")], **window).figures
            assert figure.basis.get("version") == version
        proposed = ask(store, "capacity_utilisation", version="proposed", filters=[_only("l1")], **JULY)
        assert total(proposed) == 150 / 300
        in_may = opened(as_of=date(2026, 5, 31), production=[*self.output], supply_plan=plan)
        assert grouped(ask(in_may, "capacity_utilisation", **asked, **JULY), "month") == {
            ("2026-07",): 3 / 300
        }
        said = refusal(ask(opened(production=[*self.output]), "capacity_utilisation", **JULY), "no_data")
        assert said.startswith("Capacity utilisation needs the supply plan")

    def test_it_belongs_to_resources_and_sites(self, opened: Opened) -> None:
        store = opened(production=[*self.output])
        said = refusal(ask(store, "capacity_utilisation", group_by=["family"], **JUNE), "no_data")
        assert said.startswith("Capacity utilisation cannot be cut by family: hours belong to resources")
        south = Person("sue@example.com", scope=Scope(rows={"site": frozenset({"p2"})}))
        part = opened(south, production=[*self.output, made("A", "p2", "2026-06", 10.0)])
        assert total(ask(part, "capacity_utilisation", **JUNE)) == 40 / 80

    def test_without_routings_it_names_what_is_missing(self, make_store: MakeStore) -> None:
        tables = {"capacity": CAPACITY, "resources": RESOURCES, "production": [*self.output]}
        store = make_store({**LISTS, **tables}).for_person(LOCAL_USER)
        said = refusal(ask(store, "capacity_utilisation", **JUNE), "no_data")
        assert said.startswith("Capacity utilisation needs which machines make which products (`routings`)")


def _only(resource: str) -> dict[str, Any]:
    return {"dimension": "resource", "members": [resource]}


def source(product: str, supplier: str, component: str) -> Row:
    return {"product_id": product, "supplier_id": supplier, "component": component}


def limit(supplier: str, product: str, month_: str, units: float) -> Row:
    keys = {"supplier_id": supplier, "product_id": product, "period": f"{month_}-01"}
    return {**keys, "max_units": units}


class TestSupplierCoverage:
    suppliers = tuple({"supplier_id": s, "supplier_name": f"Supplier {s}"} for s in ("s1", "s2", "s3"))
    # A needs milk of s1 or s2, and a lid of s3; B needs a lid of s3
    sourcing = (
        source("A", "s1", "milk"),
        source("A", "s2", "milk"),
        source("A", "s3", "lid"),
        source("B", "s3", "lid"),
    )
    plan = (
        supply("2026-06", "2026-07", 60.0, purchase_units=40.0),
        supply("2026-06", "2026-07", 50.0, "B"),
        supply("2026-06", "2026-07", 500.0, "C"),
    )

    def store(self, opened: Opened, *limits: Row, **tables: list[Row]) -> PlanStore:
        usual: dict[str, list[Row]] = {
            "suppliers": [*self.suppliers],
            "sourcing": [*self.sourcing],
            "supply_plan": [*self.plan],
            "supplier_limits": [*limits],
        }
        return opened(**{**usual, **tables})

    def test_alternatives_add_and_the_smallest_component_binds(self, opened: Opened) -> None:
        limits = [
            limit("s1", "A", "2026-07", 30.0),
            limit("s2", "A", "2026-07", 25.0),
            limit("s3", "A", "2026-07", 70.0),
        ]
        assert total(ask(self.store(opened, *limits), "supplier_coverage", **JULY)) == 55 / 100
        tighter = [*limits[:2], limit("s3", "A", "2026-07", 20.0), limit("s3", "B", "2026-07", 80.0)]
        result = ask(self.store(opened, *tighter), "supplier_coverage", group_by=["product"], **JULY)
        assert grouped(result, "product") == {("A",): 0.2, ("B",): 1.0}
        assert total(result) == (20 + 50) / (100 + 50)

    def test_a_supplier_without_a_limit_is_not_limited(self, opened: Opened) -> None:
        limits = [limit("s1", "A", "2026-07", 30.0)]
        assert total(ask(self.store(opened, *limits), "supplier_coverage", **JULY)) == 1.0

    def test_by_supplier_its_own_limit_counts_and_there_is_no_whole(self, opened: Opened) -> None:
        limits = [
            limit("s1", "A", "2026-07", 30.0),
            limit("s3", "A", "2026-07", 90.0),
            limit("s3", "B", "2026-07", 10.0),
        ]
        result = ask(self.store(opened, *limits), "supplier_coverage", group_by=["supplier"], **JULY)
        assert grouped(result, "supplier") == {("s1",): 30 / 100, ("s3",): (90 + 10) / (100 + 50)}
        assert all(figure.group_ids for figure in result.figures)
        alone = [{"dimension": "supplier", "members": ["s1"]}]
        assert total(ask(self.store(opened, *limits), "supplier_coverage", filters=alone, **JULY)) == 0.3
        by_product = ask(
            self.store(opened, *limits), "supplier_coverage", filters=alone, group_by=["product"], **JULY
        )
        assert grouped(by_product, "product") == {("A",): 0.3}
        assert not any("products that it supplies" in said for said in by_product.assumptions)

    def test_a_supplier_beside_what_it_cannot_be_cut_by_is_not_blamed(self, opened: Opened) -> None:
        chosen = [
            {"dimension": "supplier", "members": ["s1"]},
            {"dimension": "market", "members": ["N1"]},
        ]
        store = self.store(opened, limit("s1", "A", "2026-07", 30.0))
        said = refusal(ask(store, "supplier_coverage", filters=chosen, **JULY), "no_data")
        assert said.startswith("Supplier coverage cannot be cut by market")

    def test_without_a_limit_in_the_window_there_is_nothing_to_cover(self, opened: Opened) -> None:
        (figure,) = ask(
            self.store(opened, limit("s1", "A", "2026-09", 3.0)), "supplier_coverage", **JULY
        ).figures
        assert (figure.value, figure.reason) == (None, "there are no rows in this cut")

    def test_a_limit_of_parts_that_are_not_known_is_left_out_and_counted(self, opened: Opened) -> None:
        limits = [limit("s1", "C", "2026-07", 1.0), limit("s3", "B", "2026-07", 25.0)]
        result = ask(self.store(opened, *limits), "supplier_coverage", **JULY)
        assert total(result) == 0.5
        assert warned(result, "rows_left_out")[0].startswith("1 product-months have a supplier limit")

    def test_closed_months_are_those_planned_one_month_before(self, opened: Opened) -> None:
        plan = [supply("2026-05", "2026-06", 80.0, "B"), supply("2026-06", "2026-06", 8.0, "B")]
        store = self.store(opened, limit("s3", "B", "2026-06", 40.0), supply_plan=plan)
        assert total(ask(store, "supplier_coverage", **JUNE)) == 0.5
        assert total(ask(store, "supplier_coverage", lag=0, **JUNE)) == 1.0
