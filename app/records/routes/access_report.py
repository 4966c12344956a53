"""The pages of the access report."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.identity.models import User
from app.identity.operations.guard import fetch
from app.identity.routes.asking import label_of
from app.identity.routes.paging import cursor_of, read_cursor
from app.kernel.actor import Reach
from app.kernel.language import Text, _
from app.records.access_report import MANAGE, PAGE, read_person, read_report
from app.records.query import COUNT_CAP
from app.records.routes.blueprint import blueprint
from app.records.verb_words import VERBS
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page

URL = "/settings/access"
REACHES: dict[Reach | None, Text] = {
    None: _("None"),
    Reach.OWN: _("Own"),
    Reach.TEAM: _("Team and below"),
    Reach.ALL: _("All"),
}


@blueprint.get(URL)
@access(permission=MANAGE)
def show_access_report() -> Response:
    """Everybody who may sign in, with how far they read each type."""
    by = current.actor()
    found = read_report(by, after=read_cursor(request.args.get("after")))
    people = found[:PAGE]
    last = people[-1].user if len(found) > PAGE else None
    return page(
        "records/access_report.html",
        url=URL,
        people=people,
        roles={one.user.role_id: label_of(one.user.role) for one in people},
        reaches=REACHES,
        following=cursor_of(last.name_sort, last.id) if last else None,
    )


@blueprint.get(f"{URL}/<uuid:user_id>")
@access(permission=MANAGE)
def show_access_of(user_id: UUID) -> Response:
    """What one person reaches, type by type, with the number of records."""
    by = current.actor()
    user = fetch(by, User, user_id)
    write = formats(by)
    return page(
        "records/access_of.html",
        url=URL,
        user=user,
        role=label_of(user.role),
        lines=read_person(by, user),
        reaches=REACHES,
        verbs=VERBS,
        told=lambda number: (
            f"{write.number(COUNT_CAP)}+" if number > COUNT_CAP else write.number(number)
        ),
    )
