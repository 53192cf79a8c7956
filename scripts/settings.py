"""Writes moneta.example.toml from the settings themselves: each with its default, what it takes and what it does.

Run it from the repository's root: python -m scripts.settings
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import tomli_w
from pydantic.fields import FieldInfo

from agent.config import Settings

FILE = Path(__file__).parents[1] / "moneta.example.toml"
WIDTH = 100
HEAD = """\
Every setting of Moneta, with its default. `moneta init` writes a moneta.toml that holds what you answer; take further
lines over from here, without their `#`. A line whose setting has no default shows what one looks like.

Moneta reads moneta.toml from the instance's folder (--dir), or else from the folder that it is started in; a file's
name in it is taken from beside it. MONETA_ and the setting's name in capitals, in the environment, comes before the
file (MONETA_PLAN_SECONDS=60). A key that isn't in this list is refused, and so is a secret: secrets stand in files of
their own that only you can read (chmod 600), and the settings name them.

Made by `python -m scripts.settings`; a test holds it against the settings.\
"""
EXAMPLES: dict[str, Any] = {
    "confirmations": "safe",
    "rpc_url": "http://127.0.0.1:8545",
    "rpc_file": "rpc.txt",
    "rpc_quorum": 2,
    "private_rpc_file": "private-rpc.txt",
    "devnet": "devnet",
    "signer_socket": "/run/moneta/signer.sock",
    "remote_signer_url": "http://127.0.0.1:9000",
    "remote_signer_account": "0x00000000000000000000000000000000000000aa",
    "model_key_file": "model.key",
    "embedding_key_file": "embedding.key",
    "knowledge": "knowledge",
    **dict.fromkeys(("model_usd_a_day", "model_server_usd_a_day"), "2"),
    **dict.fromkeys(("model_usd_a_month", "model_server_usd_a_month"), "20"),
    "model_user_usd_a_day": "0.25",
    "model_user_usd_a_month": "2.50",
    "discord_token_file": "discord.token",
    "discord_shards": "auto",
    "telegram_token_file": "telegram.token",
    "telegram_webhook_url": "https://bot.example.org/telegram",
    "telegram_webhook_secret_file": "telegram.secret",
    "discord_api": "http://127.0.0.1:9000/api/v10",
    "discord_gateway": "ws://127.0.0.1:9000/gateway",
    "telegram_api": "http://127.0.0.1:8081/bot",
    "models": [
        {"name": "small", "url": "http://127.0.0.1:11434/v1", "input_usd": "0.15", "output_usd": "0.60"},
        {"name": "big", "provider": "anthropic", "key_file": "big.key", "input_usd": "3", "output_usd": "15"},
    ],
    "routes": {"understand": {"models": ["small", "big"], "accuracy": 90}},
}
"""What a setting without a default looks like."""


def example() -> str:
    """The whole file."""
    told = docstrings()
    head = "\n".join(f"# {line}".rstrip() for line in HEAD.splitlines())
    blocks = [_block(name, field, told[name]) for name, field in Settings.model_fields.items()]
    return "\n\n".join([head, *blocks]) + "\n"


def docstrings() -> dict[str, str]:
    """The text under each setting."""
    (of,) = (each for each in ast.parse(inspect.getsource(Settings)).body if isinstance(each, ast.ClassDef))
    found = {}
    for setting, below in zip(of.body, of.body[1:], strict=False):
        if isinstance(setting, ast.AnnAssign) and isinstance(setting.target, ast.Name):
            text = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
            found[setting.target.id] = " ".join(str(text).split())
    return found


def _block(name: str, field: FieldInfo, told: str) -> str:
    default = field.default if field.default is not None else EXAMPLES.get(name, name.replace("_", "."))
    said = "" if field.default is not None else "; no default"
    lines = [*textwrap.wrap(told, WIDTH), f"({takes(field)}{said})"]
    plain = list(default) if isinstance(default, tuple) else default
    # a table's own header would take in every setting below it
    value = f"{name} = {{}}" if plain == {} else _marked(tomli_w.dumps({name: plain}).strip())
    return "\n".join([*(f"# {line}" for line in lines), f"#{value}"])


def _marked(table: str) -> str:
    """TOML of several lines as one block: arrays on one line, a mark before each line but the first."""
    return re.sub(r"(?<=\[)\n\s+|,\n(?=\])", "", table).replace(",\n    ", ", ").replace("\n", "\n#")


def takes(field: FieldInfo) -> str:
    """What may stand there: 'a whole number, 1 to 3600', 'owner, invite, allow or role'."""
    bounds = {key: value for each in field.metadata for key, value in vars_of(each).items()}
    return _kind(field.annotation, bounds)


def vars_of(constraint: Any) -> dict[str, Any]:
    """A constraint's bounds by name; pydantic has one class for each, and a FieldInfo for all of them."""
    if isinstance(constraint, FieldInfo):
        return {key: value for each in constraint.metadata for key, value in vars_of(each).items()}
    return {key: getattr(constraint, key) for key in ("ge", "le") if getattr(constraint, key, None) is not None}


def _kind(annotation: Any, bounds: dict[str, Any]) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        found = {key: value for each in inner[1:] for key, value in vars_of(each).items()}
        return _kind(inner[0], bounds | found)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(each, bounds) for each in inner if each is not type(None))
    if origin is Literal:
        return " or ".join(f'"{each}"' for each in inner)
    if origin is dict:
        return "a table of tables"
    if origin is tuple:
        return "a list of texts" if inner[0] is str or get_origin(inner[0]) is Annotated else "tables"
    if annotation is int:
        low, high = bounds.get("ge"), bounds.get("le")
        return f"a whole number{f', {low} to {high}' if high else f', {low} or more' if low is not None else ''}"
    return {bool: "true or false", Path: "a file or folder"}.get(annotation, "a text")


if __name__ == "__main__":
    FILE.write_text(example(), encoding="utf-8")
