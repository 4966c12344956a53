"""Keeping beside a record whom its texts mention, before it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import inspect

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.mentions.colleagues import colleagues
from app.records.mentions.model import MentioningRecord
from app.records.mentions.spots import has_sign, mentioned

MOST = 50  # Colleagues that one record mentions.
# How a program names exactly whom it means; the words are for who reads the message.
BY_ID = re.compile(r"@\[[^\[\]\n]{0,200}\]\(([0-9a-fA-F-]{36})\)")


def settle_mentions(record: MentioningRecord, keys: Sequence[str], by: Actor) -> None:
    """Fill `mentions` from the texts of a record under `keys`; nothing is asked where no @ stands.

    `@[any words](id)` becomes the @name of that colleague. Refused for an id of nobody, and for
    more than MOST. Whom the record mentioned before stays known by the name in the text.
    """
    before = record.mentions or {}
    if not has_sign(getattr(record, key) for key in keys):
        _keep(record, {})
        return
    state = inspect(record)
    if not any(state.attrs[key].history.has_changes() for key in keys):
        return
    for key in keys:
        _name_by_id(record, key, by)
    known = {str(one.id): one.handle for one in colleagues(by)}
    names = {name.casefold() for name in known.values()}
    known |= {key: name for key, name in before.items() if name.casefold() not in names}
    found = mentioned((getattr(record, key) for key in keys), known)
    if len(found) > MOST:
        raise Refused(_("A text mentions at most %(n)s colleagues.", n=MOST), field=keys[0])
    _keep(record, found)


def _keep(record: MentioningRecord, found: dict[str, str]) -> None:
    """Write whom a record mentions, and remember who came and who went by it."""
    before = record.mentions or {}
    if found == before:
        return
    record.newly = found.keys() - before.keys()
    record.no_longer = before.keys() - found.keys()
    record.mentions = found or None


def _name_by_id(record: MentioningRecord, key: str, by: Actor) -> None:
    """Write the name of whomever a text names by an id."""
    text = getattr(record, key)
    if not text or "@[" not in text:
        return
    handles = {one.id: one.handle for one in colleagues(by)}

    def named(match: re.Match[str]) -> str:
        user_id = parse_id(match[1])
        if user_id not in handles:
            raise Refused(_("There is no such colleague."), field=key)
        return f"@{handles[user_id]}"

    written = BY_ID.sub(named, text)
    longest = getattr(inspect(type(record)).columns[key].type, "length", None)
    if longest and len(written) > longest:
        raise Refused(_("This is longer than %(limit)s characters.", limit=longest), field=key)
    setattr(record, key, written)
