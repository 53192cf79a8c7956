"""English verbs as data: those that command, the same in forms that don't, and what isn't offered."""

from __future__ import annotations

VERBS = {
    "deposit": "deposit; redeposit; supply; lend; lend out; invest; park; allocate; earn; earn yield;"
    " earn interest; start earning; make a deposit; make a deposit of; deploy; commit; get some yield on;"
    " get yield on; make some yield on; earn some yield on; earn something on; get interest on;"
    " get some interest on; make interest on",
    "put": "put; stick; stash; ape; ape into; ape in; plonk; plop; pop; bung; tuck; pour; funnel; plow; plough;"
    " lock; load; whack; bang; pile; sock away; squirrel away; set aside",
    "make": "make",
    "move": "move; shift",
    "throw": "throw; toss; chuck; yeet; sling; slide; shoot; lob; shove; drop; forward; beam; zap",
    "spend": "spend",
    "dump": "dump; ditch; offload; unload",
    "want": "i want; i need; i'd like; id like; i would like; could i please have; can i please have",
    "get": "get; grab",
    "take": "take; bring; remove",
    "withdraw": "withdraw; pull; yank; unlock; drain; free up; release; extract; fetch; give me back; give back;"
    " redeem; retrieve; cash out; unlend; unsupply; un-deposit; make a withdrawal from; pull out; take out;"
    " get out; bring back; take back; get back; move out; make a withdrawal; make a withdrawal of",
    "swap": "swap; rotate; exchange; convert; trade; swap out; trade in; change; turn; switch; flip;"
    " execute a swap; do a swap; make a swap; perform a swap; execute a token swap; perform a token swap;"
    " do a token swap; execute a multi-hop swap; execute a multi-hop token swap; perform a multi-hop swap;"
    " perform a multi-hop token swap; perform a complex token swap",
    "wrap": "wrap",
    "unwrap": "unwrap",
    "buy": "buy; purchase; acquire; pick up",
    "sell": "sell; sell off",
    "transfer": "send; hand; hand over; hand out; refund; reimburse; dispatch; ship; fire off; transfer; pay;"
    " give; wire; send over; tip; make a transfer; make a transfer of; make a payment; make a payment of; gift;"
    " remit",
    "add": "add",
    "contact": "add contact; add a contact; add new contact; add a new contact; new contact; save contact; save;"
    " create contact; create a contact; remember",
    "exit": "get my money back; get all my money back; give me my money back; i want my money back;"
    " get everything back; take everything back; get me outta here; get me outta; get me the hell out;"
    " get me the hell out of; pull the plug; get out now; get us out; get out of everything; get everybody out;"
    " abandon ship; empty everything; exit; get me out; get me out of; get out of; get us out of; exit from;"
    " i want out; i want out of; i want to get out; i want to get out of; let me out; let me out of;"
    " emergency exit; cash me out; cash me out of; cash everything out; cash it all out; bail me out;"
    " bail me out of; bail out; bail; bail out of; emergency withdraw; get my money out of;"
    " get all my money out of; get everything out of",
    "close": "close; liquidate; unwind",
    "pause": "pause; stop doing anything; stop doing things; do nothing for now; freeze everything;"
    " hold everything; halt; halt everything; take a break; pause it all; pause for now; pause the bot;"
    " stop everything; pause everything; stop acting; pause yourself",
    "resume": "resume; unpause; resume everything; unpause everything; carry on; start again; you can continue;"
    " go back to work; get back to work; back to work; start up again",
    "cancel": "cancel; abort; never mind; nevermind; forget it; scrap that; forget about it; stop it; don't do it;"
    " dont do it; do not do it; leave it; cancel that; cancel it; cancel this; cancel the plan;"
    " cancel the preview; drop it; drop that; call it off; scratch that; changed my mind; i changed my mind",
    "rebalance": "rebalance; re-balance; optimise; optimize; reallocate; move my money to where it earns more;"
    " move my money to where it earns the most; move my money where it earns more;"
    " move my money where it earns the most; move everything to where it earns the most;"
    " move everything to where it earns more",
    "mandate": "start rebalancing; keep rebalancing; start to rebalance; auto-rebalance; set a mandate;"
    " new mandate; set up a mandate; give you a mandate; set mandate; i give you a mandate",
    "end mandate": "stop rebalancing; quit rebalancing; no more rebalancing; revoke my mandate;"
    " revoke the mandate; revoke mandate; end my mandate; end the mandate; cancel my mandate; cancel the mandate;"
    " cancel mandate; stop my mandate; stop the mandate; withdraw my mandate; remove my mandate;"
    " delete my mandate; drop my mandate; stop the autopilot; stop autopilot; end the autopilot; end autopilot;"
    " turn off the autopilot; turn off autopilot; stop rebalancing automatically",
    "advance": "advance; fast forward; fast-forward; skip; skip ahead; jump ahead; advance time;"
    " advance the clock; advance the clock by; advance time by; advance by; fast forward by; skip forward;"
    " move time forward; let time pass",
}

MENTIONS = {
    "deposit": "deposited; depositing; deposits; supplied; supplying; lent; lending; invested; investing; earned;"
    " earning; earns; parked; parking; allocated; allocating; putting",
    "withdraw": "withdrew; withdrawn; withdrawing; withdraws; withdrawal; redeemed; redeeming; retrieved; taking;"
    " took; taken; pulling; pulled; removed; removing",
    "transfer": "sent; sending; sends; transferred; transferring; transfers; paid; paying; gave; given; giving;"
    " wired",
    "swap": "swapped; swapping; swaps; exchanged; exchanging; converted; converting; traded; trading; bought;"
    " buying; sold; selling; purchased; purchasing",
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
    "approve": "approve; authorise; authorize; grant approval; grant permission",
    "mint": "mint",
    "burn": "burn; destroy",
    "provide liquidity": "add liquidity; provide liquidity; remove liquidity",
    "alert": "alert; notify; remind; alert me; notify me; remind me; tell me when; warn me",
    "set a schedule": "schedule; every day; every week; every month; daily; weekly; monthly; tomorrow",
    "undo": "undo; revert",
}

GERUNDS = {
    "deposit": "depositing; supplying; lending; investing; parking; allocating",
    "put": "putting; sticking; stashing",
    "move": "moving; shifting",
    "throw": "throwing; tossing; chucking; shoving; forwarding",
    "get": "getting; grabbing",
    "take": "taking; bringing; removing",
    "withdraw": "pulling; withdrawing; redeeming; retrieving",
    "swap": "swapping; exchanging; converting; trading; changing; turning; switching",
    "buy": "buying; purchasing",
    "sell": "selling",
    "transfer": "sending; transferring; paying; giving; wiring",
    "exit": "exiting",
    "close": "closing; liquidating; unwinding",
    "pause": "pausing",
    "resume": "resuming; continuing",
    "cancel": "cancelling; canceling",
    "rebalance": "rebalancing; optimising; optimizing",
    "claim": "claiming; collecting; harvesting",
    "repay": "repaying",
    "revoke": "revoking",
}
"""The form of a verb behind "would you mind"; elsewhere it commands nothing."""
