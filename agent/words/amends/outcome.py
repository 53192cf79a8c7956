"""What a correction comes to where it comes to nothing: why, for the question that is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unfit:
    """It is a correction, and what stands anew isn't sure. `what`:

    'amount' (no exact one), 'which' (a number that may be several things, each said in `words`), 'side' (a token that
    may stand for either of `words`), 'of' (an amount of the token `words[0]` isn't said), 'times', 'end', 'price' (of
    the token `words[0]`), 'range', 'width', 'pool', 'same' (nothing differs), 'old' (`words[0]` wasn't part of it),
    'done' (it stands already), 'kind' (a price for what goes by the clock, times for what goes by a price), 'fit' (it
    doesn't go with the rest), 'words' (they aren't understood).
    """

    what: str
    words: tuple[str, ...] = ()
