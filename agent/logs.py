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
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
