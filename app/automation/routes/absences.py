"""Who decides for somebody on days on which they are away."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response
from sqlalchemy import select

from app.automation.approvals import absences as operations
from app.automation.approvals.approvers import names
from app.automation.routes.blueprint import blueprint
from app.identity.models import User
from app.identity.routes.asking import chosen, show, submit, typed
from app.kernel.errors import Missing
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import see_other
from app.web.toasts import toast

PLACE = "/settings/me/absences"
FORM = "automation/absences.html"


@blueprint.get(PLACE)
@access()
def show_absences() -> Response:
    """The reader's absences to come, and the form of another."""
    return show(FORM, _shown())


@blueprint.post(PLACE)
@access()
def add_absence() -> Response:
    """Let somebody stand in."""

    def work() -> Response:
        operations.add_absence(
            current.actor(), chosen(User, "stand_in_id"), _day("from_on"), _day("until_on")
        )
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, FORM, _shown)


@blueprint.post(f"{PLACE}/<uuid:absence_id>/delete")
@access()
def end_absence(absence_id: UUID) -> Response:
    """Take an absence back."""
    operations.end_absence(current.actor(), absence_id)
    toast(_("Removed."))
    return see_other(PLACE)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(typed(name))
    except ValueError:
        return None


def _shown() -> dict[str, object]:
    by = current.actor()
    if by.user_id is None:
        raise Missing(_("There is no such page."))
    rows = operations.absences_of(by, by.user_id)
    called = names(by.session, [one.stand_in_id for one in rows])
    day = formats(by).day
    others = select(User).where(User.is_active, User.id != by.user_id)
    return {
        "url": PLACE,
        "lines": [
            (
                one.id,
                called.get(one.stand_in_id, ""),
                day(one.from_on, by.today()),
                day(one.until_on, by.today()),
            )
            for one in rows
        ],
        "people": list(by.session.scalars(others.order_by(User.name_sort).limit(500))),
    }
