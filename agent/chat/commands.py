"""The slash commands, once for every platform: what they take, and the plain sentence that each of them says.

The runtime never sees a command, only its sentence: it is read and bound like words that were typed. What was given
for the options gets its place in the sentence in agent.chat.options.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from string import Formatter


class Kind(StrEnum):
    """What an option takes."""

    ASSET = "asset"
    ASSETS = "assets"  # several, with commas
    AMOUNT = "amount"
    VENUE = "venue"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. `choices` are all that a CHOICE takes."""

    name: str
    description: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`says` are pieces of the sentence: one is left out where an option in it wasn't given.

    `bare` is said where no option was given at all. `lead` goes before the free text of a platform without options.
    `private`: the answer is about the asker's money, so others don't see it.
    """

    name: str
    description: str
    says: tuple[str, ...]
    options: tuple[Option, ...] = ()
    bare: str = ""
    lead: str = ""
    private: bool = False

    def option(self, name: str) -> Option | None:
        """The option of that name."""
        return next((option for option in self.options if option.name == name), None)


def _asset(description: str, required: bool = True, name: str = "asset") -> Option:
    return Option(name, description, Kind.ASSET, required)


DANGER = ("leave when there is danger", "alerts only")
_AMOUNT = Option("amount", "1000, half, all or 25%", Kind.AMOUNT, required=True)

COMMANDS: tuple[Command, ...] = (
    Command(
        "yields",
        "What the venues pay, and what your own deposit would do to it",
        ("best yields", " for {asset}", "?"),
        (_asset("A token; all of them where you name none", required=False),),
        lead="best yields for",
    ),
    Command(
        "deposit",
        "Put money to work: a preview first, then once, if you confirm",
        ("deposit {amount} {asset}", " into {venue}"),
        (_asset("What to deposit"), _AMOUNT, Option("venue", "Where; the best for that size if unsaid", Kind.VENUE)),
        lead="deposit",
    ),
    Command(
        "withdraw",
        "Take money out, from the lowest rate first unless you name a venue",
        ("withdraw {amount} {asset}", " from {venue}"),
        (_asset("What to take out"), _AMOUNT, Option("venue", "Where from", Kind.VENUE)),
        lead="withdraw",
    ),
    Command(
        "swap",
        "Change one token into another, with a bound on the price",
        ("swap {amount} {asset} to {to}",),
        (_asset("What to give"), _AMOUNT, _asset("What to get", name="to")),
        lead="swap",
    ),
    Command("portfolio", "What you hold and what it earned", ("portfolio",), private=True),
    Command("rebalance", "Move what you have to where it earns more, if that pays", ("rebalance",), private=True),
    Command(
        "mandate",
        "What I may do without asking; shows it where you say nothing",
        (
            "rebalance my {assets} automatically",
            ", at most {cap} a venue",
            ", minimum gain ${gain}",
            ", gas budget ${gas}",
            ", get out if it falls below {depeg}",
            ", {danger}",
            ", don't move anything between {rest_from} and {rest_until}",
        ),
        (
            Option("assets", "Tokens, with commas: USDC, DAI", Kind.ASSETS),
            Option("cap", "The most in one venue, in tokens", Kind.NUMBER),
            Option("gain", "The least that a move must bring, in dollars", Kind.NUMBER),
            Option("gas", "The most that gas may cost, in dollars", Kind.NUMBER),
            Option("depeg", "The price below which it leaves its venues, as 0.985", Kind.NUMBER),
            Option("danger", "What other signs of danger do", Kind.CHOICE, choices=DANGER),
            Option("rest_from", "The hour, 0 to 23, from which I move nothing", Kind.NUMBER),
            Option("rest_until", "The hour until which I move nothing", Kind.NUMBER),
        ),
        bare="show my mandate",
        lead="set a mandate for",
        private=True,
    ),
    Command(
        "history",
        "What was done, with its transactions",
        ("history", " since {since}"),
        (Option("since", "2026-01-31, yesterday, last week", Kind.DAY),),
        lead="history",
        private=True,
    ),
    Command("usage", "What language models cost you, and what is left of your budget", ("usage",), private=True),
    Command("why", "Why I chose that venue, as it was recorded", ("why did you choose that venue?",), private=True),
    Command("pause", "From now on I only take money out", ("pause",), private=True),
    Command("resume", "Deposits and transfers are possible again", ("resume",), private=True),
    Command("exit", "Leave every position", ("get me out of everything",)),
    Command(
        "policy",
        "Your limits and the operator's; sets one where you name it",
        ("my {over} limit is {most}", " {asset}"),
        (
            Option("most", "The most, in tokens", Kind.NUMBER),
            _asset("In which token", required=False),
            Option("over", "Over what", Kind.CHOICE, choices=("daily", "transaction", "lifetime", "transfer")),
        ),
        bare="show my policy",
        lead="policy:",
        private=True,
    ),
    Command(
        "forget",
        "Forget what you told me; what was done stays in the ledger",
        ("forget {scope}",),
        (Option("scope", "What to forget", Kind.CHOICE, True, ("this conversation", "everything", "that", "me")),),
        lead="forget",
        private=True,
    ),
    Command("help", "What I can do, and how to say it", ("what can you do?",)),
    Command(
        "link",
        "Join your identity here with the one on another platform",
        ("link {code}",),
        (Option("code", "The code that I gave you there; none to get one", Kind.CODE),),
        bare="link",
        lead="link",
        private=True,
    ),
    Command("terms", "The terms of this service", ("terms",)),
    Command("privacy", "What I keep of you, and for how long", ("privacy",)),
)


def named(name: str) -> Command | None:
    """The command of that name, without the slash."""
    return next((command for command in COMMANDS if command.name == name), None)


def typed(command: Command, text: str) -> str:
    """The sentence of a command on a platform where its arguments are the user's own free words."""
    words = text.strip()
    if words and command.lead:
        return f"{command.lead} {words}"
    if words:
        return f"{command.says[0]} {words}"
    if command.bare:
        return command.bare
    whole = "".join(piece for piece in command.says if not fields(piece))
    return whole if not fields(command.says[0]) else command.lead


def fields(piece: str) -> set[str]:
    """The options that a piece of a sentence has a place for."""
    return {name for _, name, _, _ in Formatter().parse(piece) if name}
