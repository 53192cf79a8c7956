"""What is said to people about risk, custody, terms and privacy. Plain words; a new version is a new number."""

from __future__ import annotations

from agent.chat.access import Rule

RISK_VERSION = "1"
BACKUP_VERSION = "1"
UNDERSTOOD = "I understand"

CUSTODY_OF_OTHERS = (
    "The key of your account is in this bot's keystore, not with you. Whoever runs the bot ({operator}) can use it, "
    "stop it or lose it. Put in only what you would hand to them in cash."
)
CUSTODY_OF_OWNER = (
    "The key of your account is in the keystore of this bot, on the machine that it runs on. Whoever controls that "
    "machine and the keystore's password controls the money."
)


def risk(operator: str, *, owner: bool) -> str:
    """The first text for somebody who was let in. Nothing is made before it is acknowledged."""
    custody = CUSTODY_OF_OWNER if owner else CUSTODY_OF_OTHERS.format(operator=operator)
    return (
        "Welcome. I'm Moneta: I put money to work in DeFi, show every transaction before it happens, and carry it "
        "out once, after you confirm.\n\n"
        "Before you begin:\n"
        "• This is experimental software. It can have faults that lose money.\n"
        "• The protocols that I use can be hacked, become insolvent, or lock withdrawals for a time. Rates change; "
        "what I tell you of the future is arithmetic, not a promise.\n"
        f"• {custody}\n"
        "• Transactions are public and final. Nobody can take one back.\n"
        "• Nothing that I say is financial, tax or legal advice.\n\n"
        f"Say `{UNDERSTOOD}`, or press the button, and I make your account. `terms` and `privacy` tell more."
    )


def waiting() -> str:
    """For what is said before the risk text was acknowledged."""
    return (
        f"First I need your word that you know the risks: press the button, or say `{UNDERSTOOD}`. `terms` has them."
    )


def stranger(rule: Rule, operator: str, identity: str) -> str:
    """The first text for somebody whom the operator's rule doesn't let in."""
    whose = f"I'm Moneta, a bot that {operator} runs."
    if rule is Rule.OWNER:
        return (
            f"{whose} I work for my owner alone, so I have no account for you. "
            "Moneta is open source: you can run one of your own."
        )
    how = {
        Rule.INVITE: "To get in you need an invite code from them; then say `invite CODE`.",
        Rule.ALLOW: f"To get in, ask them to put you on their list: your id here is `{identity}`.",
        Rule.ROLE: "To get in you need a role that they named: speak to me in their server once you have it.",
    }[rule]
    return f"{whose} {how}\n\nBefore you do: {CUSTODY_OF_OTHERS.format(operator=operator)} `terms` tells more."


def stranger_again(rule: Rule) -> str:
    """For everything that they say after that."""
    if rule is Rule.INVITE:
        return "I can't do anything for you yet. If you have a code, say `invite CODE`."
    return "I can't do anything for you yet; my operator would have to let you in."


def welcome(chain: str, account: str, first: str) -> str:
    """The account is there. `first` is a small deposit to begin with, in words."""
    return (
        f"Thank you, I wrote that down. Your account on {chain} is\n{account}\n\n"
        f"Start small: send it {first}. Send only on {chain}, and only tokens that I list; I tell you when something "
        "arrives. Then say `best yield for usdc?` or `put 20 USDC to work`.\n"
        "Also say `my withdrawal address is 0x…` once: what leaves goes there, and changing it later takes a day."
    )


def backup(*, owner: bool, proved: bool, operator: str) -> str:
    """About the seed words: for the owner how to write them down, for others who has them."""
    if not owner:
        return CUSTODY_OF_OTHERS.format(operator=operator) + " There is no back-up that you could make yourself."
    if proved:
        return "The keystore's words are backed up: you proved that at the terminal."
    return (
        "Back-up: on the machine that I run on, run `moneta wallet backup --dir …`. It shows the words once and asks "
        "for three of them. Without them a broken disk loses everything. I never show them in a chat."
    )


def terms(operator: str, *, others: bool) -> str:
    """`/terms`."""
    custody = CUSTODY_OF_OTHERS.format(operator=operator) if others else CUSTODY_OF_OWNER
    return (
        "Terms, in short.\n"
        "1. Moneta is experimental, open-source software under the Apache-2.0 licence, without any warranty. It can "
        "have faults that lose money, all of it included.\n"
        f"2. {custody}\n"
        "3. I do only what you say and confirm, or what a mandate of yours allows within its limits. What is "
        "confirmed is sent to a public chain and can't be taken back.\n"
        "4. Protocols, tokens and price sources are others' work. They can fail, freeze or be hacked; a token that "
        "is worth a dollar today need not be tomorrow.\n"
        "5. Gas is paid out of your account. Moneta takes no fee.\n"
        "6. The operator may freeze everything at any time, withdrawals included.\n"
        "7. Taxes and the law where you live are your own matter."
    )


def privacy() -> str:
    """`/privacy`."""
    return (
        "What I keep, and where: everything lies in two files on my operator's machine, readable by the operator.\n"
        "• Your id and name on this platform, the account that belongs to them, when you agreed to what.\n"
        "• What you say to me here and what I answer, your buttons, your address book and limits.\n"
        "• What you want remembered, and lines that sum up older talk, in your own words.\n"
        "• Every plan, transaction and decision, for as long as the bot exists: that is the book of your money.\n"
        "What leaves the machine: messages to this platform, transactions to the chain (public for ever) and to its "
        "node, and your words to a language model where the operator configured one. I sell nothing.\n"
        "`export my data` gives you all of it. `forget me` also erases your name, notes and address book.\n"
        "`forget everything` erases what was said, from both files; the audit log keeps hashes that nobody can turn "
        "back. Plans and transactions stay."
    )
