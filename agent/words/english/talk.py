"""English words by which a turn goes on with what was said or done before, as data."""

from __future__ import annotations

FOLLOWS = {
    "tail": "please; pls; plz; thanks; thank you; now",
    "not": "not; and not; instead of; rather than; but not",
    "but": "but; but rather; rather",
    "lead": "ok; okay; oh; well; hmm; hm; ah; please; um; uh",
    "correct": "no; nope; nah; no wait; wait; hold on; oops; sorry; i meant; i mean; i meant to say; i wanted;"
    " actually; rather; make it; make that; change it to; change that to; change to; correction; on second thought;"
    " no i meant; i meant the; i said; let's do; lets do;"
    " let's make it; lets make it; go with; try; lower it to; raise it to; increase it to; reduce it to; bump it to;"
    " cut it to; use; ok but; okay but; yes but; yeah but; not that; that should be; it should be; should be",
    "correct end": "instead; rather; i meant; i mean; actually; sorry; i meant to say",
    "same": "same; the same; do the same; same thing; the same thing; do the same thing; do that; do it;"
    " repeat that;"
    " likewise; ditto; and the same; and do the same; now the same; same again; the same again; do that again;"
    " and same; same again but; the same but; same but; again but; do the same but; do that again but;"
    " the same again but",
    "more": "and; also; plus; and also; then; and then; another",
    "more end": "too; as well; also; on top; more",
    "about": "what about; how about; and what about; and how about; what of; and what of",
    "again": "again; once more; once again; same again; the same again; the same; same; do that again; do it again;"
    " do the same again; do the same; repeat; repeat that; repeat it; one more time; and again; another one;"
    " same thing; the same thing again; same thing again; do that once more; do it once more",
    "like": "like; like on; like i did; like i did on; same as; the same as; same as on; the same as on; as on;"
    " do it like; do it like on; do the same as; do the same as on; do as on; do it as on; what i did on;"
    " what i did;"
    " do what i did; do what i did on; repeat what i did; repeat what i did on; again like; again like on;"
    " exactly like; just like; just like on",
    "last time": "when did i last; when did we last; when did you last; when was my last; when was the last;"
    " when was the last time i; when was the last time that i; when was the last time you;"
    " when was the last time we;"
    " when have i last; when have you last; what was my last; what is my last; when is the last time i",
    "earned": "what did i earn; how much did i earn; how much have i earned; have i earned; did i earn;"
    " what have i earned; how much did i make; how much have i made; have i made; what did i make; earnings;"
    " my earnings; profit; my profit; pnl; earned so far",
    "taxes": "tax; taxes; csv; bookkeeping; koinly; rotki; cointracking; cointracker",
    "gas paid": "gas; fees",
    "moved": "move; moved; moving; shift; shifted; rebalance; rebalanced; put; leave; left; withdraw; withdrew;"
    " deposit; deposited; take; took; swap; swapped; exit; exited; sell; sold; buy; bought; send; sent; go; went;"
    " pull; pulled",
    "drop": "actually no; no actually; no no; not that one; not that; not this one; not this; no not that;"
    " no not that one; no wait; wait no; no don't; no dont; no never mind; no nevermind; no forget it;"
    " no thanks not that",
}
"""What a turn that goes on with an earlier one opens or ends with, and the whole turns that say no more."""

DEEDS = {
    "withdraw": "what i took out; what i took; what i withdrew; what i pulled out; what i got out; what i redeemed;"
    " what i cashed out; what i have taken out; what i've taken out; the money i took out;"
    " the money that i took out;"
    " what we took out; what i had taken out; the amount i took out; the amount i withdrew; the money i withdrew;"
    " what came out; my last withdrawal; the last withdrawal; my withdrawal",
    "deposit": "what i put in; what i deposited; what i invested; what i supplied; what i lent; what i put to work;"
    " what i have put in; what i've put in; the money i put in; the money that i put in; the amount i deposited;"
    " the money i deposited; what we put in; my last deposit; the last deposit; the amount i put in",
    "transfer": "what i sent; what i paid; the amount i sent; the money i sent; my last transfer; the last transfer",
    "swap": "what i bought; what i swapped for; what i got for it; what the swap gave; what i got from the swap;"
    " what i got; the result of the swap; the proceeds of the swap",
}
"""What was done, as people speak of its amount, by the kind of deed."""

ALIKE = "that much; as much; the same amount; that amount; the same again; as much again; the same sum; that sum"
"""The amount that was spoken of, without its token."""

REST = "the rest; the rest of it; the rest of that; what's left; what is left; the remainder; all the rest;" \
    " the remaining; whatever is left; whatever's left"  # fmt: skip

TIMES = {"2": "double; twice; two times; 2x; doubled", "3": "triple; three times; treble; 3x"}
"""Words for a multiple of what was spoken of."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

AGO = frozenset({"ago", "earlier", "back"})
