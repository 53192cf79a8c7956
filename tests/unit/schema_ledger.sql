CREATE TABLE "_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
)
CREATE UNIQUE INDEX "idx__migrations_migration_set_name"
    ON "_migrations" ("migration_set", "name")
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  paused_at INTEGER
, language TEXT) STRICT
CREATE TABLE identities (
  platform TEXT NOT NULL,
  platform_user_id TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (platform, platform_user_id)
) STRICT, WITHOUT ROWID
CREATE TABLE accounts (
  address TEXT PRIMARY KEY,
  user TEXT NOT NULL UNIQUE REFERENCES users(id),
  "index" INTEGER NOT NULL UNIQUE CHECK ("index" >= 0),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
CREATE TABLE freeze (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  frozen_at INTEGER
) STRICT
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  platform TEXT NOT NULL,
  update_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  user TEXT NOT NULL REFERENCES users(id),
  text TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('new', 'done')),
  reply_json TEXT, kind TEXT NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'press')), meta_json TEXT NOT NULL DEFAULT '{}',
  UNIQUE (platform, update_id)
) STRICT
CREATE TABLE sqlite_sequence(name,seq)
CREATE INDEX inbox_unfinished ON inbox (id) WHERE status = 'new'
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
, platform TEXT NOT NULL DEFAULT 'terminal', meta_json TEXT NOT NULL DEFAULT '{}', dropped TEXT) STRICT
CREATE INDEX outbox_queued ON outbox (id) WHERE status = 'queued'
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
, simulated_json TEXT) STRICT
CREATE INDEX decisions_of ON decisions (user, id)
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
) STRICT
CREATE INDEX plans_of ON plans (user, channel, created_at)
CREATE INDEX plans_live ON plans (status) WHERE status IN ('proposed', 'confirmed', 'running')
CREATE TABLE reservations (
  plan_id TEXT NOT NULL REFERENCES plans(plan_id),
  account TEXT NOT NULL,
  token TEXT NOT NULL,
  units TEXT NOT NULL,
  released_at INTEGER,
  PRIMARY KEY (plan_id, token)
) STRICT, WITHOUT ROWID
CREATE INDEX reservations_held ON reservations (account) WHERE released_at IS NULL
CREATE TABLE pending (
  user TEXT NOT NULL REFERENCES users(id),
  channel TEXT NOT NULL,
  data_json TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, channel)
) STRICT, WITHOUT ROWID
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
, kind TEXT NOT NULL DEFAULT 'step' CHECK (kind IN ('step', 'cancel')), replaces TEXT REFERENCES attempts(hash)) STRICT
CREATE UNIQUE INDEX attempts_one_a_step ON attempts (plan_id, step) WHERE status NOT IN ('replaced', 'lost')
CREATE UNIQUE INDEX attempts_one_a_nonce ON attempts (account, chain_id, nonce)
  WHERE status NOT IN ('replaced', 'lost')
CREATE INDEX attempts_open ON attempts (account) WHERE status IN ('signed', 'broadcast')
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
) STRICT
CREATE INDEX flows_of ON flows (holder, at)
CREATE INDEX flows_by_plan ON flows (plan_id)
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL REFERENCES users(id),
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  ripe_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT
CREATE UNIQUE INDEX contacts_one_a_name ON contacts (user, name) WHERE removed_at IS NULL
CREATE TABLE chain_mark (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  chain_id INTEGER NOT NULL,
  genesis_hash TEXT NOT NULL,
  last_block_number INTEGER NOT NULL,
  last_block_hash TEXT NOT NULL
) STRICT
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  user TEXT,
  body_json TEXT NOT NULL,
  salt TEXT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT
