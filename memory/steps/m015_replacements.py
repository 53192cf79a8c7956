"""Several signed transactions at one nonce, nonces that somebody else used, allowances still to be taken back."""

from __future__ import annotations

SQL = """
    ALTER TABLE attempts ADD COLUMN kind TEXT NOT NULL DEFAULT 'step' CHECK (kind IN ('step', 'cancel'));
    ALTER TABLE attempts ADD COLUMN replaces TEXT REFERENCES attempts(hash);
    CREATE INDEX attempts_at_nonce ON attempts (account, chain_id, nonce);
    CREATE INDEX attempts_mined ON attempts (account, block_number) WHERE status IN ('mined', 'reverted');
    CREATE TABLE nonce_marks (
      account TEXT NOT NULL,
      chain_id INTEGER NOT NULL,
      first INTEGER NOT NULL CHECK (first >= 0),
      at INTEGER NOT NULL,
      PRIMARY KEY (account, chain_id)
    ) STRICT, WITHOUT ROWID;
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
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE cleanups (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL CHECK (step >= 0),
      nonce INTEGER,
      max_fee_per_gas TEXT,
      max_priority_fee_per_gas TEXT,
      owed_at INTEGER NOT NULL,
      ended_at INTEGER,
      PRIMARY KEY (plan_id, step)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cleanups_owed ON cleanups (owed_at) WHERE ended_at IS NULL;
"""
