"""Tags that a workspace knows: reading them from words, making, renaming and removing them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.identity.operations.guard import require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, ngettext
from app.records.fields import Option
from app.records.tags.models import LONGEST, Tag

STAMP = "picklists"  # Tags are remembered with the picklists, under one stamp.
MANAGE = ("tag", "manage")
MOST = 500  # Tags of one record type.
MOST_ON_RECORD = 30
COLOURS = ("", "blue", "green", "amber", "red", "violet", "teal", "pink")
PARTS = re.compile(r"[,，;；、\n]")


def fold(name: str) -> str:
    """The key of a tag's name: VIP, vip and ＶＩＰ are one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def names_in(raw: str | Iterable[str]) -> list[str]:
    """The names in what was typed, parted by commas or lines, each once."""
    parts = PARTS.split(raw) if isinstance(raw, str) else raw
    names = {fold(one): " ".join(one.split()) for one in parts}
    return [name for key, name in names.items() if key]


def keys_of(names: Iterable[str], options: Sequence[Option]) -> tuple[list[str], list[str]]:
    """The keys of those names that are tags, by key or by what they are called, and the others."""
    known = {option.value: option.value for option in options}
    known |= {fold(option.shown()): option.value for option in options}
    keys, unknown = [], []
    for name in names:
        found = known.get(fold(name))
        if found is None:
            unknown.append(name)
        elif found not in keys:
            keys.append(found)
    return keys, unknown


def make_tag(by: Actor, record_type: str, name: str, colour: str = "") -> str:
    """Make a tag, unless there is one of its key, and answer with the key; see `fold`.

    The caller has looked at the right `tag: create`. Refused for a name that is too long and where
    the type has as many tags as it may.
    """
    if not name or len(name) > LONGEST or len(fold(name)) > LONGEST:
        raise Refused(_("A tag has 1 to %(limit)s characters.", limit=LONGEST), field="name")
    held = by.session.scalar(select(func.count()).where(Tag.record_type == record_type)) or 0
    if held >= MOST:
        raise Refused(_("There are %(limit)s tags already.", limit=MOST), field="name")
    made = by.session.execute(
        insert(Tag)
        .values(
            id=new_id(),
            record_type=record_type,
            key=fold(name),
            name=name,
            colour=colour if colour in COLOURS else "",
            created_at=by.now,
            created_by_id=by.user_id,
        )
        .on_conflict_do_nothing(index_elements=["record_type", "key"])
        .returning(Tag.id)
    )
    if made.first() is not None:
        stamps.draw(by.session, STAMP)
    return fold(name)


def make_tags(by: Actor, record_type: str, names: Iterable[str]) -> None:
    """Make a tag of each name that there is none of, in one statement.

    The caller has looked at the right `tag: create`. Names that are too long are passed over, and
    those for which the type has no room any more.
    """
    fits = {fold(name): name for name in names if name and len(name) <= LONGEST}
    standing = set(by.session.scalars(select(Tag.key).where(Tag.record_type == record_type)))
    new = [key for key in fits if 0 < len(key) <= LONGEST and key not in standing]
    new = new[: max(0, MOST - len(standing))]
    if not new:
        return
    whole = {"record_type": record_type, "colour": "", "created_at": by.now}
    rows = [
        {"id": new_id(), "key": key, "name": fits[key], "created_by_id": by.user_id, **whole}
        for key in new
    ]
    made = by.session.execute(
        insert(Tag)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["record_type", "key"])
        .returning(Tag.id)
    )
    if made.first() is not None:
        stamps.draw(by.session, STAMP)


def get_tag(by: Actor, tag_id: UUID) -> Tag:
    """A tag by its id; Missing when there is none."""
    found = by.session.get(Tag, tag_id)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def list_tags(by: Actor, record_type: str) -> list[Tag]:
    """The tags of a type in the order of their keys."""
    return list(
        by.session.scalars(select(Tag).where(Tag.record_type == record_type).order_by(Tag.key))
    )


def add_tag(by: Actor, record_type: str, name: str, colour: str) -> None:
    """Make a tag in the settings; Refused where there is such a one."""
    require_change(by, *MANAGE)
    names = names_in([name])
    if names and fold(names[0]) in {one.key for one in list_tags(by, record_type)}:
        raise Refused(_("There is such a tag already."), field="name")
    make_tag(by, record_type, names[0] if names else "", colour)


def change_tag(by: Actor, tag: Tag, *, name: str, colour: str) -> None:
    """Call a tag otherwise and give it a colour; records keep it, as its key stays."""
    require_change(by, *MANAGE)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise Refused(_("A tag has 1 to %(limit)s characters.", limit=LONGEST), field="name")
    others = list_tags(by, tag.record_type)
    if any(one.id != tag.id and fold(name) in (one.key, fold(one.name)) for one in others):
        raise Refused(_("There is such a tag already."), field="name")
    tag.name, tag.colour = name, colour if colour in COLOURS else ""
    stamps.draw(by.session, STAMP)


def remove_tag(by: Actor, tag: Tag, model: Any) -> None:
    """Remove a tag that no living record holds; Refused where one does, with how many."""
    require_change(by, *MANAGE)
    held = by.session.scalar(
        select(func.count()).where(model.tags.contains([tag.key]), model.deleted_at.is_(None))
    )
    if held:
        raise Refused(
            ngettext(
                "%(n)s record holds this tag. Untag it first, in its list.",
                "%(n)s records hold this tag. Untag them first, all at once in their list.",
                held,
            )
        )
    by.session.execute(  # Deleted ones would come back with a tag that nobody knows.
        update(model)
        .where(model.tags.contains([tag.key]))
        .values(tags=func.nullif(func.array_remove(model.tags, tag.key), []))
    )
    by.session.delete(tag)
    stamps.draw(by.session, STAMP)
