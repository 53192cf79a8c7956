"""Pure parts of agent/chain: reverts in words, balance changes from logs, snapshots as JSON, the node's shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.abi import Call, encode_call, view
from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.multicall import aggregate, disaggregate
from agent.chain.reverts import words
from agent.chain.rpc_types import Log, RpcError, header, quantity, receipt
from agent.chain.sequencer import Sequencer
from agent.chain.simulate import Simulated, changes
from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import from_json, to_json
from agent.errors import Unavailable
from agent.money import MAX_UINT256, Address, Rate, address
from agent.plugin import Block, Flag, VenueState

ME, OTHER, TOKEN = (address("0x" + digit * 40) for digit in "123")
NATIVE = address("0x" + "e" * 40)
UINT = st.integers(0, MAX_UINT256)


def error_data(signature: str, *args: object) -> bytes:
    return encode_call(signature, args)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (error_data("Error(string)", "51"), "the supply cap is reached"),
        (error_data("Error(string)", "STF"), "STF"),
        (error_data("Error(string)", ""), "it gave no reason"),
        (error_data("Panic(uint256)", 0x11), "there is less than that to take"),
        (error_data("Panic(uint256)", 0x99), "it panicked with code 153"),
        (error_data("ERC4626ExceededMaxRedeem(address,uint256,uint256)", ME, 2, 1), "pay that much out now"),
        (error_data("ReservePaused()"), "Aave has paused this reserve"),
        (bytes.fromhex("deadbeef"), "it reverted with the error 0xdeadbeef"),
        (b"", "it reverted without a reason"),
        (bytes.fromhex("08c379a0") + b"\xff" * 31, "it gave no reason"),
        (bytes.fromhex("4e487b71") + b"\x01", "it panicked"),
    ],
)
def test_reverts_in_words(data: bytes, said: str) -> None:
    assert said in words(data)


def test_a_revert_without_data_keeps_the_nodes_message() -> None:
    assert words(b"", "out of gas") == "out of gas"


def transfer(token: Address, sender: Address, recipient: Address, units: int) -> Log:
    topics = (TRANSFER_TOPIC, *("0x" + "0" * 24 + party[2:].lower() for party in (sender, recipient)))
    return Log(token, topics, units.to_bytes(32, "big"))


def simulated(*logs: Log) -> Simulated:
    return Simulated(True, 21_000, logs, b"")


def test_changes_are_summed_over_calls_and_tokens() -> None:
    done = [
        simulated(transfer(TOKEN, ME, OTHER, 100), transfer(NATIVE, ME, OTHER, 7)),
        simulated(transfer(TOKEN, OTHER, ME, 40), transfer(OTHER, OTHER, TOKEN, 5)),
    ]
    assert changes(done, ME) == {TOKEN: -60, "native": -7}


def test_what_cancels_out_or_stays_is_no_change() -> None:
    assert changes([simulated(transfer(TOKEN, ME, ME, 5))], ME) == {}
    assert changes([simulated(transfer(TOKEN, ME, OTHER, 5), transfer(TOKEN, OTHER, ME, 5))], ME) == {}


def test_other_events_are_no_transfers() -> None:
    nft = Log(TOKEN, (*transfer(TOKEN, ME, OTHER, 1).topics, "0x" + "0" * 64), b"")
    approval = Log(TOKEN, ("0x" + "8c" * 32, *transfer(TOKEN, ME, OTHER, 1).topics[1:]), (5).to_bytes(32, "big"))
    assert changes([simulated(nft, approval)], ME) == {}


@given(
    st.lists(st.tuples(st.sampled_from([ME, OTHER, TOKEN]), st.sampled_from([ME, OTHER, TOKEN]), UINT), max_size=8)
)
def test_nothing_is_made_or_lost_among_all_holders(moves: list[tuple[Address, Address, int]]) -> None:
    done = [simulated(*(transfer(TOKEN, sender, recipient, units) for sender, recipient, units in moves))]
    assert sum(changes(done, holder).get(TOKEN, 0) for holder in (ME, OTHER, TOKEN)) == 0


states = st.builds(
    VenueState,
    venue=st.just("a:b:C"),
    rate=st.builds(Rate, UINT),
    position=UINT,
    shares=UINT,
    liquidity=UINT,
    room=st.none() | UINT,
    flags=st.frozensets(st.sampled_from(Flag)),
    facts=st.dictionaries(st.sampled_from(["x", "y.z"]), st.integers(-(2**255), MAX_UINT256)),
)
snapshots = st.builds(
    Snapshot,
    chain_id=UINT,
    block=st.builds(Block, UINT, st.just("0x" + "0" * 64), UINT, UINT),
    account=st.just(ME),
    native=UINT,
    balances=st.dictionaries(st.just("USDC"), UINT),
    prices=st.dictionaries(st.just("USDC"), UINT),
    venues=st.dictionaries(st.just("a:b:C"), states),
    missing=st.dictionaries(st.just("v"), st.text()),
    reads=UINT,
    requests=UINT,
    untrusted=st.dictionaries(st.just("a:b:C"), st.text()),
    sequencer=st.none() | st.builds(Sequencer, st.booleans(), UINT),
)


@given(snapshots)
def test_a_snapshot_survives_json(snapshot: Snapshot) -> None:
    text = json.dumps(to_json(snapshot))
    assert from_json(json.loads(text)) == snapshot


def test_a_snapshot_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        from_json({"v": "2"})


BALANCE = view("balanceOf(address)", "uint256")


def multicall_answer(*results: tuple[bool, bytes]) -> bytes:
    return encode_call("f((bool,bytes)[])", [list(results)])[4:]


def test_a_read_that_fails_is_none() -> None:
    calls = [BALANCE.at(TOKEN, ME)] * 4
    word = (7).to_bytes(32, "big")
    returned = multicall_answer((True, word), (False, word), (True, b""), (True, b"\x01"))
    assert disaggregate(returned, calls) == [(7,), None, None, None]


@pytest.mark.parametrize(
    "returned", [b"", b"\x00" * 40, multicall_answer(), multicall_answer((True, b""), (True, b""))]
)
def test_a_malformed_answer_is_unavailable(returned: bytes) -> None:
    with pytest.raises(Unavailable):
        disaggregate(returned, [BALANCE.at(TOKEN, ME)])


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=100)), max_size=8), st.data())
def test_many_answers_are_decoded_as_the_library_encodes_them(said: list[tuple[bool, bytes]], data: Any) -> None:
    returned = multicall_answer(*said)
    calls = [Call(TOKEN, b"", ("bytes",))] * len(said)
    read = [(ok, encode_call("f(bytes)", [told])[4:]) for ok, told in said]
    expected = [(told,) if ok else None for ok, told in said]
    assert disaggregate(multicall_answer(*read), calls) == expected
    cut = data.draw(st.integers(0, max(len(returned) - 32, 0)))
    if said:
        with pytest.raises(Unavailable):
            disaggregate(returned[:cut], calls)


@pytest.mark.parametrize("at", [0, 32, 64, 96, 128])
def test_a_pointer_out_of_the_answer_is_unavailable(at: int) -> None:
    """The words of an answer that say where and how much: far too large, each of them."""
    returned = multicall_answer((True, b"\x07" * 32))
    for wrong in (2**256 - 1, 2**40, len(returned)):
        with pytest.raises(Unavailable):
            disaggregate(returned[:at] + wrong.to_bytes(32) + returned[at + 32 :], [BALANCE.at(TOKEN, ME)])


def test_aggregate_lets_each_read_fail() -> None:
    call = Call(TOKEN, b"\x01\x02", ("uint256",))
    expected = encode_call("aggregate3((address,bool,bytes)[])", [[(TOKEN, True, b"\x01\x02")]])
    assert aggregate([call]) == expected


@given(st.lists(st.tuples(st.binary(min_size=20, max_size=20), st.binary(max_size=200)), max_size=8))
def test_many_calls_are_encoded_as_the_library_encodes_them(asked: list[tuple[bytes, bytes]]) -> None:
    calls = [Call(address("0x" + target.hex()), data, ("uint256",)) for target, data in asked]
    signature = "aggregate3((address target,bool allowFailure,bytes callData)[] calls)"
    assert aggregate(calls) == encode_call(signature, [[(call.target, True, call.data) for call in calls]])


@pytest.mark.parametrize("value", [None, 5, "5", "0x", "0xzz", {}])
def test_a_quantity_is_hexadecimal_text(value: Any) -> None:
    with pytest.raises(Unavailable):
        quantity(value)


@pytest.mark.parametrize("answer", [None, [], {}, {"number": "0x1"}, "0x1"])
def test_shapes_that_are_no_header_or_receipt(answer: Any) -> None:
    for parse in (header, receipt):
        with pytest.raises(Unavailable):
            parse(answer)


@pytest.mark.parametrize(
    ("error", "code", "data"),
    [
        ({"code": 3, "message": "execution reverted", "data": "0x08c379a0"}, 3, bytes.fromhex("08c379a0")),
        ({"code": -32000, "message": "x", "data": {"data": "0x01"}}, -32000, b"\x01"),
        ({"message": "x", "data": "Reverted 0x"}, 0, None),
        ("oops", 0, None),
    ],
)
def test_errors_of_nodes_in_all_their_shapes(error: Any, code: int, data: bytes | None) -> None:
    found = RpcError.of(error)
    assert (found.code, found.data) == (code, data)
