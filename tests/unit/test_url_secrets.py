"""Keys of providers are in their URLs; texts that repeat them are shown without."""

from __future__ import annotations

import pytest

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.url_secrets import secrets_of, without

pytestmark = pytest.mark.unit

KEY = "a1b2c3d4e5f6a7b8"


@pytest.mark.parametrize(
    "url",
    [
        f"https://mainnet.example.org/v3/{KEY}",
        f"https://node.example.org/{KEY}/",
        f"https://node.example.org/rpc?apikey={KEY}&x=1",
        f"https://me:{KEY}@node.example.org/",
        f"https://{KEY}@node.example.org/",
    ],
)
def test_a_key_is_found_wherever_it_stands(url: str) -> None:
    assert KEY not in without(f"project {KEY}: {url} is over its limit", secrets_of(url))


def test_one_that_is_written_in_another_way_is_found_too() -> None:
    secrets = secrets_of("https://node.example.org/v3/a%2Fb%2Fc%2Fd%2Fe")
    assert without("a/b/c/d/e or a%2Fb%2Fc%2Fd%2Fe", secrets) == "… or …"


def test_a_key_within_another_leaves_nothing_over() -> None:
    assert without(f"{KEY}{KEY} {KEY}", secrets_of(f"https://n.example.org/{KEY}/{KEY}{KEY}")) == "… …"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8545", "https://node.example.org/v3/mainnet", "http://[::1]:8545/rpc"]
)
def test_what_is_no_key_stays(url: str) -> None:
    assert secrets_of(url) == ()
    assert without("execution reverted on mainnet", secrets_of(url)) == "execution reverted on mainnet"


def test_what_a_node_says_of_its_key_goes_no_further() -> None:
    rpc = Rpc(f"https://node.example.org/v3/{KEY}")
    with pytest.raises(RpcError) as caught:
        rpc._result({"error": {"code": -32005, "message": f"project {KEY} is over its limit", "data": "0x01"}})
    assert str(caught.value) == "The node refuses: project … is over its limit (code -32005)"
    assert (caught.value.code, caught.value.data) == (-32005, b"\x01")
