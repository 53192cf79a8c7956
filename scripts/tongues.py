"""What the code says to people, found by walking it, beside what the catalogues of `agent/tongues` hold.

    python -m scripts.tongues            what has no translation yet, a file at a time
    python -m scripts.tongues --count    how much has
    python -m scripts.tongues --untold   lists what has none in agent/tongues/untold.txt

A template is a string or f-string of the code, its values as `{name}`: what stands between two line ends, without
the spaces around it. An `{'s' if … else ''}` gives a template for each of its ends.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path

from agent.tongues.catalogue import LANGUAGES, PLACE, catalogue, skeleton, units

ROOT = Path(__file__).resolve().parent.parent
SPOKEN = (
    "agent/chain",
    "agent/chat",
    "agent/execution",
    "agent/gate",
    "agent/mind",
    "agent/money.py",
    "agent/plugin",
    "agent/policy",
    "agent/replies",
    "agent/runtime",
    "agent/watch.py",
    "agent/words/reading/figures.py",
    "agent/words/reading/numbers.py",
    "agent/words/turns/references.py",
    "agent/words/turns/replaced.py",
    "agent/words/turns/thread.py",
    "memory/people/links.py",
    "memory/standing/mandates.py",
    "memory/journal/plans.py",
    "memory/journal/emergency.py",
    "plugins",
)
"""Where what people read in a chat is written. Commands, logs, settings and the signer's words are the operator's."""
UNSPOKEN = (
    "agent/chain/at_one_block.py",
    "agent/chain/chain_file.py",
    "agent/chain/contracts",
    "agent/chain/discover.py",
    "agent/chain/endpoints.py",
    "agent/chain/fingerprint.py",
    "agent/chain/heads.py",
    "agent/chain/health.py",
    "agent/chain/l1_costs.py",
    "agent/chain/multicall.py",
    "agent/chain/quorum.py",
    "agent/chain/rpc_types.py",
    "agent/chain/sessions.py",
    "agent/chain/sight.py",
    "agent/chain/simulate.py",
    "agent/chat/commands.py",
    "agent/chat/discord/adapter.py",
    "agent/chat/discord/errors.py",
    "agent/chat/platforms.py",
    "agent/chat/telegram/adapter.py",
    "agent/chat/telegram/errors.py",
    "agent/chat/telegram/webhook.py",
    "agent/chat/telegram_platform.py",
    "agent/execution/agreement.py",
    "agent/execution/bookkeeping.py",
    "agent/execution/earnings.py",
    "agent/execution/evidence.py",
    "agent/execution/signer",
    "agent/gate/erc7730.py",
    "agent/mind/configured.py",
    "agent/mind/facts.py",
    "agent/mind/model.py",
    "agent/mind/models",
    "agent/mind/prompt.py",
    "agent/mind/tools.py",
    "agent/policy/changes.py",
    "agent/policy/typed.py",
    "agent/runtime/replaying.py",
    "plugins/aave/protocol.py",
    "plugins/erc4626/protocol.py",
    "plugins/morpho/protocol.py",
    "plugins/morpho/vaults.py",
    "plugins/rebalance/allocate",
    "plugins/uniswap/views.py",
    "plugins/venus/protocol.py",
)
"""What is the operator's there: the chain file's faults, start-up, audit; and what a model or a menu is told."""
UNTOLD = ROOT / "agent" / "tongues" / "untold.txt"
"""Templates that stay English for now or for good (commands of buttons, names), one a line: it only gets shorter."""
UNITS = ("second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks")
MONTHS = tuple(f"{datetime(2026, month, 1, tzinfo=UTC):%B}" for month in range(1, 13))
WEEKDAYS = tuple(f"{datetime(2026, 6, day, tzinfo=UTC):%A}" for day in range(1, 8))
QUOTERS = ("velora", "kyberswap", "cow")
"""Names of quoters that look like English words."""
TURNED_DOWN = (
    "It says {said}, and its call takes {taken}",
    "It says that it takes {told}, and its call may take {may}",
    "It says {gets}, and its call gives {gets2}",
    "It offers {said}, not {asked}",
    "Its call gets {got}, not {asked}",
    "Its call gives {gives}, not {gives2}",
    "Its call would be refused: {error}",
    "It offers nothing",
)
"""Why an offer isn't taken, without the full stop: it stands in a list of them."""
MADE_OF_PARTS = frozenset(
    (
        *MONTHS,
        *(f"{day}, {{day:figure}} {{month:word}} {{year:figure}}" for day in WEEKDAYS),
        *(f"{{n:figure}} {unit}" for unit in UNITS),
        *(f"{{n:figure}} {scale} {{symbol:word}}" for scale in ("thousand", "million", "billion")),
        *(f"{{n:figure}} {days} passed on {{chain:word}}, {{blocks:figure}} blocks." for days in ("day", "days")),
        "Under {under}, {each}, I would have moved nothing",
        "You owe nothing",
        "{asset:money} into {venue:word}",
        "{asset:money} out of {venue:word}",
        *("Hello.", "Good day.", "You're welcome.", "Gladly."),
        *("for {amount:money} (taken)", "{way:word} {amount:figure} (taken)"),
        *(
            f"{name}{said}"
            for name in ("velora", "cow")
            for said in (" for {amount:money}", " for {amount:money} (taken)")
        ),
        *(f"{name} {{amount:figure}}{end}" for name in QUOTERS for end in ("", " (taken)")),
        *(f"{name}: {{why}}" for name in QUOTERS),
        *TURNED_DOWN,
    )
)
"""What the code puts together from pieces that no f-string shows, and the default character's phrases."""
RAISED = (
    "ValueError",
    "TypeError",
    "RuntimeError",
    "LookupError",
    "KeyError",
    "AssertionError",
    "NotImplementedError",
)
READS = ("execute", "executescript", "one", "many", "read", "compile", "match", "search", "fullmatch", "sub", "split")
ASIDE = ("debug", "info", "warning", "error", "exception", "strftime", "getLogger", "Field", "cast", "_audit")
NEVER = frozenset((*RAISED, *READS, *ASIDE))
CODE = re.compile(
    r"^(?:AND|ON CONFLICT) |\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|WHERE|JOIN|VALUES|ORDER BY|STRICT|json_extract)\b"
    r"|\b(?:address|u?int\d+|bytes\d*|bool|\{params\})(?:\[\])? [a-zA-Z]+[,)]|\(\?|\bstatus IN \("
)
"""What is given to a call of these isn't said to anybody."""


