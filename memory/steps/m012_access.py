"""Who was let in and what they agreed to, identities that are linked, and what arrived from outside."""

SQL = """
    CREATE TABLE invites (
      hash TEXT PRIMARY KEY,
      made_by TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      used_by TEXT REFERENCES users(id),
      used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE admissions (
      user TEXT PRIMARY KEY REFERENCES users(id),
      rule TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE acknowledgements (
      user TEXT NOT NULL REFERENCES users(id),
      document TEXT NOT NULL CHECK (document IN ('risk', 'backup')),
      version TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (user, document, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE servers (
      platform TEXT NOT NULL,
      server TEXT NOT NULL,
      channels_json TEXT NOT NULL DEFAULT '[]',
      roles_json TEXT NOT NULL DEFAULT '[]',
      language TEXT NOT NULL DEFAULT 'en',
      PRIMARY KEY (platform, server)
    ) STRICT, WITHOUT ROWID;
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
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX links_of ON links (maker, made_at);
    CREATE TABLE merges (
      user TEXT PRIMARY KEY REFERENCES users(id),
      into_user TEXT NOT NULL REFERENCES users(id),
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
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
    ) STRICT;
    CREATE INDEX arrivals_untold ON arrivals (id) WHERE told_at IS NULL;
    CREATE INDEX arrivals_of ON arrivals (account, at);
    CREATE TABLE native_seen (
      account TEXT PRIMARY KEY REFERENCES accounts(address),
      wei TEXT NOT NULL,
      block INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE watch_mark (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      block INTEGER NOT NULL,
      started_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX inbox_of ON inbox (user, id);
"""
