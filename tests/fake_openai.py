"""A strict fake of an OpenAI-compatible service: a real HTTP server on the loopback.

Requests are validated with the openai package's own types, and against the rules that the real
service holds on top of them (every tool call answered, tools declared, unknown keys refused).
Replies come from a script, whole or as a stream of server-sent events.

    script = [calls(("compute_metric", {"metrics": ["otif_rate"]})), says("OTIF was {F1}.")]
    with FakeOpenAI(script) as service:
        chat_model(LlmSettings("test-model", base_url=service.url))
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, get_args, get_type_hints

from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

MODEL = "test-model"
PROMPT_TOKENS, COMPLETION_TOKENS = 100, 20
_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")


@dataclass(frozen=True)
class Reply:
    """One scripted reply.

    Attributes:
        content: Text.
        tool_calls: Names and arguments, as JSON text.
        refusal: Text of a refusal.
        status: HTTP status; other than 200 there is an error body.
        headers: Further headers (`Retry-After`).
        finish: The finish reason; None leaves it out.
        wait_seconds: How long to wait before anything is sent.
        cut_after: Number of stream chunks (or characters of a whole body) after which the connection breaks.
        forever: Whether all further requests get it, too.
    """

    content: str | None = None
    tool_calls: Sequence[tuple[str, str]] = ()
    refusal: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str | None = "stop"
    wait_seconds: float = 0.0
    cut_after: int | None = None
    forever: bool = False


def says(text: str, **more: Any) -> Reply:
    """A reply in words."""
    return Reply(content=text, **more)


def calls(*wanted: tuple[str, dict[str, Any] | str], **more: Any) -> Reply:
    """A reply that calls tools, several of them in parallel; text arguments go out as they are."""
    listed = [(name, args if isinstance(args, str) else json.dumps(args)) for name, args in wanted]
    return Reply(tool_calls=listed, **{"finish": "tool_calls", **more})


def fails(status: int, **more: Any) -> Reply:
    """A reply that is an HTTP error."""
    return Reply(status=status, **more)


class FakeOpenAI:
    """The service. Use it as a context manager; leaving it fails if any request was invalid.

    Attributes:
        requests: Bodies of the requests, in order.
        faults: What was wrong with them.
    """

    def __init__(self, script: Iterable[Reply]) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> FakeOpenAI:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if fault is None:
            assert not self.faults, self.faults

    def next_reply(self, body: dict[str, Any]) -> Reply:
        self.requests.append(body)
        self.faults += request_faults(body)
        if self.faults:
            return Reply(status=400)
        if not self.script:
            self.faults.append("the script has no further reply")
            return Reply(status=500)
        return self.script[0] if self.script[0].forever else self.script.pop(0)

    def seen(self) -> str:
        """Everything that was ever sent to the service, as text."""
        return json.dumps(self.requests, ensure_ascii=False)


def request_faults(body: dict[str, Any]) -> list[str]:
    """What the real service would refuse about a request."""
    kind = CompletionCreateParamsStreaming if body.get("stream") else CompletionCreateParamsNonStreaming
    faults = [f"unknown parameter {key}" for key in body if key not in get_type_hints(kind)]
    try:
        checked = TypeAdapter(kind).validate_python(body)
        for part in ("messages", "tools"):
            # The package types these as iterables, which pydantic checks only as they are read.
            list(checked.get(part, ()))
    except ValidationError as fault:
        return [*faults, *(f"{e['loc']}: {e['msg']}" for e in fault.errors()[:5])]
    faults += _tool_faults(body.get("tools", []))
    return [*faults, *_message_faults(body["messages"])]


def _tool_faults(tools: Sequence[dict[str, Any]]) -> Iterator[str]:
    names = [tool["function"]["name"] for tool in tools]
    if len(set(names)) != len(names):
        yield f"tools share a name: {names}"
    for tool in tools:
        function = tool["function"]
        if not _NAME.match(function["name"]):
            yield f"bad tool name {function['name']}"
        if not function.get("description"):
            yield f"{function['name']} has no description"
        parameters = function.get("parameters", {})
        if parameters.get("type") != "object" or "$ref" in json.dumps(parameters):
            yield f"{function['name']} has no plain object as parameters"


def _message_faults(messages: Sequence[dict[str, Any]]) -> Iterator[str]:
    allowed = {_role(kind): set(get_type_hints(kind)) for kind in get_args(ChatCompletionMessageParam)}
    open_calls: list[str] = []
    for number, message in enumerate(messages):
        role = message["role"]
        unknown = set(message) - allowed[role]
        if unknown:
            yield f"message {number} ({role}) has unknown keys {unknown}"
        if role == "system" and number:
            yield f"message {number} is a system message in the middle"
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                yield f"message {number} answers {message['tool_call_id']}, which was not called"
            else:
                open_calls.remove(message["tool_call_id"])
        elif open_calls:
            yield f"message {number} comes before the answers to {open_calls}"
            open_calls = []
        open_calls += [call["id"] for call in message.get("tool_calls") or []]
        for call in message.get("tool_calls") or []:
            if not _is_json(call["function"]["arguments"]):
                yield f"message {number} repeats arguments that are no JSON"
    if open_calls:
        yield f"no answers to {open_calls}"


def _role(kind: Any) -> str:
    return str(get_args(get_type_hints(kind)["role"])[0])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _handler(service: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self.path.endswith("/chat/completions"):
                service.faults.append(f"asked {self.path}")
            reply = service.next_reply(body)
            service.released.wait(reply.wait_seconds)
            self.close_connection = True
            if reply.status != 200:
                self._send_error(reply)
            elif body.get("stream"):
                self._send_stream(
                    reply, with_usage=bool((body.get("stream_options") or {}).get("include_usage"))
                )
            else:
                self._send_whole(reply)

        def _send_error(self, reply: Reply) -> None:
            text = json.dumps({"error": {"message": f"scripted {reply.status}", "type": "server_error"}})
            self._head(reply, "application/json", len(text))
            self.wfile.write(text.encode())

        def _send_whole(self, reply: Reply) -> None:
            text = json.dumps(whole(reply, len(service.requests)))
            self._head(reply, "application/json", len(text.encode()))
            self.wfile.write(text.encode()[: reply.cut_after])

        def _send_stream(self, reply: Reply, with_usage: bool) -> None:
            self._head(reply, "text/event-stream", None)
            events = [json.dumps(chunk) for chunk in chunks(reply, with_usage, len(service.requests))] + [
                "[DONE]"
            ]
            for event in events[: reply.cut_after]:
                piece = f"data: {event}\n\n".encode()
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.flush()
                time.sleep(0)
            if reply.cut_after is None:
                self.wfile.write(b"0\r\n\r\n")

        def _head(self, reply: Reply, kind: str, length: int | None) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if length is None:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def whole(reply: Reply, turn: int = 1) -> dict[str, Any]:
    """A reply as one chat completion, valid by the package's own type."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    if reply.tool_calls:
        message["tool_calls"] = [
            {
                "id": f"call_{turn}_{number}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for number, (name, arguments) in enumerate(reply.tool_calls, start=1)
        ]
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [
            {"index": 0, "message": message, "finish_reason": reply.finish or "stop", "logprobs": None}
        ],
        "usage": _usage(),
    }
    ChatCompletion.model_validate(body, strict=True)
    return body


