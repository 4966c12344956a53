"""What overlaps stands side by side, and never in more lanes than there is room for."""

from __future__ import annotations

import pytest

from app.records.lenses.lanes import Crowd, Stretch, side_by_side


def stretches(*times: tuple[int, int]) -> list[Stretch[str]]:
    return [Stretch(start, end, f"{start}-{end}") for start, end in times]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], {}),
        ([(9, 10), (10, 11)], {"9-10": (0, 1), "10-11": (0, 1)}),
        ([(9, 11), (10, 12)], {"9-11": (0, 2), "10-12": (1, 2)}),
        # The third overlaps the second alone, and stands where the first has ended.
        ([(9, 11), (10, 13), (11, 12)], {"9-11": (0, 2), "10-13": (1, 2), "11-12": (0, 2)}),
        # What is alone in the afternoon has all of the width.
        ([(9, 11), (10, 12), (14, 15)], {"9-11": (0, 2), "10-12": (1, 2), "14-15": (0, 1)}),
        # Of those that begin together the longest is first, whatever the order they come in.
        ([(9, 10), (9, 12)], {"9-12": (0, 2), "9-10": (1, 2)}),
    ],
)
def test_what_overlaps_shares_the_width(
    times: list[tuple[int, int]], expected: dict[str, tuple[int, int]]
) -> None:
    placed, crowds = side_by_side(stretches(*times), 3)
    assert {one.stretch.what: (one.lane, one.lanes) for one in placed} == expected
    assert crowds == []


def test_the_last_lane_tells_of_those_that_have_no_room() -> None:
    placed, crowds = side_by_side(stretches((9, 12), (9, 11), (10, 12), (11, 12), (10, 11)), 2)
    assert [one.stretch.what for one in placed] == ["9-12"]
    assert crowds == [Crowd(start=9, count=4, lane=1, lanes=2)]


def test_as_many_as_there_are_lanes_are_shown_whole() -> None:
    placed, crowds = side_by_side(stretches((9, 10), (9, 10), (9, 10)), 3)
    assert [one.lane for one in placed] == [0, 1, 2]
    assert crowds == []
