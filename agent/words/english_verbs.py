"""English verbs as data: those that command, the same in forms that don't, and what isn't offered."""

from __future__ import annotations

VERBS = {
    "deposit": "deposit; supply; lend; lend out; invest; park; allocate; earn; earn yield; earn interest;"
    " start earning; make a deposit; make a deposit of",
    "put": "put",
    "make": "make",
    "move": "move",
    "take": "take; get; pull; bring; remove",
    "withdraw": "withdraw; redeem; retrieve; cash out; pull out; take out; get out; bring back; take back; get back;"
    " move out; make a withdrawal; make a withdrawal of",
    "swap": "swap; exchange; convert; trade; swap out; trade in",
    "buy": "buy; purchase",
    "sell": "sell; sell off",
    "transfer": "send; transfer; pay; give; wire; send over",
    "add": "add",
    "contact": "add contact; add a contact; add new contact; add a new contact; new contact; save contact; save;"
    " create contact; create a contact; remember",
    "exit": "exit; get me out; get me out of; get out of; get us out of; exit from; i want out;"
    " i want out of; i want to get out; i want to get out of; let me out; let me out of; emergency exit",
    "close": "close; liquidate; unwind",
    "pause": "pause; stop everything; pause everything; stop acting; pause yourself",
    "resume": "resume; unpause; resume everything; unpause everything; carry on; start again",
    "cancel": "cancel; abort; never mind; nevermind; forget it; scrap that; forget about it; stop it; don't do it;"
    " dont do it; do not do it; leave it; cancel that; cancel it; cancel this; cancel the plan",
    "rebalance": "rebalance; re-balance",
    "mandate": "start rebalancing; keep rebalancing; start to rebalance; auto-rebalance; set a mandate; new mandate;"
    " set up a mandate; give you a mandate; set mandate; i give you a mandate",
    "end mandate": "stop rebalancing; quit rebalancing; no more rebalancing; revoke my mandate; revoke the mandate;"
    " revoke mandate; end my mandate; end the mandate; cancel my mandate; cancel the mandate; cancel mandate;"
    " stop my mandate; stop the mandate; withdraw my mandate; remove my mandate; delete my mandate; drop my mandate;"
    " stop the autopilot; stop autopilot; stop rebalancing automatically",
    "advance": "advance; fast forward; fast-forward; skip; skip ahead; jump ahead; advance time;"
    " advance the clock; advance the clock by;"
    " advance time by;"
    " advance by; fast forward by; skip forward; move time forward; let time pass",
}

MENTIONS = {
    "deposit": "deposited; depositing; deposits; supplied; supplying; lent; lending; invested; investing; earned;"
    " earning; earns; parked; parking; allocated; allocating; putting",
    "withdraw": "withdrew; withdrawn; withdrawing; withdraws; withdrawal; redeemed; redeeming; retrieved; taking;"
    " took; taken; pulling; pulled; removed; removing",
    "transfer": "sent; sending; sends; transferred; transferring; transfers; paid; paying; gave; given; giving;"
    " wired",
    "swap": "swapped; swapping; swaps; exchanged; exchanging; converted; converting; traded; trading; bought; buying;"
    " sold; selling; purchased; purchasing",
    "contact": "added; adding; saved; saving",
    "exit": "exited; exiting; exits; left; closed; closing; liquidated; liquidating",
    "pause": "paused; pausing",
    "resume": "resumed; resuming",
    "rebalance": "rebalanced; rebalancing; rebalances",
    "advance": "advanced; advancing; skipped; skipping",
}

UNSUPPORTED = {
    "bridge": "bridge; bridging",
    "borrow": "borrow; borrowing; take a loan",
    "repay": "repay; repaying; pay back",
    "stake": "stake; staking; unstake; restake",
    "claim": "claim; claiming",
    "revoke": "revoke",
    "approve": "approve",
    "mint": "mint; burn",
    "alert": "alert; notify; remind; alert me; notify me; remind me; tell me when; warn me",
    "set a schedule": "schedule; every day; every week; every month; daily; weekly; monthly; tomorrow",
    "undo": "undo; revert",
}
