"""What is chosen from a list: options, countries, yes or no."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.kernel.countries import country_code
from app.kernel.language import _
from app.records.fields import Field, Option
from app.records.values.texts import read_text
from app.records.values.unfit import Unfit


def read_choice(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """A value to choose from; other programs may write it with spaces and capitals."""
    text = read_text(field, raw, by, options)
    if text is None:
        return None
    found = spelled(text, options)
    if found is None:
        raise Unfit(_("This is not one of the values to choose from."))
    return found


def read_choices(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Some of the values to choose from, in their order; a form sends them line by line."""
    parts = raw.split("\n") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple):
        raise Unfit(_("Give a list of values to choose from."))
    chosen = {read_choice(field, one, by, options) for one in parts if one != ""}
    return tuple(option.value for option in options if option.value in chosen)


def read_country(field: Field, raw: Any, by: Actor, options: tuple[Option, ...]) -> str | None:
    """The code of a country; other programs may write its name."""
    text = read_text(field, raw, by, options)
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


def read_flag(_field: Field, raw: Any, _by: Actor, _options: tuple[Option, ...]) -> bool:
    """Yes or no, as forms and programs write it."""
    if isinstance(raw, bool):
        return raw
    words = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False}
    found = words.get(str(raw).strip().lower())
    if found is None:
        raise Unfit(_("This must be yes or no."))
    return found
