"""Mail in: one's own address, and what became of all that came."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.language import _
from app.mail.inbound.addresses import my_address, renew_address
from app.mail.inbound.ledger import MANAGE, find_line, try_again
from app.mail.pages.ledger import ledger_page
from app.mail.routes.blueprint import blueprint, settings
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

MINE = "/settings/me/mail-in"
ALL = "/settings/mail-in"
TEMPLATE = "mail/ledger.html"


@blueprint.get(MINE)
@access()
def show_my_ledger() -> Response:
    """The reader's address for mail in, and what came to it."""
    return _shown(MINE, everyone=False)


@blueprint.get(ALL)
@access(permission=MANAGE)
def show_every_ledger() -> Response:
    """What came in for everybody."""
    return _shown(ALL, everyone=True)


@blueprint.post(f"{MINE}/address")
@access()
def renew_my_address() -> Response:
    """Have an address, or a new one: the one before ends at once."""
    by = current.actor()
    is_first = not my_address(by, settings())
    renew_address(by, settings())
    if not is_first:
        toast(_("You have a new address. The earlier one is refused from now on."))
    return see_other(MINE)


@blueprint.post(f"{MINE}/<uuid:incoming_id>/again")
@access()
def try_mine_again(incoming_id: UUID) -> Response:
    """Read one of the reader's mails once more."""
    return _again(incoming_id, MINE)


@blueprint.post(f"{ALL}/<uuid:incoming_id>/again")
@access(permission=MANAGE)
def try_any_again(incoming_id: UUID) -> Response:
    """Read anybody's mail once more."""
    return _again(incoming_id, ALL)


def _again(mail_id: UUID, place: str) -> Response:
    by = current.actor()
    try_again(find_line(mail_id, by), by)
    toast(_("It is being read again."))
    return see_other(place)


def _shown(url: str, *, everyone: bool) -> Response:
    by = current.actor()
    it = ledger_page(
        by,
        url=url,
        address="" if everyone else my_address(by, settings()),
        takes_mail_in=bool(settings().inbound_mail_domain),
        everyone=everyone,
        state=request.args.get("state", ""),
        before=request.args.get("before", ""),
    )
    return page(TEMPLATE, it=it)