CREATE INDEX audit_salted ON audit (user) WHERE salt IS NOT NULL
CREATE TABLE buttons (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users(id),
  channel TEXT NOT NULL,
  press TEXT NOT NULL CHECK (press IN ('confirm', 'cancel', 'details', 'say', 'open')),
  plan_id TEXT REFERENCES plans(plan_id),
  words TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
CREATE TABLE mandates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL REFERENCES users(id),
  plan_id TEXT NOT NULL UNIQUE REFERENCES plans(plan_id),
  channel TEXT NOT NULL,
  mandate_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT
CREATE UNIQUE INDEX mandates_one_a_user ON mandates (user) WHERE revoked_at IS NULL
CREATE TABLE claims (
  kind TEXT NOT NULL,
  user TEXT NOT NULL,
  period INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (kind, user, period)
) STRICT, WITHOUT ROWID
CREATE TABLE user_settings (
  user TEXT PRIMARY KEY REFERENCES users(id),
  channel TEXT NOT NULL,
  tz TEXT NOT NULL DEFAULT 'UTC',
  summary_hour INTEGER CHECK (summary_hour BETWEEN 0 AND 23),
  quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 23),
  quiet_to INTEGER CHECK (quiet_to BETWEEN 0 AND 23)
, pictures TEXT NOT NULL DEFAULT 'dark' CHECK (pictures IN ('dark', 'light'))) STRICT, WITHOUT ROWID
CREATE TABLE worth (
  user TEXT NOT NULL REFERENCES users(id),
  at INTEGER NOT NULL,
  worth_usd TEXT NOT NULL,
  held_usd TEXT NOT NULL,
  PRIMARY KEY (user, at)
) STRICT, WITHOUT ROWID
CREATE TABLE invites (
      hash TEXT PRIMARY KEY,
      made_by TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      used_by TEXT REFERENCES users(id),
      used_at INTEGER
    ) STRICT, WITHOUT ROWID
