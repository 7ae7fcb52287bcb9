"""The policy file and what it makes of people; faults are told clearly."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.access import EVERYTHING, LOCAL_USER, Person, Scope, load_policy
from connectors.errors import InvalidTable, NotPermitted, SourceUnavailable

POLICY = """
roles:
  planner: {about: sees all}
  north:
    rows: {region: [North], family: [Dairy]}
    hide: [cost, order_lines.unit_price]
    open_tables: [inventory]
    answer_style: executive
    decides: [demand]
people:
  - {email: Ana@Example.com, name: Ana, role: north}
  - {email: bo@example.com, role: planner}
"""


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, "utf-8")
    return path


def test_a_person_has_the_scope_of_the_role(policy_file: Path) -> None:
    ana = load_policy(policy_file).person("ana@example.COM")
    rows = {"region": frozenset({"North"}), "family": frozenset({"Dairy"})}
    hidden = frozenset({"cost", "order_lines.unit_price"})
    assert ana == Person(
        "Ana@Example.com",
        "Ana",
        ("north", "decides:demand"),
        Scope(rows, hidden, frozenset({"inventory"})),
        "executive",
    )


def test_a_role_that_narrows_nothing_sees_everything(policy_file: Path) -> None:
    assert load_policy(policy_file).person("bo@example.com").scope.is_everything


def test_whoever_is_not_in_the_policy_may_see_nothing(policy_file: Path) -> None:
    with pytest.raises(NotPermitted, match=r"mallory@example\.com is not in the policy"):
        load_policy(policy_file).person("mallory@example.com")


def test_the_example_policy_of_the_demo_company_is_right() -> None:
    path = Path(__file__).resolve().parents[2] / "connectors" / "demo" / "policy.yaml"
    policy = load_policy(path)
    assert {policy.person(one.email).scope.key for one in policy.people} > {"all"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "role: planner}",
            "role: planer}",
            r"bo@example\.com has the role planer, which is not among planner, north",
        ),
        ("region: [North]", "regoin: [North]", "role north narrows rows by regoin; possible are .*region"),
        ("hide: [cost,", "hide: [costs,", "role north hides costs; possible are cost, finance, price"),
        ("order_lines.unit_price", "order_lines.price", "role north hides order_lines.price"),
        ("open_tables: [inventory]", "open_tables: [stock]", "role north opens stock, which are no tables"),
        ("bo@example.com", "ana@example.com", "ana@example.com is listed more than once"),
        ("hide: [cost,", "hides: [cost,", "roles.north.hides: Extra inputs are not permitted"),
        ("answer_style: executive", "answer_style: long", "roles.north.answer_style"),
        ("region: [North]", "region: [1]", "roles.north.rows.region.0: Input should be a valid string"),
        ("role: planner}", "}", "people.1.role: Field required"),
        ("people:", "people: [", "is not valid YAML"),
    ],
)
def test_a_fault_is_told_with_its_place(policy_file: Path, before: str, after: str, said: str) -> None:
    policy_file.write_text(POLICY.replace(before, after), "utf-8")
    with pytest.raises(InvalidTable, match=said):
        load_policy(policy_file)


def test_all_faults_are_told_at_once(policy_file: Path) -> None:
    wrong = POLICY.replace("region:", "regoin:").replace("[inventory]", "[stock]")
    policy_file.write_text(wrong, "utf-8")
    with pytest.raises(InvalidTable, match=r"regoin.*stock"):
        load_policy(policy_file)


def test_an_empty_file_is_a_fault(policy_file: Path) -> None:
    policy_file.write_text("", "utf-8")
    with pytest.raises(InvalidTable, match="breaks its form"):
        load_policy(policy_file)


def test_a_file_in_another_encoding_is_a_fault(policy_file: Path) -> None:
    policy_file.write_bytes("# für alle\n".encode("latin-1") + POLICY.encode())
    with pytest.raises(InvalidTable, match="not valid YAML in UTF-8"):
        load_policy(policy_file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        load_policy(tmp_path / "none.yaml")


class TestScope:
    def test_a_guard_hides_every_column_that_it_guards(self) -> None:
        scope = Scope(hidden=frozenset({"cost"}))
        assert scope.hides("products", "standard_cost")
        assert scope.hides("order_lines", "expedite_cost")
        assert not scope.hides("order_lines", "unit_price")

    def test_a_single_column_can_be_hidden(self) -> None:
        scope = Scope(hidden=frozenset({"order_lines.unit_price"}))
        assert scope.hides("order_lines", "unit_price")
        assert not scope.hides("prices", "unit_price")

    def test_a_companys_own_column_is_not_guarded(self) -> None:
        assert not Scope(hidden=frozenset({"cost", "price", "finance"})).hides("products", "brand")

    def test_the_key_tells_scopes_apart_and_not_the_order_of_their_members(self) -> None:
        one = Scope({"region": frozenset({"North", "South"})}, frozenset({"cost"}))
        other = Scope({"region": frozenset({"South", "North"})}, frozenset({"cost"}))
        assert one.key == other.key
        keys = {
            EVERYTHING.key,
            one.key,
            Scope({"region": frozenset({"North"})}).key,
            Scope({"region": frozenset()}).key,
            Scope({"market": frozenset({"North"})}).key,
            Scope(hidden=frozenset({"cost"})).key,
            Scope({"region": frozenset({"North"})}, frozenset(), frozenset({"inventory"})).key,
        }
        assert len(keys) == 7

    def test_a_scope_without_members_is_not_everything(self) -> None:
        assert not Scope({"region": frozenset()}).is_everything


def test_a_single_local_user_has_all() -> None:
    assert LOCAL_USER.scope == EVERYTHING
