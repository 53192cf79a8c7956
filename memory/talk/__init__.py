"""memory.db: what was said, noted and read, and how it is found again."""
