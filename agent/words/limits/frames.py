"""How limits are said: the frames of whole sentences, with slots that the reader reads. Data and nothing else."""

from __future__ import annotations

import re

from agent.words.patterns import Patterns

_FLAGS = re.IGNORECASE | re.ASCII

_BEGIN = (
    r"\s*(?:/?(?:set\s+)?(?:my\s+)?policy\s*:?\s+)?(?:please,?\s+)?(?:from\s+now\s+on,?\s+)?(?:you\s+(?:may|can)\s+)?"
)
_END = r"(?:,?\s+(?:please|from\s+now\s+on))?[\s.!]*"


def _frames(*frames: str) -> Patterns:
    return Patterns(*(_BEGIN + each + _END for each in frames), flags=_FLAGS)


_MOST = r"(?P<most>\S.*?)"
_VERB = r"(?P<verb>spend|move|use|send|pay|transfer|deposit|put\s+in|invest|supply|swap|trade|exchange)"
_PERIOD = (
    r"(?P<period>"
    r"(?:(?:a|per|each|every|in\s+a|within\s+a|in\s+any|any|on\s+any|in\s+one)\s+day|daily"
    r"|(?:in|per|within|every)\s+(?:any\s+|a\s+)?24\s*(?:hours?|h))"
    r"|(?:a|per|each|every|in\s+one|in\s+any|in\s+a\s+single|for\s+each)\s+"
    r"(?:transaction|tx|move|time|go|transfer|payment|deposit|swap|trade)"
    r"|at\s+once|at\s+a\s+time|in\s+one\s+go"
    r"|in\s+(?:total|all)|altogether|overall|ever|over\s+(?:all|its)\s+(?:time|lifetime)"
    r")"
)
_BOUND = r"(?:at\s+most|no\s+more\s+than|not\s+more\s+than|never\s+more\s+than|up\s+to|max(?:imum)?(?:\s+of)?)"
_NOT = r"(?:never|do\s+not|don't|dont|not)"
_WHOSE = r"(?P<whose>(?:[\w.-]+\s+){0,3}?)"

CAPS = _frames(
    rf"(?:(?:set|change|raise|increase|lower|reduce|cut|bring|make)\s+)?(?:my|the)\s+{_WHOSE}limit"
    rf"(?:\s+(?:is|to|at|of|should\s+be|shall\s+be|will\s+be|down\s+to|up\s+to|be)|\s*[:=])?\s+{_MOST}(?:\s+{_PERIOD})?",
    rf"(?:limit|cap)\s+(?:me|(?:my|all|all\s+my)\s+(?P<verb>spending|moves|transfers|payments|deposits|swaps|trades))"
    rf"\s+(?:to|at)\s+{_MOST}\s+{_PERIOD}",
    rf"{_NOT}\s+(?:let\s+me\s+|allow\s+me\s+to\s+)?(?:{_VERB}\s+)?more\s+than\s+{_MOST}\s+{_PERIOD}",
    rf"(?:{_VERB}\s+)?{_BOUND}\s+{_MOST}\s+{_PERIOD}",
    rf"{_MOST}\s+{_PERIOD}\s+at\s+(?:the\s+)?most",
    rf"{_PERIOD},?\s+{_BOUND}\s+{_MOST}",
)
OUTRIGHT = 2
"""So many of them, the first, name a limit: what isn't read as one of those is said to be none."""
REMOVALS = _frames(
    rf"(?:remove|drop|lift|delete|end|cancel|clear|take\s+away)\s+(?:my|the)\s+{_WHOSE}limit",
    r"no\s+(?:more\s+)?(?P<whose>(?:[\w.-]+\s+){1,3}?)limit(?:\s+any\s*more)?",
)
_USE = (
    r"(?:use|touch|hold|allow|invest\s+in|deposit\s+into|put\s+(?:my\s+)?(?:money|funds)\s+(?:in|into)|go\s+into"
    r"|into|in)"
)
_PAY = r"(?:pay|send(?:\s+(?:money|funds))?\s+to|transfer(?:\s+(?:money|funds))?\s+to|transfers?\s+to|payments?\s+to)"
_NAMES = r"(?P<names>\S.*?)"
PLACES = _frames(rf"only(?:\s+ever)?(?:\s+{_USE})?\s+{_NAMES}", rf"{_USE}\s+only\s+{_NAMES}", rf"{_NAMES}\s+only")
PEOPLE = _frames(
    rf"only(?:\s+ever)?\s+{_PAY}\s+{_NAMES}",
    rf"{_PAY}\s+(?:only|nobody\s+but|no\s+one\s+but)\s+{_NAMES}",
    rf"(?:send|transfer)(?:\s+(?:money|funds))?\s+only\s+to\s+{_NAMES}",
)
EVERYTHING = Patterns(
    rf"{_BEGIN}(?:allow|use|permit)\s+(?:all|any|every)\s+(?:the\s+|my\s+)?(?P<what>venue|token|recipient|contact)s?"
    rf"(?:\s+again)?{_END}",
    flags=_FLAGS,
)
CANCEL_CHANGE = Patterns(
    rf"{_BEGIN}(?:cancel|withdraw|stop|take\s+back)\s+(?:the\s+|my\s+|that\s+)?(?:limit\s+)?(?:changes?|(?:new|higher|waiting)"
    rf"\s+limits?)(?:\s+(?:number\s+)?#?(?P<number>[1-9]\d{{0,8}}))?{_END}",
    flags=_FLAGS,
)
CANCEL_TRANSACTION = Patterns(
    rf"{_BEGIN}(?:cancel|stop|replace|unblock|drop)\s+(?:the\s+|my\s+|that\s+)?"
    rf"(?:(?:stuck|pending|waiting|unmined|hanging)\s+(?:transaction|tx)|(?:transaction|tx)\s+(?:that|which)\s+"
    rf"(?:waits|hangs|is\s+(?:stuck|pending|waiting|not\s+mined))){_END}",
    flags=_FLAGS,
)
REMOVE_CONTACT = _frames(
    r"(?:cancel|remove|delete|drop)\s+(?:the\s+|my\s+)?(?:new\s+)?contact\s+(?P<name>[a-z0-9][a-z0-9_-]{0,31})",
    r"(?:remove|delete|drop)\s+(?P<name>[a-z0-9][a-z0-9_-]{0,31})\s+from\s+(?:my|the)\s+(?:contacts|address\s+book)",
)

PERIODS = {
    "day": "day",
    "daily": "day",
    "24": "day",
    "24-hour": "day",
    "per-day": "day",
    "transaction": "transaction",
    "tx": "transaction",
    "per-transaction": "transaction",
    "single": "transaction",
    "move": "transaction",
    "time": "transaction",
    "go": "transaction",
    "once": "transaction",
    "total": "lifetime",
    "all": "lifetime",
    "altogether": "lifetime",
    "overall": "lifetime",
    "ever": "lifetime",
    "lifetime": "lifetime",
}
"""Words that say what a cap is counted over."""
KINDS = {
    "transfer": "transfer",
    "payment": "transfer",
    "send": "transfer",
    "sending": "transfer",
    "pay": "transfer",
    "deposit": "deposit",
    "invest": "deposit",
    "supply": "deposit",
    "put": "deposit",
    "swap": "swap",
    "trade": "swap",
    "exchange": "swap",
}
"""Words that say which moves a cap is of; a cap of one kind without a period is for each such move."""
ANY_KIND = frozenset({"spend", "spending", "move", "moves", "use", "own", "personal", "whole"})
"""Words that say that it is of all."""
