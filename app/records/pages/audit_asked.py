"""What an address narrows the audit to, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, listed
from app.records.audit import Asked
from app.records.pages.audit_words import VIAS as WAYS
from app.records.pages.audit_words import subjects, verbs
from app.web.formats import parse_moment

SERVICE = "service"
BEFORE = "before"  # Where a page of the audit goes on.
FILTERS = ("person", "type", "record", "verb", "way", "from", "until")
OF_PROGRAMS = {  # How the API calls the same.
    "actor_id": "person",
    "record_type": "type",
    "record_id": "record",
    "verb": "verb",
    "via": "way",
    "since": "from",
    "until": "until",
}


@dataclass(frozen=True, slots=True)
class Read:
    """The filters of an address: what they ask for, as they were typed, and what is wrong."""

    asked: Asked
    typed: Mapping[str, str]
    errors: Mapping[str, Text]


def read_asked(arguments: Mapping[str, str], by: Actor, *, moments: bool = False) -> Read:
    """What the arguments named in FILTERS ask for.

    An argument that is none of them is told under an empty key. The period is of days on the
    reader's clock, the last one included; with `moments`, from one moment on and before another
    where it is given so.
    """
    typed = {key: text for key in FILTERS if (text := arguments.get(key, "").strip())}
    errors: dict[str, Text] = {}
    unknown = [key for key in arguments if key not in (*FILTERS, BEFORE)]
    if unknown:
        errors[""] = _(
            "The audit has no filter “%(name)s”. It knows %(known)s.",
            name=unknown[0][:60],
            known=listed(FILTERS),
        )
    person, record = typed.get("person", ""), typed.get("record", "")
    choices: dict[str, Mapping[str, object]] = {
        "type": subjects(by),
        "verb": verbs(by),
        "way": WAYS,
    }
    for key, known in choices.items():
        if key in typed and typed[key] not in known:
            errors[key] = _("This is not one of the values to choose from.")
    if person and person != SERVICE and parse_id(person) is None:
        errors["person"] = _("This is not one of the values to choose from.")
    if record and parse_id(record) is None:
        errors["record"] = _("There is no such record.")
    since, until = (
        _bound(typed.get(key, ""), key, by, errors, moments=moments) for key in ("from", "until")
    )
    if since and until and since >= until:
        errors["until"] = _("This day is before the first one.")
    asked = Asked(
        actor_id=parse_id(person),
        by_service=person == SERVICE,
        record_type=typed.get("type", ""),
        record_id=parse_id(record),
        verb=typed.get("verb", ""),
        via=typed.get("way", ""),
        since=since,
        until=until,
    )
    return Read(asked, typed, errors)


def _bound(
    text: str, key: str, by: Actor, errors: dict[str, Text], *, moments: bool
) -> datetime | None:
    """A moment, or that with which a day begins on the reader's clock; the last day is within."""
    if not text:
        return None
    moment = parse_moment(text) if moments and "T" in text else None
    if moment is not None:
        return moment
    try:
        day = date.fromisoformat(text)
        if not 1900 <= day.year <= 2200:
            raise ValueError(text)
    except ValueError:
        errors[key] = _("Enter a date like 2026-11-22.")
        return None
    last = timedelta(days=1) if key == "until" else timedelta()
    return datetime.combine(day + last, time(), by.zone)
