CREATE TABLE "_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
)
CREATE UNIQUE INDEX "idx__migrations_migration_set_name"
    ON "_migrations" ("migration_set", "name")
CREATE TABLE sqlite_sequence(name,seq)
CREATE TABLE people (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL UNIQUE
) STRICT
CREATE TABLE talks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person INTEGER NOT NULL,
  channel TEXT NOT NULL,
  UNIQUE (person, channel)
) STRICT
CREATE TABLE turns (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  talk INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'agent')),
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT,
  source TEXT,
  trust INTEGER NOT NULL
) STRICT
CREATE INDEX turns_of ON turns (talk, id)
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('fact', 'preference', 'episode')),
  text TEXT NOT NULL,
  channel TEXT NOT NULL,
  since INTEGER NOT NULL,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  trust INTEGER NOT NULL,
  UNIQUE (person, number)
) STRICT
CREATE VIRTUAL TABLE words USING fts5 (
  text, content='', detail=none, columnsize=0, tokenize="porter ascii tokenchars '_'"
)
CREATE TABLE vectors (
  person INTEGER NOT NULL,
  ref INTEGER NOT NULL,
  v BLOB NOT NULL,
  PRIMARY KEY (person, ref)
) STRICT, WITHOUT ROWID
CREATE TABLE marks (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  place TEXT NOT NULL,
  text TEXT NOT NULL,
  v BLOB
) STRICT
CREATE INDEX passages_of ON passages (document)
CREATE VIRTUAL TABLE passages_fts USING fts5 (
  text, content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
)
CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
  INSERT INTO passages_fts (rowid, text) VALUES (new.id, new.text);
END
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
  INSERT INTO passages_fts (passages_fts, rowid, text) VALUES ('delete', old.id, old.text);
END
