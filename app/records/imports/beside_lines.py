"""What is told of single rows of an import, in a file beside it: a line of JSON for each.

What a killed worker wrote of a chunk that was never committed is cut off before the next one goes
behind it, so the file tells what the counts tell.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

from app.kernel.actor import Actor
from app.records.imports.given import room_of, told_when_full


def append_lines(name: str, size: int, lines: Iterable[Any], by: Actor) -> int:
    """Write lines behind the first `size` bytes; the size that counts then.

    NoSpace when the disk is full.
    """
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines).encode()
    room = room_of(by)
    with told_when_full(), room.appending(name, size) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return size + len(text)


def read_lines(name: str, size: int, by: Actor) -> Iterator[Any]:
    """The lines within the first `size` bytes; none where the file is gone."""
    if not size:
        return
    try:
        file = room_of(by).path(name).open("rb")
    except FileNotFoundError:
        return
    with file:
        for raw in file:
            size -= len(raw)
            if size < 0:
                return
            yield json.loads(raw)
