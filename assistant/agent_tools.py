"""Concord's tools as LangChain tools: compact text for the model, the typed result as artifact."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.tools import BaseTool
from pydantic import Field, SkipValidation

from assistant.agent_run import AgentRun, Executed
from assistant.interpreter.sentences import say
from assistant.llm_content import content
from connectors.errors import QuestionError
from tools.definition import Tool, ToolCall
from tools.figures import ToolResult
from tools.provenance import check

ASK_BACK, DECLINE = "ask_back", "decline"


class ToolForModel(BaseTool):
    """One of Concord's tools.

    The schema is handed on as JSON schema, so that the toolbox, and it alone, checks arguments.
    """

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    agent_run: SkipValidation[AgentRun] = Field(exclude=True)

    def _run(self, /, *_: object, **arguments: Any) -> tuple[str, ToolResult]:  # noqa: ANN401 - JSON
        run = self.agent_run
        if not run.by_embedded:
            arguments = _vetted(self.name, run.parts.view.unmask_arguments(arguments), run)
        result = run.parts.toolbox.run(self.name, arguments)
        run.executed.append(
            Executed(ToolCall(self.name, arguments), result, run.model_calls, run.by_embedded)
        )
        return content(result, run.parts.view), result


def tools_for(run: AgentRun) -> list[BaseTool]:
    """All tools of the run's toolbox."""
    return [_adapted(tool, run) for tool in run.parts.toolbox.tools.values()]


def _adapted(tool: Tool, run: AgentRun) -> BaseTool:
    schema = tool.arguments.model_json_schema()
    return ToolForModel(name=tool.name, description=tool.description, args_schema=schema, agent_run=run)


def _vetted(name: str, arguments: dict[str, Any], run: AgentRun) -> dict[str, Any]:
    """An LLM's question back or decline, with nothing in it that was not checked.

    Raises:
        QuestionError: It claims what only a tool can tell, or offers what cannot be asked.
    """
    if name == DECLINE:
        if arguments.get("kind") != "unanswerable":
            raise QuestionError(
                "Only a tool can tell that data are missing or not permitted: call the tool that would need "
                "them. Decline only what lies outside of planning data, as 'unanswerable'."
            )
        choices = [choice for choice in _texts(arguments.get("choices")) if _can_be_asked(choice, run)]
        return {"kind": "unanswerable", "message": say("replies", "decline", "off_topic"), "choices": choices}
    if name == ASK_BACK:
        options = [option for option in _texts(arguments.get("options")) if _can_be_asked(option, run)]
        if len(options) < 2:
            raise QuestionError(
                "Give at least two options, each a whole planning question in plain words, such as "
                "'OTIF by region last quarter?'. Or answer, and let the tool say what it assumed."
            )
        return {"question": _question(str(arguments.get("question", "")), run), "options": options[:4]}
    return arguments


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _can_be_asked(question: str, run: AgentRun) -> bool:
    """Whether the interpreter understands all of it, so that nothing but a question stands in it."""
    return run.parts.reader.read(question).is_complete


def _question(text: str, run: AgentRun) -> str:
    known = run.parts.known
    is_plain = text.endswith("?") and not check(text, [], "", known.names, known.metric_words)
    return text if is_plain else say("replies", "ask", "which_figure")
