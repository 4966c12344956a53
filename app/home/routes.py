"""The address "/": the person's day in a workspace, the front page at the service's own host."""

from __future__ import annotations

from flask import Blueprint, Response

from app.home.due import due, greeting
from app.home.promises import promises
from app.home.quiet import SHOWN, quiet
from app.kernel.actor import Actor
from app.operator.front import front_page
from app.records.pages.everywhere import find_recent
from app.records.pages.finding import Found
from app.web import current
from app.web.access import Side, Who, access
from app.web.formats import formats
from app.web.render import page, see_other

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@access(Side.BOTH, Who.ANYONE)
def home() -> Response:
    """What is due today; a visitor is led to the sign-in, or reads what the service is."""
    if current.tenant_or_none() is None:
        return front_page()
    by = current.actor_or_none()
    if by is None:
        return see_other("/login")
    write = formats(by)
    today = write.weekday_and_day(by.today(), by.today())
    return page(
        "home/home.html",
        greeting=greeting(by),
        today=today,
        due=due(by),
        promises=promises(by),
        quiet=quiet(by),
        lately=_lately(by),
    )


def _lately(by: Actor) -> list[Found]:
    """What `by` opened or changed lately, without the tasks, which stand in the day itself."""
    found = [one for group in find_recent(by) for one in group.items]
    return [one for one in found if not one.url.startswith("/activities/")][:SHOWN]
