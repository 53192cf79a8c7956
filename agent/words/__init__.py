"""Reading a user's own words: what each word of a text is, and where it stands. Mind and gate both read with it."""

from agent.words.language import Language
from agent.words.reading.clauses import Clause, Placed, action_of, clauses
from agent.words.reading.reader import read
from agent.words.reading.readings import Kind, Reading, Said
from agent.words.vocabulary import Vocabulary

__all__ = ["Clause", "Kind", "Language", "Placed", "Reading", "Said", "Vocabulary", "action_of", "clauses", "read"]
