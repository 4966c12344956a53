"""Possible duplicates of a whole type by the API, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.api.asked import read_page
from app.records.api.shape import Reply, dumps
from app.records.duplicates.deny import deny, undeny
from app.records.duplicates.facts import SURENESS
from app.records.duplicates.groups import Asked, find_groups
from app.records.duplicates.keys import read_key, spell_key
from app.records.openapi.described import described
from app.records.openapi.parts import (
    ID,
    LIMITED,
    TEXT,
    answer,
    nullable,
    one_of,
    page_of,
    parameter,
    record_of,
    sent,
)
from app.records.pages.telling import tell_apart
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.routes.sent import body_of
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web.access import Who, access

TAG = _("Duplicates")
REASON = one_of(*SURENESS)
ALIKE = record_of(
    reasons={"type": "array", "items": REASON},
    records={"type": "array", "items": record_of(id=ID, title=TEXT, owner_id=nullable(ID))},
)
DENIED = record_of(pairs={"type": "integer"})
IDS = sent(("ids",), ids={"type": "array", "items": ID, "minItems": 2, "maxItems": 20})
ASKED = ("reason", "owner_id", "denied", "cursor")


def _may_say(by: Actor) -> bool:
    """True where `by` may change records that are known again by something."""
    return any(one.signs and by.may(one.key, "update") for one in switched_on(by))


SAID: dict[str, Any] = {"sends": IDS, "is_repeatable": True, "is_offered": _may_say}


@blueprint.get("/<collection>/duplicates")
@described(
    "list_all_duplicates",
    TAG,
    {"200": answer(page_of("Alike"))},
    parameters=(
        parameter("reason", REASON),
        parameter("owner_id", ID),
        parameter("denied", {"type": "boolean", "default": False}),
        parameter("cursor"),
        LIMITED,
    ),
    schemas={"Alike": ALIKE},
)
@access(who=Who.TOKEN, record_verb="read")
def list_all_duplicates(collection: str) -> Response:
    """One page of groups of records that may be the same, as far as the caller may read them."""
    by, record_type = subject(collection)
    limit = read_page(request.args, ASKED)
    cursor = request.args.get("cursor")
    after = read_key(cursor) if cursor else 0
    if after is None:
        raise Refused(_("This page of the list does not exist."), field="cursor")
    found = find_groups(record_type, by, _asked(record_type, by), after, limit)
    shown = found[:limit]
    told = tell_apart(record_type, {one for group in shown for one in group.ids}, by)
    data = [
        {
            "reasons": list(group.hows),
            "records": [
                {"id": str(one), "title": told[one].title, "owner_id": told[one].owner_id}
                for one in group.ids
                if one in told
            ],
        }
        for group in shown
    ]
    following = spell_key(shown[-1].key) if len(found) > limit else None
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post("/<collection>/not-duplicates")
@described("deny_duplicates", TAG, {"200": answer(DENIED)}, **SAID)
@access(who=Who.TOKEN, record_verb="act")
def deny_duplicates(collection: str) -> Response:
    """Say that no two of these records are the same; answers with the number of pairs."""
    return _say(collection, deny)


@blueprint.post("/<collection>/not-duplicates/undo")
@described("undeny_duplicates", TAG, {"200": answer(DENIED)}, **SAID)
@access(who=Who.TOKEN, record_verb="act")
def undeny_duplicates(collection: str) -> Response:
    """Take back that these records are not the same; answers with the number of pairs."""
    return _say(collection, undeny)


def _say(collection: str, do: Callable[..., int]) -> Response:
    by, record_type = subject(collection)
    body = body_of(("ids",))
    ids = _ids(body.get("ids"))

    def say() -> Reply:
        return Reply(200, dumps({"pairs": do(record_type, ids, by=by)}))

    return repeatable(by, body, say)


def _asked(record_type: RecordType, by: Actor) -> Asked:
    """Which groups the address asks for; Refused for what means nothing or may not be seen."""
    reason, owner = request.args.get("reason"), request.args.get("owner_id")
    how = next((one for one in SURENESS if one == reason), None)
    if reason is not None and how is None:
        raise Refused(_("There is no such reason."), field="reason")
    if owner is not None and "owner_id" not in readable_keys(record_type, by):
        raise Refused(_("There is no such field."), field="owner_id")
    owner_id = by.user_id if owner == "me" else parse_id(owner)
    if owner is not None and owner_id is None:
        raise Refused(_("There is no such user."), field="owner_id")
    denied = request.args.get("denied", "false")
    if denied not in ("true", "false"):
        raise Refused(_("Say true or false."), field="denied")
    return Asked(how, owner_id, denied == "true")


def _ids(given: object) -> Sequence[UUID]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise Refused(_("Give a list of ids."), field="ids")
    found = []
    for number, text in enumerate(given):
        one = parse_id(text)
        if one is None:
            raise Refused(_("There is no such record."), field=f"ids[{number}]")
        found.append(one)
    return found
