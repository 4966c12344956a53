"""Chance that can be repeated: the same seed gives the same record, on any machine.

Each record draws from a generator of its own, seeded by (seed, stream, index). So any record can be
made again without those before it: contacts look their account up, activities their contact, and a
million rows stream with flat memory.
"""

from functools import cache
from random import Random
from zlib import crc32

# A prime that divides none of the totals used here, so that stepping by it visits every place once.
_STEP = 7_368_787


def draw(seed: int, stream: str, index: int = 0) -> Random:
    """Return the generator of one record of one stream."""
    return Random((seed << 80) ^ (_stream(stream) << 48) ^ index)  # noqa: S311 - no secret


@cache
def _stream(name: str) -> int:
    """Return the number of a stream; unlike hash(), it is the same in every process."""
    return crc32(name.encode())


def scatter(index: int, total: int, *, start: int = 0) -> int:
    """Return the place of `index` among `total`, visiting each once before any comes again."""
    return (start + index * _STEP) % total
