"""Identity handed over to the application: routes, sign-in, settings pages, links of the shell."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from app.identity import outside, settings_pages
from app.identity.moments import as_day, as_moment
from app.identity.operations.email_proof import is_unproved
from app.identity.routes import blueprint
from app.identity.sessions import keep_people
from app.identity.sign_in_rules import rules_of, second_step_due
from app.identity.unread import count_unread
from app.kernel.actor import Actor
from app.kernel.language import _
from app.web import current
from app.web.shell import Link, Shell


def wire(app: Flask, send_mail: outside.SendMail) -> None:
    """Give the application its people; `send_mail` is that of the layer above."""
    outside.connect(app, send_mail)
    keep_people(app)
    app.register_blueprint(blueprint)
    app.jinja_env.globals["settings_groups"] = settings_pages.groups
    app.jinja_env.globals["is_unproved"] = is_unproved
    app.jinja_env.globals["second_step_due"] = second_step_due
    app.jinja_env.globals["password_length"] = lambda: rules_of(current.session()).password_length
    app.jinja_env.globals["settings_marked"] = settings_pages.marked
    app.jinja_env.filters.update(as_moment=as_moment, as_day=as_day)
    parts: Shell = app.extensions["shell"]
    parts.foot.append(_foot)
    parts.person.append(_person)
    parts.pages.append(_pages)
    parts.notices.append(count_unread)


def _foot(_by: Actor) -> Iterable[Link]:
    return [Link("/settings", "settings", _("Settings"))]


def _person(_by: Actor) -> Iterable[Link]:
    return [Link("/settings/me", "user-circle", _("Profile and security"))]


def _pages(by: Actor) -> Iterable[Link]:
    # What a page is about are words by which it is looked for.
    return [
        Link(page.url, page.icon, page.label, page.text, page.synonyms)
        for page in settings_pages.for_actor(by)
    ] + [
        Link("/notices", "bell", _("Notifications")),
        Link("/work", "clock", _("Work in the background")),
    ]
