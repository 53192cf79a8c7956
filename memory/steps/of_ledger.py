"""The tables of ledger.db, step by step.

Integers of token units and wei are decimal TEXT: they outgrow SQLite's 63 bits. Times are Unix seconds.
"""

from __future__ import annotations

from sqlite_utils import Database

from memory.journal.adoptions import SQL as ADOPTIONS
from memory.journal.booked import SQL as BOOKED
from memory.journal.given_up import SQL as GIVEN_UP
from memory.journal.moves import SQL as MOVES
from memory.journal.sandwiches import SQL as SANDWICHES
from memory.journal.signed_orders import SQL as SIGNED_ORDERS
from memory.seen.observations import SQL as OBSERVATIONS
from memory.seen.observations import take_over
from memory.seen.parameters import SQL as PARAMETERS
from memory.seen.pool_looks import SQL as POOL_LOOKS
from memory.standing.alerts import SQL as ALERTS
from memory.standing.risk_news import SQL as RISK_NEWS
from memory.steps.m012_access import SQL as ACCESS
from memory.steps.m015_limits import SQL as LIMITS
from memory.steps.m015_replacements import SQL as REPLACEMENTS
from memory.steps.m018_loans import SQL as LOANS
from memory.steps.m023_models import SQL as MODELS
from memory.steps.m027_orders import SQL as ORDERS
from memory.steps.sets import ledger

__all__ = ["ledger"]


@ledger()
def m001_users(db: Database) -> None:
    db.executescript("""
        CREATE TABLE users (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          paused_at INTEGER
        ) STRICT;
        CREATE TABLE identities (
          platform TEXT NOT NULL,
          platform_user_id TEXT NOT NULL,
          user TEXT NOT NULL REFERENCES users(id),
          created_at INTEGER NOT NULL,
          PRIMARY KEY (platform, platform_user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE accounts (
          address TEXT PRIMARY KEY,
          user TEXT NOT NULL UNIQUE REFERENCES users(id),
          "index" INTEGER NOT NULL UNIQUE CHECK ("index" >= 0),
          created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE freeze (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          frozen_at INTEGER
        ) STRICT;
    """)


@ledger()
def m002_inbox(db: Database) -> None:
    db.executescript("""
        CREATE TABLE inbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          platform TEXT NOT NULL,
          update_id TEXT NOT NULL,
          channel TEXT NOT NULL,
          user TEXT NOT NULL REFERENCES users(id),
          text TEXT NOT NULL,
          received_at INTEGER NOT NULL,
          status TEXT NOT NULL CHECK (status IN ('new', 'done')),
          reply_json TEXT,
          UNIQUE (platform, update_id)
        ) STRICT;
        CREATE INDEX inbox_unfinished ON inbox (id) WHERE status = 'new';
        CREATE TABLE outbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          inbox_id INTEGER UNIQUE REFERENCES inbox(id),
          user TEXT NOT NULL REFERENCES users(id),
          channel TEXT NOT NULL,
          body_json TEXT NOT NULL,
          nonce TEXT NOT NULL UNIQUE,
          status TEXT NOT NULL CHECK (status IN ('queued', 'sent')),
          created_at INTEGER NOT NULL,
          sent_at INTEGER
        ) STRICT;
        CREATE INDEX outbox_queued ON outbox (id) WHERE status = 'queued';
    """)


@ledger()
def m003_decisions(db: Database) -> None:
    db.executescript("""
        CREATE TABLE decisions (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          plan_id TEXT,
          user TEXT NOT NULL REFERENCES users(id),
          at INTEGER NOT NULL,
          kind TEXT NOT NULL,
          rule TEXT NOT NULL,
          snapshot_json TEXT NOT NULL,
          alternatives_json TEXT NOT NULL,
          chosen TEXT NOT NULL,
          outcome TEXT
        ) STRICT;
        CREATE INDEX decisions_of ON decisions (user, id);
    """)


@ledger()
def m004_plans(db: Database) -> None:
    db.executescript("""
        CREATE TABLE plans (
          plan_id TEXT PRIMARY KEY,
          digest TEXT NOT NULL UNIQUE,
          user TEXT NOT NULL REFERENCES users(id),
          channel TEXT NOT NULL,
          account TEXT NOT NULL,
          chain_id INTEGER NOT NULL,
          body TEXT NOT NULL,
          intent_json TEXT NOT NULL,
          origins_json TEXT NOT NULL,
          preview_json TEXT NOT NULL,
          decision_id INTEGER REFERENCES decisions(id),
          status TEXT NOT NULL CHECK (status IN ('proposed', 'confirmed', 'running', 'settled', 'partial', 'void',
            'expired', 'cancelled', 'refused')),
          reason TEXT NOT NULL DEFAULT '',
          created_at INTEGER NOT NULL,
          confirmed_at INTEGER,
          settled_at INTEGER,
          not_after INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX plans_of ON plans (user, channel, created_at);
        CREATE INDEX plans_live ON plans (status) WHERE status IN ('proposed', 'confirmed', 'running');
        CREATE TABLE reservations (
          plan_id TEXT NOT NULL REFERENCES plans(plan_id),
          account TEXT NOT NULL,
          token TEXT NOT NULL,
          units TEXT NOT NULL,
          released_at INTEGER,
          PRIMARY KEY (plan_id, token)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reservations_held ON reservations (account) WHERE released_at IS NULL;
        CREATE TABLE pending (
          user TEXT NOT NULL REFERENCES users(id),
          channel TEXT NOT NULL,
          data_json TEXT NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (user, channel)
        ) STRICT, WITHOUT ROWID;
    """)


