"""The inbox of approvals: what waits for somebody, what they asked for, one request in full."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.automation.approvals import decide
from app.automation.approvals.facts import known
from app.automation.approvals.find import find_request
from app.automation.approvals.telling import PLACE
from app.automation.pages.approval_cards import shown
from app.automation.pages.approval_inbox import TABS, inbox
from app.automation.pages.approval_trail import page_of
from app.automation.routes.blueprint import blueprint
from app.identity.models import User
from app.identity.routes.asking import chosen, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, ngettext
from app.kernel.whole import whole
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

ONE = f"{PLACE}/<uuid:request_id>"
INBOX = "automation/approvals.html"
PAGE = "automation/approval.html"


@blueprint.get(PLACE)
@access()
def show_inbox() -> Response:
    """What waits for the reader; or what they asked for, or decided, as a tab."""
    by = current.actor()
    tab = request.args.get("show", "waiting")
    tab = tab if tab in TABS else "waiting"
    return page(
        INBOX,
        url=PLACE,
        tab=tab,
        tabs=TABS,
        found=shown(inbox(tab, by), by),
        has_rules=known(by).is_any,
    )


@blueprint.get(ONE)
@access()
def show_request(request_id: UUID) -> Response:
    """One request."""
    return page(PAGE, **_shown(request_id))  # type: ignore[arg-type]  # Values of the template.


@blueprint.post(f"{ONE}/approve")
@access()
def approve_request(request_id: UUID) -> Response:
    """Say yes; where the record was changed meanwhile, it is shown first."""

    def work() -> Response:
        by = current.actor()
        found = decide.approve(request_id, by, version=whole(typed("version")), text=typed("text"))
        toast(_told(found))
        return see_other(_next())

    return submit(work, PAGE, lambda: _shown(request_id))


@blueprint.post(f"{ONE}/reject")
@access()
def reject_request(request_id: UUID) -> Response:
    """Say no, with the reason."""

    def work() -> Response:
        decide.reject(request_id, current.actor(), text=typed("text"))
        toast(_("Rejected."))
        return see_other(_next())

    return submit(work, PAGE, lambda: _shown(request_id))


@blueprint.post(f"{ONE}/recall")
@access()
def recall_request(request_id: UUID) -> Response:
    """Take back what one asked for."""

    def work() -> Response:
        decide.recall(request_id, current.actor(), text=typed("text"))
        toast(_("Taken back."))
        return see_other(_next())

    return submit(work, PAGE, lambda: _shown(request_id))


@blueprint.post(f"{ONE}/comment")
@access()
def comment_request(request_id: UUID) -> Response:
    """Say something about it."""

    def work() -> Response:
        decide.comment(request_id, current.actor(), text=typed("text"))
        return see_other(f"{PLACE}/{request_id}")

    return submit(work, PAGE, lambda: _shown(request_id))


@blueprint.post(f"{ONE}/hand-on")
@access()
def hand_on_request(request_id: UUID) -> Response:
    """Let somebody else decide."""

    def work() -> Response:
        user = chosen(User, "user_id")
        if user is None:
            raise Refused(_("Choose a colleague."), field="user_id")
        decide.hand_on(request_id, user, current.actor(), text=typed("text"))
        toast(_("%(name)s is asked now.", name=user.name))
        return see_other(_next())

    return submit(work, PAGE, lambda: _shown(request_id))


@blueprint.post(f"{PLACE}/approve")
@access()
def approve_many() -> Response:
    """Say yes to all that were ticked; what can't be done, or was changed meanwhile, stays."""
    by = current.actor()
    chosen_ones = [text.partition("@") for text in request.form.getlist("request")]
    wanted = [(parse_id(one), whole(version)) for one, _sep, version in chosen_ones]
    done, left = decide.approve_many([(one, seen) for one, seen in wanted if one], by)
    if done:
        toast(ngettext("%(n)s was approved.", "%(n)s were approved.", done))
    for told in dict.fromkeys(str(one) for one in left):
        toast(told, kind="warn")
    return see_other(PLACE)


def _told(found: decide.Decided) -> Text:
    if found.is_done:
        return _("Approved and done.")
    return _("Approved. It goes on to the next.")


def _next() -> str:
    return safe_path(request.form.get("next"), PLACE)


def _shown(request_id: UUID) -> dict[str, object]:
    by = current.actor()
    found = find_request(request_id, by)
    return {
        "url": f"{PLACE}/{request_id}",
        "home": PLACE,
        "it": page_of(found, by),
        "people": _people(by),
        "typed": {},
        "errors": {},
        "form_errors": [],
    }


def _people(by: Actor) -> list[User]:
    """Whom a request can be handed on to."""
    rows = select(User).where(User.is_active, User.id != by.user_id)
    return list(by.session.scalars(rows.order_by(User.name_sort, User.id).limit(500)))