CREATE TABLE admissions (
      user TEXT PRIMARY KEY REFERENCES users(id),
      rule TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
CREATE TABLE acknowledgements (
      user TEXT NOT NULL REFERENCES users(id),
      document TEXT NOT NULL CHECK (document IN ('risk', 'backup')),
      version TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (user, document, version)
    ) STRICT, WITHOUT ROWID
CREATE TABLE servers (
      platform TEXT NOT NULL,
      server TEXT NOT NULL,
      channels_json TEXT NOT NULL DEFAULT '[]',
      roles_json TEXT NOT NULL DEFAULT '[]',
      language TEXT NOT NULL DEFAULT 'en',
      PRIMARY KEY (platform, server)
    ) STRICT, WITHOUT ROWID
CREATE TABLE links (
      hash TEXT PRIMARY KEY,
      maker TEXT NOT NULL REFERENCES users(id),
      maker_platform TEXT NOT NULL,
      maker_channel TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      not_after INTEGER NOT NULL,
      claimer TEXT REFERENCES users(id),
      claimer_platform TEXT,
      claimer_channel TEXT,
      maker_yes INTEGER,
      claimer_yes INTEGER,
      ended TEXT CHECK (ended IN ('linked', 'refused'))
    ) STRICT, WITHOUT ROWID
CREATE INDEX links_of ON links (maker, made_at)
CREATE TABLE merges (
      user TEXT PRIMARY KEY REFERENCES users(id),
      into_user TEXT NOT NULL REFERENCES users(id),
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
CREATE TABLE arrivals (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL REFERENCES accounts(address),
      kind TEXT NOT NULL CHECK (kind IN ('token', 'native', 'unknown')),
      token TEXT NOT NULL,
      units TEXT NOT NULL,
      hash TEXT NOT NULL,
      log_index INTEGER NOT NULL,
      block INTEGER NOT NULL,
      at INTEGER NOT NULL,
      told_at INTEGER,
      UNIQUE (account, hash, log_index)
    ) STRICT
CREATE INDEX arrivals_untold ON arrivals (id) WHERE told_at IS NULL
CREATE INDEX arrivals_of ON arrivals (account, at)
CREATE TABLE native_seen (
      account TEXT PRIMARY KEY REFERENCES accounts(address),
      wei TEXT NOT NULL,
      block INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
CREATE TABLE watch_mark (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      block INTEGER NOT NULL,
      started_at INTEGER NOT NULL
    ) STRICT
CREATE INDEX inbox_of ON inbox (user, id)
CREATE INDEX decisions_of_plan ON decisions (plan_id)
CREATE TABLE limits (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT REFERENCES users(id),
      subject TEXT NOT NULL,
      value_json TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      ripe_at INTEGER NOT NULL,
      withdrawn_at INTEGER
    ) STRICT
CREATE INDEX limits_of ON limits (user, subject) WHERE withdrawn_at IS NULL
CREATE TABLE news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      about TEXT NOT NULL CHECK (about IN ('contact', 'limit')),
      ref INTEGER NOT NULL,
      event TEXT NOT NULL CHECK (event IN ('asked', 'ripe')),
      channel TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT
CREATE INDEX news_untold ON news (user, due_at) WHERE told_at IS NULL
CREATE INDEX attempts_at_nonce ON attempts (account, chain_id, nonce)
CREATE INDEX attempts_mined ON attempts (account, block_number) WHERE status IN ('mined', 'reverted')
CREATE TABLE nonce_marks (
      account TEXT NOT NULL,
      chain_id INTEGER NOT NULL,
      first INTEGER NOT NULL CHECK (first >= 0),
      at INTEGER NOT NULL,
      PRIMARY KEY (account, chain_id)
    ) STRICT, WITHOUT ROWID
CREATE TABLE strangers (
      account TEXT NOT NULL,
      chain_id INTEGER NOT NULL,
      nonce INTEGER NOT NULL CHECK (nonce >= 0),
      hash TEXT,
      block INTEGER,
      at INTEGER,
      found_at INTEGER NOT NULL,
      told_at INTEGER,
      acknowledged_at INTEGER,
      PRIMARY KEY (account, chain_id, nonce)
    ) STRICT, WITHOUT ROWID
CREATE TABLE cleanups (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL CHECK (step >= 0),
      nonce INTEGER,
      max_fee_per_gas TEXT,
      max_priority_fee_per_gas TEXT,
      owed_at INTEGER NOT NULL,
      ended_at INTEGER,
      PRIMARY KEY (plan_id, step)
    ) STRICT, WITHOUT ROWID
CREATE INDEX cleanups_owed ON cleanups (owed_at) WHERE ended_at IS NULL
CREATE TABLE given_up (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL CHECK (step >= 0),
      reason TEXT NOT NULL,
      at INTEGER NOT NULL,
      told_at INTEGER,
      UNIQUE (plan_id, step)
    ) STRICT
CREATE INDEX given_up_untold ON given_up (plan_id) WHERE told_at IS NULL
CREATE TABLE observations (
      venue TEXT NOT NULL,
      day INTEGER NOT NULL,
      seen BLOB NOT NULL CHECK (length(seen) > 0 AND length(seen) % 56 = 0),
      UNIQUE (venue, day)
    ) STRICT
CREATE INDEX observations_on ON observations (day)
CREATE INDEX observations_hourly ON observations (day) WHERE length(seen) > 56
CREATE TABLE looks (
      hour INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      block INTEGER NOT NULL,
      base_fee INTEGER
    ) STRICT
CREATE TABLE "charges" (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      user TEXT NOT NULL REFERENCES users(id),
      step INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('deposit', 'swap', 'transfer', 'repay')),
      symbol TEXT NOT NULL,
      units TEXT NOT NULL,
      usd TEXT NOT NULL,
      at INTEGER NOT NULL,
      released_at INTEGER
    ) STRICT
CREATE INDEX charges_of ON charges (user, at) WHERE released_at IS NULL
CREATE INDEX charges_by_plan ON charges (plan_id)
CREATE TABLE loan_levels (
      user TEXT NOT NULL REFERENCES users(id),
      lender TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('safe', 'low', 'near')),
      at INTEGER NOT NULL,
      PRIMARY KEY (user, lender)
    ) STRICT
CREATE TABLE loan_news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      lender TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('safe', 'low', 'near')),
      health TEXT NOT NULL,
      at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT
CREATE INDEX loan_news_untold ON loan_news (user) WHERE told_at IS NULL
CREATE TABLE risk_news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      venue TEXT NOT NULL,
      name TEXT NOT NULL,
      effect TEXT NOT NULL CHECK (effect IN ('alert', 'less', 'closed', 'leave')),
      words TEXT NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT
