"""The papers that are made of customers: a letter, and a statement of what is known and done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.documents.papers.layouts import Content, Given, Layout
from app.documents.papers.letterhead import firm_name
from app.documents.texts.variables import person, value_of
from app.kernel.actor import Actor
from app.kernel.countries import country_name
from app.kernel.errors import Missing
from app.kernel.language import _, current, gettext
from app.records.access import fetch, permitted, readable_fields, readable_keys, sees
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.looks import Words
from app.records.references import titles
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.formats import formats

FOLDER = Path(__file__).parent / "layouts"
MOST = 500  # Activities on one statement.
# Notes are for colleagues, so no statement tells of them.
TOLD = ("follow_up", "call", "meeting", "visit", "mail", "task")
PLACE = ("address", "district", "city", "province")
TOWN = ("city", "province")
HAN = re.compile("[\u3400-\u9fff]")
# What colleagues keep in order by says nothing to the customer.
LEFT_OUT = (
    "created_at",
    "updated_at",
    "tags",
    "language",
    "last_activity_at",
    "next_step",
    "next_step_at",
)


def letter(record_type: RecordType, record: Record, given: Given, by: Actor) -> Content:
    """A letter to an account, or to a contact at theirs, signed by whoever makes it."""
    uses = Uses()
    sender = person(by, by.user_id)
    name = record_type.title_of(record)
    firm = firm_name(by)
    content = {
        "to": _addressee(record_type, record, by, uses),
        "subject": given.subject,
        "body": given.body,
        "signed": str(sender or firm),
        "under": firm if sender is not None else "",
    }
    title = given.subject or gettext("Letter to %(name)s", name=name)
    return Content(title, content, uses)


def statement(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What is known of a customer as far as `by` may see it, and what was done with them."""
    uses = Uses()
    rows = _done(record_type, record, by, uses)
    told = rows[:MOST]
    more = len(rows) > MOST
    columns = [
        {"label": gettext("Date"), "number": False, "wide": False},
        {"label": gettext("Kind"), "number": False, "wide": False},
        {"label": gettext("Subject"), "number": False, "wide": True},
    ]
    content = {
        "facts": _facts(record_type, record, by, uses),
        "heading": gettext("What we did"),
        "columns": columns,
        "rows": told,
        "nothing": gettext("Nothing yet."),
        "more": gettext("Only the latest %(n)s are told.", n=MOST) if more else "",
        "signed": firm_name(by),
    }
    title = gettext("Statement: %(name)s", name=record_type.title_of(record))
    return Content(title, content, uses)


def _addressee(record_type: RecordType, record: Record, by: Actor, uses: Uses) -> list[str]:
    """Who a letter goes to, line by line, as far as `by` may see it."""
    found = [record_type.title_of(record)]
    at: Record | None = record
    at_type = record_type
    if isinstance(record, Contact):
        if record.title and sees(record_type, "title", by):
            found.append(record.title)
            uses.note(record_type.key, "title")
        at_type = tailored("account", by)
        at = _account(record, record_type, by)
        if at is not None:
            found.append(at_type.title_of(at))
            uses.note(record_type.key, "account_id")
            uses.note_records(at_type.key, [at.id])
    return found + (_place(at_type, at, by, uses) if isinstance(at, Account) else [])


def _account(contact: Contact, record_type: RecordType, by: Actor) -> Record | None:
    if contact.account_id is None or not sees(record_type, "account_id", by):
        return None
    try:
        return fetch(registry().type("account"), contact.account_id, by)
    except Missing:
        return None


def _place(record_type: RecordType, account: Account, by: Actor, uses: Uses) -> list[str]:
    """An address as it is written: from the house to the country, in Chinese the other way."""
    readable = readable_keys(record_type, by)
    told = [key for key in PLACE if key in readable and getattr(account, key)]
    uses.note(record_type.key, *told)
    abroad = ""
    if "country" in readable and account.country and account.country != by.tenant.country:
        abroad = country_name(account.country, current())
        uses.note(record_type.key, "country")
    if current().startswith("zh") and _is_chinese(account):
        line = "".join(getattr(account, key) for key in reversed(told))
        return [one for one in (abroad, line) if one]
    street = [getattr(account, key) for key in told if key not in TOWN]
    town = ", ".join(getattr(account, key) for key in told if key in TOWN)
    return [one for one in (*street, town, abroad) if one]


def _is_chinese(account: Account) -> bool:
    """True for an address in Chinese, which runs on; what stands in letters needs its spaces."""
    return any(HAN.search(getattr(account, key) or "") for key in PLACE)


def _facts(record_type: RecordType, record: Record, by: Actor, uses: Uses) -> list[dict[str, str]]:
    """The fields that have a value, with their labels."""
    found = []
    for one in readable_fields(record_type, by):
        value = one.value(record)
        if one.key in LEFT_OUT or value in (None, "", ()):
            continue
        if one.to:
            text = titles(one.to, [value], by).get(value)
        else:
            text = value_of(record_type, one, value, by)
        if text:
            uses.note(record_type.key, one.key)
            if one.to and one.to != "user":
                uses.note_records(one.to, [value])
            found.append({"label": str(one.label), "value": str(text)})
    return found


def _done(record_type: RecordType, record: Record, by: Actor, uses: Uses) -> Sequence[list[str]]:
    """What was done with a customer, the newest first, as rows of texts."""
    activity = tailored("activity", by)
    readable = readable_keys(activity, by)
    if not {"kind", "subject", "done_at"} <= readable or not by.may("activity", "read"):
        return []
    statement = (
        select(Activity.id, Activity.kind, Activity.subject, Activity.done_at)
        .join(ActivityLink, ActivityLink.activity_id == Activity.id)
        .where(
            ActivityLink.record_type == record_type.key,
            ActivityLink.record_id == record.id,
            Activity.done_at.is_not(None),
            Activity.kind.in_(TOLD),
            permitted(activity, by),
        )
        .order_by(Activity.done_at.desc(), Activity.id.desc())
        .limit(MOST + 1)
    )
    kind = activity.by_key["kind"]
    words = Words(choices_of(activity, by).get("kind", ()) or kind.options)
    write = formats(by)
    rows: list[Any] = list(by.session.execute(statement))
    if rows:
        uses.note("activity", "kind", "subject", "done_at")
        uses.note_records("activity", [row.id for row in rows[:MOST]])
    return [
        [write.day(write.local(row.done_at).date(), date.min), words[row.kind], row.subject]
        for row in rows
    ]


LAYOUTS = (
    Layout(
        "letter",
        3,
        _("Letter"),
        ("account", "contact"),
        letter,
        takes_text=True,
        number="L-{year}-{number:04}",
        plural=_("Letters to customers"),
    ),
    Layout(
        "statement",
        3,
        _("Customer statement"),
        ("account",),
        statement,
        FOLDER,
        number="S-{year}-{number:04}",
        plural=_("Statements for customers"),
    ),
)
