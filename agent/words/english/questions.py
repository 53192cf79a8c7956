"""English questions as data: what may be asked about, and the words that ask, muse and set conditions."""

from __future__ import annotations

TOPICS = {
    "yields": "yields; yield; rate; rates; apy; apys; apr; aprs; best yield; best yields; best rate; best rates;"
    " best apy; best apr; highest yield; highest apy; highest rate; interest rate; interest rates; deposit rate;"
    " deposit rates; supply rate; supply rates; supply apy; supply apr; lending rate; lending rates;"
    " compare venues; venues; compare rates; options; what can i earn; what could i earn; what would i earn;"
    " how much can i earn; how much could i earn; how much would i earn; what does it pay; where can i earn;"
    " where could i earn; where should i put; where to put; opportunities; best place; markets; highest yielding;"
    " best returns; the best returns; returns; good place for; a good place for; best place for; paying the most;"
    " what's paying; what is paying; interest on; yielding; earn the most; earns the most; earns most; pays best;"
    " pays the most; best venue; what would it earn; how much will i earn; what will i earn; would i earn",
    "portfolio": "portfolio; overview; what's in my wallet; what is in my wallet; am i up; am i down; up or down;"
    " what am i worth; how much am i worth; how much is in; still in; what's in; what is in;"
    " summary of my positions; how much do i own; how much of; what's mine; my allowances; what are my allowances;"
    " balance; balances; my balance; positions; holdings; net worth; how am i doing; how are we doing; how am i;"
    " how much did i deposit; what did i deposit; what did i earn; what do i have; what do i own; what have i got;"
    " what do i hold; how much do i have; how much have i; how much money do i have; wallet; my wallet;"
    " my account; account; how much have i earned; have i earned; did i earn; what have i earned;"
    " how much have i made; have i made; earnings; my earnings; earned so far; how's my money;"
    " how is my money doing; show me my money; do i have; pnl; profit; my profit; status; how much did i earn;"
    " how much did i make; how is my money; how are my positions; how is it going; how are my deposits;"
    " how are my investments doing",
    "books": "koinly; rotki; cointracking; cointracker; csv; csv file;"
    " tax; taxes; my taxes; tax report; my tax report; tax statement; tax csv; a tax csv; capital gains;"
    " my capital gains; capital gain; realised gains; realized gains; my realised gains;"
    " my realized gains; realised profit; realized profit; what are my realised gains;"
    " what are my realized gains; what did i lose; how much did i lose; have i lost; what have i lost;"
    " how much have i lost; did i lose; did i lose money; have i lost money; losses; my losses;"
    " what were my losses; what are my losses; my loss; gas fees; what did i make; how did i do;"
    " did i make money; did i make any money; have i made money; have i made any money; am i making money;"
    " did i make a profit; did i make a loss; my trading profit; how much money did i make;"
    " how much money did i lose; how much money have i lost;"
    " how have i done; my bookkeeping; bookkeeping; my books; my gains; gas paid; gas spent; spent on gas;"
    " paid in gas; paid for gas; pay in gas; pay for gas; spend on gas; what did i pay in gas;"
    " what did i pay for gas; how much did i pay in gas; how much did i pay for gas;"
    " what did i spend on gas; how much did i spend on gas; what have i paid in gas;"
    " what have i paid for gas; how much have i paid in gas; how much have i paid for gas;"
    " how much gas did i pay; how much gas have i paid; how much gas did i use; how much gas have i used;"
    " what did gas cost me; how much did gas cost me; how much have i spent on gas;"
    " what have i spent on gas; gas i paid; my gas costs; my gas fees; my gas; gas costs;"
    " what have i paid in fees; how much did i pay in fees; what did i pay in fees",
    "explain": "why; explain; reason; reasons; reasoning; how come; tell me why; what made you; why so;"
    " what would change your mind; change your mind; how did you choose; how did you decide; rationale",
    "mandate": "mandate; my mandate; the mandate; what is my mandate; what's my mandate; show my mandate;"
    " show me my mandate; show mandate",
    "dry run": "dry run; a dry run; dry-run; do a dry run; make a dry run; run it dry; show me a dry run;"
    " what would you have done; what would you have moved; what would it have done; what would that have done;"
    " what would my mandate have done; what would this mandate have done; how would it have done;"
    " how would that have done; how would it have gone; how would that have gone",
    "policy": "policy; my policy; the policy; what is my policy; what's my policy; show my policy;"
    " show me my policy; the operator's policy; caps; what are the caps; transaction limits; my limits;"
    " what are my limits; show my limits; show me my limits; what is my limit; what's my limit",
    "history": "history; transactions; activity; what did you do; what have you done; what happened;"
    " what was done; what did we do; what did i do; what have i done; log; past transactions; recent activity;"
    " statement; my transactions; show transactions; what has happened; what you did; what you've done;"
    " what you have done; what i did; what i've done",
    "usage": "usage; my usage; model usage; show usage; show my usage; what did the model cost; what did you cost;"
    " what does the model cost; what do you cost; what do you cost me; what did the models cost;"
    " what do the models cost; how much did the model cost; how much does the model cost;"
    " how much did the models cost; model costs; model cost; cost of the model; costs of the model; model budget;"
    " my model budget; what is left of my model budget; how much of my model budget is left; tokens used;"
    " how many tokens did you use; how many tokens have you used; what have the models cost;"
    " what has the model cost; ai costs; ai cost; what did the ai cost; llm cost",
    "help": "help; what can you do; what do you do; how does this work; how does it work; commands; how do i;"
    " how can i; how to; how do we; how should i; what can i do; what can i ask; help me; what are you;"
    " how do you work; what is this; what can i say; what can i swap; what can i trade;"
    " what can i buy; what can i sell; which tokens can i swap; which tokens can i buy; what can you swap",
}

QUESTIONS = {
    "what": "what; what's; whats; which; who; who's; where; where's; how; how's; how much; how many; does; do;"
    " do you; do i; am i; is it; did; show; show me; give me; tell me; list; display; check; view; see",
    "is": "is; are; am; was; were; has; will",
}

HYPOTHETICAL = {
    "musing": "what if; suppose; supposing; imagine; imagining; assume; assuming; should; should i; should we;"
    " could; could i; could we; can i; can we; may i; may; might; would; hypothetically; what happens;"
    " what happens if; say i; let's say; lets say; perhaps; maybe; consider; considering; wonder; wondering; wish;"
    " wished; whether; thinking of; thinking about; planning to; in theory; pretend; as though; as if; had i;"
    " were i; ought; ought i; must i; shall i; shall we",
    "condition": "if; unless; when; whenever; once; after; before; in case; as soon as; as long as; provided; while",
    "until": "until; till",
}
