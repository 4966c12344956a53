"""Coming into a workspace with its consent: the code, and the way that it opens once."""

from __future__ import annotations

from typing import cast

from flask import Response, request

from app.identity import limits
from app.identity.limits import Counter, Limit
from app.identity.operations.support import Entry, enter
from app.kernel.errors import Answer, Missing, Refused
from app.kernel.language import _
from app.kernel.language import current as language
from app.operator import acts, here
from app.operator.routes.blueprint import blueprint
from app.operator.routes.tenants import PLACE, show_refusal
from app.operator.sessions import SignedInOperator
from app.operator.tenancies import find_tenancy
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page
from tenants.database import control_session
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

CODES = Limit("operator:support", 6, 900)


@blueprint.post(f"{PLACE}/support")
@access(Side.SERVICE, Who.OPERATOR)
def enter_with_code(slug: str) -> Response:
    """Use a code up; wrong ones are noted in the history and limited."""
    by = cast("SignedInOperator", here.operator())
    with control_session() as session:
        tenant = find_tenancy(session, slug)
        if tenant is None:
            raise Missing(_("There is no such workspace."))
        facts = tenant.facts()
    try:
        entry = _enter(facts, by)
    except Answer as answer:
        return show_refusal(slug, answer)
    place = f"{here.settings().workspace_url(slug)}/support/enter"
    goal = f"{place}?ticket={entry.ticket}&lang={language()}"
    return page(
        "operator/support.html",
        operator=by,
        entry=entry,
        name=facts.name,
        goal=goal,
        has_mail=here.settings().is_demo,
    )


def _enter(facts: TenantFacts, by: SignedInOperator) -> Entry:
    now, reason = current.moment(), acts.reason_of(request.form.get("reason", ""))
    limits.take([Counter(CODES, f"{CODES.kind}:{by.id.hex}")], now)
    with tenant_scope(facts) as session:
        code = request.form.get("code", "")
        entry = enter(session, code=code, operator_id=by.id, operator=by.name, now=now)
    verb = "support_entered" if entry is not None else "support_refused"
    with control_session() as session:
        session.add(acts.event(facts.id, verb, by, now, reason=reason))
    if entry is None:
        raise Refused(
            _("This code opens nothing here: wrong, used, ended or too old."), field="code"
        )
    return entry
