"""What was signed, kept durably by the signer itself: one JSON line each, on disk before the signature leaves.

With it a step is signed once, at one nonce, also after a restart, whatever the ledger says.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from agent.errors import Refused
from agent.policy.files import sync_folder
from agent.policy.limits import DAY_SECONDS, Moved

CANCEL = -1
RESERVE_BYTES = 128 * 1024
"""Room for some hundred signatures on a disk that is full."""
NO_NONCE = -1


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature. `step` is the index in the plan, CANCEL for a cancellation. Fees in wei per gas.

    `outputs` are the base units that were filled in, by the index of the step that gave them (as text, as in JSON).
    `symbol` and `units` (base units, as text) are what it moves out of the account's hands, '' for nothing that
    counts; `along_symbol` and `along_units` the same of a second token that goes in with it. `coded`: a one-time code
    was given for the plan; `moved`: it moves a position under a mandate. Typed data has NO_NONCE, and its signing
    hash as `hash`.
    """

    plan_id: str
    digest: str
    step: int
    account: str
    nonce: int
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    hash: str
    at: int
    outputs: dict[str, str] = field(default_factory=dict)
    symbol: str = ""
    units: str = "0"
    along_symbol: str = ""
    along_units: str = "0"
    coded: bool = False
    moved: bool = False

    @property
    def terms(self) -> tuple[int, int, int]:
        return self.nonce, self.max_fee_per_gas, self.max_priority_fee_per_gas


class Record:
    """The file of signatures. It is locked while it is open: two signers never share a folder."""

    def __init__(self, path: Path) -> None:
        """Opens or creates. Raises Refused: "busy" where another signer has it, "record" where a line is damaged."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise Refused("busy", "Another signer has this folder open.", "End it first.") from None
        self._reserve = path.with_suffix(".reserve")
        _keep_room(self._reserve)
        self._plans: dict[str, list[Signed]] = {}
        self._nonces: set[tuple[str, int]] = set()
        self._ranges: dict[str, dict[str, int]] = {}
        self._moves: dict[tuple[str, str], dict[tuple[str, int], tuple[int, int]]] = {}
        try:
            sync_folder(path.parent)
            for row in self._read(path):
                self._remember(row)
        except BaseException:
            self.close()
            raise

    def of_plan(self, plan_id: str) -> list[Signed]:
        """What was signed for a plan, the oldest first."""
        return list(self._plans.get(plan_id, []))

    def has_nonce(self, account: str, nonce: int) -> bool:
        """Whether anything was signed for this account at this nonce."""
        return (account, nonce) in self._nonces

    def moved(self, account: str, symbol: str, now: int) -> Moved:
        """What the account has moved of a token: all that was signed, mined or not; replacements of a step once.

        A row from the future, after the clock was set back, counts as of today.
        """
        steps = self._moves.get((account, symbol), {}).values()
        return Moved(sum(units for at, units in steps if at > now - DAY_SECONDS), sum(units for _, units in steps))

    def last_range(self, account: str, besides: str) -> int | None:
        """When a position of the account was last moved under a mandate, by another plan than `besides`."""
        return max((at for plan, at in self._ranges.get(account, {}).items() if plan != besides), default=None)

    def add(self, row: Signed) -> None:
        """Writes a row and waits for the disk. Raises OSError where it can't, and then nothing counts as signed.

        On a full disk the reserve is given up, once, so that money can still be taken out.
        """
        line = json.dumps(asdict(row)).encode() + b"\n"
        try:
            self._write(line)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not self._reserve.exists():
                raise
            self._reserve.unlink()
            self._write(line)
        self._remember(row)

    def _write(self, line: bytes) -> None:
        end = os.lseek(self._file, 0, os.SEEK_END)
        try:
            written = os.write(self._file, line)
            if written != len(line):
                raise OSError(errno.ENOSPC, "the disk took half a line of the record")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, end)
            raise

    def close(self) -> None:
        """Gives the folder free for another signer."""
        os.close(self._file)

    def _remember(self, row: Signed) -> None:
        self._plans.setdefault(row.plan_id, []).append(row)
        if row.nonce != NO_NONCE:
            self._nonces.add((row.account, row.nonce))
        if row.moved:
            plans = self._ranges.setdefault(row.account, {})
            plans[row.plan_id] = max(row.at, plans.get(row.plan_id, 0))
        for symbol, units in ((row.symbol, row.units), (row.along_symbol, row.along_units)):
            if symbol:
                steps = self._moves.setdefault((row.account, symbol), {})
                before = steps.get((row.plan_id, row.step), (row.at, 0))
                steps[row.plan_id, row.step] = (max(row.at, before[0]), max(int(units), before[1]))

    def _read(self, path: Path) -> list[Signed]:
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):  # a line cut off by a crash: its signature never left this process
            os.ftruncate(self._file, whole)
        rows = []
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                rows.append(Signed(**json.loads(line)))
            except (ValueError, TypeError):
                raise Refused("record", f"Line {number} of {path} is damaged.", "Restore the file.") from None
        return rows


def _keep_room(path: Path) -> None:
    """A file of bytes that nobody needs, to be given up when the disk is full. A disk that is full now has none."""
    if path.exists():
        return
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, b"-" * RESERVE_BYTES)
            os.fsync(file)
        finally:
            os.close(file)
