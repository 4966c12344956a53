"""Asking for the end of a workspace, and taking it back; in every state of the workspace."""

from __future__ import annotations

from functools import partial

from flask import Response

from app.identity.routes.asking import again, typed
from app.identity.routes.proof import by_password
from app.kernel.errors import Answer, NotPermitted
from app.kernel.language import _
from app.leaving.operations.farewell import ask_farewell, take_back
from app.leaving.operations.takeout import TAKE, URL, list_takeouts
from app.leaving.pages.leaving import shown
from app.leaving.routes.blueprint import blueprint
from app.leaving.routes.takeouts import TEMPLATE
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast


@blueprint.post(f"{URL}/end")
@access(permission=TAKE, while_suspended=True)
def ask_for_the_end() -> Response:
    """Ask that the workspace be erased after its notice."""
    by = current.actor()
    ask = partial(
        ask_farewell,
        by,
        password=typed("password"),
        slug=typed("slug"),
        reason=typed("reason"),
    )
    try:
        by_password(ask)
    except NotPermitted:
        raise
    except Answer as answer:
        current.session().rollback()
        return again(TEMPLATE, answer, shown(list_takeouts(by), by))
    toast(_("Every owner is told by e-mail. Until the day comes, it can be taken back here."))
    return see_other(URL)


@blueprint.post(f"{URL}/stay")
@access(permission=TAKE, while_suspended=True)
def stay() -> Response:
    """Keep the workspace after all."""
    take_back(current.actor())
    toast(_("The workspace stays."))
    return see_other(URL)
