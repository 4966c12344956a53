"""What tells records of one name apart: job and firm, city, phone, e-mail, whose they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import readable_keys
from app.records.pages.choices import choices_of
from app.records.pages.looks import Face, face
from app.records.pages.shown import shown_text
from app.records.query import rows_among
from app.records.types import RecordType
from app.web.formats import formats

REACH = ("phone", "email")  # Kinds of fields by which somebody is reached.


@dataclass(frozen=True, slots=True)
class Told:
    """A record as it stands among its likes; `row` holds its fields that may be seen."""

    id: UUID
    url: str
    title: str
    face: Face
    facts: tuple[str, ...]
    row: Any

    @property
    def owner_id(self) -> str | None:
        """Whose it is, where the reader may see that."""
        found = getattr(self.row, "owner_id", None)
        return str(found) if found else None

    @property
    def fact(self) -> str:
        """What tells it apart, in one line."""
        return " · ".join(self.facts)


def tell_apart(
    record_type: RecordType, ids: Collection[UUID], by: Actor, *, with_age: bool = False
) -> dict[UUID, Told]:
    """Those of some records that `by` may read, by their ids, with what tells them apart.

    One statement and, where a fact is a choice, one more; `with_age` says when each was added.
    """
    readable = readable_keys(record_type, by)
    beside = [one.key for one in record_type.subtitle]
    beside += [one.key for one in record_type.fields if one.kind in REACH]
    beside += ["city", "owner_id"]
    keys = [one for one in dict.fromkeys(beside) if one in readable]
    signs = [one.key for sign in record_type.signs for one in sign.needs if one.key in readable]
    also = ["created_at"] if with_age and "created_at" in readable else []
    wanted = list(dict.fromkeys([record_type.title.key, *keys, *signs, *also]))
    rows = rows_among(record_type, ids, by, wanted) if ids else []
    has_choice = any(record_type.by_key[key].kind == "choice" for key in keys)
    picklists = choices_of(record_type, by) if rows and has_choice else {}
    found = {}
    for row in rows:
        facts = []
        for key in keys:
            field = record_type.by_key[key]
            if field.to:
                facts.append(getattr(row, f"{key}__title") or "")
            else:
                value = field.value(row)
                facts.append(shown_text(field, value, by, picklists.get(key, ())))
        if also:
            when = formats(by).relative(row.created_at, by.now)
            facts.append(gettext("Added %(when)s", when=when))
        title = record_type.title_of(row)
        found[row.id] = Told(
            row.id,
            f"/{record_type.collection}/{row.id}",
            title,
            face(record_type, row.id, title),
            tuple(one for one in facts if one),
            row,
        )
    return found
