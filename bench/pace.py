"""How quick the machine is at this moment, told by work that never changes.

Machines for benches share their cores with strangers, and the same page takes twice as long a
minute later. So each figure is measured between looks at the pace, and stands in the result as it
was and as it would be at the best pace that this machine showed in the same run.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

LOOKS = 15
FIRST_LOOKS = 600  # A second or two, so that the first figures know a good pace to compare with.

_best: list[float] = []


def work() -> str:
    """What a page is made of: small dicts, formatted texts, one long string."""
    rows = []
    for number in range(800):
        row = {"id": number, "name": f"Person {number}", "phone": f"+86138{number:08}"}
        cells = [f"<td>{value}</td>" for value in row.values()]
        rows.append(f"<tr>{''.join(cells)}</tr>".replace("Person", "人"))
    return "".join(rows)


def look(looks: int = LOOKS) -> float:
    """Milliseconds that the work takes now, as the median of some looks; the best is remembered."""
    if not _best:
        _best.append(min(_milliseconds() for _look in range(FIRST_LOOKS)))
    samples = [_milliseconds() for _look in range(looks)]
    _best[0] = min(_best[0], *samples)
    return median(samples)


def slowness(*looks: float) -> float:
    """How many times as long as at its best the machine took in these looks; 1 is at its best."""
    return sum(looks) / len(looks) / _best[0]


def _milliseconds() -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
