"""Where the address in a mail of news leads: a button to a person, and a stop to a program."""

from __future__ import annotations

from flask import Response

from app.identity.operations import news_stop as operations
from app.identity.routes.blueprint import blueprint
from app.kernel.errors import Missing
from app.web import current
from app.web.access import Who, access
from app.web.render import page

TEMPLATE = "identity/news_stop.html"


@blueprint.get(f"{operations.PLACE}/<link>")
@access(who=Who.ANYONE, while_suspended=True)
def show_stop(link: str) -> Response:
    """A button and not more: programs that look through mails open links, too."""
    try:
        _user, can_stop = operations.find_stop(current.session(), current.tenant(), link)
    except Missing as answer:
        return _not_ours(answer)
    return page(TEMPLATE, url=f"{operations.PLACE}/{link}" if can_stop else "")


@blueprint.post(f"{operations.PLACE}/<link>")
@access(who=Who.ANYONE, while_suspended=True, by_address=True)
def stop_news(link: str) -> Response:
    """Stop the mails: from the button, or from the mail program itself, which has no visit."""
    try:
        operations.stop_mails(current.session(), current.tenant(), link, current.moment())
    except Missing as answer:
        return _not_ours(answer)
    return page(TEMPLATE, url="")


def _not_ours(answer: Missing) -> Response:
    return page("identity/spent.html", status=answer.status, text=answer.message, url="", label="")
