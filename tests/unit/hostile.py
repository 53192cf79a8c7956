"""Strings that people and token makers choose: mentions, markup, links, terminal orders, turned directions, sizes."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = (
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</exit:123456789012345678>",
    "<t:0:R>",
    "<:pwn:123456789012345678>",
    "[free](https://evil.invalid)",
    "[a](<https://evil.invalid>) [b](https://evil.invalid)",
    "**b** __u__ ~~s~~ ||spoiler|| *i* _i_",
    "# head\n## head\n-# small\n> quote\n>>> all\n- item\n* item",
    "```\ncode\n```",
    "`a` `b",
    "\\`x\\` \\\\",
    "<b>bold</b><a href='tg://user?id=1'>x</a>&lt;&amp;",
    "@moneta_test_bot @somebody tg://resolve?domain=x",
    "$\\frac{1}{0}$ $x^$ \\$5 $",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b2J",
    "\u202eevil\u2066dne\u2069\u202c\u200f\u061c",
    "zero\u200bwidth\u200d\u2060\ufeff\u00ad",
    "line\nbreak\r\nand\u2028more\u2029\x85\x0b\x0c",
    "\x00nul\x08back\x7fdel",
    '=HYPERLINK("https://evil.invalid")',
    "+1+cmd|' /C calc'!A0",
    "👩‍👩‍👧‍👦" * 30,
    "Z̷̡a̴l͠g̷o̴" * 20,
    "ﷺ" * 50,
    "x" * 4_097,
    "../../etc/passwd",
    "<script>alert(1)</script>{{7*7}}%s%n",
    "",
    " \n ",
)

names = st.one_of(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(NAMES), max_size=4).map(" ".join),
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.text("`*_~|[]()<>@#-> \n\\$&;=\u202e\u200b\x1b", max_size=40),
)
