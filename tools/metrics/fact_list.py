"""Every fact, by name."""

from __future__ import annotations

from tools.metrics import demand_facts, finance_facts, service_facts
from tools.metrics.facts import Fact
from tools.plans import plan_facts

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (*demand_facts.FACTS, *service_facts.FACTS, *finance_facts.FACTS, *plan_facts.FACTS)
}
