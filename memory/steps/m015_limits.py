"""Limits that people and the operator set, what is counted against them, and what is told of changes."""

SQL = """
    CREATE TABLE limits (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT REFERENCES users(id),
      subject TEXT NOT NULL,
      value_json TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      ripe_at INTEGER NOT NULL,
      withdrawn_at INTEGER
    ) STRICT;
    CREATE INDEX limits_of ON limits (user, subject) WHERE withdrawn_at IS NULL;
    CREATE TABLE charges (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      user TEXT NOT NULL REFERENCES users(id),
      step INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('deposit', 'swap', 'transfer')),
      symbol TEXT NOT NULL,
      units TEXT NOT NULL,
      usd TEXT NOT NULL,
      at INTEGER NOT NULL,
      released_at INTEGER
    ) STRICT;
    CREATE INDEX charges_of ON charges (user, at) WHERE released_at IS NULL;
    CREATE INDEX charges_by_plan ON charges (plan_id);
    CREATE TABLE news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      about TEXT NOT NULL CHECK (about IN ('contact', 'limit')),
      ref INTEGER NOT NULL,
      event TEXT NOT NULL CHECK (event IN ('asked', 'ripe')),
      channel TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX news_untold ON news (user, due_at) WHERE told_at IS NULL;
"""
