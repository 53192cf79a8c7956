"""The client and the server's handler over a Unix socket in one process: every operation, every kind of error."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused, Unavailable
from agent.execution.signer import paths, requests
from agent.execution.signer.assemble import open_authority
from agent.execution.signer.client import OnRecord, Signed, SignerClient
from agent.execution.signer.contacts import Contact, Contacts
from agent.execution.signer.create import create
from agent.execution.signer.fields import MAX_REQUEST
from agent.execution.signer.guard import check_folder
from agent.execution.signer.requests import Desk
from agent.execution.signer.server import _Server
from agent.execution.signer.totp import Totp, code_at
from agent.money import Address
from agent.policy.limits import Moved
from agent.policy.policy import loads
from agent.policy.typed_tables import Domain, permit_tables
from tests.unit.policy_parts import FRIEND, POLICY, POOL, SAFE, STRANGER, USDC_AT, deposit_steps, plan, policy
from tests.unit.signer_parts import GWEI, KEY, NOW, OWNER, PASSWORD, WORDS, Bench

pytestmark = pytest.mark.unit

SECRET = b"12345678901234567890"
LIMITED = policy(
    contact_delay_seconds=0,
    step_up={"USDC": 10_000_000},
    typed_tables=permit_tables(),
    domains={USDC_AT: Domain(table="erc2612", name="USD Coin", version="2")},
)


@contextlib.contextmanager
def served(desk: Desk, folder: Path) -> Iterator[Path]:
    place = paths.place_socket(folder)
    with _Server(place, desk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield Path(place)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, policy=LIMITED)
    with served(made.desk, tmp_path):
        yield made


@pytest.fixture
async def client(bench: Bench) -> SignerClient:
    return await SignerClient.connect(bench.folder)


async def test_a_conversation(bench: Bench, client: SignerClient) -> None:
    status = await client.status()
    assert (status["unlocked"], status["accounts"], status["totp"]) == (False, [OWNER], False)
    with pytest.raises(Refused, match="The signer is locked") as locked:
        await client.derive(1)
    assert (locked.value.rule, locked.value.remedy) == ("locked", "Unlock it first.")
    with pytest.raises(Refused) as refused:
        await client.unlock("wrong")
    assert refused.value.rule == "password"
    assert await client.unlock(PASSWORD) == [OWNER] == await client.accounts()
    second = await client.derive(1)
    assert await client.accounts() == [OWNER, second]
    assert loads(await client.policy()) == LIMITED
    caps = await client.caps()
    assert caps["step_up"] == {"USDC": "10000000"}
    assert (caps["day_caps"], caps["lifetime_caps"], caps["closed"]) == ({}, {}, [])
    assert (caps["contact_delay_seconds"], caps["loosen_delay_seconds"]) == ("0", "86400")
    assert caps["contracts"][POOL.address] == {"name": "Aave v3 pool", "table": "aave-v3-pool"}
    assert caps["chain_id"] == "31337"
    whole = plan(account=OWNER, not_after=NOW)
    first = await client.sign(whole, 1, 3, GWEI, 1)
    assert isinstance(first, Signed)
    assert first.hash == bench.record.of_plan(whole.plan_id)[0].hash
    second_one = await client.replacement(whole, 1, 3, 2 * GWEI, 2, replaces=first.hash)
    assert second_one.hash != first.hash
    assert await client.signed(whole.plan_id) == [
        OnRecord(first.hash, 1, 3, whole.steps[1].gas, GWEI, 1),
        OnRecord(second_one.hash, 1, 3, whole.steps[1].gas, 2 * GWEI, 2),
    ]
    assert await client.signed("f" * 32) == []
    assert (await client.cancel(OWNER, 3, 3 * GWEI, 3)).raw[0] == 2
    assert (await client.moved(OWNER))["USDC"] == Moved(5_000_000, 5_000_000)
    await client.lock()
    assert (await client.status())["unlocked"] is False
    await client.close()


async def test_a_signer_that_does_not_tell_what_it_signed_is_of_another_version(
    client: SignerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(requests._OPERATIONS, "signed")
    with pytest.raises(Unavailable, match="is of another version"):
        await client.signed("f" * 32)
    assert (await client.status())["unlocked"] is False


async def test_contacts_and_limits(bench: Bench, client: SignerClient) -> None:
    assert await client.contact("friend", FRIEND) == NOW
    assert await client.contacts() == [{"name": "friend", "address": FRIEND, "ripe_at": NOW}]
    await client.remove_contact("friend")
    assert await client.contacts() == []
    with pytest.raises(ValueError, match="a contact's name has 1 to 64"):
        await client.contact("\n", FRIEND)
    answer = await client.limits({"closed": {SAFE.address: True}, "caps": {"USDC": "2000000000"}})
    assert answer["held"] == {"closed": {SAFE.address: True}}
    waits = {"id": "1", "asked_at": NOW, "ripe_at": NOW + 86_400, "changes": {"caps": {"USDC": "2000000000"}}}
    assert (answer["waits"], await client.pending()) == (waits, [waits])
    assert (await client.limits({"closed": {SAFE.address: True}}))["waits"] is None
    assert await client.withdraw("1") == waits
    assert await client.pending() == []


async def test_codes_go_along(bench: Bench, client: SignerClient) -> None:
    def code() -> str:
        bench.clock.now += 30
        return code_at(SECRET, bench.clock.now // 30)

    await client.unlock(PASSWORD)
    Totp(bench.folder / "totp.json", bench.clock).enroll(SECRET, code_at(SECRET, NOW // 30))
    assert (await client.status())["totp"] is True
    await client.contact("friend", FRIEND, code())
    await client.limits({"caps": {"USDC": "2000000000"}}, code())
    await client.verify_totp(code(), "link")
    big = plan(*deposit_steps(20_000_000, OWNER), account=OWNER, not_after=bench.clock.now)
    with pytest.raises(Refused) as refused:
        await client.sign(big, 0, 1, GWEI, 1)
    assert refused.value.rule == "step-up"
    assert (await client.sign(big, 0, 1, GWEI, 1, code=code())).raw
    for ask in (
        client.contact("other", FRIEND),
        client.limits({"caps": {"USDC": "3000000000"}}),
        client.verify_totp("000000", "link"),
    ):
        with pytest.raises(Refused) as refused:
            await ask
        assert refused.value.rule == "step-up"


async def test_typed_data(bench: Bench, client: SignerClient) -> None:
    await client.unlock(PASSWORD)
    types = permit_tables()[0]["messages"][0]["types"]
    data: dict[str, Any] = {
        "types": types,
        "primaryType": "Permit",
        "domain": {"name": "USD Coin", "version": "2", "chainId": 31337, "verifyingContract": USDC_AT},
        "message": {
            "owner": OWNER,
            "spender": POOL.address,
            "value": "5000000",
            "nonce": "0",
            "deadline": str(NOW),
        },
    }
    signature, digest = await client.typed_data(plan(account=OWNER, not_after=NOW), 0, data)
    assert (len(signature), digest[:2], len(digest)) == (65, "0x", 66)


async def test_a_line_too_long_ends_the_connection_and_the_next_one_works(bench: Bench) -> None:
    place = paths.socket_address(bench.folder)
    reader, writer = await asyncio.open_unix_connection(place)
    writer.write(b"x" * (MAX_REQUEST + 10) + b"\n")
    error = json.loads(await reader.readline())["error"]
    assert (error["kind"], error["message"]) == ("bad-request", f"a request has at most {MAX_REQUEST} bytes")
    assert await reader.read() == b""
    writer.close()
    assert (await SignerClient.connect_to(Path(place))) is not None


async def test_a_signer_that_isnt_there_or_goes_away(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="can't be reached; nothing more is signed") as unavailable:
        await SignerClient.connect(tmp_path)
    assert unavailable.value.dependency == "signer"
    made = Bench(tmp_path)
    with served(made.desk, tmp_path):
        client = await SignerClient.connect(tmp_path)
        assert client._stream is not None
        client._stream[1].close()
        with pytest.raises(Unavailable):
            await client.status()
        assert (await client.status())["accounts"] == [OWNER]  # it connects anew
        await client.close()


async def test_garbage_from_a_signer_is_no_answer(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"garbage\n")

    async def fail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        error = {"kind": "internal", "rule": "", "message": "unforeseen: KeyError", "remedy": ""}
        writer.write(json.dumps({"error": error}).encode() + b"\n")

    for answer, says in ((talk, "can't be reached"), (fail, "unforeseen: KeyError")):
        place = tmp_path / f"{says[0]}.sock"
        server = await asyncio.start_unix_server(answer, str(place))
        with pytest.raises(Unavailable, match=says):
            await SignerClient.connect_to(place)
        server.close()


# -- files and folders ---------------------------------------------------------------------------------------------


def test_a_long_folders_socket_lies_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tmp_path / "s"
    assert paths.place_socket(short.parent) == str(tmp_path / "signer.sock") or len(str(tmp_path)) > 80
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    place = paths.place_socket(folder)
    assert paths.socket_address(folder) == place
    assert (folder / "signer.sock").is_symlink()
    assert stat.S_IMODE(Path(place).parent.stat().st_mode) == 0o700
    Path(place).touch()
    again = paths.place_socket(folder)
    assert not Path(place).exists()  # a dead signer's is cleared away
    assert again != place
    for each in (place, again):
        Path(each).parent.rmdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(ValueError, match="is too long for a Unix socket, and so is"):
        paths.place_socket(folder)


def test_a_shared_socket_is_the_groups_alone(tmp_path: Path) -> None:
    folder = tmp_path / "ask"
    group = tmp_path.stat().st_gid
    place = paths.place_shared_socket(folder, group)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        with pytest.raises(Refused, match="A signer answers") as refused:
            paths.place_shared_socket(folder, group)
        assert refused.value.rule == "busy"
    assert paths.place_shared_socket(folder, group) == place  # a dead one is cleared away
    assert not Path(place).exists()
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(Refused, match="isn't a folder of this user's") as refused:
        paths.place_shared_socket(link, group)
    assert refused.value.rule == "folder"
    with pytest.raises(ValueError, match="too long for a Unix socket: use a shorter folder"):
        paths.place_shared_socket(tmp_path / ("x" * 100), group)


def test_a_folder_is_this_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "signer"
    said = []
    link = tmp_path / "link"
    link.symlink_to(folder)

    def refused() -> None:
        with pytest.raises(Refused) as error:
            check_folder(folder)
        assert error.value.rule == "folder"
        said.append(str(error.value))

    refused()
    folder.mkdir(mode=0o700)
    check_folder(folder)
    for mode in (0o710, 0o701, 0o740):
        folder.chmod(mode)
        refused()
    folder.chmod(0o700)
    with pytest.raises(Refused, match="or it is a link to one"):
        check_folder(link)
    monkeypatch.setattr("os.getuid", lambda: folder.stat().st_uid + 1)
    refused()
    assert said == [
        f"There is no folder {folder}. Create the wallet first.",
        *[f"{folder} is open to other users. Run: chmod 700 {folder}"] * 3,
        f"{folder} belongs to another user. Use a folder of your own.",
    ]


def test_contacts_survive_their_file_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipients.json"
    contacts = Contacts(path)
    assert contacts.all() == []
    friend = contacts.add("friend", FRIEND, 10)
    assert contacts.add("friend", FRIEND, 99) is friend  # the first waiting time counts
    with pytest.raises(Refused, match=f"friend is {FRIEND} already. Use another name.") as refused:
        contacts.add("friend", STRANGER, 10)
    assert refused.value.rule == "recipients"
    contacts.add("late", STRANGER, 11)
    again = Contacts(path)
    assert again.all() == [Contact("friend", FRIEND, 10), Contact("late", STRANGER, 11)]
    assert [sorted(again.ripe(now)) for now in (9, 10, 11)] == [[], [FRIEND], sorted([FRIEND, STRANGER])]
    for text in ("", "[]", '{"version": 2, "contacts": []}', '{"version": 1, "contacts": [{"name": "a"}]}'):
        path.write_text(text)
        with pytest.raises(Refused, match=r"is damaged\. Restore it, or remove it and add contacts anew") as refused:
            Contacts(path)
        assert refused.value.rule == "recipients"


def test_a_keystore_is_made_of_what_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.execution.signer.create.guard.harden", lambda: None)
    monkeypatch.setattr("os.environ", {})

    def made(name: str, *, light: bool = True, **request: Any) -> list[Address] | list[str]:
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        return create(folder, json.dumps({"password": PASSWORD, **request}), light=light)

    assert made("words", words=WORDS, accounts=2) == [OWNER, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"]
    assert made("key", private_key=KEY) == [OWNER]
    assert len(made("fresh")) == 1
    assert made("fresh too") != made("and another")
    assert made("short", password="x", words=WORDS) == [OWNER]
    for name, line in (("none", "{}"), ("text", "x"), ("list", "[]")):
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        with pytest.raises(Refused, match=r"No password was given\. Give one on standard input") as refused:
            create(folder, line, light=True)
        assert refused.value.rule == "password"
    for name, password, light in (("a", "", True), ("b", "seven77", False)):
        with pytest.raises(Refused, match="Use 8 characters or more"):
            made(name, light=light, password=password)
    with pytest.raises(Refused, match="There is a keystore already") as refused:
        create(tmp_path / "key", json.dumps({"password": PASSWORD}), light=True)
    assert refused.value.rule == "keystore"
    monkeypatch.setattr("os.environ", {"PRIVATE_KEY": KEY})
    with pytest.raises(Refused, match="plain text"):
        made("environment")


def test_the_wrong_policy_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no .*keystore.json. Create the wallet first.") as refused:
        open_authority(tmp_path, lambda: NOW)
    assert refused.value.rule == "folder"
    made = Bench(tmp_path, policy=POLICY)
    made.record.close()
    (tmp_path / "policy.json").unlink()
    with pytest.raises(Refused, match=r"policy\.json"):
        open_authority(tmp_path, lambda: NOW)
