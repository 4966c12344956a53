"""The calendar of a person for other programs: its address in the profile, and what it answers."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlencode

from flask import Response, current_app, request

from app.kernel.errors import Missing
from app.kernel.language import _, using
from app.records.feeds.calendar import calendar_of
from app.records.feeds.operations import feed_of, make_feed, subscriber, withdraw_feed
from app.records.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/me/calendar"
FEED = "/calendar.ics"


@blueprint.get(PLACE)
@access()
def show_feed() -> Response:
    """Whether the reader's calendar has an address, with what can be done about it."""
    return page("records/feed.html", url=PLACE, feed=feed_of(current.actor()), address="")


@blueprint.post(PLACE)
@access()
def renew_feed() -> Response:
    """Make an address, or another one in place of it; it is shown this once."""
    by = current.actor()
    key = make_feed(by)
    address = f"{_base(by.tenant.slug)}{FEED}?{urlencode({'key': key})}"
    return page("records/feed.html", url=PLACE, feed=feed_of(by), address=address)


@blueprint.post(f"{PLACE}/withdraw")
@access()
def end_feed() -> Response:
    """Let the address open nothing any more."""
    withdraw_feed(current.actor())
    toast(_("The address was withdrawn."))
    return see_other(PLACE)


@blueprint.get(FEED)
@access(who=Who.ANYONE)
def read_feed() -> Response:
    """The calendar that a key opens; 304 where the caller has it already.

    The key stands in the query, which no log keeps.
    """
    tenant = current.tenant()
    found = subscriber(current.session(), tenant, request.args.get("key", ""), current.moment())
    if found is None:
        raise Missing(_("There is nothing at this address."))
    with using(found.language):
        made = calendar_of(found.by, _base(tenant.slug))
    answer = Response(made, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    answer.set_etag(sha256(made).hexdigest()[:32])
    answer.make_conditional(request)  # In place: 304 where the caller's copy is fresh.
    return answer


def _base(slug: str) -> str:
    base: str = current_app.extensions["settings"].workspace_url(slug)
    return base