@ledger()
def m005_attempts(db: Database) -> None:
    db.executescript("""
        CREATE TABLE attempts (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          plan_id TEXT NOT NULL REFERENCES plans(plan_id),
          step INTEGER NOT NULL CHECK (step >= 0),
          account TEXT NOT NULL,
          chain_id INTEGER NOT NULL,
          nonce INTEGER NOT NULL CHECK (nonce >= 0),
          hash TEXT NOT NULL UNIQUE,
          raw TEXT NOT NULL,
          max_fee_wei TEXT NOT NULL,
          status TEXT NOT NULL CHECK (status IN ('signed', 'broadcast', 'mined', 'reverted', 'replaced', 'lost')),
          block_number INTEGER,
          block_hash TEXT,
          gas_used INTEGER,
          fee_wei TEXT,
          created_at INTEGER NOT NULL,
          updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX attempts_one_a_step ON attempts (plan_id, step) WHERE status NOT IN ('replaced', 'lost');
        CREATE UNIQUE INDEX attempts_one_a_nonce ON attempts (account, chain_id, nonce)
          WHERE status NOT IN ('replaced', 'lost');
        CREATE INDEX attempts_open ON attempts (account) WHERE status IN ('signed', 'broadcast');
    """)


@ledger()
def m006_flows(db: Database) -> None:
    db.executescript("""
        CREATE TABLE flows (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          plan_id TEXT NOT NULL REFERENCES plans(plan_id),
          hash TEXT NOT NULL,
          venue TEXT,
          symbol TEXT NOT NULL,
          token TEXT NOT NULL,
          holder TEXT NOT NULL,
          units TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdraw', 'transfer', 'fee', 'other')),
          at INTEGER NOT NULL,
          block INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX flows_of ON flows (holder, at);
        CREATE INDEX flows_by_plan ON flows (plan_id);
    """)


@ledger()
def m007_contacts(db: Database) -> None:
    db.executescript("""
        CREATE TABLE contacts (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          user TEXT NOT NULL REFERENCES users(id),
          name TEXT NOT NULL,
          address TEXT NOT NULL,
          added_at INTEGER NOT NULL,
          ripe_at INTEGER NOT NULL,
          removed_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX contacts_one_a_name ON contacts (user, name) WHERE removed_at IS NULL;
    """)


@ledger()
def m008_chain_mark(db: Database) -> None:
    db.executescript("""
        CREATE TABLE chain_mark (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          chain_id INTEGER NOT NULL,
          genesis_hash TEXT NOT NULL,
          last_block_number INTEGER NOT NULL,
          last_block_hash TEXT NOT NULL
        ) STRICT;
    """)


@ledger()
def m009_audit(db: Database) -> None:
    """AUTOINCREMENT keeps the highest number ever given, so that a removed last row is missed too."""
    db.executescript("""
        CREATE TABLE audit (
          seq INTEGER PRIMARY KEY AUTOINCREMENT,
          at INTEGER NOT NULL,
          kind TEXT NOT NULL,
          user TEXT,
          body_json TEXT NOT NULL,
          salt TEXT,
          prev_hash TEXT NOT NULL,
          hash TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_salted ON audit (user) WHERE salt IS NOT NULL;
    """)


@ledger()
def m010_channels(db: Database) -> None:
    """Where a reply goes back to, what a button means, and what could not be delivered."""
    db.executescript("""
        ALTER TABLE inbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'press'));
        ALTER TABLE inbox ADD COLUMN meta_json TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE outbox ADD COLUMN platform TEXT NOT NULL DEFAULT 'terminal';
        ALTER TABLE outbox ADD COLUMN meta_json TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE outbox ADD COLUMN dropped TEXT;
        CREATE TABLE buttons (
          id TEXT PRIMARY KEY,
          user TEXT NOT NULL REFERENCES users(id),
          channel TEXT NOT NULL,
          press TEXT NOT NULL CHECK (press IN ('confirm', 'cancel', 'details', 'say', 'open')),
          plan_id TEXT REFERENCES plans(plan_id),
          words TEXT NOT NULL DEFAULT '',
          created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    """)


