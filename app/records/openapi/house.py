"""What programs are told of the house around records: audit, recycle bin, sharing, tags, pools."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.openapi import assignment, pool
from app.records.openapi.parts import (
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.tags.operations import COLOURS

AUDIT = _("Audit")
EVENT = record_of(
    id=ID,
    at=MOMENT,
    record_type=TEXT,
    record_id=ID,
    title=nullable(TEXT),
    verb=TEXT,
    actor_id=nullable(ID),
    actor=nullable(TEXT),
    via=TEXT,
    changes={
        "type": "object",
        "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
    },
)

BIN = _("Recycle bin")
DELETED = record_of(
    record_type=TEXT,
    id=ID,
    title=TEXT,
    deleted_at=MOMENT,
    deleted_by_id=nullable(ID),
    deleted_with_it=WHOLE,
    days_left=WHOLE,
    restore_url=TEXT,
)

SHARING = _("Sharing rules")
TREE: Schema = {"type": "object"}
ACCESS = one_of("read", "update")
GROUP = one_of("team", "role")
RULE = record_of(
    id=ID,
    record_type=TEXT,
    filter=nullable(TREE),
    access=ACCESS,
    group_kind=GROUP,
    group_id=ID,
    created_at=MOMENT,
    created_by_id=nullable(ID),
)
RULE_MADE = sent(
    ("record_type", "filter", "group_kind", "group_id"),
    record_type=TEXT,
    filter=TREE,
    access=ACCESS,
    group_kind=GROUP,
    group_id=ID,
)

FOLLOWERS = _("Followers")
FOLLOWER = record_of(user_id=ID, name=TEXT)

FAVOURITES = _("Favourites")
FAVOURITE = record_of(record_type=TEXT, record_id=ID, title=TEXT, url=TEXT)
FAVOURITES_ORDER = sent(
    ("favourites",),
    favourites={
        "type": "array",
        "items": sent(("record_type", "record_id"), record_type=TEXT, record_id=ID),
    },
)

TAGS = _("Tags")
COLOUR = one_of(*COLOURS)
TAG = record_of(id=ID, record_type=TEXT, key=TEXT, name=TEXT, colour=COLOUR)
TAG_MADE = sent(("record_type", "name"), record_type=TEXT, name=TEXT, colour=COLOUR)
TAG_CHANGE = sent(name=TEXT, colour=COLOUR)

NAMED = {
    "Event": EVENT,
    "Deleted": DELETED,
    "SharingRule": RULE,
    "Follower": FOLLOWER,
    "Favourite": FAVOURITE,
    "Tag": TAG,
    **pool.SCHEMAS,
    **assignment.SCHEMAS,
}


def listed(name: str) -> dict[str, Any]:
    """The answer of a list of these, and the schema that it refers to."""
    return {"answers": {"200": answer(page_of(name))}, "schemas": {name: NAMED[name]}}


def shown(name: str) -> dict[str, Any]:
    """The answer of a call that shows one of these."""
    return {"answers": {"200": answer(ref(name))}, "schemas": {name: NAMED[name]}}


def made(name: str) -> dict[str, Any]:
    """The answer of a call that makes one of these."""
    return {"answers": {"201": answer(ref(name), LOCATION)}, "schemas": {name: NAMED[name]}}
