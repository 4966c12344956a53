"""The list of workspaces that are no more, and what is kept of one."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.errors import Missing
from app.kernel.language import _
from app.operator import here
from app.operator.erased import find_erased, list_erased
from app.operator.pages.tenancy import history
from app.operator.routes.blueprint import blueprint
from app.operator.words import BILLS
from app.web.access import Side, Who, access
from app.web.render import page
from tenants.billing.tax_invoices import bills_of
from tenants.database import control_session

PLACE = "/operator/erased"
BILLS_SHOWN = 200  # A monthly bill for as many years as anybody has rented, and more.


@blueprint.get(PLACE)
@access(Side.SERVICE, Who.OPERATOR)
def erased_workspaces() -> Response:
    """Every workspace that was erased, the last one first."""
    with control_session() as session:
        found = list_erased(session, request.args.get("after", ""))
    return page(
        "operator/erased.html",
        operator=here.operator(),
        found=found,
        url=PLACE,
        has_mail=here.settings().is_demo,
    )


@blueprint.get(f"{PLACE}/<uuid:certificate_id>")
@access(Side.SERVICE, Who.OPERATOR)
def erased_workspace(certificate_id: UUID) -> Response:
    """The certificate of one, what was done to it, and its bills."""
    with control_session() as session:
        found = find_erased(session, certificate_id)
        if found is None:
            raise Missing(_("There is no such certificate."))
        lines = history(session, found.tenant_id)
    bills = bills_of(found.tenant_id, BILLS_SHOWN)
    return page(
        "operator/erased_one.html",
        operator=here.operator(),
        one=found,
        history=lines,
        bills=bills,
        states=BILLS,
        url=PLACE,
        has_mail=here.settings().is_demo,
    )