@ledger()
def m011_mandates(db: Database) -> None:
    """Acting without being asked: the limits, the periods that were taken, and what is drawn and told of it.

    A row of `claims` is a thing that is done once: two instances, or one after a restart, can't both insert it.
    """
    db.executescript("""
        CREATE TABLE mandates (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          user TEXT NOT NULL REFERENCES users(id),
          plan_id TEXT NOT NULL UNIQUE REFERENCES plans(plan_id),
          channel TEXT NOT NULL,
          mandate_json TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          revoked_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX mandates_one_a_user ON mandates (user) WHERE revoked_at IS NULL;
        CREATE TABLE claims (
          kind TEXT NOT NULL,
          user TEXT NOT NULL,
          period INTEGER NOT NULL,
          at INTEGER NOT NULL,
          PRIMARY KEY (kind, user, period)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE user_settings (
          user TEXT PRIMARY KEY REFERENCES users(id),
          channel TEXT NOT NULL,
          tz TEXT NOT NULL DEFAULT 'UTC',
          summary_hour INTEGER CHECK (summary_hour BETWEEN 0 AND 23),
          quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 23),
          quiet_to INTEGER CHECK (quiet_to BETWEEN 0 AND 23)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE rates (
          venue TEXT NOT NULL,
          at INTEGER NOT NULL,
          ray TEXT NOT NULL,
          PRIMARY KEY (venue, at)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX rates_at ON rates (at);
        CREATE TABLE worth (
          user TEXT NOT NULL REFERENCES users(id),
          at INTEGER NOT NULL,
          worth_usd TEXT NOT NULL,
          held_usd TEXT NOT NULL,
          PRIMARY KEY (user, at)
        ) STRICT, WITHOUT ROWID;
    """)


@ledger()
def m012_access(db: Database) -> None:
    db.executescript(ACCESS)


@ledger()
def m013_pictures(db: Database) -> None:
    db.execute(
        "ALTER TABLE user_settings ADD COLUMN pictures TEXT NOT NULL DEFAULT 'dark' "
        "CHECK (pictures IN ('dark', 'light'))"
    )


@ledger()
def m014_simulated(db: Database) -> None:
    """What a plan's simulation gave, so that its decisions can be made again to the same digest."""
    db.execute("ALTER TABLE decisions ADD COLUMN simulated_json TEXT")
    db.execute("CREATE INDEX decisions_of_plan ON decisions (plan_id)")


@ledger()
def m015_limits(db: Database) -> None:
    db.executescript(LIMITS)


@ledger()
def m015_replacements(db: Database) -> None:
    db.executescript(REPLACEMENTS)


@ledger()
def m016_given_up(db: Database) -> None:
    """Allowances that are left over for good, until their owner is told."""
    db.executescript(GIVEN_UP)


@ledger()
def m016_observations(db: Database) -> None:
    """How venues were seen, and what gas cost then."""
    db.executescript(OBSERVATIONS)


@ledger()
def m018_loans(db: Database) -> None:
    db.executescript(LOANS)


@ledger()
def m019_risk_news(db: Database) -> None:
    """What speaks against venues that people have money in, until they heard of it."""
    db.executescript(RISK_NEWS)


@ledger()
def m020_parameters(db: Database) -> None:
    """What was set at each venue, to tell what was changed."""
    db.executescript(PARAMETERS)


@ledger()
def m021_adoptions(db: Database) -> None:
    """Positions that somebody else's program made, and how positions were seen last."""
    db.executescript(ADOPTIONS)


@ledger()
def m022_one_past(db: Database) -> None:
    """Rates are kept with all else that was seen of a venue; what was done is found without reading what wasn't."""
    take_over(db)
    db.execute("DROP TABLE rates")
    db.execute(
        "CREATE INDEX decisions_acted ON decisions (kind, user, id) WHERE outcome IS NOT NULL AND outcome <> 'kept'"
    )


@ledger()
def m023_models(db: Database) -> None:
    """What language models cost: budgets, usage, and how each did on the sentences that they are measured with."""
    db.executescript(MODELS)


@ledger()
def m024_language(db: Database) -> None:
    """What each person is spoken to in; unknown until they say something that is in a language."""
    db.execute("ALTER TABLE users ADD COLUMN language TEXT")


@ledger()
def m026_alerts(db: Database) -> None:
    """What people want to hear of once."""
    db.executescript(ALERTS)


@ledger()
def m027_orders(db: Database) -> None:
    """Trades for later, and each run of them."""
    db.executescript(ORDERS)


@ledger()
def m028_pools(db: Database) -> None:
    """How pools were seen, by the hour."""
    db.executescript(POOL_LOOKS)


@ledger()
def m029_books(db: Database) -> None:
    """What tokens were worth, and what accounts held, at the blocks of their transactions."""
    db.executescript(BOOKED)


@ledger()
def m030_sandwiches(db: Database) -> None:
    """What a sandwich took of each trade."""
    db.executescript(SANDWICHES)


@ledger()
def m031_signed_orders(db: Database) -> None:
    """Orders that were signed as messages, and what became of each."""
    db.executescript(SIGNED_ORDERS)


@ledger()
def m032_moves(db: Database) -> None:
    """What moves of positions were made of, to go on with one that stopped."""
    db.executescript(MOVES)


@ledger()
def m033_replaced(db: Database) -> None:
    """An order that another one took the place of, by its user's word: which one. It ended as cancelled."""
    db.execute("ALTER TABLE orders ADD COLUMN replaced_by INTEGER REFERENCES orders(id)")
