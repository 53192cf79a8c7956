"""Who gets in, who operates, where somebody stands, who stays when two are linked."""

from __future__ import annotations

import itertools

import pytest
from pydantic import ValidationError

from agent.chat import texts
from agent.chat.access import TERMINAL, Access, Person, Rule
from agent.chat.linking import Side, choose
from agent.chat.onboarding import ADDRESS, INVITE, UNDERSTOOD, Stage, stage
from agent.chat.operator import Operator, changed
from agent.chat.withdrawal import said_address
from agent.config import Settings
from agent.errors import Refused
from agent.intents import Link
from agent.mind import links
from memory.people.access import ServerSettings

PLACE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def person(*identities: str, roles: tuple[str, ...] = (), admitted: str | None = None) -> Person:
    return Person(frozenset(identities), frozenset(roles), admitted)


def access(**settings: object) -> Access:
    return Access.of(Settings(owners=("discord:1",), **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", list(Rule))
def test_owners_get_in_and_operate_under_every_rule(rule: Rule) -> None:
    for owner in (person("discord:1"), person("telegram:9", "discord:1"), person(TERMINAL)):
        assert access(access=rule).way_in(owner) is Rule.OWNER
        assert access(access=rule).operates(owner)


@pytest.mark.parametrize("rule", list(Rule))
def test_a_stranger_gets_in_under_none(rule: Rule) -> None:
    given = access(access=rule, allow=("telegram:2",), roles=("77",), operator_roles=("88",))
    for stranger in (person("discord:2"), person("telegram:1"), person("discord:11"), person()):
        assert given.way_in(stranger) is None
        assert not given.operates(stranger)


def test_each_rule_lets_its_own_in_and_no_others() -> None:
    known = {
        Rule.ALLOW: person("telegram:2"),
        Rule.ROLE: person("discord:5", roles=("77",)),
        Rule.INVITE: person("discord:6", admitted="invite"),
    }
    for rule, (kind, who) in itertools.product(Rule, known.items()):
        found = access(access=rule, allow=("telegram:2",), roles=("77",)).way_in(who)
        assert found == (kind if rule is kind else None)


def test_a_role_of_the_server_lets_in_and_is_remembered() -> None:
    by_role = access(access="role")
    assert by_role.way_in(person("discord:5", roles=("3",))) is None
    assert by_role.way_in(person("discord:5", roles=("3",)), ("3",)) is Rule.ROLE
    assert by_role.way_in(person("discord:5", admitted="role")) is Rule.ROLE


def test_a_role_operates_without_owning() -> None:
    given = access(operator_roles=("88",))
    assert given.operates(person("discord:5", roles=("88",)))
    assert given.way_in(person("discord:5", roles=("88",))) is None


def test_an_identity_names_its_platform() -> None:
    with pytest.raises(ValidationError):
        Settings(owners=("123",))


def test_stages() -> None:
    rules: list[Rule | None] = [None, *Rule]
    for way_in, acknowledged, account in itertools.product(rules, (False, True), (False, True)):
        found = stage(way_in, acknowledged=acknowledged, account=account)
        if account:
            assert found is Stage.DONE  # their money is there, whatever the rule says now
        elif way_in is None:
            assert found is Stage.STRANGER
        else:
            assert found is (Stage.ACCOUNT if acknowledged else Stage.RISK)


@pytest.mark.parametrize("rule", list(Rule))
def test_custody_is_said_where_others_can_get_in(rule: Rule) -> None:
    text = texts.stranger(rule, "Ann", "discord:5")
    assert "Ann" in text
    assert ("hand to them in cash" in text) == access(access=rule).others == (rule is not Rule.OWNER)


def test_who_stays() -> None:
    def side(name: str, account: bool, funds: bool) -> Side:
        return Side(name, account, funds)

    for a, b in itertools.product([(False, False), (True, False), (True, True)], repeat=2):
        chosen = choose(side("maker", *a), side("claimer", *b))
        if a[1] and b[1]:
            assert chosen is None
            continue
        assert chosen is not None
        keep, leave = chosen
        assert {keep, leave} == {"maker", "claimer"}
        left = b if leave == "claimer" else a
        kept = a if keep == "maker" else b
        assert not left[1], "funds are never left"
        assert kept[0] or not left[0], "an account goes before none"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("link", None),
        ("Link.", None),
        ("/link", None),
        ("please link my accounts", None),
        ("link telegram", None),
        ("link my identity", None),
        ("link ABCDEFGH", "ABCDEFGH"),
        ("link abcdefgh", "ABCDEFGH"),
        ("/link zzzzzzzz", "ZZZZZZZZ"),
        ("link with code ABCDEFGH", "ABCDEFGH"),
        ("link with the code ABCDEFGH!", "ABCDEFGH"),
    ],
)
def test_link_is_read(said: str, code: str | None) -> None:
    understood = links.read(said)
    assert understood is not None
    assert understood.intent == Link(code=code)
    for origin in understood.origins.values():
        assert said[origin.start : origin.end] == origin.words
    assert ("code" in understood.origins) == (code is not None)


