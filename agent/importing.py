"""Importing much at once, as a start does, and what it mustn't leave behind."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


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


SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The number of points of secp256k1 (SEC 2, version 2, 2.4.1): a private key is below it."""

_CURVES: dict[str, dict[str, Any]] = {
    "py_ecc": {},
    "py_ecc.bls": {"G2ProofOfPossession": None},
    "py_ecc.bls12_381": {"curve_order": 0},  # so that no key of a validator passes for one
    "py_ecc.secp256k1": {"N": SECP256K1_ORDER},
}
"""What eth_keyfile takes of py_ecc (eth_keyfile/keyfile.py); all but the last for keys of validators (EIP-2335)."""


@contextmanager
def without_pairings() -> Iterator[None]:
    """What is imported in the block does without py_ecc, whose tables of pairings cost a start 0.2 s for nothing.

    eth_keyfile, and so eth_account and web3, import it for keystores of validators, which are never read here. Where
    it is there already, or has to give more than is known here, the real one is imported.
    """
    if "py_ecc" in sys.modules:
        yield
        return
    standing_in = {name: _stand_in(name, values) for name, values in _CURVES.items()}
    sys.modules.update(standing_in)
    try:
        yield
    finally:
        for name, module in standing_in.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _stand_in(name: str, values: dict[str, Any]) -> ModuleType:
    def real(wanted: str) -> Any:
        if wanted.startswith("__"):  # such as __path__, which the import system looks for
            raise AttributeError(wanted)
        for each in _CURVES:
            sys.modules.pop(each, None)
        return getattr(import_module(name), wanted)

    module = ModuleType(name)
    module.__dict__.update(values, __getattr__=real)
    return module


USUAL_DEPTH, MOST_DEPTH = 1_000, 5_000
"""CPython's own recursion limit, and one above which its C stack may overflow."""


@contextmanager
def shallow() -> Iterator[None]:
    """What is imported in the block leaves the recursion limit where answers from outside can't break the process.

    py_ecc sets it to 100,000 (py_ecc/__init__.py) where it is imported after all; from then on an answer of a hundred
    thousand brackets would overflow the C stack inside `json` and end the process, in place of an exception.
    """
    try:
        yield
    finally:
        if sys.getrecursionlimit() > MOST_DEPTH:
            sys.setrecursionlimit(USUAL_DEPTH)
