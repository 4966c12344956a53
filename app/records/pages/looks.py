"""Small things for the eye that every page shares: avatars, pills, the tone of a colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup, escape

from app.kernel.names import avatar_colour, initial, initials
from app.records.custom.field import OwnField
from app.records.fields import Option
from app.records.types import RecordType

TONES = {
    "blue": "info",
    "green": "good",
    "amber": "warn",
    "red": "bad",
    "violet": "violet",
    "teal": "teal",
    "pink": "pink",
}


@dataclass(frozen=True, slots=True)
class Face:
    """An avatar: what stands in it, its colour from 0 to 7, and whether it is a firm's square."""

    name: str
    initials: str
    colour: int
    is_square: bool = False

    @property
    def initial(self) -> str:
        """The one letter of a small avatar."""
        return initial(self.name)


def face(record_type: RecordType | None, record_id: UUID | str | None, name: str) -> Face:
    """The avatar of a record, or of a user when there is no type."""
    is_person = record_type is None or record_type.is_person
    letters = initials(name) if is_person else initial(name)
    return Face(name, letters, avatar_colour(record_id or name), not is_person)


def is_highlight(record_type: RecordType, key: str) -> bool:
    """True for a field whose values are pills."""
    return any(attribute.key == key for attribute in record_type.highlights)


def is_pill(record_type: RecordType, key: str) -> bool:
    """True for a choice whose values are pills: highlighted ones, and own ones with colours.

    Whoever gave an option of their own field a colour wants to see it.
    """
    field = record_type.by_key[key]
    coloured = isinstance(field, OwnField) and any(one.colour for one in field.options)
    return coloured or is_highlight(record_type, key)


def tone(colour: str) -> str:
    """The tone of a pill for the colour of an option; nothing for grey and for none."""
    return TONES.get(colour, "")


def pill(text: str, colour: str = "") -> Markup:
    """A pill, as the macro of the same name makes it, for where a page shows hundreds."""
    found = tone(colour)
    kind = f" pill-{found}" if found else ""
    return Markup('<span class="pill{}">{}</span>').format(kind, text)


def chips_of(options: Iterable[Option], href: str = "") -> Callable[[Iterable[str]], Markup]:
    """What writes tags as chips in their colours; with `href`, each leads to those who have it."""
    known = {option.value: option for option in options}

    def write(keys: Iterable[str]) -> Markup:
        return Markup('<span class="chips">{}</span>').format(Markup("").join(map(chip, keys)))

    def chip(key: str) -> Markup:
        option = known.get(key)
        shown = tone(option.colour) if option is not None else ""
        classes = f"tag tag-{shown}" if shown else "tag"
        text = option.shown() if option is not None else key
        if not href:
            return Markup('<span class="{}">{}</span>').format(classes, text)
        return Markup('<a class="{}" href="{}">{}</a>').format(classes, href + quote(key), text)

    return write


class Shown(dict[Any, Markup]):
    """What each value of a choice looks like; a value that is no option shows as itself.

    Only the choices that `is_pill` names are pills, so that a page stays calm.
    """

    def __init__(self, options: Iterable[Option], *, as_pills: bool) -> None:
        super().__init__()
        for option in options:
            text = option.shown()
            self[option.value] = pill(text, option.colour) if as_pills else escape(text)

    def __missing__(self, value: Any) -> Markup:
        return escape(value) if value is not None else NOTHING


NOTHING = Markup('<span class="none">—</span>')


class Words(dict[Any, str]):
    """The label of each value of a choice, without its looks."""

    def __init__(self, options: Iterable[Option]) -> None:
        super().__init__((option.value, option.shown()) for option in options)

    def __missing__(self, value: Any) -> str:
        return str(value or "")
