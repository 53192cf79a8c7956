"""'Export my key', 'show me my seed phrase': somebody asks for what no chat may show. A whole message, or nothing."""

from __future__ import annotations

import re

from agent.words.forms import composed, match
from agent.words.languages import forms_for
from agent.words.reading.text import clean

LONGEST = 120
_ASKS = (
    r"(?:export|show|give|send|tell|reveal|print|read|get|see|view|display|download|back\s*up|backup|recover|copy"
    r"|what(?:\s+is|\s+are|'s)|where(?:\s+is|\s+are|\s+do\s+i\s+(?:find|get|see))"
    r"|how\s+(?:do|can)\s+i\s+(?:export|see|get|find|back\s*up))"
)
_WHICH = r"(?:private|secret|wallet(?:'s)?|account(?:'s)?|signing|recovery|backup|back-up)"
_WHAT = (
    r"(?:(?:seed|recovery|mnemonic|secret|backup|back-up)[\s-]+(?:phrases?|words?|keys?)|keys?|seeds?|mnemonics?"
    r"|keystore(?:\s+file)?)"
)
_KEYS = re.compile(
    rf"\s*/?(?:please,?\s+)?(?:(?:can|could|will|would)\s+you\s+(?:please\s+)?|i\s+(?:want|need|would\s+like|wish)\s+"
    rf"(?:you\s+)?(?:to\s+)?|let\s+me\s+)?(?:{_ASKS}\s+)?(?:me\s+)?(?:(?:the|my|our|all\s+my|a)\s+)?(?:{_WHICH}\s+)*"
    rf"{_WHAT}(?:\s+(?:for|of)\s+(?:my|the|this)\s+(?:wallet|account))?(?:,?\s+please)?[\s.!?]*",
    re.IGNORECASE | re.ASCII,
)


def asks_for_keys(text: str) -> bool:
    """Whether a message asks to be shown or given a key or the words that it comes from."""
    said = clean(text).plain
    if len(said) > LONGEST:
        return False
    _, other = forms_for(text)
    return (_KEYS.fullmatch(said) if other is None else match(composed(text), other.keys)) is not None
