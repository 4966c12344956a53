"""The addresses that a program's mails can come from."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity.models import User
from app.kernel.actor import Actor
from app.mail.messages.rights import SEND
from app.mail.messages.signatures import signature_of
from app.mail.messages.told import reads_mails
from app.mail.routes import api_told as told
from app.mail.routes.blueprint import blueprint
from app.mail.senders.models import Sender
from app.mail.senders.use import usable
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.routes.api import send
from app.web import current
from app.web.access import Who, access


@blueprint.get("/api/v1/senders")
@described(
    "list_senders",
    told.TAG,
    told.SENDERS,
    schemas=told.NAMED,
    is_offered=lambda by: reads_mails(by) and by.may(*SEND),
)
@access(who=Who.TOKEN, permission=SEND)
def list_senders() -> Response:
    """The addresses that e-mails can come from, by `sender_id`; first one's own, without an id."""
    refuse_arguments(list(request.args))
    by = current.actor()
    data = [_own(by), *(_other(one) for one in usable(by))]
    return send(Reply(200, dumps({"data": data, "next": None})))


def _own(by: Actor) -> dict[str, Any]:
    user = by.session.get_one(User, by.user_id)
    return {
        "id": None,
        "name": user.name,
        "address": user.email,
        "reply_to": user.email,
        "is_shared": False,
        "signature": signature_of(by),
    }


def _other(sender: Sender) -> dict[str, Any]:
    return {
        "id": str(sender.id),
        "name": sender.name,
        "address": sender.address,
        "reply_to": sender.reply_to or sender.address,
        "is_shared": sender.is_shared,
        "signature": sender.signature,
    }
