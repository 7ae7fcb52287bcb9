"""`concord`: the command line. Only declarations; each command imports what it needs when it runs."""

from __future__ import annotations

import gc
import sys

import typer

from assistant.commands import ask, demo, drafts, load, metrics, status

app = typer.Typer(
    name="concord",
    help="Ask your sales and operations planning data in plain words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    demo.demo,
    load.mapping,
    load.load,
    status.status,
    ask.ask,
    ask.chat,
    metrics.metrics,
    drafts.drafts,
    drafts.confirm,
    drafts.reject,
    ask.replay,
):
    app.command()(command)


def main() -> None:
    """Run a command; a fault is told in one line. Exit status: 0 done, 1 the world's, 2 the call's."""
    # A short-lived process gains nothing from collecting the garbage of its imports.
    gc.set_threshold(100_000, 50, 50)
    from connectors.errors import ConcordError, QuestionError  # noqa: PLC0415

    try:
        app()
    except ConcordError as fault:
        sys.stderr.write(f"concord: {fault.message}\n")
        raise SystemExit(2 if isinstance(fault, QuestionError) else 1) from fault
    except KeyboardInterrupt:
        raise SystemExit(130) from None
