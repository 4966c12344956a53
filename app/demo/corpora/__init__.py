"""The words that demo data is made of: plain text files, one row a line, cells parted by "|".

Lines that begin with # say what the cells are. Every firm, person and address is invented; mail
goes to `.example`, which nobody can own.
"""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent

Row = tuple[str, ...]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of one file, each cell trimmed."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        tuple(cell.strip() for cell in line.split("|"))
        for line in lines
        if line.strip() and not line.startswith("#")
    )


@cache
def words(name: str, key: str) -> tuple[str, ...]:
    """Return the list that stands beside `key`."""
    return tuple(split({row[0]: row[1] for row in rows(name)}[key]))


@cache
def weighted(name: str, key: str) -> tuple[str, ...]:
    """Return a list whose words carry a number, each word as often as its number says.

    Drawing one of it is then one `choice`, quicker than drawing with weights.
    """
    drawn: list[str] = []
    for word in words(name, key):
        plain = word.rstrip("0123456789")
        drawn += [plain] * int(word[len(plain) :] or 1)
    return tuple(drawn)


@cache
def pairs(name: str, key: str) -> tuple[tuple[str, str], ...]:
    """Return a list of "word:meaning" as pairs."""
    return tuple(
        (word, meaning) for word, _, meaning in (w.partition(":") for w in words(name, key))
    )


def split(cell: str) -> list[str]:
    """Return the words of a cell: parted by semicolons if it has any, else by spaces."""
    parted = cell.split(";") if ";" in cell else cell.split()
    return [word.strip() for word in parted if word.strip()]
