"""A remote backend: a signer that speaks web3signer's eth1 API. It holds the keys; the policy stays here.

Consensys web3signer, openapi-specs/eth1: `GET /api/v1/eth1/publicKeys` gives a JSON array of public keys (64 bytes),
`POST /api/v1/eth1/sign/{key}` with {"data": "0x…"} hashes the data by Keccak-256 and gives r, s, v as 0x-text.
"""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from agent.errors import Refused, Unavailable
from agent.execution.signer.backend import Signature, checked
from agent.execution.signer.errors import Locked
from agent.execution.signer.keyring import Derived
from agent.execution.signer.keystore import address_of_public
from agent.money import Address

TIMEOUT_SECONDS = 5.0  # below the client's patience with us
MOST_BYTES = 1024 * 1024
PUBLIC_KEYS = "/api/v1/eth1/publicKeys"
SIGN = "/api/v1/eth1/sign/"


class RemoteKeys:
    """Keys at `url`, http or https, with a path before the API's where there is one.

    Which of them is whose is written down in `derived`, so that a key that is added there shifts nobody's account.
    `first` is the owner's account; without it, the lowest address at the first start.
    """

    def __init__(
        self, url: str, derived: Derived, first: Address | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """Raises ValueError for a URL that is none, or one with a password in it."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError("the remote signer's URL is http://host:port or https://host:port, without a password")
        self._parts = parts
        self._derived = derived
        self._first = first
        self._timeout = timeout
        self._keys: dict[Address, str] = {}

    @property
    def unlocked(self) -> bool:
        return bool(self._keys)

    def unlock(self, password: str) -> None:
        """Asks for the keys; the password is none of the remote's and isn't sent.

        Raises Unavailable("signer"), or Refused("account") where the owner's key isn't among them.
        """
        body = self._ask("GET", PUBLIC_KEYS)
        try:
            found = {_address(key): str(key) for key in json.loads(body)}
        except (ValueError, TypeError):
            raise Unavailable("signer", "The remote signer's list of public keys can't be read.") from None
        if not found:
            raise Unavailable("signer", "The remote signer holds no eth1 key.")
        owner = next((place for place, index in self._derived.indices.items() if index == 0), None)
        first = owner or self._first or min(found, key=str.lower)
        if first not in found or self._first not in (None, first):
            raise Refused(
                "account",
                f"The remote signer holds no key of the first account {self._first or first}.",
                "Load its key there, or start a new folder for another account.",
            )
        self._derived.add(0, first)
        self._keys = found

    def lock(self) -> None:
        self._keys = {}

    def accounts(self) -> list[Address]:
        """Those that were handed out, by their index."""
        indices = self._derived.indices
        return sorted(indices, key=lambda place: indices[place])

    def derive(self, index: int) -> Address:
        """The account of an index: the one that it got before, or a key that is nobody's yet."""
        if not self._keys:
            raise _locked()
        known = next((place for place, number in self._derived.indices.items() if number == index), None)
        free = sorted(self._keys.keys() - self._derived.indices.keys(), key=str.lower)
        if known is None and (not free or index < 0):
            raise Refused(
                "accounts",
                f"All {len(self._keys)} keys of the remote signer are somebody's; it makes none.",
                "Load another key there, and start anew.",
            )
        if known is None:
            known = free[0]
            self._derived.add(index, known)
        return known

    def holds(self, account: Address) -> bool:
        if not self._keys:
            raise _locked()
        return account in self._keys

    def sign(self, account: Address, preimage: bytes) -> Signature:
        """What comes back is checked here, to be this account's over exactly these bytes, before anything uses it."""
        key = self._keys.get(account)
        if key is None:
            raise _locked()
        answer = self._ask("POST", SIGN + key, json.dumps({"data": "0x" + preimage.hex()}))
        return checked(_signature(answer), account, preimage)

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        connection = self._connection()
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, self._parts.path.rstrip("/") + path, body, headers)
            response = connection.getresponse()
            text = response.read(MOST_BYTES).decode("utf-8", errors="replace").strip()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable("signer", f"The remote signer doesn't answer ({type(error).__name__}).") from None
        finally:
            connection.close()
        if response.status == http.client.NOT_FOUND and method == "POST":
            raise Refused("account", "The remote signer no longer holds this key.", "Load it there again.")
        if response.status != http.client.OK:  # a redirection, too: nobody else is asked
            raise Unavailable("signer", f"The remote signer answered {response.status}.")
        return text

    def _connection(self) -> http.client.HTTPConnection:
        """No proxy of the environment is used, and certificates are checked."""
        host, port = str(self._parts.hostname), self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)


def _locked() -> Locked:
    return Locked("The remote signer's keys aren't known yet.")


def _address(key: object) -> Address:
    """The account of a public key of 64 bytes, or 65 with the leading 04. Raises ValueError."""
    raw = bytes.fromhex(str(key).removeprefix("0x"))
    if len(raw) == 65 and raw[0] == 4:
        raw = raw[1:]
    if len(raw) != 64:
        raise ValueError("a public key has 64 bytes")
    return address_of_public(raw)


def _signature(text: str) -> bytes:
    """0x-text, in quotes or not. b'' for anything else, which `checked` refuses."""
    try:
        return bytes.fromhex(text.strip('"').removeprefix("0x"))
    except ValueError:
        return b""
