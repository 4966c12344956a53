"""Paying by bank transfer (对公转账): our account, what to transfer, and taking it back."""

from __future__ import annotations

from flask import Response

from app.billing.doing import doing
from app.billing.notices import MANAGE, PLAN
from app.billing.routes.blueprint import blueprint
from app.billing.shown import plan_name
from app.identity import outside
from app.kernel.errors import Missing
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.billing.transfer_requests import transfer_asked, withdraw_transfer

PLACE = f"{PLAN}/transfer"


@blueprint.get(PLACE)
@access(permission=MANAGE, while_suspended=True)
def show_transfer() -> Response:
    """Where the money goes, how much, and the reference that it has to carry."""
    by = current.actor()
    asked = transfer_asked(by.tenant.id)
    if asked is None:
        raise Missing(_("No transfer is being waited for."))
    write = formats(by)
    return page(
        "billing/transfer.html",
        asked=asked,
        plan=plan_name(asked.plan),
        amount=write.money(asked.amount, asked.currency),
        whole=write.money(asked.amount + asked.credit, asked.currency),
        credit=write.money(asked.credit, asked.currency) if asked.credit else "",
        account=outside.settings(),
    )


@blueprint.post(f"{PLACE}/withdraw")
@access(permission=MANAGE, while_suspended=True)
def take_transfer_back() -> Response:
    """Say that no money comes, which frees the seats that were held."""
    by = current.actor()
    with doing(by):
        withdraw_transfer(by.tenant.id, by.now)
    toast(_("The bank transfer was withdrawn."))
    return see_other(PLAN)
