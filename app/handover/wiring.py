"""Handover handed over to the application: its routes, and where disabling somebody leads."""

from __future__ import annotations

from flask import Flask

from app.handover.operations.share import holds_anything
from app.handover.pages.later import digest_link
from app.handover.routes import blueprint
from app.handover.routes.blueprint import place_of
from app.identity import outside
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.pages.links import offer_links


def wire(app: Flask) -> None:
    """Register the pages, and let nobody be disabled in passing who still holds something."""
    app.register_blueprint(blueprint)
    outside.connect_leaving(app, _settled_first)
    offer_links(app, digest_link)


def _settled_first(by: Actor, user: User) -> str | None:
    """The page on which it is decided what becomes of what somebody holds; None for nothing."""
    return place_of(user) if user.is_active and holds_anything(user.id, by) else None
