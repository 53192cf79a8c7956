"""Books as CSV in the shapes that tools import. Times are UTC, amounts decimal text without grouping.

A cell that a spreadsheet would take for a formula is only ever text of a name or a note: it gets an apostrophe
(owasp.org, "CSV Injection"). Amounts are written by us and may begin with a minus.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from agent.books.entries import NATIVE
from agent.books.lines import Line, Part, What
from agent.money import Token, text_from_units

USD_DECIMALS = 8
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Coins = Mapping[str, Token]
Files = dict[str, str]
"""The text of each file by what its name has besides: '' for the only or the first one."""


def safe(text: str) -> str:
    """A cell that is text, and no formula anywhere."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def usd(value: int | None) -> str:
    return "" if value is None else text_from_units(value, USD_DECIMALS)


def moment(at: int, form: str) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(form)


KOINLY = (
    "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount", "Fee Currency",
    "Net Worth Amount", "Net Worth Currency", "Tag", "Description", "TxHash",
)  # fmt: skip
"""The universal template: support.koinly.io, "How to create a custom CSV file with your data"."""
KOINLY_TAGS = {
    What.INTEREST: "lending interest",
    What.REWARD: "reward",
    What.GAS: "cost",
    What.REPAYMENT: "loan repayment",
    What.WRAP: "swap",
}
"""support.koinly.io, "What are tags?"."""


def koinly(lines: Sequence[Line], coins: Coins) -> Files:
    rows = [
        (
            moment(line.at, "%Y-%m-%d %H:%M:%S UTC"),
            *_two(line.sent, coins),
            *_two(line.got, coins),
            *_fee(line, coins),
            usd(line.usd),
            "" if line.usd is None else "USD",
            KOINLY_TAGS.get(line.what, ""),
            safe(line.note),
            line.hash,
        )
        for line in lines
    ]
    return {"": table(KOINLY, rows)}


COINTRACKING = (
    "Type", "Buy Amount", "Buy Currency", "Sell Amount", "Sell Currency", "Fee", "Fee Currency", "Exchange",
    "Trade-Group", "Comment", "Date", "Tx-ID", "Buy Value in Account Currency", "Sell Value in Account Currency",
    "Liquidity pool",
)  # fmt: skip
"""cointracking.info/import/import_csv, "Custom CSV import". Values are left to it: its account may be in euros."""
COINTRACKING_TYPES = {
    What.CAME: "Deposit",
    What.WENT: "Withdrawal",
    What.TRADE: "Trade",
    What.WRAP: "Swap (non taxable)",
    What.INTEREST: "Interest Income",
    What.REWARD: "Reward / Bonus",
    What.GAS: "Other Fee",
    What.REPAYMENT: "Expense (non taxable)",
}
"""cointracking.freshdesk.com, "Transaction types"."""


def cointracking(lines: Sequence[Line], coins: Coins) -> Files:
    """Its fees are part of an amount, so that gas is a line of its own here."""
    rows = [
        (
            COINTRACKING_TYPES[line.what],
            *_two(line.got, coins),
            *_two(line.sent, coins),
            "",
            "",
            "Moneta",
            "",
            safe(line.note),
            moment(line.at, "%Y-%m-%d %H:%M:%S"),
            f"{line.hash}.gas" if line.what is What.GAS and line.hash else line.hash,
            "",
            "",
            "",
        )
        for line in _gas_apart(lines)
    ]
    return {"": table(COINTRACKING, rows)}


COINTRACKER = (
    "Date", "Received Quantity", "Received Currency", "Sent Quantity", "Sent Currency", "Fee Amount", "Fee Currency",
    "Tag",
)  # fmt: skip
"""support.cointracker.io, "Convert your transaction history to CoinTracker CSV": these columns and no other."""
COINTRACKER_TAGS = {What.INTEREST: "interest", What.REWARD: "staking"}
"""support.cointracker.io, "Transaction category definitions": a position's reward is nearest to staking."""


def cointracker(lines: Sequence[Line], coins: Coins) -> Files:
    """It knows neither a price nor a hash."""
    rows = [
        (
            moment(line.at, "%m/%d/%Y %H:%M:%S"),
            *_two(line.got, coins),
            *_two(line.sent, coins),
            *_fee(line, coins),
            COINTRACKER_TAGS.get(line.what, ""),
        )
        for line in lines
    ]
    return {"": table(COINTRACKER, rows)}


ROTKI_EVENTS = ("Type", "Location", "Currency", "Amount", "Fee", "Fee Currency", "Description", "Timestamp")
ROTKI_TRADES = (
    "Location", "Spend Currency", "Spend Amount", "Receive Currency", "Receive Amount", "Fee", "Fee Currency",
    "Description", "Timestamp",
)  # fmt: skip
"""docs.rotki.com, "Import CSV", rotki Generic Events and Generic Trades Import; times in milliseconds."""
ROTKI_TYPES = {
    What.CAME: "Deposit",
    What.WENT: "Withdrawal",
    What.INTEREST: "Income",
    What.REWARD: "Income",
    What.GAS: "Spend",
    What.REPAYMENT: "Spend",
}


def rotki(lines: Sequence[Line], coins: Coins) -> Files:
    """Two files, as it takes events and trades apart. Tokens are named as it names them, by chain and contract."""
    events, trades = [], []
    for line in lines:
        last = (safe(" ".join(part for part in (line.note, line.hash) if part)), str(line.at * 1000))
        fee = _rotki((NATIVE, line.fee), coins)[::-1] if line.fee else ("", "")
        if line.sent is not None and line.got is not None:
            trades.append(("external", *_rotki(line.sent, coins), *_rotki(line.got, coins), *fee, *last))
        else:
            part = line.got or line.sent or (NATIVE, 0)
            kind = ROTKI_TYPES.get(line.what) or ("Deposit" if line.got else "Withdrawal")
            events.append((kind, "external", *_rotki(part, coins), *fee, *last))
    return {"": table(ROTKI_EVENTS, events), "-trades": table(ROTKI_TRADES, trades)}


def rotki_asset(token: Token) -> str:
    """CAIP-19 for a token, its symbol for the native coin."""
    return safe(token.symbol) if token.address is None else f"eip155:{token.chain_id}/erc20:{token.address}"


def _rotki(part: Part, coins: Coins) -> tuple[str, str]:
    token = coins[part[0]]
    return rotki_asset(token), text_from_units(part[1], token.decimals)


def _two(part: Part | None, coins: Coins) -> tuple[str, str]:
    """Amount and currency."""
    if part is None:
        return "", ""
    token = coins[part[0]]
    return text_from_units(part[1], token.decimals), safe(token.symbol)


def _fee(line: Line, coins: Coins) -> tuple[str, str]:
    return _two((NATIVE, line.fee), coins) if line.fee else ("", "")


def _gas_apart(lines: Iterable[Line]) -> Iterable[Line]:
    for line in lines:
        yield line
        if line.fee:
            yield Line(
                line.at, What.GAS, (NATIVE, line.fee), None, line.fee_usd, line.hash, note=f"gas of {line.note}"
            )


SHAPES: dict[str, Callable[[Sequence[Line], Coins], Files]] = {
    "rotki": rotki,
    "koinly": koinly,
    "cointracking": cointracking,
    "cointracker": cointracker,
}