CREATE INDEX risk_news_of ON risk_news (user, venue, name, id)
CREATE INDEX risk_news_untold ON risk_news (user, id) WHERE told_at IS NULL
CREATE TABLE parameters (
      venue TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      before TEXT,
      since INTEGER NOT NULL,
      PRIMARY KEY (venue, name)
    ) STRICT, WITHOUT ROWID
CREATE TABLE adoptions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL REFERENCES accounts(address),
      venue TEXT NOT NULL,
      token TEXT NOT NULL,
      units TEXT NOT NULL,
      at INTEGER NOT NULL,
      block INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT
CREATE INDEX adoptions_of ON adoptions (account)
CREATE INDEX adoptions_untold ON adoptions (account) WHERE told_at IS NULL
CREATE TABLE positions_seen (
      account TEXT NOT NULL REFERENCES accounts(address),
      venue TEXT NOT NULL,
      own TEXT NOT NULL,
      put_in TEXT NOT NULL,
      block INTEGER NOT NULL,
      PRIMARY KEY (account, venue)
    ) STRICT, WITHOUT ROWID
CREATE INDEX decisions_acted ON decisions (kind, user, id) WHERE outcome IS NOT NULL AND outcome <> 'kept'
CREATE TABLE model_calls (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      server TEXT NOT NULL,
      at INTEGER NOT NULL,
      nano_usd INTEGER NOT NULL CHECK (nano_usd >= 0)
    ) STRICT
CREATE TABLE model_spent (
      scope TEXT NOT NULL CHECK (scope IN ('user', 'server', 'instance')),
      who TEXT NOT NULL,
      period TEXT NOT NULL CHECK (period IN ('day', 'month')),
      start INTEGER NOT NULL,
      nano_usd INTEGER NOT NULL CHECK (nano_usd >= 0),
      PRIMARY KEY (scope, who, period, start)
    ) STRICT, WITHOUT ROWID
CREATE TABLE model_usage (
      day INTEGER NOT NULL,
      user TEXT NOT NULL,
      purpose TEXT NOT NULL,
      model TEXT NOT NULL,
      calls INTEGER NOT NULL,
      faults INTEGER NOT NULL,
      unpriced INTEGER NOT NULL,
      prompt_tokens INTEGER NOT NULL,
      answer_tokens INTEGER NOT NULL,
      nano_usd INTEGER NOT NULL,
      ms INTEGER NOT NULL,
      PRIMARY KEY (day, user, purpose, model)
    ) STRICT, WITHOUT ROWID
CREATE TABLE model_measures (
      model TEXT NOT NULL,
      at INTEGER NOT NULL,
      set_sha256 TEXT NOT NULL,
      right INTEGER NOT NULL,
      asked INTEGER NOT NULL,
      wrong INTEGER NOT NULL,
      down INTEGER NOT NULL,
      ms INTEGER NOT NULL,
      PRIMARY KEY (model, at)
    ) STRICT, WITHOUT ROWID
CREATE TABLE alerts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      number INTEGER NOT NULL,
      metric TEXT NOT NULL CHECK (metric IN ('rate', 'price', 'health', 'worth', 'gas')),
      subject TEXT,
      op TEXT NOT NULL CHECK (op IN ('below', 'above')),
      value TEXT NOT NULL,
      at INTEGER NOT NULL,
      rung_at INTEGER,
      seen TEXT,
      told_at INTEGER
    ) STRICT
CREATE INDEX alerts_of ON alerts (user, number)
CREATE INDEX alerts_set ON alerts (id) WHERE rung_at IS NULL
CREATE INDEX alerts_untold ON alerts (id) WHERE rung_at IS NOT NULL AND told_at IS NULL
CREATE TABLE orders (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      number INTEGER NOT NULL,
      plan_id TEXT NOT NULL UNIQUE REFERENCES plans(plan_id),
      channel TEXT NOT NULL,
      terms_json TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      ended_at INTEGER,
      why_ended TEXT CHECK (why_ended IN ('cancelled', 'done', 'over', 'failed')),
      told_at INTEGER, replaced_by INTEGER REFERENCES orders(id),
      UNIQUE (user, number)
    ) STRICT
