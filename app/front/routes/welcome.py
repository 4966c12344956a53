"""The first visit of who signed up: let in by a code, once, at the workspace's own address."""

from __future__ import annotations

from flask import Response, request

from app.front import signing_up
from app.front.routes.blueprint import blueprint
from app.identity.models import User
from app.identity.operations.sign_in import open_session
from app.identity.routes.asking import visit
from app.identity.routes.sign_in import welcome as let_in
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other


@blueprint.get("/welcome")
@access(who=Who.ANYONE)
def arrive() -> Response:
    """A page whose script posts the code, which stands behind the # and reaches no log."""
    if current.actor_or_none() is not None:
        return see_other("/")
    return page("front/welcome.html")


@blueprint.post("/welcome")
@access(who=Who.ANYONE)
def enter() -> Response:
    """Open the first session; a code that is spent or late leads to the sign-in."""
    tenant, moment = current.tenant(), current.moment()
    user_id = signing_up.use_code(tenant, request.form.get("code", "")[:200], moment)
    user = current.session().get(User, user_id) if user_id is not None else None
    if user is None or not user.is_active or user.has_two_factor:
        return see_other("/login")
    return let_in(open_session(current.session(), tenant, user, moment, visit()), "/")
