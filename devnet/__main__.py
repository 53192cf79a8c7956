"""`setup`: everything that a devnet needs. `profile FILE`: a real chain's local profile, until Ctrl-C.

`fund FILE 0x… --rpc URL`: play money for an account that was made since. `pin`, for maintainers: the hashes for
artefacts.lock.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from devnet.artefacts import digest, fetch
from devnet.errors import DevnetError
from devnet.faucet import fund
from devnet.lock import LOCK, parse
from devnet.profiles import prepare, start_profile
from devnet.progress import to_stderr
from devnet.set_up import setup

TO_PRACTISE = {"ETH": 10**18, "USDC": 1_000 * 10**6}


def pin() -> None:
    """Prints name, version and SHA-512 of each package as this machine's clients fetch it."""
    for artefact in parse(LOCK.read_text()):
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(f"{artefact.label}\n  {digest(fetch(artefact, Path(folder)))}\n")


def profile(chain_file: Path, port: int, account: str | None) -> None:
    """Serves the chain until it is interrupted."""
    with (
        tempfile.TemporaryDirectory(prefix="moneta-profile-") as folder,
        start_profile(Path(folder), chain_file, port=port, blocks=True, progress=to_stderr) as node,
    ):
        if account is not None:
            fund(node.rpc_url, account, TO_PRACTISE, chain_file=chain_file)
        sys.stdout.write(f"{node.rpc_url}\n")
        sys.stdout.flush()
        node.process.wait()


def main(arguments: list[str]) -> int:
    """0 when it was done, 1 when it could not be, 2 for arguments that aren't understood."""
    parser = argparse.ArgumentParser(prog="python -m devnet", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    plain: dict[str, Callable[[], object]] = {"setup": setup, "pin": pin}
    commands.add_parser("setup", help="everything that a devnet needs, once")
    commands.add_parser("pin", help="for maintainers: the hashes for artefacts.lock")
    ahead = commands.add_parser("prepare", help="build local profiles of real chains ahead")
    ahead.add_argument("chain_files", type=Path, nargs="+", metavar="FILE", help="such as chains/*.toml")
    one = commands.add_parser(
        "profile", help="a real chain's local profile, until Ctrl-C: nothing there is worth anything"
    )
    one.add_argument("chain_file", type=Path, metavar="FILE", help="such as chains/base.toml")
    one.add_argument("--port", type=int, default=0, help="where it listens on 127.0.0.1 (default: any free port)")
    one.add_argument("--fund", metavar="0x…", help="an account that gets an ether and 1,000 USDC")
    later = commands.add_parser("fund", help="an ether and 1,000 USDC for an account of a profile that runs")
    later.add_argument("chain_file", type=Path, metavar="FILE", help="such as chains/base.toml")
    later.add_argument("account", metavar="0x…")
    later.add_argument("--rpc", required=True, metavar="URL", help="where the profile listens")
    try:
        said = parser.parse_args(arguments)
        if said.command == "fund":
            fund(said.rpc, said.account, TO_PRACTISE, chain_file=said.chain_file)
        elif said.command == "profile":
            profile(said.chain_file, said.port, said.fund)
        elif said.command == "prepare":
            for chain_file in said.chain_files:
                prepare(chain_file, progress=to_stderr)
        else:
            plain[said.command]()
    except SystemExit as ended:
        return int(ended.code or 0)
    except KeyboardInterrupt:
        return 0
    except (DevnetError, OSError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
