"""The audit log: each row's hash covers the row and the hash before it.

A private text stands in a row as SHA-256 of a salt and the text. The salt is outside of the row's hash: dropping
it forgets the text for good, and the chain stays whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import rfc8785

from agent.plans import plain

if TYPE_CHECKING:
    from sqlite_utils import Database

START = "0" * 64


def append(
    db: Database,
    *,
    at: int,
    kind: str,
    user: str | None,
    body: Mapping[str, Any],
    private: Mapping[str, str],
    salt: str | None,
) -> None:
    """Adds a row after the last one, in the caller's transaction."""
    last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, START)
    hidden = {name: salted(salt or "", text) for name, text in private.items()}
    text = rfc8785.dumps(plain({**body, **hidden})).decode()
    db.table("audit").insert(
        {
            "seq": seq,
            "at": at,
            "kind": kind,
            "user": user,
            "body_json": text,
            "salt": salt,
            "prev_hash": prev,
            "hash": row_hash(seq, at, kind, user, text, prev),
        }
    )


def salted(salt: str, text: str) -> str:
    """SHA-256 in hex of the salt's bytes and the text. Nobody can guess the text once the salt is gone."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def row_hash(seq: int, at: int, kind: str, user: str | None, body: str, prev: str) -> str:
    row = {"seq": str(seq), "at": str(at), "kind": kind, "user": user, "body": body, "prev": prev}
    return hashlib.sha256(rfc8785.dumps(row)).hexdigest()