@pytest.mark.parametrize(
    "said",
    [
        "don't link",
        "don't link ABCDEFGH",
        "he said: link ABCDEFGH",
        "“link ABCDEFGH”",
        "> link ABCDEFGH",
        "`link ABCDEFGH`",
        "link ABCDEFG",
        "link ABCDEFGHJ",
        "link ABCDEFGO",
        "link ABCD EFGH",
        "link ABCDEFGH and deposit all",
        "should I link?",
        "link АBCDEFGH",  # the A is Cyrillic
        "",
    ],
)
def test_nothing_else_is_a_link(said: str) -> None:
    assert links.read(said) is None


@pytest.mark.parametrize(
    "said",
    [
        f"add {PLACE} as me",
        f"my withdrawal address is {PLACE}",
        f"My address is {PLACE}.",
        f"set my withdrawal address to {PLACE}",
        f"save {PLACE} as my withdrawal address",
        f"add {PLACE} as home",
    ],
)
def test_a_withdrawal_address_is_read(said: str) -> None:
    assert said_address(said) == PLACE


@pytest.mark.parametrize(
    "said",
    [
        f"add {PLACE} as bob",
        f"is my withdrawal address {PLACE}?",
        f"my withdrawal address is not {PLACE}",
        f"bob says my withdrawal address is {PLACE}",
        f"my withdrawal address is {PLACE}0",
        "my withdrawal address is 0x1234",
        f"my withdrawal address was {PLACE}",
    ],
)
def test_nothing_else_is_one(said: str) -> None:
    assert said_address(said) is None


def test_short_patterns() -> None:
    assert UNDERSTOOD.fullmatch("i understand the risks.")
    assert not UNDERSTOOD.fullmatch("i don't understand")
    assert not UNDERSTOOD.fullmatch("do i understand?")
    assert ADDRESS.fullmatch("what is my deposit address?")
    assert not ADDRESS.fullmatch("send to my address")
    assert INVITE.fullmatch("invite ABCDEFGHIJKLMN23")
    assert not INVITE.fullmatch("invite ABCDEFGHIJKLMN2")


@pytest.mark.parametrize(
    "said", ["freeze", "/freeze", "Unfreeze!", "/status", "operator status", "invite", "settings"]
)
def test_operators_words(said: str) -> None:
    assert Operator(None, access()).heard(said)  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["status", "don't freeze", "freeze it", "why freeze?", "settings up", "“freeze”"])
def test_words_that_are_no_operators(said: str) -> None:
    assert not Operator(None, access()).heard(said)  # type: ignore[arg-type]


def test_a_servers_settings_are_replaced_one_by_one() -> None:
    now = changed(ServerSettings(), "channels", "<#12345> 67890 <#12345>")
    assert now == ServerSettings(channels=("12345", "67890"))
    now = changed(now, "roles", "<@&55555>")
    assert now == ServerSettings(channels=("12345", "67890"), roles=("55555",))
    assert changed(now, "channels", "all") == ServerSettings(roles=("55555",))
    assert changed(now, "language", "EN") == now


@pytest.mark.parametrize(("what", "values"), [("channels", "#general"), ("roles", "1; 2"), ("language", "tlh")])
def test_a_setting_that_means_nothing_is_refused(what: str, values: str) -> None:
    with pytest.raises(Refused, match=r"That names no|I speak"):
        changed(ServerSettings(), what, values)
