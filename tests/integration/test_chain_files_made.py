"""chains/*.toml are what the generator makes of the pinned address books, and nothing else.

The books are fetched once into the cache that devnet's parts are in; where they can't be, these tests are skipped.
"""

from __future__ import annotations

import pytest

import chains
from devnet.errors import FetchFailed
from scripts.chains.books import Book, fetched
from scripts.chains.making import chain_file, picks, written


@pytest.fixture(scope="module")
def books() -> dict[str, Book]:
    try:
        return fetched()
    except FetchFailed as error:
        pytest.skip(f"the address books aren't in the cache and can't be fetched: {error}")


@pytest.mark.parametrize("name", chains.names())
def test_the_file_is_what_the_books_give(books: dict[str, Book], name: str) -> None:
    path = chains.path(name)
    assert path is not None
    made = written(chain_file(books, name, picks()[name]))
    assert path.read_text(encoding="utf-8") == made, "run `python -m scripts.chains` and read what changed"
