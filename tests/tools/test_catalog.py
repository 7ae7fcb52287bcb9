"""The toolbox: one asker's tools for one question."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from connectors.access import LOCAL_USER
from connectors.errors import (
    Ambiguous,
    MissingTable,
    NotPermitted,
    OutOfRange,
    QuestionError,
    Stale,
    UnknownName,
)
from connectors.plan_store import PlanStore
from tests.stores import MakeStore
from tests.tools.metrics.tiny_rows import LISTS, line
from tools.catalog import TOOLS, Toolbox
from tools.definition import ToolContext
from tools.metrics.registry import STANDARD
from tools.refusals import refusal_of

JUNE = {"start": "2026-06-01", "end": "2026-06-30"}


@pytest.fixture
def store(make_store: MakeStore) -> PlanStore:
    return make_store({**LISTS, "order_lines": [line("o1"), line("o2", product_id="B")]}).for_person(
        LOCAL_USER
    )


@pytest.fixture
def toolbox(store: PlanStore) -> Toolbox:
    return Toolbox(ToolContext(store, STANDARD))


class TestTools:
    def test_names_are_unique_and_have_words_for_the_model(self) -> None:
        assert len({tool.name for tool in TOOLS}) == len(TOOLS)
        for tool in TOOLS:
            assert len(tool.description) > 40, tool.name

    def test_every_argument_is_described_and_unknown_ones_are_refused(self) -> None:
        for tool in TOOLS:
            assert tool.arguments.model_config.get("extra") == "forbid"
            for name, field in tool.arguments.model_fields.items():
                assert field.description, (tool.name, name)

    def test_none_of_the_first_set_writes(self) -> None:
        assert {tool.name for tool in TOOLS if tool.writes} == set()

    def test_a_tool_writes_until_it_says_otherwise(self) -> None:
        from tools.definition import Arguments, Tool
        from tools.figures import ToolResult

        assert Tool("do_it", Arguments, lambda context, arguments: ToolResult()).writes


class TestCalls:
    def test_a_tool_that_does_not_exist_is_told_with_those_that_do(self, toolbox: Toolbox) -> None:
        with pytest.raises(QuestionError, match=r"no tool 'compute'\. There are compute_metric"):
            toolbox.run("compute", {})

    def test_an_argument_that_does_not_exist_is_told(self, toolbox: Toolbox) -> None:
        with pytest.raises(QuestionError, match="arguments of compute_metric are wrong: group: Extra inputs"):
            toolbox.run("compute_metric", {"metrics": ["otif_rate"], "group": ["region"]})

    def test_an_argument_of_another_form_is_told_with_its_place(self, toolbox: Toolbox) -> None:
        with pytest.raises(QuestionError, match=r"period\.start: Input should be a valid date"):
            toolbox.run("compute_metric", {"metrics": ["otif_rate"], "period": {"start": "June"}})

    def test_a_fault_of_the_question_is_a_refusal_and_no_figure(self, toolbox: Toolbox) -> None:
        result = toolbox.run("compute_metric", {"metrics": ["otif_rat"]})
        assert result.refusal is not None
        assert (result.refusal.kind, result.refusal.choices[0], result.figures) == (
            "no_data",
            "otif_rate",
            [],
        )


class TestNumbers:
    def test_figures_and_sources_are_numbered_through_all_calls(self, toolbox: Toolbox) -> None:
        first = toolbox.run(
            "compute_metric", {"metrics": ["otif_rate"], "group_by": ["family"], "period": JUNE}
        )
        second = toolbox.run("compute_metric", {"metrics": ["in_full_rate", "on_time_rate"], "period": JUNE})
        assert [figure.id for figure in (*first.figures, *second.figures)] == ["F1", "F2", "F3", "F4", "F5"]
        assert [source.id for source in (*first.sources, *second.sources)] == ["S1", "S2", "S3"]
        assert [figure.source for figure in second.figures] == ["S2", "S3"]
        assert first.tables[0].source == "S1"

    def test_a_toolbox_of_another_question_starts_again(self, store: PlanStore, toolbox: Toolbox) -> None:
        asked = {"metrics": ["otif_rate"], "period": JUNE}
        toolbox.run("compute_metric", asked)
        assert Toolbox(ToolContext(store, STANDARD)).run("compute_metric", asked).figures[0].id == "F1"

    def test_a_source_says_tables_rows_definition_and_how_to_ask_again(self, toolbox: Toolbox) -> None:
        asked = {"metrics": ["otif_rate"], "group_by": ["family"], "period": JUNE}
        result = toolbox.run("compute_metric", asked)
        (source,) = result.sources
        assert (source.kind, source.tool, source.tables, source.rows) == (
            "calculation",
            "compute_metric",
            ["order_lines"],
            2,
        )
        assert source.definition == "lines both on time and in full / lines due"
        again = toolbox.run("compute_metric", source.arguments)
        assert [figure.value for figure in again.figures] == [figure.value for figure in result.figures]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (NotPermitted("x"), "not_permitted"),
        (UnknownName("x", ("a", "b")), "no_data"),
        (OutOfRange("x"), "no_data"),
        (MissingTable("x"), "no_data"),
        (Stale("x"), "no_data"),
        (QuestionError("x"), "unanswerable"),
        (Ambiguous("x"), "unanswerable"),
    ],
)
def test_each_fault_is_one_of_the_noes(fault: QuestionError, kind: str) -> None:
    refused = refusal_of(fault)
    assert (refused.kind, refused.message, refused.choices) == (kind, "x", list(fault.choices))


def test_a_refusal_for_want_of_permission_offers_no_names() -> None:
    assert refusal_of(NotPermitted("x", ("secret",))).choices == []


class TestReplies:
    def test_a_question_back_carries_options(self, toolbox: Toolbox) -> None:
        result = toolbox.run("ask_back", {"question": "Which?", "options": ["OTIF?", "Fill rate?"]})
        assert result.clarification is not None
        assert result.clarification.options == ["OTIF?", "Fill rate?"]

    def test_one_option_is_no_question(self, toolbox: Toolbox) -> None:
        with pytest.raises(QuestionError, match="options"):
            toolbox.run("ask_back", {"question": "Which?", "options": ["OTIF?"]})

    def test_a_no_has_its_kind(self, toolbox: Toolbox) -> None:
        result = toolbox.run("decline", {"kind": "unanswerable", "message": "No weather here."})
        assert result.refusal is not None
        assert result.refusal.kind == "unanswerable"


def test_arguments_are_pydantic_models_whose_schema_a_model_can_read() -> None:
    for tool in TOOLS:
        assert issubclass(tool.arguments, BaseModel)
        assert tool.arguments.model_json_schema()["additionalProperties"] is False
