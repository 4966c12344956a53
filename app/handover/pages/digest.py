"""One page that tells a colleague all they need of a customer whom they take over.

Many are told in as few statements as one, so that those of a whole handover can be printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.crm.pages.timeline import ON_TIMELINES, Shown, shown
from app.kernel.actor import Actor
from app.kernel.language import Text
from app.kernel.phones import display_phone
from app.records.access import permitted, readable_fields, sees
from app.records.pages.choices import choices_of
from app.records.pages.looks import Words
from app.records.pages.order import reading_order
from app.records.pages.shown import shown_text
from app.records.references import titles
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

PEOPLE = 8
LAST = 5
OPEN = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer, and how to reach them."""

    url: str
    name: str
    title: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Line:
    """One activity with when it was or is due."""

    when: str
    data: Shown


@dataclass(slots=True)
class Digest:
    """All that `handover/_digest.html` shows of one customer."""

    url: str
    name: str
    facts: list[tuple[Text, str]]
    people: list[Person] = field(default_factory=list)
    promises: list[Line] = field(default_factory=list)
    steps: list[Line] = field(default_factory=list)
    last: list[Line] = field(default_factory=list)


def digests(ids: Sequence[UUID], by: Actor) -> list[Digest]:
    """The digests of some customers that `by` may read, in the order of the ids."""
    account = tailored("account", by)
    rows = by.session.scalars(select(Account).where(Account.id.in_(ids), permitted(account, by)))
    found = {one.id: one for one in rows}
    facts = _facts(account, list(found.values()), by)
    made = {
        one.id: Digest(f"/accounts/{one.id}", one.name, facts[one.id]) for one in found.values()
    }
    _add_people(made, by)
    _add_activities(made, by)
    return [made[one] for one in ids if one in made]


def _facts(
    record_type: RecordType, records: Sequence[Account], by: Actor
) -> dict[UUID, list[tuple[Text, str]]]:
    """What is known of each, field by field, in the order of their form."""
    keys = reading_order(one.key for one in (*record_type.form, *record_type.more))
    readable = {one.key: one for one in readable_fields(record_type, by)}
    fields = [readable[key] for key in keys if key in readable and key != record_type.title.key]
    picklists = choices_of(record_type, by)
    names: dict[UUID, str] = {}
    for to in {one.to for one in fields if one.to}:
        wanted = {one.value(record) for one in fields if one.to == to for record in records}
        names |= titles(to, wanted - {None}, by)
    return {
        record.id: [
            (one.label, text)
            for one in fields
            if (
                text := shown_text(
                    one, one.value(record), by, picklists.get(one.key) or one.options, names
                )
            )
        ]
        for record in records
    }


def _add_people(made: dict[UUID, Digest], by: Actor) -> None:
    contact = tailored("contact", by)
    if not by.may(contact.key, "read") or not sees(contact, "account_id", by):
        return
    place = func.row_number().over(
        partition_by=Contact.account_id, order_by=(Contact.name_sort, Contact.id)
    )
    ranked = (
        select(
            Contact.id,
            Contact.account_id,
            Contact.name,
            Contact.title,
            Contact.phone,
            Contact.email,
            place.label("n"),
        )
        .where(Contact.account_id.in_(made), permitted(contact, by))
        .subquery()
    )
    rows = by.session.execute(select(ranked).where(ranked.c.n <= PEOPLE).order_by(ranked.c.n))
    seen = {key for key in ("title", "phone", "email") if sees(contact, key, by)}
    for row in rows:
        phone = row.phone if "phone" in seen else None
        made[row.account_id].people.append(
            Person(
                f"/contacts/{row.id}",
                row.name,
                (row.title or "") if "title" in seen else "",
                display_phone(phone, by.tenant.country) if phone else "",
                (row.email or "") if "email" in seen else "",
            )
        )


def _add_activities(made: dict[UUID, Digest], by: Actor) -> None:
    activity = tailored("activity", by)
    if not by.may(activity.key, "read"):
        return
    ways = Words(choices_of(activity, by).get("way", ()))
    write, today = formats(by), by.today()
    for is_done in (True, False):
        for on_id, rows in _ranked(activity, made, by, is_done=is_done).items():
            for row in rows:
                one = shown(activity, row, ways, by)
                moment = row.done_at or row.due_at if one.at else None
                line = Line(write.moment(moment, today) if moment else "", one)
                digest = made[on_id]
                steps = digest.promises if one.is_promise else digest.steps
                (digest.last if is_done else steps).append(line)


def _ranked(
    activity: RecordType, made: dict[UUID, Digest], by: Actor, *, is_done: bool
) -> dict[UUID, list[Any]]:
    """The last activities of each customer, or those that are still open, by the customer."""
    done = Activity.done_at.is_not(None) if is_done else Activity.done_at.is_(None)
    order = (
        (ActivityLink.at.desc(), ActivityLink.activity_id.desc())
        if is_done
        else (Activity.is_promise.desc(), Activity.due_at.asc().nulls_last(), Activity.id)
    )
    place = func.row_number().over(partition_by=ActivityLink.record_id, order_by=order)
    ranked = (
        select(ActivityLink.activity_id, ActivityLink.record_id, place.label("n"))
        .join(Activity, Activity.id == ActivityLink.activity_id)
        .where(
            ActivityLink.record_type == "account",
            ActivityLink.record_id.in_(made),
            done,
            permitted(activity, by),
        )
        .subquery()
    )
    statement = (
        ON_TIMELINES.add_columns(ranked.c.record_id.label("on_id"))
        .join(
            ranked,
            and_(
                ranked.c.activity_id == ActivityLink.activity_id,
                ranked.c.record_id == ActivityLink.record_id,
            ),
        )
        .where(ActivityLink.record_type == "account", ranked.c.n <= (LAST if is_done else OPEN))
        .order_by(ranked.c.n)
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in by.session.execute(statement):
        found[row.on_id].append(row)
    return found
