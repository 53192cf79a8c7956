"""What language models cost and how they did. Sums are nano-USD; no word of a conversation is among it."""

SQL = """
    CREATE TABLE model_calls (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      server TEXT NOT NULL,
      at INTEGER NOT NULL,
      nano_usd INTEGER NOT NULL CHECK (nano_usd >= 0)
    ) STRICT;
    CREATE TABLE model_spent (
      scope TEXT NOT NULL CHECK (scope IN ('user', 'server', 'instance')),
      who TEXT NOT NULL,
      period TEXT NOT NULL CHECK (period IN ('day', 'month')),
      start INTEGER NOT NULL,
      nano_usd INTEGER NOT NULL CHECK (nano_usd >= 0),
      PRIMARY KEY (scope, who, period, start)
    ) STRICT, WITHOUT ROWID;
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
    ) STRICT, WITHOUT ROWID;
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
    ) STRICT, WITHOUT ROWID;
"""
