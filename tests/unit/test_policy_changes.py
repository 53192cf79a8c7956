"""What tightens a policy and what loosens it, value by value, and that no change keeps money from leaving."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.policy.changes import MOST, SECTIONS, Change, applied, nested, parse, split
from agent.policy.fingerprint import Fingerprint
from agent.policy.policy import Policy, dumps
from agent.policy.tables import sha256_of
from agent.policy.typed_tables import Domain, permit_tables
from tests.unit.policy_parts import AAVE, BLUE, DAI_AT, MARKET_ID, POLICY, POOL, SAFE, USDC_AT, VAULT, place, policy
from tests.unit.test_policy_positions import BODY

pytestmark = pytest.mark.unit

LIMITED = policy(
    day_caps={"USDC": 100},
    lifetime_caps={"USDC": 100},
    step_up={"USDC": 100},
    closed=[POOL.address],
    loosen_delay_seconds=100,
    contact_delay_seconds=100,
    typed_tables=permit_tables(),
    domains={USDC_AT: Domain(table="erc2612", name="USD Coin", version="2")},
    codes={POOL.address: Fingerprint("0x" + "11" * 32)},
)
USD_COIN = {"table": "erc2612", "name": "USD Coin", "version": "2"}
ERC2612, DAI_PERMIT, PERMIT2 = permit_tables()
OTHER_MARKET = "0x" + "cd" * 32
NEW_TOKEN = {"symbol": "GHO", "decimals": 18}
NEW_TABLE = {**VAULT, "table": "other-vault"}


def listed(**changes: Any) -> dict[str, Any]:
    return {"name": "Morpho Blue", "table": "morpho-blue", "asset": None, "markets": [MARKET_ID], **changes}


def body(found: Policy) -> dict[str, Any]:
    return dict(json.loads(dumps(found)))


def test_changes_are_read_and_written_as_they_stand_in_the_file() -> None:
    wanted = {
        "caps": {"USDC": "5", "DAI": None},
        "max_fee_wei": "7",
        "contact_delay_seconds": "60",
        "closed": {SAFE.address.lower(): True, f"{BLUE.address}:{MARKET_ID.upper().replace('X', 'x')}": False},
        "tokens": {place("a9").lower(): NEW_TOKEN},
    }
    changes = parse(wanted)
    assert changes == [
        Change("caps", "USDC", "5"),
        Change("caps", "DAI", None),
        Change("max_fee_wei", "", "7"),
        Change("contact_delay_seconds", "", 60),
        Change("closed", SAFE.address, True),
        Change("closed", f"{BLUE.address}:{MARKET_ID}", False),
        Change("tokens", place("a9"), NEW_TOKEN),
    ]
    assert parse(nested(changes)) == changes
    assert changes[0].place == ("caps", "USDC")


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({}, "1 to 64 changes; this one has 0"),
        ({"caps": {}}, "this one has 0"),
        ({"caps": {str(each): "1" for each in range(MOST + 1)}}, "this one has 65"),
        ({"chain_id": "1"}, "'chain_id' is no limit. There are: caps, day_caps, lifetime_caps, step_up, max_fee_wei"),
        ({"caps": ["USDC"]}, "caps wants its keys with their values. Such as"),
        ({"max_fee_wei": "-1"}, "max_fee_wei is a whole number from 0 up. Write it as decimal text."),
        ({"max_fee_wei": True}, "whole number"),
        ({"max_fee_wei": "1.5"}, "whole number"),
        ({"loosen_delay_seconds": "²"}, "whole number"),
        ({"contracts": {"0x1": {}}}, "contracts: .* is not an address"),
        ({"tokens": {USDC_AT.swapcase(): {}}}, "tokens: "),
        ({"closed": {"pool": True}}, "closed: .* Compare it with its source."),
    ],
)
def test_what_is_no_change_is_refused(wanted: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        parse(wanted)
    assert refused.value.rule == "limits"


def test_as_many_changes_as_there_may_be() -> None:
    assert len(parse({"caps": {str(each): "1" for each in range(MOST)}})) == MOST


LOOSER, TIGHTER, SAME = "looser", "tighter", "same"


@pytest.mark.parametrize(
    ("wanted", "is_it"),
    [
        ({"caps": {"USDC": "1000000001"}}, LOOSER),
        ({"caps": {"USDC": "999999999"}}, TIGHTER),
        ({"caps": {"USDC": "1000000000"}}, SAME),
        ({"caps": {"USDC": None}}, TIGHTER),
        ({"caps": {"WETH": "0"}}, LOOSER),
        ({"caps": {"WETH": None}}, SAME),
        *[
            ({section: {"USDC": value}}, is_it)
            for section in ("day_caps", "lifetime_caps", "step_up")
            for value, is_it in (("101", LOOSER), ("99", TIGHTER), ("100", SAME), (None, LOOSER))
        ],
        *[
            ({section: {"DAI": value}}, is_it)
            for section in ("day_caps", "lifetime_caps", "step_up")
            for value, is_it in (("1", TIGHTER), (None, SAME))
        ],
        ({"max_fee_wei": str(10**17 + 1)}, LOOSER),
        ({"max_fee_wei": str(10**17 - 1)}, TIGHTER),
        ({"max_fee_wei": str(10**17)}, SAME),
        *[
            ({section: value}, is_it)
            for section in ("contact_delay_seconds", "loosen_delay_seconds")
            for value, is_it in (("99", LOOSER), ("101", TIGHTER), ("100", SAME))
        ],
        ({"closed": {POOL.address: False}}, LOOSER),
        ({"closed": {POOL.address: True}}, SAME),
        ({"closed": {SAFE.address: True}}, TIGHTER),
        ({"closed": {SAFE.address: False}}, SAME),
        ({"closed": {f"{BLUE.address}:{MARKET_ID}": True}}, TIGHTER),
        ({"contracts": {BLUE.address: listed()}}, SAME),
        ({"contracts": {BLUE.address: listed(markets=[MARKET_ID, OTHER_MARKET])}}, LOOSER),
        ({"contracts": {place("d1"): {"name": "v", "table": "erc4626", "asset": USDC_AT, "markets": []}}}, LOOSER),
        ({"tokens": {place("a9"): NEW_TOKEN}}, LOOSER),
        ({"tokens": {USDC_AT: {"symbol": "USDC", "decimals": 6}}}, SAME),
        ({"domains": {USDC_AT: USD_COIN}}, SAME),
        ({"domains": {USDC_AT: {"table": "dai-permit"}}}, LOOSER),
        ({"domains": {USDC_AT: None}}, TIGHTER),
        ({"domains": {DAI_AT: {"table": "dai-permit"}}}, LOOSER),
        ({"domains": {DAI_AT: None}}, SAME),
        ({"typed_tables": {"erc2612": ERC2612}}, SAME),
        ({"typed_tables": {"other": {**PERMIT2, "table": "other"}}}, LOOSER),
        ({"codes": {POOL.address: {"code": "0x" + "11" * 32}}}, SAME),
        ({"codes": {POOL.address: {"code": "0x" + "22" * 32}}}, LOOSER),
        ({"codes": {SAFE.address: {"code": "0x" + "22" * 32}}}, LOOSER),
        ({"tables": {"other-vault": NEW_TABLE}}, LOOSER),
        ({"tables": {"erc4626": VAULT}}, SAME),
        ({"tables": {"erc4626": {**VAULT, "functions": VAULT["functions"][1:]}}}, LOOSER),
    ],
)
def test_each_change_is_looser_tighter_or_none(wanted: dict[str, Any], is_it: str) -> None:
    changes = parse(wanted)
    tightening, loosening = split(LIMITED, changes)
    assert (tightening, loosening) == {LOOSER: ([], changes), TIGHTER: (changes, []), SAME: ([], [])}[is_it]


def test_what_belongs_to_a_new_listing_waits_with_it() -> None:
    vault = {"name": "GHO vault", "table": "erc4626", "asset": place("a9"), "markets": []}
    wanted = {
        "tokens": {place("a9"): NEW_TOKEN},
        "contracts": {place("d1"): vault},
        "caps": {"GHO": "5"},
        "day_caps": {"GHO": "9", "USDC": "50"},
        "closed": {place("d1"): True, SAFE.address: True},
    }
    tightening, loosening = split(LIMITED, parse(wanted))
    assert [change.place for change in tightening] == [("day_caps", "USDC"), ("closed", SAFE.address)]
    assert ("day_caps", "GHO") in [change.place for change in loosening]
    assert ("closed", place("d1")) in [change.place for change in loosening]
    new = applied(applied(LIMITED, tightening), loosening)
    assert (new.caps["GHO"], new.day_caps, new.is_closed(place("d1"))) == (5, {"USDC": 50, "GHO": 9}, True)
    assert new.contracts[place("d1")].asset == place("a9")


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"caps": {"DOGE": "1"}}, "a cap for DOGE, which is no token"),
        ({"caps": {"USDC": 5}}, "caps of USDC is base units as decimal text. Such as 1000000."),
        ({"day_caps": {"USDC": "1e3"}}, "base units"),
        ({"caps": {"USDC": "²"}}, "base units"),
        ({"caps": {"USDC": str(2**256)}}, "no policy"),
        ({"closed": {SAFE.address: "true"}}, "is true or false. true closes it, false opens it again."),
        ({"closed": {place("99"): True}}, "no contract or market"),
        *[
            ({section: {key: None}}, f"can't be taken off {section}: exits need it. Close it instead.")
            for section, key in (
                ("contracts", POOL.address),
                ("tokens", USDC_AT),
                ("tables", "erc4626"),
                ("typed_tables", "erc2612"),
                ("codes", POOL.address),
            )
        ],
        ({"contracts": {BLUE.address: listed(table="erc20")}}, "is listed as Morpho Blue; only markets can be added"),
        ({"contracts": {BLUE.address: listed(asset=USDC_AT)}}, "only markets"),
        ({"contracts": {BLUE.address: listed(wrapped=USDC_AT)}}, "only markets"),
        ({"contracts": {BLUE.address: listed(markets=[OTHER_MARKET])}}, "Close a market or the contract"),
        ({"contracts": {BLUE.address: listed(markets=5)}}, "no policy"),
        ({"contracts": {place("d1"): {"name": "x", "table": "none"}}}, "needs the call table 'none'"),
        ({"contracts": {place("d1"): {"name": 5}}}, "no policy"),
        (
            {"tokens": {USDC_AT: {"symbol": "USDC", "decimals": 18}}},
            "is pinned as USDC. A token is never another one.",
        ),
        ({"tokens": {place("a9"): {"symbol": "USDC", "decimals": 6}}}, "same symbol"),
        ({"tables": {"erc4626": {**VAULT, "functions": VAULT["functions"][:1]}}}, "lacks an exit of the old one"),
        ({"tables": {"erc4626": {"table": "erc4626", "functions": [5]}}}, "no policy"),
        ({"tables": {"erc4626": {"table": "erc4626"}}}, "no policy"),
        ({"tables": {"erc4626": {"table": "erc4626", "functions": 1.5}}}, "no policy"),
        ({"tables": {"other": VAULT}}, "pinned"),
        ({"domains": {DAI_AT: "erc2612"}}, "is its table, name and version. null takes it away."),
        ({"domains": {DAI_AT: {"table": "none"}}}, "needs the typed table 'none'"),
        ({"domains": {DAI_AT: {"table": "erc2612", "salt": "0x"}}}, "no policy"),
        ({"typed_tables": {"erc2612": DAI_PERMIT}}, "pinned"),
    ],
)
def test_what_would_be_no_policy_or_bar_an_exit_is_refused(wanted: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        split(LIMITED, parse(wanted))
    assert refused.value.rule == "limits"
    assert refused.value.remedy


def test_a_table_that_keeps_every_exit_may_take_anothers_place() -> None:
    more = {**AAVE, "functions": [*AAVE["functions"], {**VAULT["functions"][0], "token": "receiver"}]}
    (change,) = parse({"tables": {"aave-v3-pool": more}})
    new = applied(POLICY, [change])
    assert body(new)["tables"]["aave-v3-pool"] == {"sha256": sha256_of(more), "body": more}


def test_domains_come_and_go() -> None:
    wanted = {"domains": {USDC_AT: None, DAI_AT.lower(): {"table": "dai-permit", "name": "Dai Stablecoin"}}}
    new = applied(LIMITED, parse(wanted))
    assert new.domains == {DAI_AT: Domain(table="dai-permit", name="Dai Stablecoin")}
    assert new.typed_bodies == LIMITED.typed_bodies


def test_applied_changes_are_in_the_policy_and_nothing_else_is_changed() -> None:
    changes = parse(
        {
            "caps": {"USDC": "007", "DAI": None},
            "day_caps": {"DAI": "3", "USDC": None},
            "step_up": {"ETH": "0"},
            "max_fee_wei": "42",
            "loosen_delay_seconds": "7",
            "closed": {POOL.address: False, SAFE.address: True},
        }
    )
    new = applied(LIMITED, changes)
    assert new.caps == {"USDC": 7, "ETH": 10**18}
    assert (new.day_caps, new.step_up) == ({"DAI": 3}, {"USDC": 100, "ETH": 0})
    assert (new.max_fee_wei, new.loosen_delay_seconds, new.contact_delay_seconds) == (42, 7, 100)
    assert new.closed == {SAFE.address}
    assert (new.contracts, new.tokens, new.lifetime_caps) == (LIMITED.contracts, LIMITED.tokens, {"USDC": 100})
    assert applied(new, changes) == new  # again changes nothing, as after a crash
    assert applied(POLICY, []) == POLICY


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["USDC", "DAI", POOL.address, USDC_AT, DAI_AT, "erc4626", "", f"{BLUE.address}:{MARKET_ID}"])


@given(st.dictionaries(st.sampled_from(SECTIONS), json_values | st.dictionaries(keys, json_values, max_size=3)))
def test_whatever_is_asked_for_there_is_a_policy_or_a_refusal(wanted: dict[str, Any]) -> None:
    with contextlib.suppress(Refused):  # and nothing else
        tightening, loosening = split(LIMITED, parse(wanted))
        applied(applied(LIMITED, tightening), loosening)


amounts = st.integers(0, 200).map(str) | st.none()


@given(
    st.dictionaries(
        st.sampled_from(["caps", "day_caps", "lifetime_caps", "step_up"]),
        st.dictionaries(st.sampled_from(["USDC", "DAI"]), amounts, min_size=1),
        min_size=1,
    )
)
def test_a_tightening_never_lets_more_through(wanted: dict[str, Any]) -> None:
    tightening, _ = split(LIMITED, parse(wanted))
    tighter = applied(LIMITED, tightening)
    for symbol in ("USDC", "DAI"):
        assert tighter.caps.get(symbol, -1) <= LIMITED.caps[symbol]
        for name in ("day_caps", "lifetime_caps", "step_up"):
            before, after = getattr(LIMITED, name).get(symbol), getattr(tighter, name).get(symbol)
            assert before is None or (after is not None and after <= before)


def test_an_exit_may_say_more_of_what_it_gives_and_nothing_else() -> None:
    def tables(*functions: dict[str, Any]) -> dict[str, Any]:
        return {"tables": {BODY["table"]: {**BODY, "functions": list(functions)}}}

    now = BODY["functions"]
    before = [{key: each[key] for key in each if key != "gives"} for each in now]
    assert before != now
    old = applied(POLICY, parse(tables(*before)))
    tightening, loosening = split(old, parse(tables(*now)))
    assert (tightening, len(loosening)) == ([], 1)
    new = applied(old, loosening)
    assert any(entry.gives for entry in new.tables[BODY["table"]].functions)
    (gives,) = [place for place, each in enumerate(now) if "gives" in each]
    others = {**now[gives], "position": "params.liquidity"}, {**now[gives], "gives": now[gives]["gives"][::-1]}
    for held, other in zip((old, new), others, strict=True):
        with pytest.raises(Refused, match="lacks an exit"):
            split(held, parse(tables(*now[:gives], other, *now[gives + 1 :])))
