"""A plug-in that can't be used is named and disabled, with its reason; the others never notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import Settings
from agent.hooks import BUILT_IN, DISABLED, ON, Plugin, load
from agent.hooks.guarded import Guarded
from agent.hooks.loading import setup_of
from agent.plugin import Hooks
from tests.unit.outside_plugins import QUICK, loaded, why, written

pytestmark = pytest.mark.unit

GOOD = """
@moneta.hookimpl
def moneta_curve(kind, facts):
    if kind == "theirs":
        return Curve(facts["supplied"], 0, ((0, 5), (RAY, 5)), on_borrowed=False)
"""
OURS = {"aave-v3", "morpho-blue", "morpho-vaults", "erc4626", "venus"}


def test_one_that_can_be_used_answers_beside_the_built_in_ones(tmp_path: Path) -> None:
    plugins, (theirs,) = loaded(tmp_path, GOOD)
    assert (theirs.state, theirs.hooks, theirs.why) == (ON, ("moneta_curve",), "")
    assert {each.state for each in plugins.known[:-1]} == {BUILT_IN}
    found = plugins.hook.moneta_curve(kind="theirs", facts={"supplied": 7}, seconds=1)
    assert (found.supplied, found.rate(0).ray) == (7, 5)
    with pytest.raises(KeyError):  # the hook's own word for a fact that is missing
        plugins.hook.moneta_curve(kind="theirs", facts={}, seconds=1)
    assert theirs.state == ON


BROKEN = {
    "a module that isn't there": ("import nowhere_to_be_found", "can't be imported: ModuleNotFoundError"),
    "a syntax error": ("def (", "can't be imported: SyntaxError"),
    "an exit": ("raise SystemExit(3)", "can't be imported: RuntimeError: SystemExit"),
    "no hook at all": ("def moneta_curve(kind): ...", "it implements no hook"),
    "a hook that there isn't": ("@moneta.hookimpl\ndef moneta_sign(step): ...", "unknown hook 'moneta_sign'"),
    "an argument too many": ("@moneta.hookimpl\ndef moneta_curve(kind, password): ...", "password"),
    "a wrapper": ("@moneta.hookimpl(wrapper=True)\ndef moneta_rank(venues): yield", "is a wrapper"),
    "an import that hangs": ("import threading\nthreading.Event().wait()", "to import it took longer than 1 s"),
    "a declaration that raises": ("@moneta.hookimpl\ndef moneta_actions(): raise OSError('gone')", "OSError: gone"),
    "a declaration of another type": ("@moneta.hookimpl\ndef moneta_jobs(): return ['a job']", "is str, not Job"),
    "a table that can't be read": (
        "@moneta.hookimpl\ndef moneta_call_tables(): return [{'table': 'x', 'functions': [{'signature': 'x'}]}]",
        "moneta_call_tables returned what can't be used",
    ),
    "a descriptor of somebody else's table": (
        "@moneta.hookimpl\ndef moneta_descriptors(): return [{'context': {'$id': 'erc4626'}, 'display': {}}]",
        "no call table of its own",
    ),
    "a protocol of ours": (
        """
        class Mine(Protocol):
            name = "aave-v3"
            async def discover(self, chain, ask): return []
        @moneta.hookimpl
        def moneta_protocols(): return [Mine()]
        """,
        "the protocol 'aave-v3' is Moneta's already",
    ),
    "another table of our name": (
        """
        @moneta.hookimpl
        def moneta_call_tables():
            return [{"table": "erc4626", "functions": [{"signature": "take(uint256 a,address to)",
                "direction": "leave", "token": "@asset", "amount": "a", "recipient": "to"}]}]
        """,
        "another call table is named 'erc4626' already",
    ),
}


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_one_that_is_broken_is_named_and_stops_nothing(tmp_path: Path, case: str) -> None:
    source, reason = BROKEN[case]
    plugins, (theirs, other) = loaded(tmp_path, source, GOOD, patience=QUICK if "hangs" in case else None)
    assert theirs.state == DISABLED
    assert reason in theirs.why
    assert other.state == ON
    protocols = {each.name for group in plugins.hook.moneta_protocols() for each in group}
    assert protocols == OURS


def test_a_name_is_its_first_owners(tmp_path: Path) -> None:
    points = [written(tmp_path, GOOD), written(tmp_path, GOOD), written(tmp_path, GOOD, "plugins.aave")]
    plugins = load(found=points)
    theirs = [each for each in plugins.known if not each.built_in]
    assert {each.name for group in plugins.ours("moneta_protocols") for each in group} == OURS
    assert [(each.name, each.state) for each in theirs] == [
        ("plugins.aave", DISABLED),
        ("theirs", ON),
        ("theirs", DISABLED),
    ]
    assert "has the name theirs already" in theirs[2].why


def test_two_of_theirs_dont_share_an_action(tmp_path: Path) -> None:
    source = """
    async def answer(asked): return Answer("x")
    @moneta.hookimpl
    def moneta_actions(): return [Action("tide", "the tide", ("when is high tide",), answer)]
    """
    _, (first, second) = loaded(tmp_path, source, source)
    assert (first.state, second.why) == (ON, "the action 'tide' is the plug-in theirs's already")


def test_the_operator_switches_one_off(tmp_path: Path) -> None:
    _, (theirs,) = loaded(tmp_path, "raise SystemExit", settings=Settings(plugins_off=("theirs",)))
    assert theirs.why == "switched off by plugins_off"


def test_its_own_options_are_handed_to_it_and_nobody_elses(tmp_path: Path) -> None:
    source = """
    @moneta.hookimpl
    def moneta_chats(setup):
        raise Refused("x", f"{sorted(setup.options.items())} {'plugin_options' in setup.settings}")
    """
    settings = Settings(plugin_options={"theirs": {"a": 1}, "others": {"b": 2}})
    plugins, (theirs,) = loaded(tmp_path, source, settings=settings)
    plugins.hook.moneta_chats(setup=setup_of(settings, ""))
    assert "[('a', 1)] False" in theirs.why


def test_what_hangs_is_disabled_once_and_the_others_answer(tmp_path: Path) -> None:
    source = """
    import threading
    @moneta.hookimpl
    def moneta_curve(kind):
        threading.Event().wait()
    """
    plugins, (theirs,) = loaded(tmp_path, source, patience=QUICK)
    heard: list[Plugin] = []
    theirs.heard = heard.append
    for _ in range(2):
        assert plugins.hook.moneta_curve(kind="nobodys", facts={}, seconds=1) is None
    assert theirs.why == "moneta_curve took longer than 1 s"
    assert heard == [theirs]


def test_the_reason_is_one_harmless_line(tmp_path: Path) -> None:
    told = why(tmp_path, "raise ValueError('a\\nb\\x1b[2J' + 'c' * 1000)")
    assert "\n" not in told
    assert "\x1b" not in told
    assert len(told) <= 300


def test_every_hook_has_its_guard() -> None:
    hooks = {name for name in vars(Hooks) if name.startswith("moneta_")}
    assert hooks == {name for name in vars(Guarded) if name.startswith("moneta_")}
