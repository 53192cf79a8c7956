"""Importing much at once, as a start does."""

from __future__ import annotations

import gc
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
