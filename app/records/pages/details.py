"""The details of a record: each field with its value, as its page and an edited cell show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.language import current, gettext
from app.kernel.localized import LocalText, in_order
from app.kernel.phones import dial_phone
from app.records.access import may_do, readable_keys, sees, writable_keys
from app.records.custom.conditions import is_readonly, is_visible, values_of
from app.records.fields import Field, Option
from app.records.model import Record
from app.records.pages.looks import Face, Shown, chips_of, face, is_pill
from app.records.pages.mentions import marked
from app.records.pages.order import reading_order
from app.records.pages.shown import shown_text
from app.records.priced.field import RATE_ON
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats

Names = Mapping[UUID, str]
EMPTY = ("", None, ())


@dataclass(frozen=True, slots=True)
class Detail:
    """One field of one record; `html` is its value, empty where there is none."""

    field: Field
    html: Markup
    edit_url: str | None
    owner: Face | None = None
    heading: str = ""  # Of the section that begins with it.

    @property
    def key(self) -> str:
        """The key of its field."""
        return self.field.key


def details(
    record_type: RecordType,
    record: Record,
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Names,
) -> tuple[list[Detail], list[Detail]]:
    """The fields that stand on the page, and the empty ones of those behind "more"."""
    readable = readable_keys(record_type, by)
    more = {attribute.key for attribute in record_type.more}
    value_of = values_of(record_type, record)
    shown: list[Detail] = []
    folded: list[Detail] = []
    for key in reading_order(one.key for one in (*record_type.form, *record_type.more)):
        field = record_type.by_key[key]
        if field.key not in readable or not is_visible(field, value_of):
            continue
        one = detail(record_type, record, field, by, picklists, names)
        (folded if field.key in more and not one.html else shown).append(one)
    headings = record_type.headings({one.key for one in shown})
    return [replace(one, heading=headings.get(one.key, "")) for one in shown], folded


def detail(
    record_type: RecordType,
    record: Record,
    field: Field,
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Names,
) -> Detail:
    """One field of a record, with the address to edit it where this reader may."""
    value = field.value(record)
    url = None
    is_fixed = is_readonly(field, values_of(record_type, record))
    if (
        not is_fixed
        and field.key in writable_keys(record_type, by)
        and may_edit(record_type, record, by)
    ):
        url = f"/{record_type.collection}/{record.id}/fields/{field.key}"
    owner = face(None, value, names[value]) if field.to == "user" and value in names else None
    html = value_html(record_type, field, value, by, picklists, names)
    if field.mentions and html:
        html = marked(html, value, getattr(record, "mentions", None), by)
    return Detail(field, html, url, owner)


def may_edit(record_type: RecordType, record: Record, by: Actor) -> bool:
    """True when `by` may change this record now."""
    return not by.tenant.is_read_only and may_do(record_type, record, "update", by)


def value_html(
    record_type: RecordType,
    field: Field,
    value: Any,
    by: Actor,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Names,
) -> Markup:
    """A value with its link or its pill; nothing for none."""
    if value in EMPTY or (field.to and value not in names):
        return Markup("")  # What may not be opened is neither named nor linked.
    if field.kind == "choice":
        options = picklists.get(field.key) or field.options
        return Shown(options, as_pills=is_pill(record_type, field.key))[value]
    if field.kind == "tags":
        link = f"/{record_type.collection}?{field.key}__has="
        return chips_of(picklists.get(field.key, ()), link)(value)
    text = shown_text(field, value, by, (), names)
    href = _href(field, value)
    if href is not None:
        told = text.partition("://")[2].removeprefix("www.").rstrip("/") or text
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(href, told)
    if field.kind == "long_text":
        return Markup('<span class="long">{}</span>').format(text)
    own_html = OWN_HTML.get(field.kind)
    if field.key in record_type.prices:
        own_html = partial(_amount_html, tells_day=sees(record_type, RATE_ON, by))
    return own_html(value, by) if own_html is not None else escape(text)


def _amount_html(value: Amount, by: Actor, *, tells_day: bool = True) -> Markup:
    """An amount; in another currency, with what it was in the firm's and the day of that rate.

    Of a record the day is a field of its own, which not everybody may see.
    """
    write = formats(by)
    text = write.money(value.amount, value.currency)
    if value.currency == by.tenant.currency:
        return escape(text)
    amount = write.money(value.own, by.tenant.currency)
    own = f"≈ {amount}"
    if tells_day:
        day = write.day(value.rate_on, by.today())
        own = gettext("≈ %(amount)s, by the rate of %(day)s", amount=amount, day=day)
    return Markup('<span class="local">{}<small class="muted">{}</small></span>').format(text, own)


def _local_html(value: LocalText, _by: Actor) -> Markup:
    """A text in several languages: the reader's, and the others below it."""
    first, *others = in_order(value.texts, current())
    below = Markup("").join(Markup('<small class="muted">{}</small>').format(one) for one in others)
    return Markup('<span class="local">{}{}</span>').format(first, below)


def _href(field: Field, value: Any) -> str | None:
    """Where a value leads: to its record, to the telephone, to the mail, to the web."""
    if field.to and field.to != "user":
        return f"/{registry().type(field.to).collection}/{value}"
    if field.kind == "phone":
        number = dial_phone(str(value))
        return f"tel:{number}" if number else None
    schemes = {"email": f"mailto:{value}", "url": str(value)}
    return schemes.get(field.kind)


OWN_HTML: Mapping[str, Callable[[Any, Actor], Markup]] = {
    "localized": _local_html,
    "amount": _amount_html,
}
