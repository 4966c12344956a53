"""What overlaps in time, side by side: in lanes that are as wide as their number allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """Something from `start` to before `end`, in any unit."""

    start: int
    end: int
    what: T


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A stretch in one of `lanes` lanes of equal width, counted from 0."""

    stretch: Stretch[T]
    lane: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many more there are from `start` on than lanes; it has the last of them."""

    start: int
    count: int
    lane: int
    lanes: int


def side_by_side(stretches: Sequence[Stretch[T]], most: int) -> tuple[list[Placed[T]], list[Crowd]]:
    """Each stretch in the first lane that is free when it begins; never more than `most` lanes.

    What overlaps, also by way of others, has lanes of one width. Where more than `most` are needed,
    the last lane tells how many could not be shown.
    """
    placed: list[Placed[T]] = []
    crowds: list[Crowd] = []
    for cluster in _clusters(sorted(stretches, key=lambda one: (one.start, -one.end))):
        lanes = _lanes(cluster)
        needed = max(lanes) + 1
        width, free = min(needed, most), most if needed <= most else most - 1
        hidden = [one for one, lane in zip(cluster, lanes, strict=True) if lane >= free]
        placed += [
            Placed(one, lane, width)
            for one, lane in zip(cluster, lanes, strict=True)
            if lane < free
        ]
        if hidden:
            crowds.append(Crowd(hidden[0].start, len(hidden), free, width))
    return placed, crowds


def _clusters(ordered: Sequence[Stretch[T]]) -> Iterator[list[Stretch[T]]]:
    """The stretches in groups between which there is nothing."""
    cluster: list[Stretch[T]] = []
    end = 0
    for one in ordered:
        if cluster and one.start >= end:
            yield cluster
            cluster = []
        end = max(end, one.end) if cluster else one.end
        cluster.append(one)
    if cluster:
        yield cluster


def _lanes(cluster: Sequence[Stretch[T]]) -> list[int]:
    """The lane of each: the first one in which nothing stands any more."""
    ends: list[int] = []
    found = []
    for one in cluster:
        lane = next((at for at, end in enumerate(ends) if end <= one.start), len(ends))
        ends[lane : lane + 1] = [one.end]
        found.append(lane)
    return found
