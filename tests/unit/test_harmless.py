"""What a terminal or a reader obeys is replaced, letter by letter, over all of Unicode; and nothing else is."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from agent.chat.telegram.spans import units
from agent.harmless import REPLACED, harmless

pytestmark = pytest.mark.unit

OBEYED = {"Cc", "Cs", "Zl", "Zp"}  # controls, half letters, line and paragraph separators
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_every_letter_that_is_obeyed_and_no_other() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1)]
    found = {old for old, new in zip(letters, harmless("".join(letters)), strict=True) if old != new}
    meant = {each for each in letters if unicodedata.category(each) in OBEYED} | TURNING
    assert found == meant - {"\n"}
    assert harmless("\x1b[2J\ta\n") == f"{REPLACED}[2J{REPLACED}a\n"


@pytest.mark.parametrize("text", ["", "ascii", "żółw", "🙂a", "\ud83d", "\ud83d\ude42", "a\udc00b"])
def test_units_are_utf_16_code_units(text: str) -> None:
    assert units(text) == sum(2 if ord(letter) > 0xFFFF else 1 for letter in text)
