"""The colleagues who can be mentioned, and how each is written behind an @."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.folding import fold, has_east_asian
from app.kernel.names import PersonName
from app.kernel.searchkeys import search_text

OFFERED = 8
READ = "colleagues"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user as a text names them; `handle` is their name, with the e-mail where two share it."""

    id: UUID
    name: str
    email: str
    handle: str


def colleagues(by: Actor) -> Sequence[Colleague]:
    """Everybody who may sign in, by name; read once in a session."""
    kept: list[Colleague] | None = by.session.info.get(READ)
    if kept is None:
        rows = by.session.execute(
            select(User.id, User.name, User.email)
            .where(User.is_active.is_(True))
            .order_by(User.name_sort, User.id)
        ).all()
        shared = Counter(row.name.casefold() for row in rows)
        kept = by.session.info[READ] = [
            Colleague(row.id, row.name, row.email, _handle(row.name, row.email, shared))
            for row in rows
        ]
    return kept


def offer_colleagues(words: str, by: Actor) -> list[Colleague]:
    """Those whose name, pinyin, initials or e-mail begin or hold what was typed, the nearest first.

    Everybody for no words; at most OFFERED.
    """
    wanted = fold(words[:80]).strip()
    if not wanted:
        return list(colleagues(by)[:OFFERED])
    ranked = [(_rank(one, wanted), one) for one in colleagues(by)]
    found = [pair for pair in ranked if pair[0] is not None]
    return [one for _rank, one in sorted(found, key=lambda pair: pair[0] or 0)][:OFFERED]


def _handle(name: str, email: str, shared: Counter[str]) -> str:
    return f"{name} ({email})" if shared[name.casefold()] > 1 else name


def _rank(one: Colleague, wanted: str) -> int | None:
    """0 where a name begins so, 1 where a word of it or the e-mail does, 2 where it is within."""
    lines = _lines(one.name)
    if any(line.startswith(wanted) for line in lines):
        return 0
    beginnings = (*fold(one.name).split(), fold(one.email), _initials(one.name))
    if any(part.startswith(wanted) for part in beginnings):
        return 1
    return 2 if any(wanted in line for line in lines) else None


@lru_cache(maxsize=20_000)
def _lines(name: str) -> tuple[str, ...]:
    """What a name is found by: as written, without spaces, in pinyin, by its initials."""
    found = search_text((name,), people=(PersonName("", name),)) if has_east_asian(name) else ""
    folded = fold(name)
    return (folded, folded.replace(" ", ""), *found.split("\n"))


def _initials(name: str) -> str:
    return "".join(word[:1] for word in fold(name).split())
