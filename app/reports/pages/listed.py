"""The list of reports: starred, one's own, shared, and those that come with the product."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.registry import registry
from app.reports.operations.keep import reports_of, starred
from app.reports.ready import ready_reports


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as the list shows it; `about` says what it answers, or whose it is."""

    url: str
    name: str
    about: str
    of: str
    icon: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some reports under one heading."""

    label: Text
    entries: tuple[Entry, ...]


def listed(by: Actor) -> tuple[Shelf, ...]:
    """Every report that `by` has, each on one shelf; a shelf without reports is none."""
    mine, first = reports_of(by), starred(by)
    people = select(User.id, User.name).where(User.id.in_({one.owner_id for one in mine}))
    names = {row[0]: row[1] for row in by.session.execute(people)} if mine else {}
    stars: list[Entry] = []
    own: list[Entry] = []
    shared: list[Entry] = []
    ready: list[Entry] = []
    for one in mine:
        is_own = one.owner_id == by.user_id
        about = "" if is_own else names.get(one.owner_id, "")
        entry = _entry(f"/reports/{one.id}", one.name, about, one.record_type)
        (stars if str(one.id) in first else own if is_own else shared).append(entry)
    for each in ready_reports(by):
        kind = each.definition.record_type
        entry = _entry(f"/reports/ready/{each.key}", str(each.label), str(each.text), kind)
        (stars if each.key in first else ready).append(entry)
    shelves = (
        (_("Starred"), stars),
        (_("Yours"), own),
        (_("Shared with you"), shared),
        (_("Ready-made"), ready),
    )
    return tuple(Shelf(label, tuple(found)) for label, found in shelves if found)


def _entry(url: str, name: str, about: str, kind: str) -> Entry:
    record_type = registry().counted(kind) or registry().type(kind)
    return Entry(url, name, about, str(record_type.words.many), record_type.icon)
