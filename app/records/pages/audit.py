"""The lines of the audit: events in words, as far as their reader may know them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, case, cast, false, literal, select, union_all

from app.identity.models import ApiToken, Invitation, Role, Team, User
from app.kernel.actor import Actor, Reach
from app.kernel.ids import parse_id
from app.kernel.language import Text as Words
from app.kernel.language import clauses, current, gettext, labelled
from app.kernel.localized import pick
from app.records.access import live, readable_fields, within_reach
from app.records.custom.models import CustomField
from app.records.pages.audit_merges import Merged, merge_for_programs, merges_of, told_merge
from app.records.pages.audit_words import ORIGIN, REACHES, VIAS, changed, say, subjects
from app.records.pages.changes import LONGEST, Change, change_lines
from app.records.pages.choices import choices_of
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.views.models import PRIVATE, SavedView
from app.web.formats import formats

Named = dict[tuple[str, UUID], str]
# What subjects that are no records are called; a label is localized.
TITLES: Mapping[str, tuple[Any, Any]] = {
    "user": (User.id, User.name),
    "team": (Team.id, Team.name),
    "role": (Role.id, Role.label),
    "token": (ApiToken.id, ApiToken.name),
    "invitation": (Invitation.id, Invitation.email),
    "field": (CustomField.id, CustomField.label),
    # What a private view is called is told to nobody.
    "view": (SavedView.id, case((SavedView.audience != PRIVATE, SavedView.name), else_="")),
}
LOCALIZED = ("role", "field")
KIND = "record_type"
# A moment as events keep it; a day alone or a text with one in it is none.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
REFERRED = {"role_id": "role", "team_id": "team", "parent_id": "team", "lead_id": "user"}


@dataclass(frozen=True, slots=True)
class Found:
    """The titles of what events are about, and which of it can be opened now."""

    names: Named
    alive: set[tuple[str, UUID]]


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words; `url` leads to its record while it can be opened."""

    moment: str
    at: str
    who: str
    what: Words
    tone: str
    subject: Words
    title: str
    url: str | None
    changes: list[Change]
    origin: str
    via: Words

    @property
    def told(self) -> str:
        """What changed as one text, for a cell of a spreadsheet."""
        parts = [
            labelled(one.label, f"{one.before or '—'} → {one.after or '—'}") for one in self.changes
        ]
        return clauses([*parts, *([self.origin] if self.origin else [])])


