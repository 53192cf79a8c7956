"""What pays a debt counts in limits, too; and what was told of each loan's health factor."""

SQL = """
    CREATE TABLE charges_new (
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
    ) STRICT;
    INSERT INTO charges_new SELECT * FROM charges;
    DROP TABLE charges;
    ALTER TABLE charges_new RENAME TO charges;
    CREATE INDEX charges_of ON charges (user, at) WHERE released_at IS NULL;
    CREATE INDEX charges_by_plan ON charges (plan_id);
    CREATE TABLE loan_levels (
      user TEXT NOT NULL REFERENCES users(id),
      lender TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('safe', 'low', 'near')),
      at INTEGER NOT NULL,
      PRIMARY KEY (user, lender)
    ) STRICT;
    CREATE TABLE loan_news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      lender TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('safe', 'low', 'near')),
      health TEXT NOT NULL,
      at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX loan_news_untold ON loan_news (user) WHERE told_at IS NULL;
"""
