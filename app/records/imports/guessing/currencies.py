"""The column of a file that says in which currency the amounts of another column are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.kernel.currencies import spelled
from app.records.imports.guessing.names import plain

# What such a column is called, beside the name of the amounts' own or alone.
CALLED = ("currency", "currencycode", "curr", "ccy", "币种", "货币", "货币代码", "幣別", "幣種")


def currency_beside(
    names: Sequence[str], at: int, free: Collection[int], columns: Sequence[Sequence[str]], own: str
) -> int | None:
    """Where the currencies of the amounts in column `at` stand, among the `free` columns.

    One that is named after the amounts comes first, then the only one that is named so at all.
    """
    fits = [one for one in free if _are_currencies(columns[one], own)]
    whole = plain(names[at])
    named = [one for one in fits if plain(names[one]) in {f"{whole}{word}" for word in CALLED}]
    alone = [one for one in fits if plain(names[one]) in CALLED]
    found = named or (alone if len(alone) == 1 else [])
    return found[0] if found else None


def _are_currencies(texts: Sequence[str], own: str) -> bool:
    given = [one for one in texts if one.strip()]
    return bool(given) and all(spelled(one, own) for one in given)
