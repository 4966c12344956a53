"""The address "/": the person's day in a workspace, the front page at the service's own host.

The page stands at once; each widget is asked for by itself beside the others, so that a slow one
keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from app.front.doors import front_page
from app.home.counts import counts
from app.home.due import due, greeting
from app.home.first_steps import first_steps
from app.home.operations.homes import home_of
from app.home.pages.content import content
from app.home.pages.tiles import Tile, tile, tiles
from app.home.promises import promises
from app.home.quiet import SHOWN, quiet
from app.home.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.pages.everywhere import find_recent
from app.records.pages.finding import Found
from app.web import current
from app.web.access import Side, Who, access
from app.web.formats import formats
from app.web.render import is_htmx, page, see_other


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
        counts=counts(by),
        due=due(by),
        promises=promises(by),
        quiet=quiet(by),
        lately=_lately(by),
        tiles=_tiles(by),
        first=None if is_htmx() else first_steps(by),
        oob=is_htmx(),
        may_arrange=by.user_id is not None and not by.previews and not by.tenant.is_read_only,
    )


@blueprint.get("/home/widgets/<widget_id>")
@access()
def show_widget(widget_id: str) -> Response:
    """What one widget of the reader's Home shows; without script it is a page by itself."""
    by = current.actor()
    placed = home_of(by).find(widget_id)
    if placed is None:
        raise Missing(_("This widget is no longer on your Home."))
    found = content(placed, by)
    values = {**found.values, "tile": tile(placed, by), "it": found}
    return page("home/widget.html", "widget", **values)


@blueprint.get("/home/wall")
@access()
def show_wall() -> Response:
    """Home for a screen on the wall: large figures, nothing around them, renewed by itself."""
    by = current.actor()
    return page(
        "home/wall.html",
        theme="dark",
        counts=counts(by),
        tiles=tiles(home_of(by).widgets, by),
        owner=by.name,
        as_of=formats(by).time(by.now),
    )


def _tiles(by: Actor) -> Sequence[Tile]:
    """The widgets of the page; of somebody else's Home, those only that its visitor may have."""
    placed = tiles(home_of(by).widgets, by)
    return placed if by.support is None else [one for one in placed if one.is_there]


def _lately(by: Actor) -> list[Found]:
    """What `by` opened or changed lately, without the tasks, which stand in the day itself."""
    found = [one for group in find_recent(by) for one in group.items]
    return [one for one in found if not one.url.startswith("/activities/")][:SHOWN]
