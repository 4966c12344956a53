"""Finding one's workspaces: by a mail, with one answer for everybody."""

from __future__ import annotations

from flask import Response, request

from app.front import limits
from app.front.finding import ask_for_workspaces
from app.front.routes.blueprint import blueprint
from app.identity import limits as counting
from app.identity.texts import clean_email
from app.kernel import language
from app.kernel.errors import Answer
from app.web import current
from app.web.access import Side, Who, access
from app.web.render import page

FORM = "front/find.html"


@blueprint.get("/find")
@access(Side.SERVICE, Who.ANYONE)
def find() -> Response:
    """The form."""
    return page(FORM, typed="", error="", sent_to="")


@blueprint.post("/find")
@access(Side.SERVICE, Who.ANYONE)
def ask() -> Response:
    """Have the mail sent; the answer says nothing of whether the address is known."""
    typed, moment = request.form.get("email", "")[:300], current.moment()
    try:
        address = clean_email(typed)
        counting.take(limits.for_find(request.remote_addr or "", address), moment)
        sent_to = ask_for_workspaces(address, language.current(), moment)
    except Answer as answer:
        error = answer.errors.get("email") or answer.message
        response = page(FORM, "asking", status=answer.status, typed=typed, error=error, sent_to="")
        retry_after = getattr(answer, "retry_after", None)
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response
    return page(FORM, "asking", typed="", error="", sent_to=sent_to)