def lines(rows: Sequence[Row[Any]], by: Actor) -> list[Line]:
    """Events in words. The statements do not grow with the rows: one names all that is met."""
    shown = [_readable(row, by) for row in rows]
    merges = merges_of(rows, by)
    found = _met(rows, shown, merges, by)
    words = subjects(by)
    return [
        _line(row, changes, merges.get(row.id), found, words, by)
        for row, changes in zip(rows, shown, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """What a program is told of one event beyond its row: the title, and what changed."""

    title: str
    actor: str
    changes: dict[str, list[Any]]


def told_plainly(rows: Sequence[Row[Any]], by: Actor) -> list[Told]:
    """The same as `lines` tell, without words: titles and values as far as `by` may know them."""
    shown = [_readable(row, by) for row in rows]
    merges = merges_of(rows, by)
    names = _met(rows, shown, merges, by).names
    found = []
    for row, changes in zip(rows, shown, strict=True):
        title = names.get((row.record_type, row.record_id), "")
        actor = names.get(("user", row.actor_id), "") if row.actor_id else ""
        told = changes
        if row.id in merges:
            told = {**changes, **merge_for_programs(merges[row.id], names)}
        found.append(Told(title, actor, told if _may_know(row.record_type, title, by) else {}))
    return found


def _may_know(record_type: str, title: str, by: Actor) -> bool:
    """Values are told of what the reader could open; of what is gone, to who could open all."""
    if registry().get(record_type) is None or title:
        return True
    return by.rights.reach(record_type, "read") is Reach.ALL


def _readable(row: Row[Any], by: Actor) -> dict[str, list[Any]]:
    """The changes of an event whose fields its reader may see; a new record's are left out."""
    declared = registry().get(row.record_type)
    if declared is None:
        return {} if row.verb == "created" else dict(row.changes)
    if row.verb == "created":
        return {}
    record_type = tailored(declared, by)
    readable = {field.key for field in readable_fields(record_type, by)}
    return {key: pair for key, pair in row.changes.items() if key in readable}


def _line(
    row: Row[Any],
    changes: dict[str, list[Any]],
    merge: Merged | None,
    found: Found,
    words: Mapping[str, Words],
    by: Actor,
) -> Line:
    names = found.names
    key = (row.record_type, row.record_id)
    declared = registry().get(row.record_type)
    title, url, told = names.get(key, ""), None, []
    if declared is None:
        told = _plain_changes(changes, names, by)
    elif _may_know(row.record_type, title, by):
        record_type = tailored(declared, by)
        referred = {row_id: name for (_kind, row_id), name in names.items()}
        told = change_lines(record_type, changes, by, choices_of(record_type, by), referred)
        told += [told_merge(merge, names, by)] if merge is not None else []
        url = f"/{declared.collection}/{row.record_id}" if key in found.alive else None
    what, tone = say(row.record_type, row.verb)
    who = names.get(("user", row.actor_id), "") if row.actor_id else ""
    return Line(
        moment=formats(by).exact(row.at),
        at=row.at.isoformat(),
        who=who or gettext("The service"),
        what=what,
        tone=tone,
        subject=words.get(row.record_type, Words(row.record_type)),
        title=title,
        url=url,
        changes=told,
        origin=" · ".join(str(changes[one][1]) for one in ORIGIN if changes.get(one, [0, 0])[1]),
        via=VIAS.get(row.via, Words(row.via)),
    )


def _plain_changes(changes: Mapping[str, list[Any]], names: Named, by: Actor) -> list[Change]:
    """What changed of a user, a role, a team: by its name where it has one, else by its key."""
    told = []
    for key, pair in changes.items():
        if key in ORIGIN or len(pair) != 2:
            continue
        told_pair = [_kind(value) for value in pair] if key == KIND else pair
        referred = REFERRED.get(key)
        before, after = (_plain(referred, value, names, by)[:LONGEST] for value in told_pair)
        told.append(Change(changed(key, by), before, after))
    return told


def _kind(value: Any) -> str:
    """The record type of this key in words."""
    declared = registry().counted(value) if isinstance(value, str) else None
    return str(declared.words.many) if declared is not None else str(value or "")


def _plain(refers_to: str | None, value: Any, names: Named, by: Actor) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if refers_to and (found := parse_id(str(value))):
        return names.get((refers_to, found), "")
    if isinstance(value, dict):
        return _picked(value)
    if isinstance(value, str):
        return _worded(value, by)
    return json.dumps(value, ensure_ascii=False)


def _worded(value: str, by: Actor) -> str:
    """A word of ours in the reader's language, a moment by their clock, a text as it is."""
    if MOMENT.fullmatch(value):
        with suppress(ValueError, OverflowError):  # A name that only looks like a moment.
            return formats(by).moment(datetime.fromisoformat(value), by.today())
    return str(REACHES.get(value, value))


def _met(
    rows: Sequence[Row[Any]],
    shown: Iterable[Mapping[str, list[Any]]],
    merges: Mapping[UUID, Merged],
    by: Actor,
) -> Found:
    """The titles of all that the events are about, that did them and that they refer to."""
    wanted: dict[str, set[UUID]] = {}
    for row, changes in zip(rows, shown, strict=True):
        wanted.setdefault(row.record_type, set()).add(row.record_id)
        if row.actor_id:
            wanted.setdefault("user", set()).add(row.actor_id)
        for key, pair in changes.items():
            to = _points_to(row.record_type, key, by)
            if to:
                ids = {found for value in pair if value and (found := parse_id(str(value)))}
                wanted.setdefault(to, set()).update(ids)
    for merge in merges.values():
        wanted[merge.record_type].update(merge.ids)
    return find_names(wanted, by)


def _points_to(record_type: str, key: str, by: Actor) -> str | None:
    declared = registry().get(record_type)
    if declared is None:
        return REFERRED.get(key)
    return tailored(declared, by).field(key).to


def named(wanted: Mapping[str, Iterable[UUID]], by: Actor) -> Named:
    """Titles by type and id in one statement; records that `by` may not open have none."""
    return find_names(wanted, by).names


def find_names(wanted: Mapping[str, Iterable[UUID]], by: Actor) -> Found:
    """The same, with which of the records can be opened now: they are not deleted."""
    arms = []
    for kind, ids in wanted.items():
        declared = registry().get(kind)
        if declared is not None and by.tenant.allows(declared.module):
            model = declared.model
            may_read = within_reach(declared, by, "read")
            arm = select(literal(kind), model.id, cast(declared.title_text, Text), live(declared))
            arms.append(arm.where(model.id.in_(set(ids)), may_read))
        elif kind in TITLES:
            row_id, title = TITLES[kind]
            arm = select(literal(kind), row_id, cast(title, Text), false())
            arms.append(arm.where(row_id.in_(set(ids))))
    rows = by.session.execute(union_all(*arms)).all() if arms else []
    return Found(
        {(kind, row_id): _title(kind, title or "") for kind, row_id, title, _alive in rows},
        {(kind, row_id) for kind, row_id, _name, alive in rows if alive},
    )


def _picked(texts: Mapping[str, str]) -> str:
    return pick(texts, current())


def _title(kind: str, text: str) -> str:
    """A title from the database's text; a localized one is JSON."""
    return _picked(json.loads(text)) if kind in LOCALIZED else text
