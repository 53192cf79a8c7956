"""Messages in and out, and what hangs on them."""
