"""Random sentences, answers and plans: no field that the words don't hold, no signature outside the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fuzzing import bench_with_friend, run
from tests.unit.signer_parts import Bench

pytestmark = pytest.mark.unit


async def test_five_hundred_cases(tmp_path: Path) -> None:
    """10,000 of them: a figure of the benchmarks."""
    bench = bench_with_friend(Bench(tmp_path))
    ended = await run(bench, 3_000, 500)  # seeds among which each end is met
    bench.record.close()
    assert sum(ended.values()) == 500
    for end in ("words: bound", "words: bind", "words: asked", "plan: signed", "plan: lists", "plan: recipients"):
        assert ended[end] > 0, ended
