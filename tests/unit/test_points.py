"""The points are named once, in order, and cost nothing where nobody looks on."""

from __future__ import annotations

import pytest

from agent.execution.points import Point, point, watched

pytestmark = pytest.mark.unit


def test_a_hook_sees_each_point_while_it_is_set() -> None:
    seen: list[Point] = []
    with watched(seen.append):
        point(Point.SIGNED)
        with watched(lambda name: seen.append(name)):
            point(Point.MINED)
    point(Point.SETTLED)
    assert seen == [Point.SIGNED, Point.MINED, Point.MINED]


def test_a_hook_that_ends_the_process_is_not_caught() -> None:
    def end(_: Point) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), watched(end):
        point(Point.RECORDED)
    point(Point.RECORDED)


def test_names_are_apart() -> None:
    assert len({str(each) for each in Point}) == len(Point) == 18
