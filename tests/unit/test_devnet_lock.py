"""artefacts.lock: what it must say, and what is refused."""

from __future__ import annotations

import pytest

from devnet.errors import DevnetError
from devnet.lock import LOCK, needed, parse

pytestmark = pytest.mark.unit

GOOD = f"""
[[artefact]]
kind = "npm"
name = "@scope/part"
version = "1.2.3"
sha512 = "{"ab" * 64}"
files = ["bin/tool"]
"""


def test_the_checked_in_lock_names_anvil_for_four_platforms_and_everything_else_by_hash() -> None:
    artefacts = parse(LOCK.read_text())
    platforms = {"linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"}
    assert {artefact.platform for artefact in artefacts} == {None, *platforms}
    assert all(artefact.sha512 for artefact in artefacts if artefact.platform is None)
    for platform in platforms:
        found = [artefact for artefact in needed(artefacts, platform) if "anvil" in artefact.name]
        assert [artefact.name for artefact in found] == [f"@foundry-rs/anvil-{platform}"]


def test_an_entry_is_read_whole() -> None:
    (artefact,) = parse(GOOD)
    assert (artefact.kind, artefact.label, artefact.files) == ("npm", "@scope/part 1.2.3", ("bin/tool",))
    assert artefact.sha512 == "ab" * 64
    assert artefact.folder_name == "scope-part-1.2.3"


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ('name = "@scope/part"', 'name = "--registry=elsewhere"'),
        ('name = "@scope/part"', 'name = "../part"'),
        ('version = "1.2.3"', 'version = "latest"'),
        ('kind = "npm"', 'kind = "script"'),
        ('files = ["bin/tool"]', "files = []"),
        ("ab" * 64, "AB" * 64),
        ("ab" * 64, ""),
    ],
)
def test_a_malformed_entry_is_refused(line: str, broken: str) -> None:
    assert line in GOOD
    with pytest.raises(DevnetError, match=r"artefacts\.lock"):
        parse(GOOD.replace(line, broken))
