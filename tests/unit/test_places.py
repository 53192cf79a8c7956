"""Which chain a command is on, by whose word, and what the first policy of a real one lets through."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import structlog

from agent.chain.registry import Registry
from agent.commands.places import endpoint_of, place_of
from agent.errors import Refused, Unavailable
from agent.first_policy import first_caps
from agent.logs import to_stderr
from agent.place import Where

pytestmark = pytest.mark.unit

URL, OTHER = "http://127.0.0.1:1", "http://127.0.0.1:2/key"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MONETA_CHAIN", "MONETA_RPC_URL", "MONETA_RPC_FILE", "MONETA_PASSWORD_FILE", "MONETA_DEVNET"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_chain_it_is_the_folders_devnet(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"moneta devnet up --dir .*A real chain is named with --chain"):
        endpoint_of(Where.of(tmp_path / "none"))


def test_an_unknown_chain_is_said_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no chain 'bsae'") as refused:
        endpoint_of(Where.of(tmp_path, chain="bsae"))
    assert refused.value.rule == "chain"


def test_a_chain_needs_an_endpoint(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"No endpoint of \./x\.toml is named") as refused:
        endpoint_of(Where.of(tmp_path, chain="./x.toml"))
    assert refused.value.rule == "endpoints"
    (tmp_path / "urls").write_text(f"# mine\n\n{OTHER}\n{URL}\n")
    (tmp_path / "moneta.toml").write_text('chain = "x.toml"\nrpc_file = "urls"\n')
    assert endpoint_of(Where.of(tmp_path)).rpc_url == OTHER
    assert endpoint_of(Where.of(tmp_path, rpc_url=URL)).rpc_url == URL


def test_the_folders_own_settings_come_before_those_here_and_after_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "moneta.toml").write_text(f'chain = "here.toml"\nrpc_url = "{URL}"\n')
    (tmp_path / "one" / "moneta.toml").write_text(f'chain = "own.toml"\nrpc_url = "{OTHER}"\n')
    assert endpoint_of(Where.of(tmp_path / "two")).chain_file == Path("here.toml")
    own = endpoint_of(Where.of(tmp_path / "one"))
    assert (own.chain_file, own.rpc_url) == (Path("own.toml"), OTHER)
    (tmp_path / "one" / "own.toml").touch()
    assert endpoint_of(Where.of(tmp_path / "one")).chain_file == tmp_path / "one" / "own.toml"
    monkeypatch.setenv("MONETA_CHAIN", "environment.toml")
    assert endpoint_of(Where.of(tmp_path / "one")).chain_file == Path("environment.toml")
    assert endpoint_of(Where.of(tmp_path / "one", chain="said.toml")).chain_file == Path("said.toml")


def test_a_setting_that_cant_be_is_named_without_its_value(tmp_path: Path) -> None:
    (tmp_path / "moneta.toml").write_text('plan_seconds = "hunter2"\n')
    with pytest.raises(Refused, match="The setting plan_seconds can't be that") as refused:
        Where.of(tmp_path)
    assert "hunter2" not in str(refused.value)
    (tmp_path / "moneta.toml").write_text("plan_seconds\n")
    with pytest.raises(Refused, match="no TOML"):
        Where.of(tmp_path)


def test_a_real_chain_wants_a_password_and_no_terminal_has_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The keystore's password is needed"):
        place_of(Where.of(tmp_path, chain="x.toml", rpc_url=URL))
    assert list(tmp_path.iterdir()) == []  # a devnet's own password would lie in its folder


def test_a_real_place_waits_a_day_for_contacts_and_has_no_play_money(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("a long one\n")
    monkeypatch.setenv("MONETA_PASSWORD_FILE", str(tmp_path / "password"))
    place = place_of(Where.of(tmp_path, chain="x.toml", rpc_url=URL))
    assert (place.password, place.caps, place.contact_delay_seconds) == ("a long one", None, 86_400)
    assert (place.advance, place.throw_away) == (None, False)


def test_the_first_caps_are_dollars_at_the_chains_prices_rounded_down() -> None:
    registry = Registry.from_data(
        {
            "name": "x",
            "chain_id": 1,
            "multicall3": "0x" + "11" * 20,
            "block_seconds": 12,
            "native": {"symbol": "ETH"},
            "tokens": {
                "USDC": {"name": "USD Coin", "address": "0x" + "22" * 20, "decimals": 6},
                "ODD": {"name": "No price", "address": "0x" + "33" * 20, "decimals": 18},
            },
        }
    )
    caps = first_caps(registry, {"USDC": 100_010_000, "ETH": 3_000 * 10**8}, 10_000)
    assert caps == {"USDC": 9_999_000_099, "ETH": 3_333_333_333_333_333_333}
    assert first_caps(registry, {"USDC": 0}, 10_000) == {}


@pytest.mark.parametrize("url", ["127.0.0.1:8545", "wss://127.0.0.1/KEY-KEY-KEY-KEY", ""])
def test_what_is_no_url_of_a_node_is_told_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused, match=r"begins with http:// or https://; one with ws:// or wss:// goes") as refused:
        Where.of(tmp_path, chain="base", rpc_url=url)
    assert "KEY" not in str(refused.value)


def test_a_password_that_everybody_can_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pass word"
    file.write_text("a long one\n")
    monkeypatch.setenv("MONETA_PASSWORD_FILE", str(file))
    where = Where.of(tmp_path, chain="base", rpc_url=URL)
    told = []
    for mode in (0o600, 0o640, 0o644):
        file.chmod(mode)
        assert place_of(where).password == "a long one"
        told.append(capsys.readouterr().err)
    assert told == ["", "", f"{file} can be read by everybody on this machine: chmod 600 '{file}'\n"]


def test_a_warning_goes_to_the_standard_error_of_its_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    with monkeypatch.context() as then:
        then.setattr("sys.stderr", closed := io.StringIO())
        to_stderr(verbose=False)
    closed.close()
    try:
        (tmp_path / "moneta.toml").write_text('chain = "here.toml"\n')
        Where.of(tmp_path / "two")
        assert "moneta.toml" in capsys.readouterr().err
    finally:
        structlog.configure(**before)