def chunks(reply: Reply, with_usage: bool, turn: int = 1) -> Iterator[dict[str, Any]]:
    """A reply as the chunks of a stream: words split in the middle, arguments over several chunks."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": part} for part in _pieces(reply.content or "", 7)]
    if reply.refusal:
        deltas += [{"refusal": part} for part in _pieces(reply.refusal, 7)]
    for index, (name, arguments) in enumerate(reply.tool_calls):
        head = {
            "id": f"call_{turn}_{index + 1}",
            "type": "function",
            "function": {"name": name, "arguments": ""},
        }
        deltas.append({"tool_calls": [{"index": index, **head}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": part}}]}
            for part in _pieces(arguments, 5)
        ]
    for delta in deltas:
        yield _chunk([{"index": 0, "delta": delta, "finish_reason": None}])
    if reply.finish:
        yield _chunk([{"index": 0, "delta": {}, "finish_reason": reply.finish}])
    if with_usage:
        yield _chunk([], usage=_usage())


def _chunk(choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": choices,
        **more,
    }
    ChatCompletionChunk.model_validate(body)
    return body


def _usage() -> dict[str, int]:
    return {
        "prompt_tokens": PROMPT_TOKENS,
        "completion_tokens": COMPLETION_TOKENS,
        "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
    }


def _pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
