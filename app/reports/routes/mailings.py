"""Reports by mail: set up, ended, and stopped by their reader, with and without signing in."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.errors import Missing, Refused
from app.kernel.language import gettext
from app.reports.mailings import plan
from app.reports.mailings.find import find_report, mailing_of
from app.reports.mailings.stop import PLACE, find_stop, stop_by_link
from app.reports.pages.mailing import mailing_form, read_wish
from app.reports.routes.blueprint import blueprint
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other
from app.web.toasts import toast

FORM = "reports/mailing.html"
STOP = "reports/mail_stop.html"


@blueprint.get("/reports/mail")
@access()
def show_mailing() -> Response:
    """When a report is mailed, and to whom."""
    by = current.actor()
    mailed = find_report(by, request.args.get("report", "")[:80])
    return page(FORM, it=mailing_form(mailed, by, None, {}), errors={}, alerts=())


@blueprint.post("/reports/mail")
@access()
def plan_mailing() -> Response:
    """Have a report mailed, or keep what was changed about it."""
    by, form = current.actor(), request.form
    mailed = find_report(by, form.get("report", "")[:80])
    wish = read_wish(mailed, by, form, form.getlist("readers")[: plan.MOST_READERS + 1])
    try:
        plan.plan_mailing(by, mailed, wish)
    except Refused as refused:
        by.session.rollback()
        errors = {key: [str(text)] for key, text in refused.errors.items()}
        alerts = () if errors else (str(refused.message),)
        shown = mailing_form(mailed, by, wish, form)
        return page(FORM, status=422, it=shown, errors=errors, alerts=alerts)
    toast(gettext("The report %(name)s is mailed now.", name=mailed.name))
    return see_other(mailed.url)


@blueprint.post("/reports/mail/end")
@access()
def end_mailing() -> Response:
    """Mail a report no more."""
    by = current.actor()
    key = request.form.get("report", "")[:80]
    row = mailing_of(by, key)
    if row is None:
        raise Missing(gettext("This report is not mailed."))
    plan.end_mailing(by, row)
    toast(gettext("It is mailed no more."), kind="info")
    return see_other("/reports")


@blueprint.post("/reports/mail/<uuid:reader_id>/reading")
@access()
def choose_reading(reader_id: UUID) -> Response:
    """Stop a report that a colleague has mailed to the reader, or have it again."""
    by = current.actor()
    if request.form.get("on") == "1":
        plan.read_again(by, reader_id)
    else:
        plan.stop_reading(by, reader_id)
    key = request.form.get("report", "")[:80]
    return see_other(find_report(by, key).url)


@blueprint.get(f"{PLACE}/<link>")
@access(who=Who.ANYONE, while_suspended=True)
def show_report_stop(link: str) -> Response:
    """A button and not more: programs that look through mails open links, too."""
    try:
        _row, can_stop = find_stop(current.session(), current.tenant(), link)
    except Missing as answer:
        return _not_ours(answer)
    return page(STOP, url=f"{PLACE}/{link}" if can_stop else "")


@blueprint.post(f"{PLACE}/<link>")
@access(who=Who.ANYONE, while_suspended=True, by_address=True)
def stop_report(link: str) -> Response:
    """Stop the mails: from the button, or from the mail program itself, which has no visit."""
    try:
        stop_by_link(current.session(), current.tenant(), link, current.moment())
    except Missing as answer:
        return _not_ours(answer)
    return page(STOP, url="")


def _not_ours(answer: Missing) -> Response:
    return page("identity/spent.html", status=answer.status, text=answer.message, url="", label="")
