"""What the LLM gets to see: names, values or only references, and never more than its asker."""

from __future__ import annotations

import pytest

from assistant.llm import Sees
from connectors.access import Person, Scope
from connectors.plan_store import PlanStore
from tests.assistant.agent_runs import BY_REGION, ask
from tests.assistant.tiny_company import HOSTILE, tiny_company
from tests.fake_openai import calls, says


@pytest.mark.parametrize("sees", ["references", "aggregates"])
def test_customers_names_never_leave_the_machine(store: PlanStore, sees: Sees) -> None:
    by_customer = calls(("compute_metric", {"metrics": ["otif_rate"], "group_by": ["customer"]}))
    nobody = [{"dimension": "customer", "members": ["{customer_9}"]}]
    wrong = calls(("compute_metric", {"metrics": ["otif_rate"], "filters": nobody}))
    script = [
        by_customer,
        wrong,
        says("OTIF of {customer_1} was {F3}."),
        says("OTIF of {customer_1} was {F2}, and of {customer_2} {F3}."),
    ]
    question = "Has Lakeland Foods, or super mart, a flabbergasting OTIF?"
    outcome, service = ask(script, store, question=question, sees=sees)
    assert not any(name in service.seen().lower() for name in ("lakeland", "super mart", "ignore all"))
    assert outcome.text.startswith("OTIF of Lakeland Foods was {F2}, and of Super Mart {F3}.")
    assert outcome.results[0].figures[1].group == {"customer": "Lakeland Foods"}


def test_a_placeholder_in_arguments_comes_back_as_the_id(store: PlanStore) -> None:
    filters = [{"dimension": "customer", "members": ["{customer_1}"]}]
    narrowed = calls(("compute_metric", {"metrics": ["otif_rate"], "filters": filters}))
    outcome, _ = ask(
        [narrowed, says("OTIF of {customer_1} was {F1}.")],
        store,
        question="What a flabbergasting OTIF has Super Mart?",
    )
    assert outcome.calls[0].arguments["filters"] == [{"dimension": "customer", "members": ["C2"]}]
    assert outcome.text == "OTIF of Super Mart was {F1}."


def test_references_alone_show_no_value_and_no_name(store: PlanStore) -> None:
    words = "OTIF in {region_1} was {F2}."
    outcome, service = ask([calls(BY_REGION), says(words)], store, sees="references")
    shown = service.requests[1]["messages"][-1]["content"]
    assert not any(text in shown for text in ("50", "North", "South", "June was"))
    assert "{F2}" in shown
    assert outcome.text == "OTIF in North was {F2}."


def test_names_are_shown_where_they_may_be_and_marked_as_data(store: PlanStore) -> None:
    by_customer = calls(("compute_metric", {"metrics": ["otif_rate"], "group_by": ["customer"]}))
    words = f"OTIF of {HOSTILE} was {{F4}}."
    outcome, service = ask([by_customer, says(words)], store, sees="names")
    shown = service.requests[1]["messages"][-1]["content"]
    assert shown.startswith("<data>")
    assert f'customer="{HOSTILE}"' in shown
    assert outcome.text == words


def test_what_a_narrowed_person_sees_is_never_called_the_companys() -> None:
    warehouse = tiny_company()
    in_north = Person("ana@example.com", scope=Scope(rows={"region": frozenset({"North"})}))
    store = warehouse.for_person(in_north)
    asked = calls(("compute_metric", {"metrics": ["otif_rate"]}))
    whole, part = says("Overall, OTIF was {F1}."), says("OTIF in North was {F1}.")
    outcome, service = ask([asked, whole, part], store)
    assert "is of North only, not 'Overall'" in service.requests[-1]["messages"][-1]["content"]
    assert "South" not in service.seen()
    assert outcome.text == "OTIF in North was {F1}."
    warehouse.close()
