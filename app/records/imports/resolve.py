"""What references mean: records and colleagues by id, name, e-mail or number, a chunk at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, collate, false, func, or_, select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held
from app.kernel.folding import fold
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.kernel.localized import LocalText
from app.kernel.searchkeys import sort_key
from app.records.access import permitted, readable_keys
from app.records.build import build_many
from app.records.bulk.run import sentence
from app.records.called import BETWEEN, called, number_key
from app.records.door import may_change
from app.records.fields import Field
from app.records.many import write_free
from app.records.model import Record
from app.records.picklists import picklists_of
from app.records.tailored import tailored
from app.records.types import RecordType

Found = dict[str, UUID | Text | str]  # What each text means, or what stands against it.


def resolve(
    to: str,
    texts: Collection[str],
    by: Actor,
    *,
    create_missing: bool = False,
    made: set[str] | None = None,
    found_by: str = "",
    along: Mapping[str, Mapping[str, Any]] | None = None,
) -> Found:
    """What each of these texts points to; of several that are called so, none is taken.

    With `create_missing`, records that are not there are made and called so; their names are put
    into `made`, folded. With `found_by` it is by that field alone that they are known, and it is
    what is filled. `along` is what else a new one is given, by its text.
    """
    if not texts:
        return {}
    if to == "user":
        found = _chosen(texts, _people(by))
    else:
        target = tailored(to, by)
        named = _by_field(target, found_by, texts, by) if found_by else _records(target, texts, by)
        found = _chosen(texts, named)
        missing = [text for text in texts if text not in found]
        if create_missing and missing:
            new = _make(target, missing, by, found_by, along or {})
            found |= new
            if made is not None:
                made.update(fold(text) for text, one in new.items() if isinstance(one, UUID))
    nothing = _("There is no such record.")
    return {text: found.get(text, nothing) for text in texts}


Names = dict[str, dict[UUID, None]]  # Records by what they are called, folded.


def _chosen(texts: Iterable[str], named: list[Names]) -> Found:
    """The one record of each text, by the surest of `named` that knows it."""
    found: Found = {}
    for text in texts:
        for names in named:
            ids = names.get(fold(text))
            if ids is None:
                continue
            several = _("Several are called “%(name)s”. Give the id or the e-mail.", name=text)
            found[text] = next(iter(ids)) if len(ids) == 1 else several
            break
    return found


def _people(by: Actor) -> list[Names]:
    """Active colleagues by their id, their e-mail and their name."""
    rows = by.session.execute(
        select(User.id, User.email, User.name).where(User.is_active.is_(True))
    ).all()
    named: list[Names] = [{}, {}, {}]
    for row in rows:
        for names, text in zip(named, (str(row.id), row.email or "", row.name), strict=True):
            if text:
                names.setdefault(fold(text), {})[row.id] = None
    return named


def _records(target: RecordType, texts: Collection[str], by: Actor) -> list[Names]:
    """Records that `by` may read by their id, by what is theirs alone, by e-mail and by title."""
    readable = readable_keys(target, by)
    alone = [one for one in target.unique_fields if one.key in readable]
    mails = [one for one in target.fields if one.kind == "email" and one.key in readable]
    conditions = [_by_id(target, texts), by_title(target, texts)]
    small = [text.lower() for text in texts]
    conditions += [is_among(one, small) for one in alone]
    addresses = [text for text in small if "@" in text]
    if addresses:
        conditions += [is_among(one, addresses) for one in mails]
    title = target.field(target.title.key)
    numbered = _numbered(target, by)
    if numbered is not None:  # As a file that was saved here calls them.
        conditions.append(is_among(numbered, [text.partition(BETWEEN)[0] for text in small]))
    fields = (*alone, *mails, title)
    rows = by.session.execute(
        select(
            target.model.id,
            called(target, target.model, with_number=numbered is not None),
            *(one.expression.label(f"f{n}") for n, one in enumerate(fields)),
        ).where(permitted(target, by), or_(false(), *conditions))
    ).all()
    named: list[Names] = [{} for _one in range(len(fields) + 2)]
    for record_id, name, *values in rows:
        named[0][fold(str(record_id))] = {record_id: None}
        for names, value in zip(named[1:], (name, *values), strict=True):
            for text in spellings(value):
                names.setdefault(text, {})[record_id] = None
    return named


def _numbered(target: RecordType, by: Actor) -> Field | None:
    """The number that records are called by first, which `by` may see."""
    key = number_key(target, by)
    return target.field(key) if key else None


def _by_field(target: RecordType, key: str, texts: Collection[str], by: Actor) -> list[Names]:
    """Records that `by` may read by one field of theirs, which they may see."""
    field = target.field(key)
    if key not in readable_keys(target, by):
        return []
    holds = is_among(field, [text.lower() for text in texts])
    rows = by.session.execute(
        select(target.model.id, field.expression.label("value")).where(permitted(target, by), holds)
    )
    names: Names = {}
    for record_id, value in rows:
        for text in spellings(value):
            names.setdefault(text, {})[record_id] = None
    return [names]


def _by_id(target: RecordType, texts: Iterable[str]) -> ColumnElement[bool]:
    ids = [found for text in texts if (found := parse_id(text)) is not None]
    return target.model.id.in_(ids) if ids else false()


def is_among(field: Field, small: Collection[str]) -> ColumnElement[bool]:
    """Records whose field holds one of these, which are in small letters, as an index knows it."""
    if field.kind not in ("text", "email", "phone"):
        return field.expression.in_(small)
    lowered = func.lower(field.expression)
    is_ordered = field.sort is not None and field.sort is field.attribute
    return (collate(lowered, "C") if is_ordered else lowered).in_(small)


def by_title(target: RecordType, texts: Iterable[str]) -> ColumnElement[bool]:
    """Records that may be called so: their sort keys, which have an index, are those of the texts.

    What is found has to be compared: keys leave out case, accents and punctuation.
    """
    title = target.field(target.title.key)
    keys = [sort_key(text, person=target.is_person) for text in texts]
    if title.sort is None:
        return title.expression.in_(list(texts))
    columns = [one for one in (title.sort, title.sort_chinese) if one is not None]
    return or_(*(column.in_(keys) for column in columns))


def spellings(value: Any) -> set[str]:
    """A value as texts are compared with it, in each of its languages."""
    if value in (None, ""):
        return set()
    texts = value.texts.values() if isinstance(value, LocalText) else (str(value),)
    return {fold(one) for one in texts if one}


def can_make(target: RecordType) -> bool:
    """True of a type whose records are called by a field that can be filled in."""
    return not target.field(target.title.key).readonly


def _make(
    target: RecordType,
    texts: Collection[str],
    by: Actor,
    found_by: str,
    along: Mapping[str, Mapping[str, Any]],
) -> Found:
    """Make a record for each text that is not there, once for what folds to the same."""
    try:
        may_change(target, "create", by)
    except Answer as answer:
        return dict.fromkeys(texts, str(answer.message))
    first = {fold(text): text for text in reversed(list(texts))}
    key = found_by or target.title.key
    title = target.title.key
    rows = [{title: text, **along.get(text, {}), key: text} for text in first.values()]
    built = build_many(target, rows, by, picklists_of(by.session, target))
    try:
        with by.session.begin_nested():
            write_free(target, rows, [one for one in built if isinstance(one, Record)], 0, by)
    except Held as held:
        return dict.fromkeys(texts, str(held.message))
    made = dict(zip(first, built, strict=True))
    found: Found = {}
    for text in texts:
        one = made[fold(text)]
        found[text] = sentence(one) if isinstance(one, Answer) else one.id
    return found
