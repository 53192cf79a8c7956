"""Starts a real chain's profile on this machine: anvil with its chain id and devnet's contracts at its addresses."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path
from typing import Final

from devnet import anvil, set_up
from devnet.cache import cache_folder, exclusive
from devnet.lock import LOCK, needed, parse, this_platform
from devnet.node import Node, serve
from devnet.profiles.profile import Profile
from devnet.progress import Progress, silent
from devnet.rpc import Rpc

HERE: Final = Path(__file__).parent
SOURCES: Final = ("*.py", "*.toml", "*.lock", "solidity/*.sol")
WEEK: Final = 7 * 86_400
BEFORE: Final = 3 * 86_400  # what the build's own clock may take


def start_profile(
    folder: Path,
    chain_file: Path,
    *,
    port: int = 0,
    now: int | None = None,
    blocks: bool = False,
    progress: Progress = silent,
) -> Node:
    """The chain of `chain_file`, served on 127.0.0.1, with its log and a copy of the file in `folder`.

    Built once a week and profile, in some seconds, and kept in the cache; the clock is this machine's (`now`, in Unix
    seconds). With `blocks` they come by themselves, as often as the chain's, and the last but one is `safe`; else
    there is one for each transaction. Raises DevnetError where devnet's parts can't be had or the file can't be put.
    """
    text = chain_file.read_text()
    profile = Profile.of(text)
    state = _prepared(profile, text, now, progress) / "state.json"

    def command(chosen: int) -> list[str]:
        second = int(time.time()) if now is None else now  # the build may have taken its time
        given = anvil.with_state(chosen, state, profile.chain_id, second=second)
        by_themselves = f"--block-time {profile.block_seconds} --mixed-mining --slots-in-an-epoch 1"
        return [*given, *by_themselves.split()] if blocks else given

    node = serve(folder, text.encode(), command, port=port, chain_id=profile.chain_id)
    with Rpc(node.rpc_url) as rpc:
        rpc.call("evm_mine")  # a head of this moment: the state's own is days old
    return node


def prepare(chain_file: Path, *, progress: Progress = silent) -> None:
    """Builds the profile where this week's isn't there, so that its start is quick. Raises DevnetError."""
    text = chain_file.read_text()
    _prepared(Profile.of(text), text, None, progress)


def _prepared(profile: Profile, text: str, now: int | None, progress: Progress) -> Path:
    set_up.setup(progress)
    today = int(time.time()) if now is None else now
    return _built(profile, text, today - today % WEEK, progress)


def _built(profile: Profile, text: str, week: int, progress: Progress) -> Path:
    """The folder of its state. Those of earlier weeks are removed: interest would run away from what was built."""
    root = cache_folder() / "profiles"
    folder = root / f"{profile.name}-{_key(text)}-{week}"
    with exclusive(root / f".{profile.name}.lock"):
        if not (folder / "state.json").is_file():
            from devnet.profiles.build import build  # web3, only for building

            for old in root.glob(f"{profile.name}-*"):
                if not old.name.endswith((f"-{week}", f"-{week - WEEK}")):  # last week's may just be served
                    shutil.rmtree(old, ignore_errors=True)
            progress(f"devnet: putting the contracts at the addresses of {profile.name}, once a week")
            build(profile, needed(parse(LOCK.read_text()), this_platform()), folder, week - BEFORE, progress)
    return folder


def _key(text: str) -> str:
    found = hashlib.sha256(set_up.key().encode() + text.encode())
    for pattern in SOURCES:
        for path in sorted(HERE.glob(pattern)):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]
