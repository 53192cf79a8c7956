"""Logs go to standard error, whatever writes them: structlog for our own code, `logging` for the libraries'."""

from __future__ import annotations

import logging
import sys

import structlog


def to_stderr(verbose: bool) -> None:
    """Sets both up, once, at the start of a command. Standard output stays the command's own."""
    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(stream=sys.stderr, level=level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # plain: a traceback that shows local variables would print passwords and tokens
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