def files() -> Iterator[Path]:
    """The files that hold what is said."""
    for place in SPOKEN:
        path = ROOT / place
        for each in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if not str(each.relative_to(ROOT)).startswith(UNSPOKEN):
                yield each


@cache
def templates(path: Path) -> tuple[tuple[int, str], ...]:
    """Line number and template of all that a file may say."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = _aside(tree)
    found = {
        (node.lineno, unit)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in aside
        for text in _texts(node)
        for part in text.split("\n")
        for unit in units(part)
        if _said(unit)
    }
    return tuple(sorted(found))


def untranslated(path: Path, language: str) -> list[tuple[int, str]]:
    """Of these the ones without a translation."""
    known = {skeleton(key) for key in (*catalogue(language), *UNTOLD.read_text(encoding="utf-8").splitlines())}
    return [(line, text) for line, text in templates(path) if skeleton(text) not in known]


@cache
def constants() -> frozenset[str]:
    """Skeletons of every text in the program, said or not, whole and by sentences: what a catalogue may speak of."""
    found: set[str] = set()
    for folder in ("agent", "characters", "devnet", "memory", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr | ast.Constant):
                    for text in _texts(node):
                        found |= {skeleton(each) for part in text.split("\n") for each in (part, *units(part))}
    return frozenset(found)


def _aside(tree: ast.AST) -> set[int]:
    """Ids of nodes that nobody reads: doc strings, annotations, patterns, SQL, errors of the programmer."""
    aside: set[int] = set()
    for node in ast.walk(tree):
        inner: list[ast.AST] = []
        match node:
            case ast.Expr(value=ast.Constant()):
                inner = [node]
            case ast.AnnAssign():
                inner = [node.annotation]
            case ast.Call() if _called(node) in NEVER:
                inner = [*node.args, *(each.value for each in node.keywords)]
            case ast.JoinedStr():
                values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
                inner = [part for part in node.values if isinstance(part, ast.Constant)]
                inner += [part.format_spec for part in values if part.format_spec]
                inner += [end for part in values for end in _ends(part.value)]
        aside.update(id(each) for start in inner for each in ast.walk(start))
    return aside


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _ends(value: ast.expr) -> list[ast.expr]:
    """The texts of an `a if … else b` inside an f-string."""
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) and _spelled(value) else []


def _spelled(value: ast.IfExp) -> bool:
    return any(isinstance(end, ast.Constant | ast.JoinedStr) for end in (value.body, value.orelse))


def _texts(node: ast.expr) -> list[str]:
    """A string's template; one for each way through its conditions."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [_numbered("".join(parts)) for parts in product(*(_texts(part) for part in node.values))]
    if isinstance(node, ast.FormattedValue):
        ends = _ends(node.value)
        return [text for end in ends for text in _texts(end)] if ends else [f"{{{_name(node.value)}}}"]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return ["".join(parts) for parts in product(_texts(node.left), _texts(node.right))]
    return [f"{{{_name(node)}}}"]


