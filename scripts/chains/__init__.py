"""Makes chains/*.toml out of published address books: `python -m scripts.chains` writes them, `--check` compares.

What is chosen stands in picks.toml, which books in books.lock; every address in the result is from one of those books
and names it. docs/chains.md tells the rest.
"""
