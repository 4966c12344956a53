"""Values: from what a person or a program sent to what the column holds, with kind messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from app.kernel.actor import Actor
from app.kernel.countries import country_code
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import LOCALES, Text, _
from app.kernel.localized import LocalText
from app.kernel.phones import read_phone
from app.records.fields import Field, Option
from app.records.languages import from_lines
from app.records.registry import registry
from app.records.tags.operations import MOST_ON_RECORD, keys_of, make_tag, names_in

NAME_LENGTH = 200  # Characters of a name in one of its languages.
LONG_TEXT = 20_000  # Characters; ten pages of A4.
WHOLE_LIMIT = 2**53  # What JSON carries exactly.
LONGEST_NUMBER = 26  # Characters, sign and zeros included; sums are exact to 28 digits.
DIGITS = 15  # Of a number with decimals, for the same reason.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Reader = Callable[[Field, Any, Actor, tuple[Option, ...]], Any]
LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")


class Unfit(Exception):
    """A value that does not fit its field; the message goes beside the field."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


def read_value(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Any:
    """One column value, or None when nothing was given; Unfit when it does not fit."""
    if raw is None or raw == "":
        return None
    reader: Reader = READERS.get(field.kind, _read_text)
    value = reader(field, raw, by, options or field.options)
    limit = field.max_length
    if limit is not None and isinstance(value, str) and len(value) > limit:
        raise _too_long(limit)  # Reading may have completed what was typed, such as an address.
    return value


def clean_text(raw: Any) -> str:
    """A string fit to be stored, with its ends trimmed; Unfit when it is none."""
    if not isinstance(raw, str):
        raise Unfit(_("Enter a text here."))
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit(_("This contains characters that can't be stored.")) from None
    if CONTROL.search(raw):
        raise Unfit(_("This contains characters that can't be stored."))
    return LINE_END.sub("\n", raw).strip()


def _too_long(limit: int) -> Unfit:
    return Unfit(_("This is longer than %(limit)s characters.", limit=limit))


def _read_text(field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> str | None:
    text = clean_text(raw)
    limit = field.max_length or LONG_TEXT
    if len(text) > limit:
        raise _too_long(limit)
    if field.kind != "long_text" and "\n" in text:
        raise Unfit(_("This must be one line."))
    return text or None


def _read_email(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    text = _read_text(field, raw, by, options)
    if not text:
        return None
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise Unfit(_("Enter an e-mail address like name@example.com.")) from None


def _read_phone(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    text = _read_text(field, raw, by, options)
    if not text:
        return None
    number = read_phone(text, by.tenant.country)
    if number is None:
        raise Unfit(
            _("Enter a whole phone number, with its country code when abroad. Extension: x123.")
        )
    return number


def _read_url(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    text = _read_text(field, raw, by, options)
    if not text:
        return None
    if "://" not in text:
        text = f"https://{text}"
    if not re.fullmatch(r"https?://[^\s/?#@\"'<>]+\.[^\s\"'<>]+", text, re.IGNORECASE):
        raise Unfit(_("Enter a web address like www.example.com."))
    return text


def _read_choice(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """A value to choose from; other programs may write it with spaces and capitals."""
    text = _read_text(field, raw, by, options)
    if text is None:
        return None
    found = spelled(text, options)
    if found is None:
        raise Unfit(_("This is not one of the values to choose from."))
    return found


def _read_country(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """The code of a country; other programs may write its name."""
    text = _read_text(field, raw, by, options)
    if text is None:
        return None
    found = country_code(text)
    if found is None:
        raise Unfit(_("Enter a country by its name or its code, like China or CN."))
    return found


def spelled(text: str, options: tuple[Option, ...]) -> str | None:
    """The value of a choice that `text` means, or None."""
    values = {option.value for option in options}
    spellings = (text, text.lower().replace(" ", "_"))
    return next((one for one in spellings if one in values), None)


def _read_whole(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise Unfit(_("This must be a whole number."))
    text = str(raw).strip().replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,16}", text) or abs(int(text)) > WHOLE_LIMIT:
        raise Unfit(_("This must be a whole number."))
    return int(text)


def _read_flag(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> bool:
    if isinstance(raw, bool):
        return raw
    words = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False}
    found = words.get(str(raw).strip().lower())
    if found is None:
        raise Unfit(_("This must be yes or no."))
    return found


def _read_moment(_field: Field, raw: Any, by: Actor, _options: tuple[Option, ...]) -> datetime:
    """A moment; one without a zone is meant in the actor's zone."""
    try:
        moment = datetime.fromisoformat(clean_text(raw))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=by.zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(_("Enter a date and time like 2026-11-22 09:30.")) from None
    if not 1900 <= moment.year <= 2200:
        raise Unfit(_("This date is too far away."))
    return moment


def _read_day(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> date:
    try:
        day = date.fromisoformat(clean_text(raw))
    except ValueError:
        raise Unfit(_("Enter a date like 2026-11-22.")) from None
    if not 1900 <= day.year <= 2200:
        raise Unfit(_("This date is too far away."))
    return day


def _read_reference(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> UUID:
    found = raw if isinstance(raw, UUID) else parse_id(raw) if isinstance(raw, str) else None
    if found is None:
        raise Unfit(_("There is no such record."))
    return found


def _read_number(field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> Decimal:
    """A number with the field's decimals; thousands may be parted, digits may be full-width."""
    text = str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
    if not isinstance(text, str):
        raise Unfit(_("This must be a number."))
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", clean_text(text)))
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
        raise Unfit(_("This must be a number."))
    value, most = Decimal(text), min(field.digits or DIGITS, DIGITS)
    if len(text) > LONGEST_NUMBER or abs(value) >= 10**most:
        raise Unfit(_("This number has more than %(n)s digits.", n=most))
    decimals = getattr(field, "decimals", 4)
    if value != round(value, decimals):
        raise Unfit(
            _("At most %(n)s digits after the point.", n=decimals)
            if decimals
            else _("This must be a whole number.")
        )
    if len(value.normalize().as_tuple().digits) > DIGITS:
        raise Unfit(_("This number has more than %(n)s digits.", n=DIGITS))
    return value


def _read_percent(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Decimal:
    return _read_number(field, raw.rstrip(" %％") if isinstance(raw, str) else raw, by, options)


def _read_money(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> Decimal:
    """An amount; a program may send it with its currency, which must be the workspace's."""
    if isinstance(raw, Mapping):
        if set(raw) != {"amount", "currency"} or raw["currency"] != by.tenant.currency:
            raise Unfit(_("Give an amount in %(currency)s.", currency=by.tenant.currency))
        raw = raw["amount"]
    return _read_number(field, raw, by, options)


def _read_localized(
    _field: Field, raw: Any, by: Actor, _options: tuple[Option, ...]
) -> LocalText | None:
    """A text in several languages: an object by language, or the lines of a form.

    A single text is in the workspace's own language.
    """
    if not isinstance(raw, Mapping):
        if not isinstance(raw, str):
            raise Unfit(_("Enter a text here."))
        raw = from_lines(raw.replace("\r\n", "\n"), by)
    if not set(raw) <= set(LOCALES):
        known = ", ".join(LOCALES)
        raise Unfit(_("Give the text by language: %(languages)s.", languages=known))
    texts = {language: clean_text("" if text is None else text) for language, text in raw.items()}
    if any(len(text) > NAME_LENGTH for text in texts.values()):
        raise _too_long(NAME_LENGTH)
    if any("\n" in text for text in texts.values()):
        raise Unfit(_("This must be one line."))
    return LocalText(texts) if any(texts.values()) else None


def _read_time(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> time:
    try:
        return time.fromisoformat(clean_text(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Unfit(_("Enter a time like 09:30.")) from None


def _read_choices(
    field: Field, raw: Any, by: Actor, options: tuple[Option, ...]
) -> tuple[str, ...]:
    """Some of the values to choose from, in their order; a form sends them line by line."""
    parts = raw.split("\n") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple):
        raise Unfit(_("Give a list of values to choose from."))
    chosen = {_read_choice(field, one, by, options) for one in parts if one != ""}
    return tuple(option.value for option in options if option.value in chosen)


def _read_tags(
    field: Field, raw: Any, by: Actor, options: tuple[Option, ...]
) -> tuple[str, ...] | None:
    """Keys of tags by their names; an unknown name becomes one, where the role allows it."""
    if not isinstance(raw, str | list | tuple) or not all(isinstance(one, str) for one in raw):
        raise Unfit(_("Give a list of tags."))
    keys, unknown = keys_of(names_in(clean_text(raw) if isinstance(raw, str) else raw), options)
    if len(keys) + len(unknown) > MOST_ON_RECORD:
        raise Unfit(_("At most %(limit)s tags.", limit=MOST_ON_RECORD))
    for name in unknown:
        if not by.may("tag", "create"):
            raise Unfit(_("There is no tag “%(name)s”, and your role may not make one.", name=name))
        try:
            keys.append(make_tag(by, _type_of(field), clean_text(name)))
        except Refused as refused:
            raise Unfit(_text_of(refused)) from None
    return tuple(keys) or None


def _type_of(field: Field) -> str:
    """The record type that a built-in field belongs to."""
    return next(one.key for one in registry() if one.model is field.attribute.class_)


def _text_of(refused: Refused) -> Text:
    message = refused.message
    return message if isinstance(message, Text) else Text(message)


READERS: Mapping[str, Reader] = {
    "localized": _read_localized,
    "tags": _read_tags,
    "number": _read_number,
    "money": _read_money,
    "percent": _read_percent,
    "time": _read_time,
    "choices": _read_choices,
    "text": _read_text,
    "long_text": _read_text,
    "email": _read_email,
    "phone": _read_phone,
    "url": _read_url,
    "choice": _read_choice,
    "country": _read_country,
    "whole": _read_whole,
    "flag": _read_flag,
    "moment": _read_moment,
    "day": _read_day,
    "reference": _read_reference,
}


def as_json(value: Any) -> Any:
    """A column value as the API and the event row show it: times ISO 8601 in UTC, ids as text.

    A text in several languages is an object by language.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, UUID):
        return str(value)
    plain = dict(value.texts) if isinstance(value, LocalText) else value
    return list(plain) if isinstance(plain, tuple) else plain
