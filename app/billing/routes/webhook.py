"""Stripe's notices: checked, kept once, and answered at once; a job applies them."""

from __future__ import annotations

import logging

from flask import Response, current_app, g, jsonify, request

from app.billing.jobs import APPLY
from app.billing.routes.blueprint import blueprint
from app.jobs.enqueue import enqueue_service
from app.kernel.errors import TooLarge
from app.kernel.language import _
from app.web.access import Side, Who, access
from config.settings import Settings
from tenants.billing.webhooks import MOST_BYTES, Forged, keep_notice, read_notice
from tenants.database import control_session

log = logging.getLogger(__name__)


@blueprint.post("/webhooks/stripe")
@access(Side.SERVICE, Who.ANYONE, by_address=True)
def stripe_webhook() -> Response:
    """Keep a notice of Stripe's once; 400 for what is not Stripe's, 413 for what is too large."""
    settings: Settings = current_app.extensions["settings"]
    body = _body()
    header = request.headers.get("Stripe-Signature", "")
    try:
        event = read_notice(body, header, settings.stripe_webhook_secret, g.now)
    except Forged as reason:
        log.warning("A notice to /webhooks/stripe was refused: %s", reason)
        refused = jsonify({"error": str(reason)})
        refused.status_code = 400
        return refused
    with control_session() as session:
        if keep_notice(session, event, g.now):
            payload = {"event_id": event["id"]}
            enqueue_service(session, APPLY, payload, key=f"{APPLY}:{event['id']}")
    return jsonify({"received": True})


def _body() -> bytes:
    """The body, read no further than it may be long."""
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLarge(_("This is too large."))
    body = request.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge(_("This is too large."))
    return body
