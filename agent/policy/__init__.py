"""Rules that gate and signer both apply: data (call tables, lists, caps) and pure functions."""
