"""Characters: who Moneta speaks as. An ElizaOS file, of either generation, gives a name, a manner and phrases.

A character colours words. No field of it reaches an intent, a plan, a limit or an address.
"""

from agent.character.character import DEFAULT_NAME, Character, Line, Style
from agent.character.files import check, default, find, load
from agent.character.report import Problem, Report, Unused

__all__ = [
    "DEFAULT_NAME",
    "Character",
    "Line",
    "Problem",
    "Report",
    "Style",
    "Unused",
    "check",
    "default",
    "find",
    "load",
]
