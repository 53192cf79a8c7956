"""Logs go to standard error, whatever writes them: structlog for our own code, `logging` for the libraries'.

What is logged may be somebody's words: nothing in it begins a line of its own or is an order to a terminal.
"""

from __future__ import annotations

import io
import logging
import sys
import textwrap
from typing import TextIO

from agent.harmless import harmless, harmless_line
from agent.importing import without

with without("rich"):  # for tracebacks of another kind than ours; it takes a tenth of a start
    import structlog

from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger


def to_stderr(verbose: bool) -> None:
    """Sets both up, once, at the start of a command. Standard output stays the command's own."""
    level = logging.DEBUG if verbose else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(logging.BASIC_FORMAT))
    logging.basicConfig(handlers=[handler], level=level)
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is when something is logged
    )


def processors() -> list[Processor]:
    """What makes a line of what is logged."""
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        one_line,
        # plain: a traceback that shows local variables would print passwords and tokens
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=traceback),
    ]


def one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Texts of an event on one line each."""
    return {key: harmless_line(value) if isinstance(value, str) else value for key, value in event.items()}


def traceback(out: TextIO, error: ExcInfo) -> None:
    """The traceback, set in, whatever its exception's message holds."""
    written = io.StringIO()
    structlog.dev.plain_traceback(written, error)
    out.write(_set_in(written.getvalue()))


def _set_in(text: str) -> str:
    return textwrap.indent(harmless(text), "  ")


class _Lines(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the library's name)
        record.message = harmless_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # type: ignore[override]  # noqa: N802  (the same triple)
        return _set_in(super().formatException(ei))
