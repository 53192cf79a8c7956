"""`moneta.toml` as data: what can't be meant is said before anything is opened, and no secret stands in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.harmless import harmless_line
from agent.secret_shapes import is_key, names_secret, shape

NAME = "moneta.toml"
EXAMPLE = "moneta.example.toml"
"""Which tells every setting; `example` says where it is."""
PREFIX = "MONETA_"
QUOTERS = "quoters"
NO_SETTINGS = frozenset({"PASSWORD_FILE", "CACHE"})
"""What else the program reads from the environment, without the prefix."""
FOR_TESTS = frozenset({"DATA", "SPECS", "TEST_PACKAGES", "WRITE_DOCS"})
_SEED_WORDS = (12, 15, 18, 21, 24)
"""How many words a seed has (BIP-39)."""
_KEYED = re.compile(r"[/=](?=[\w-]*\d)[\w-]{20,}", re.ASCII)
"""A part of a URL that is long and has a digit: providers' keys have 32 letters and digits."""
_FORM = re.compile(r"\w{1,64}", re.ASCII)


def example() -> Path:
    """Where the example is: beside this file in a wheel, else at the root of the source."""
    here = Path(__file__)
    beside = here.with_name(EXAMPLE)
    return beside if beside.is_file() else here.parents[1] / EXAMPLE


def file_of(folder: Path | None) -> Path | None:
    """The instance's own moneta.toml; where its folder has none, the working folder's; None where that has none."""
    places = [Path(NAME)] if folder is None else [folder / NAME, Path(NAME)]
    return next((place for place in places if place.is_file()), None)


def read(path: Path, names: Collection[str], paths: Collection[str]) -> dict[str, Any]:
    """The settings in a file; those of `paths` are files' names, beside it where they aren't absolute.

    A misspelt setting would leave a limit at its default without a word, so a key that isn't one of `names` is
    refused. Raises Refused("settings") for that and for what is no TOML, Refused("secret") for a secret; no value
    is repeated.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused("settings", f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = re.sub(r"['\"].*['\"]", "…", str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8"
        raise Refused("settings", f"{path} is no TOML: {why}.", f"{example()} shows how it is written.") from None
    check(path, data, names)
    return {
        name: _beside(path, value) if name in paths else _tables(path, name, value) for name, value in data.items()
    }


def check(path: Path, data: Mapping[str, Any], names: Collection[str]) -> None:
    """Raises Refused as `read` does, for what a file at `path` would hold."""
    for name, value in data.items():
        _check_no_secret(path, name, value, names)
    for name in data:
        if name not in names:
            raise Refused(
                "settings",
                f"{_shown(name)} in {path} is no setting.",
                meant(name, names) or f"{example()} lists them.",
            )


def strangers(environment: Iterable[str], names: Collection[str]) -> list[str]:
    """A sentence for every variable that looks like a setting and is none; values aren't looked at."""
    known = {name.upper() for name in names} | NO_SETTINGS | FOR_TESTS
    strange = sorted(each for each in environment if each.startswith(PREFIX) and each[len(PREFIX) :] not in known)
    suggested = {each: meant(each[len(PREFIX) :].lower(), names, PREFIX) for each in strange}
    return [f"{_shown(each)} is no setting and isn't used. {how}".strip() for each, how in suggested.items()]


def meant(name: str, names: Collection[str], prefix: str = "") -> str:
    """'Did you mean …?' where a setting is called nearly so; '' where none is."""
    near = [f"{name}_file"] if f"{name}_file" in names else get_close_matches(name.lower(), names, 1, 0.7)
    return f"Did you mean {prefix + near[0].upper() if prefix else near[0]}?" if near else ""


def holds_key(url: str) -> bool:
    """Whether a node's URL seems to hold a key, as most providers' do."""
    return _KEYED.search(url) is not None or shape(url) is not None


def _check_no_secret(path: Path, name: str, value: Any, names: Collection[str]) -> None:
    what = next((found for text in _texts(value) if (found := _secret(text))), None)
    if what is None and name == "rpc_url" and any(holds_key(text) for text in _texts(value)):
        what = "an endpoint's key"
    if what is None and names_secret(name) and name not in names:
        what = "a secret"
    if what is None:
        return
    fitting = "rpc_file" if name == "rpc_url" else f"{name}_file" if f"{name}_file" in names else name
    how = f"name that file in {fitting}" if fitting.endswith("_file") and fitting in names else "keep it out of here"
    raise Refused(
        "secret",
        f"{_shown(name)} in {path} seems to hold {what}, and settings hold none: they are copied, shown and shared.",
        f"Put it alone into a file that only you can read (chmod 600), {how}, and have a new one made, since this "
        "one was readable here.",
    )


def _secret(text: str) -> str | None:
    words = text.split()
    if is_key(text):
        return "a private key"
    if len(words) in _SEED_WORDS and all(each.isascii() and each.isalpha() and each.islower() for each in words):
        return "a wallet's words"
    return shape(text)


def _texts(value: Any) -> Iterable[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def _beside(path: Path, value: Any) -> Any:
    return str(path.parent / Path(value).expanduser()) if isinstance(value, str) and value else value


def _tables(path: Path, name: str, value: Any) -> Any:
    """The same for files that tables of a list, and quoters, name; plug-ins read their own options."""
    if isinstance(value, dict) and name == QUOTERS:
        return {key: _table(path, each) for key, each in value.items()}
    return [_table(path, each) for each in value] if isinstance(value, list) else value


def _table(path: Path, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _beside(path, said) if name.endswith("_file") else said for name, said in value.items()}


def _shown(name: str) -> str:
    """A key as it may be repeated: a long or an odd one may be a value in the wrong place."""
    return (
        f"`{name}`" if _FORM.fullmatch(name) and not _secret(name) else f"a key of {len(harmless_line(name))} letters"
    )
