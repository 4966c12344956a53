"""Who runs the service, and ending that."""

from __future__ import annotations

from typing import cast

from flask import Response, request

from app.kernel.errors import Answer
from app.kernel.language import _
from app.operator import here
from app.operator.accounts import disable_operator, list_operators
from app.operator.acts import reason_of
from app.operator.routes.blueprint import blueprint
from app.operator.sessions import SignedInOperator
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page, see_other
from app.web.toasts import toast
from tenants.database import control_session

PLACE = "/operator/people"


@blueprint.get(PLACE)
@access(Side.SERVICE, Who.OPERATOR)
def operators() -> Response:
    """Everybody, with what can be done about them."""
    return _shown()


@blueprint.post(f"{PLACE}/disable")
@access(Side.SERVICE, Who.OPERATOR)
def disable() -> Response:
    """End somebody's sign-in, sessions and access to workspaces."""
    by = cast("SignedInOperator", here.operator())
    try:
        with control_session() as session:
            disable_operator(
                session,
                request.form.get("email", "")[:254],
                reason=reason_of(request.form.get("reason", "")),
                now=current.moment(),
                by=by,
                address=request.remote_addr or "",
            )
    except Answer as answer:
        return _shown(answer)
    toast(_("They are out, and can't sign in any more."))
    return see_other(PLACE)


def _shown(answer: Answer | None = None) -> Response:
    with control_session() as session:
        people = list_operators(session)
        session.expunge_all()
    errors = {key: [text] for key, text in answer.errors.items()} if answer is not None else {}
    return page(
        "operator/people.html",
        status=answer.status if answer is not None else 200,
        operator=here.operator(),
        people=people,
        typed=request.form,
        errors=errors,
        form_errors=[answer.message] if answer is not None and not errors else [],
        has_mail=here.settings().is_demo,
    )