CREATE INDEX orders_live ON orders (user) WHERE ended_at IS NULL
CREATE TABLE order_runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      order_id INTEGER NOT NULL REFERENCES orders(id),
      period INTEGER NOT NULL,
      missed INTEGER NOT NULL DEFAULT 0,
      at INTEGER NOT NULL,
      tries INTEGER NOT NULL DEFAULT 1,
      plan_id TEXT UNIQUE REFERENCES plans(plan_id),
      outcome TEXT CHECK (outcome IN ('settled', 'partial', 'void', 'refused', 'missed')),
      rule TEXT NOT NULL DEFAULT '',
      reason TEXT NOT NULL DEFAULT '',
      to_tell INTEGER NOT NULL DEFAULT 0,
      told INTEGER NOT NULL DEFAULT 0,
      told_rule TEXT,
      told_at INTEGER,
      UNIQUE (order_id, period)
    ) STRICT
CREATE UNIQUE INDEX order_runs_one_at_a_time ON order_runs (order_id) WHERE outcome IS NULL
CREATE INDEX order_runs_to_tell ON order_runs (id) WHERE to_tell = 1
CREATE TABLE pool_looks (
      pool TEXT NOT NULL,
      hour INTEGER NOT NULL,
      at INTEGER NOT NULL,
      tick INTEGER NOT NULL,
      growth0 TEXT NOT NULL,
      growth1 TEXT NOT NULL,
      PRIMARY KEY (pool, hour)
    ) STRICT, WITHOUT ROWID
CREATE INDEX pool_looks_on ON pool_looks (hour)
CREATE TABLE block_prices (
      block_hash TEXT NOT NULL,
      token TEXT NOT NULL,
      block INTEGER NOT NULL,
      price TEXT,
      source TEXT NOT NULL,
      PRIMARY KEY (block_hash, token)
    ) STRICT, WITHOUT ROWID
CREATE TABLE holdings (
      account TEXT NOT NULL REFERENCES accounts(address),
      block_hash TEXT NOT NULL,
      block INTEGER NOT NULL,
      at INTEGER NOT NULL,
      units_json TEXT NOT NULL,
      PRIMARY KEY (account, block_hash)
    ) STRICT, WITHOUT ROWID
CREATE INDEX holdings_of ON holdings (account, block)
CREATE TABLE sandwiches (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      hash TEXT NOT NULL,
      found TEXT NOT NULL CHECK (found IN ('none', 'taken', 'unknown')),
      token TEXT NOT NULL,
      units TEXT NOT NULL,
      front TEXT NOT NULL,
      back TEXT NOT NULL,
      why TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (plan_id, hash)
    ) STRICT, WITHOUT ROWID
CREATE TABLE signed_orders (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL,
      account TEXT NOT NULL,
      book TEXT NOT NULL,
      uid TEXT NOT NULL UNIQUE,
      signature TEXT NOT NULL,
      token TEXT NOT NULL,
      valid_to INTEGER NOT NULL,
      since_block INTEGER NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('signed', 'posted', 'filled', 'expired', 'cancelled')),
      hash TEXT,
      block_number INTEGER,
      block_hash TEXT,
      signed_at INTEGER NOT NULL,
      cancel_at INTEGER,
      PRIMARY KEY (plan_id, step)
    ) STRICT, WITHOUT ROWID
CREATE INDEX signed_orders_of ON signed_orders (account, valid_to)
CREATE TABLE position_moves (
      plan_id TEXT PRIMARY KEY REFERENCES plans(plan_id),
      user TEXT NOT NULL REFERENCES users(id),
      rest_of TEXT REFERENCES plans(plan_id),
      facts_json TEXT NOT NULL,
      ended_at INTEGER,
      why_ended TEXT CHECK (why_ended IN ('declined', 'by hand'))
    ) STRICT, WITHOUT ROWID
CREATE INDEX position_moves_open ON position_moves (user) WHERE ended_at IS NULL
CREATE INDEX position_moves_rest ON position_moves (rest_of) WHERE rest_of IS NOT NULL