def _numbered(template: str) -> str:
    """The names told apart: a second `{amount}` is `{amount2}`."""
    seen: Counter[str] = Counter()

    def named(found: re.Match[str]) -> str:
        seen[found[1]] += 1
        return found[0] if seen[found[1]] == 1 else f"{{{found[1]}{seen[found[1]]}}}"

    return PLACE.sub(named, template)


def _name(value: ast.expr) -> str:
    words = re.findall(r"[A-Za-z]\w*", re.sub(r"'[^']*'|\"[^\"]*\"", "", ast.unparse(value)))
    return next((word.lower() for word in reversed(words) if word not in ("self", "str", "len", "lower")), "x")


def _said(text: str) -> bool:
    """Whether it is said: words with spaces between them, and neither SQL, a pattern nor a function's signature."""
    spaced = re.search(r"[\w}.:,;!?)]\s+[\w{(“`]", text) is not None
    return spaced and re.search(r"[A-Za-z]{2}", PLACE.sub("", text)) is not None and CODE.search(text) is None


def main(arguments: list[str]) -> None:
    """Prints what is missing; with --untold, names it as English still, and forgets what is told or gone."""
    total = dict.fromkeys(LANGUAGES, 0)
    every, missing = 0, set()
    for path in files():
        every += len({text for _, text in templates(path)})
        for language in LANGUAGES:
            found = untranslated(path, language)
            total[language] += len({text for _, text in found})
            missing |= {text for _, text in found}
            if found and not arguments:
                print(f"## {path.relative_to(ROOT)} ({language})")  # noqa: T201
                print("\n".join(f"{line} {text}" for line, text in found))  # noqa: T201
    listed = UNTOLD.read_text(encoding="utf-8").splitlines()
    if "--untold" in arguments:
        said = {skeleton(text) for path in files() for _, text in templates(path)}
        known = {skeleton(key) for key in catalogue(LANGUAGES[0])}
        kept = {text for text in listed if skeleton(text) in said and skeleton(text) not in known}
        UNTOLD.write_text("\n".join(sorted(kept | missing, key=str.casefold)) + "\n", encoding="utf-8")
        listed = UNTOLD.read_text(encoding="utf-8").splitlines()
    left = {language: f"{every - number - len(listed)} of {every}" for language, number in total.items()}
    print(left, f"{len(listed)} stay English")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
