"""One SQLite file: how it is opened, written, read, locked, looked through, kept when the disk fails."""
