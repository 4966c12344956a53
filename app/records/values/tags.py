"""Tags, typed in by their names."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.fields import Field, Option
from app.records.registry import registry
from app.records.tags.operations import MOST_ON_RECORD, keys_of, make_tag, names_in
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit


def read_tags(
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
