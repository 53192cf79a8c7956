"""Orders that people set, and each run of one: a period of a DCA, a try of a limit or a stop.

`orders.terms_json` is what was confirmed: it counts only while it is what the digest of `plan_id` covers. A run's
`period` is taken once for ever; `outcome` is NULL while it is under way, and only one of an order is at a time.
`missed` are the periods right before it that nobody could run. `to_tell`, `told`: whether its outcome waits to be
said, and how often one was.
"""

SQL = """
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
      told_at INTEGER,
      UNIQUE (user, number)
    ) STRICT;
    CREATE INDEX orders_live ON orders (user) WHERE ended_at IS NULL;
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
    ) STRICT;
    CREATE UNIQUE INDEX order_runs_one_at_a_time ON order_runs (order_id) WHERE outcome IS NULL;
    CREATE INDEX order_runs_to_tell ON order_runs (id) WHERE to_tell = 1;
"""
