"""Whose entries a week or a day of a calendar sets beside each other, and choosing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.identity.rights import my_team
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import sees
from app.records.filters import Filter, Node, read_list, write_list
from app.records.pages.looks import Face, face
from app.records.pages.state import ListState

OWNER = "owner_id"
# Each has a colour of their own in a week, and a column in a day: more could not be told apart.
TONES = ("info", "good", "warn", "violet", "teal", "pink", "bad")
MOST = len(TONES)
MOST_OFFERED = 500  # Colleagues to choose from; a workspace of more finds them by the filter.


@dataclass(frozen=True, slots=True)
class Colleague:
    """One whose entries are shown, with the colour of these."""

    id: UUID
    name: str
    face: Face
    tone: str


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Those who are shown, by name, and how many were asked for."""

    shown: tuple[Colleague, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A colleague who can be chosen."""

    id: str
    name: str
    face: Face
    is_chosen: bool


def owners_asked(one: Node, by: Actor) -> tuple[UUID, ...] | None:
    """Whose records a condition asks for; None where it is about something else."""
    if not isinstance(one, Filter) or one.key != OWNER or one.operator not in ("eq", "in"):
        return None
    found: list[UUID] = []
    for text in read_list(one.text) if one.operator == "in" else [one.text]:
        if text == "my_team":
            found += my_team(by)
        elif text == "me" and by.user_id is not None:
            found.append(by.user_id)
        elif (known := parse_id(text)) is not None:
            found.append(known)
    return tuple(dict.fromkeys(found))


def colleagues_of(state: ListState, by: Actor) -> Colleagues | None:
    """The colleagues whose records the list is narrowed to, where that are several; else None."""
    if not sees(state.record_type, OWNER, by):
        return None
    asked = next((ids for one in state.asked.filters if (ids := owners_asked(one, by))), ())
    if len(asked) < 2:
        return None
    rows = by.session.execute(
        select(User.id, User.name)
        .where(User.id.in_(asked), User.is_active.is_(True))
        .order_by(User.name_sort, User.id)
    ).all()
    if len(rows) < 2:
        return None
    shown = tuple(
        Colleague(row.id, row.name, face(None, row.id, row.name), tone)
        for row, tone in zip(rows, TONES, strict=False)
    )
    return Colleagues(shown, len(rows))


def offered(state: ListState, chosen: Sequence[str], by: Actor) -> list[Offered]:
    """The colleagues to choose from; `chosen` are the ids that were typed, if any were."""
    now = {str(one) for node in state.asked.filters for one in owners_asked(node, by) or ()}
    ticked = set(chosen) or now
    rows = by.session.execute(
        select(User.id, User.name)
        .where(User.is_active.is_(True))
        .order_by(User.name_sort, User.id)
        .limit(MOST_OFFERED)
    )
    return [
        Offered(str(row.id), row.name, face(None, row.id, row.name), str(row.id) in ticked)
        for row in rows
    ]


def narrowed_to(state: ListState, chosen: Iterable[str], by: Actor) -> ListState:
    """The list narrowed to the records of these colleagues, or of all where none is chosen.

    Refused for more than can be told apart; what is no id is left out.
    """
    ids = list(dict.fromkeys(str(known) for one in chosen if (known := parse_id(one)) is not None))
    if len(ids) > MOST:
        raise Refused(_("Choose at most %(most)s colleagues.", most=MOST))
    rest = tuple(one for one in state.asked.filters if owners_asked(one, by) is None)
    own = (Filter(OWNER, "in", write_list(ids)),) if ids else ()
    return replace(state, asked=replace(state.asked, filters=(*rest, *own), cursor=""))
