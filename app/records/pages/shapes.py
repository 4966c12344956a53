"""How values look in a list, in the language, zone and country of one reader, safe in HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from markupsafe import escape

from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.countries import country_name
from app.kernel.language import current
from app.kernel.names import avatar_colour, initial, initials
from app.kernel.phones import dial_phone, display_phone
from app.records.fields import Field
from app.records.pages.kept import Kept
from app.records.pages.looks import Words
from app.web.formats import Formats, formats


@dataclass(frozen=True, slots=True)
class Shapes:
    """For each kind of value the HTML of those met so far; `tonight` is the end of today.

    `stands` tells when a moment stands for the reader: a day ends when it ends for them.
    """

    now: datetime
    tonight: datetime
    initials: Kept
    initial: Kept
    phone: Kept
    dial: Kept
    territory: Kept
    owner: Kept
    ago: Kept
    moment: Kept
    day: Kept
    date: Kept
    number: Kept
    money: Kept
    amount: Kept
    clock: Kept
    stands: Callable[[datetime], datetime]


def shapes_for(by: Actor) -> Shapes:
    """Shapes in which nothing was met yet."""
    write, today, now = formats(by), by.today(), by.now
    country, currency = by.tenant.country, by.tenant.currency
    language = current()
    return Shapes(
        now=now,
        tonight=datetime.combine(today, time.max, by.zone),
        initials=Kept(lambda name: escape(initials(name))),
        initial=Kept(lambda name: escape(initial(name))),
        phone=Kept(lambda number: escape(display_phone(number, country))),
        dial=Kept(lambda number: escape(dial_phone(number))),
        territory=Kept(lambda value: escape(country_name(value, language))),
        owner=Kept(owner_html),
        ago=Kept(lambda moment: _ago(moment, write, now)),
        moment=Kept(lambda moment: write.moment(moment, today)),
        day=Kept(lambda moment: write.day(write.local(moment), today)),
        date=Kept(lambda value: write.day(value, today)),
        number=Kept(write.number),
        money=Kept(lambda amount: escape(write.money(amount, currency))),
        amount=Kept(lambda amount: amount_html(amount, by)),
        clock=Kept(write.clock),
        stands=write.stands,
    )


def amount_html(amount: Amount, by: Actor) -> str:
    """An amount in its currency; in another than the firm's, with what it is there for who points.

    A list adds up and orders by the latter.
    """
    write, home = formats(by), by.tenant.currency
    told = escape(write.money(amount.amount, amount.currency))
    if amount.currency == home:
        return told
    own = escape(write.money(amount.own, home))
    return f'<span title="≈ {own}">{told}</span>'


def listing_of(field: Field, by: Actor) -> Callable[[Iterable[str]], str]:
    """What writes the values of a multiple choice one after the other."""
    words = Words(field.options)
    write = formats(by)
    return lambda chosen: escape(write.listed(words[one] for one in chosen))


def owner_html(person: tuple[UUID, str | None]) -> str:
    """A colleague with their avatar."""
    user_id, name = person[0], person[1] or ""
    return (
        f'<span class="own"><span class="avatar avatar-xs avatar-{avatar_colour(user_id)}" '
        f'aria-hidden="true">{escape(initial(name))}</span>{escape(name)}</span>'
    )


def _ago(moment: datetime, write: Formats, now: datetime) -> str:
    """A past moment as people tell it, exact for whoever points at it."""
    at = (write.whole_day(moment) or moment).isoformat()
    return (
        f'<time class="muted" datetime="{at}" title="{write.exact(moment)}">'
        f"{write.relative(moment, now)}</time>"
    )
