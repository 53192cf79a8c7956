"""Importing much at once, as a start does, and what it mustn't leave behind."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Imports in the block run without the garbage collector, which finds nothing in modules and takes an eighth.

    What there is afterwards stays for good, so that later collections needn't look through it either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without(package: str) -> Iterator[None]:
    """What is imported in the block doesn't find a package that it could do without; one that is there already is."""
    there = package in sys.modules
    if not there:
        sys.modules[package] = None  # type: ignore[assignment]  # as importlib has it: importing it fails
    try:
        yield
    finally:
        if not there:
            del sys.modules[package]


USUAL_DEPTH, MOST_DEPTH = 1_000, 5_000
"""CPython's own recursion limit, and one above which its C stack may overflow."""


@contextmanager
def shallow() -> Iterator[None]:
    """What is imported in the block leaves the recursion limit where answers from outside can't break the process.

    py_ecc, which eth_keyfile and so web3 import, sets it to 100,000 (py_ecc/__init__.py); from then on an answer of a
    hundred thousand brackets would overflow the C stack inside `json` and end the process, in place of an exception.
    """
    try:
        yield
    finally:
        if sys.getrecursionlimit() > MOST_DEPTH:
            sys.setrecursionlimit(USUAL_DEPTH)
