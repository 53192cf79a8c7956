"""What a secret looks like: by its form, whatever it is called, and by a name that only a secret has."""

from __future__ import annotations

import re

_SHAPES = (
    ("an API key", r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}|\bgsk_[A-Za-z0-9]{20,}|\bAIza[0-9A-Za-z_-]{35}"),
    ("an access token", r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bhf_\w{30,}"),
    ("an access key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("a Telegram bot's token", r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b"),
    ("a Discord bot's token", r"\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a signed token", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."),
    ("an address with a password in it", r"://[^/\s:@]+:[^/\s:@]{3,}@"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _SHAPES)
_KEY = re.compile(r"\s*(?:0x)?[0-9a-fA-F]{64}\s*")
_NAME = re.compile(
    r"(api|access|auth|private|secret|signing|wallet)_?key|secret|password|passwd|mnemonic|seed_?phrase|cookies?$|"
    r"credential|token$|_pat$",
    re.IGNORECASE,
)


def shape(text: str) -> str | None:
    """What a text has in it that is shaped like a secret; None where there is nothing."""
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), None)


def is_key(text: str) -> bool:
    """Whether a text is 64 hexadecimal digits and nothing else: where it isn't a hash, it is a private key."""
    return _KEY.fullmatch(text) is not None


def names_secret(name: str) -> bool:
    """Whether something of that name is a secret: `api_key`, `password`, `telegram_token`."""
    return _NAME.search(name) is not None
