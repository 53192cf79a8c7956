"""A signature is taken only where it is the account's own over exactly what was to be signed."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused, Unavailable
from agent.execution.signer.backend import HALF_ORDER, Signature, checked
from agent.execution.signer.errors import Locked
from agent.execution.signer.keyring import Derived
from agent.execution.signer.keystore import address_of
from agent.execution.signer.local import signature_by
from agent.execution.signer.remote import MOST_BYTES, RemoteKeys
from agent.importing import SECP256K1_ORDER
from tests.unit.policy_parts import STRANGER
from tests.unit.signer_parts import KEY, OWNER

pytestmark = pytest.mark.unit

MINE = PrivateKey(bytes.fromhex(KEY))
THEIRS = PrivateKey(b"\x11" * 32)


def raw(signature: Signature) -> bytes:
    return signature.bytes


@given(st.binary(max_size=200))
def test_our_own_signature_is_taken_whatever_v_it_comes_with(preimage: bytes) -> None:
    made = signature_by(MINE, preimage)
    for v in (0, 1, 27, 28, 255):
        assert checked(raw(made)[:64] + bytes([v]), OWNER, preimage) == made
    assert raw(made)[64] == 27 + made.y


def test_another_key_text_or_shape_is_refused() -> None:
    mine = raw(signature_by(MINE, b"this"))
    made = signature_by(MINE, b"this")
    high = raw(Signature(made.r, SECP256K1_ORDER - made.s, 1 - made.y))
    bad = [
        raw(signature_by(MINE, b"that")),
        raw(signature_by(THEIRS, b"this")),
        high,
        mine[:64],
        mine + b"\x00",
        b"",
        b"\x00" * 65,
        b"\xff" * 65,
    ]
    for each in bad:
        with pytest.raises(Refused) as refused:
            checked(each, OWNER, b"this")
        assert refused.value.rule == "signature"
        assert refused.value.message == (
            f"The signature isn't of {OWNER} over what was to be signed; it is thrown away."
        )
        assert refused.value.remedy.startswith("Look at the remote signer")
    assert checked(mine, OWNER, b"this") == made
    with pytest.raises(Refused):
        checked(mine, STRANGER, b"this")


def test_half_of_the_order() -> None:
    assert HALF_ORDER == SECP256K1_ORDER // 2


class Answer:
    def __init__(self, status: int, body: str) -> None:
        self.status, self._body = status, body

    def read(self, most: int) -> bytes:
        assert most == MOST_BYTES
        return self._body.encode()


class Wire:
    """Stands in the place of an HTTP connection."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[Any, ...]] = []
        self.closed = 0

    def request(self, *parts: Any) -> None:
        self.requests.append(parts)

    def getresponse(self) -> Answer:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


def public(key: PrivateKey, lead: bool = False) -> str:
    return "0x" + key.public_key.format(compressed=False)[0 if lead else 1 :].hex()


LISTED = Answer(200, json.dumps([public(MINE), public(THEIRS, lead=True)]))


def wired(folder: Path, wire: Wire, url: str = "http://127.0.0.1:9000") -> RemoteKeys:
    keys = RemoteKeys(url, Derived(folder / "derived.txt"), OWNER)
    keys._connection = lambda: wire  # type: ignore[method-assign,assignment,return-value]
    return keys


def test_what_goes_over_the_wire(tmp_path: Path) -> None:
    made = signature_by(MINE, b"\x02x")
    wire = Wire(LISTED, Answer(200, "0x" + raw(made).hex() + "\n"))
    keys = wired(tmp_path, wire, "http://127.0.0.1:9000/behind/")
    assert keys.unlocked is False
    keys.unlock("never sent")
    assert keys.unlocked is True
    assert keys.sign(OWNER, b"\x02x") == made
    assert wire.requests == [
        ("GET", "/behind/api/v1/eth1/publicKeys", None, {}),
        (
            "POST",
            f"/behind/api/v1/eth1/sign/{public(MINE)}",
            '{"data": "0x0278"}',
            {"Content-Type": "application/json"},
        ),
    ]
    assert wire.closed == 2
    assert (keys.holds(OWNER), keys.holds(address_of(THEIRS)), keys.holds(STRANGER)) == (True, True, False)
    keys.lock()
    assert keys.unlocked is False
    for use in (lambda: keys.holds(OWNER), lambda: keys.derive(0), lambda: keys.sign(OWNER, b"")):
        with pytest.raises(Locked, match="keys aren't known yet"):
            use()


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Answer(404, "Public Key not found"), Refused, "The remote signer no longer holds this key."),
        (Answer(500, ""), Unavailable, "The remote signer answered 500."),
        (Answer(301, ""), Unavailable, "The remote signer answered 301."),
        (Answer(201, ""), Unavailable, "The remote signer answered 201."),
        (TimeoutError(), Unavailable, r"The remote signer doesn't answer \(TimeoutError\)."),
        (http.client.IncompleteRead(b""), Unavailable, r"doesn't answer \(IncompleteRead\)"),
        (Answer(200, "0xzz"), Refused, "isn't of"),
    ],
)
def test_what_goes_wrong_on_the_wire(
    tmp_path: Path, answer: Answer | Exception, kind: type[Exception], says: str
) -> None:
    wire = Wire(LISTED, answer)
    keys = wired(tmp_path, wire)
    keys.unlock("")
    with pytest.raises(kind, match=says):
        keys.sign(OWNER, b"x")
    assert wire.closed == 2


@pytest.mark.parametrize(
    "body",
    ["", "{", "5", "null", "[5]", '["0x"]', '["0x11"]', '["zz"]', json.dumps(["0x05" + "11" * 64]), "[null]"],
)
def test_a_list_of_keys_that_is_none(tmp_path: Path, body: str) -> None:
    with pytest.raises(Unavailable, match="list of public keys can't be read"):
        wired(tmp_path, Wire(Answer(200, body))).unlock("")


def test_no_list_at_all(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="answered 404"):
        wired(tmp_path, Wire(Answer(404, ""))).unlock("")
    with pytest.raises(Unavailable, match="holds no eth1 key"):
        wired(tmp_path, Wire(Answer(200, "[]"))).unlock("")


def test_an_index_that_is_none(tmp_path: Path) -> None:
    keys = wired(tmp_path, Wire(LISTED))
    keys.unlock("")
    with pytest.raises(Refused, match=r"it makes none\. Load another key there"):
        keys.derive(-1)


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:9000", "ftp://127.0.0.1", "http://", "http://user:pass@127.0.0.1", "http://127.0.0.1/?key=1"],
)
def test_a_url_that_is_none_or_holds_a_secret(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="http://host:port or https://host:port, without a password") as error:
        RemoteKeys(url, Derived(tmp_path / "derived.txt"))
    assert "pass@" not in str(error.value)


def test_https_checks_certificates(tmp_path: Path) -> None:
    keys = RemoteKeys("https://signer.example:8443", Derived(tmp_path / "derived.txt"), None, 3.0)
    connection = keys._connection()
    assert isinstance(connection, http.client.HTTPSConnection)
    assert (connection.host, connection.port, connection.timeout) == ("signer.example", 8443, 3.0)
    context = connection._context  # type: ignore[attr-defined]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    plain = RemoteKeys("http://127.0.0.1:9000", Derived(tmp_path / "derived.txt"))._connection()
    assert not isinstance(plain, http.client.HTTPSConnection)
    assert (plain.host, plain.port, plain.timeout) == ("127.0.0.1", 9000, 5.0)
