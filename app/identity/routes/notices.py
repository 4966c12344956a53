"""The bell: what a person shall learn, and how far the work is that they wait for."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response

from app.identity.news import lines
from app.identity.operations import notices as operations
from app.identity.queueing import waits_for
from app.identity.routes.blueprint import blueprint
from app.jobs.progress import cancel_work, find_work, works_of
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.links import safe_path
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

MOST_WORKS = 50


@blueprint.get("/notices")
@access()
def show_notices() -> Response:
    """The newest notices with the work under way, as a page or as the bell's panel."""
    by = current.actor()
    write = formats(by)
    found = operations.notices_of(by)
    shown = lines(found, by)
    told = {one.notice.id for one in shown}
    gone = {one.id: one.at for one in found if one.id not in told}
    if gone and by.user_id is not None:
        current.aside(partial(operations.put_away, by.tenant, by.user_id, gone))
    return page(
        "identity/notices.html",
        "notices_list",
        works=[(one, waits_for(one, by)) for one in works_of(by, 5, under_way=True)],
        notices=[(one, write.relative(one.notice.at, by.now)) for one in shown],
    )


@blueprint.get("/notices/<uuid:notice_id>")
@access()
def open_notice(notice_id: UUID) -> Response:
    """Lead to what a notice is about; it counts as read from then on."""
    by = current.actor()
    found = operations.find_notice(by, notice_id)
    if found is None:
        raise Missing(_("There is no such page."))
    current.aside(partial(operations.read_about, by.tenant, found.user_id, found.url, by.now))
    return see_other(safe_path(found.url))


@blueprint.post("/notices/read")
@access()
def read_notices() -> Response:
    """Mark every notice as read."""
    operations.read_all(current.actor())
    return show_notices() if is_htmx() else see_other("/notices")


@blueprint.get("/work")
@access()
def list_work() -> Response:
    """The reader's own long work of the last 30 days."""
    by = current.actor()
    write = formats(by)
    works = [
        (
            one,
            write.relative(one.created_at, by.now),
            write.number(one.done),
            write.number(one.total),
            waits_for(one, by),
        )
        for one in works_of(by, MOST_WORKS)
    ]
    return page("identity/works.html", works=works)


@blueprint.get("/work/<uuid:work_id>")
@access()
def show_work(work_id: UUID) -> Response:
    """How far a piece of work is; the page asks again until it leads to the outcome."""
    by = current.actor()
    work = find_work(work_id, by)
    if work is None:
        raise Missing(_("There is no such page."))
    if not work.is_under_way and work.url:
        return see_other(work.url)
    write = formats(by)
    done, total = write.number(work.done), write.number(work.total)
    waits = waits_for(work, by)
    return page("identity/work.html", "work", work=work, done=done, total=total, waits=waits)


@blueprint.post("/work/<uuid:work_id>/cancel")
@access()
def stop_work(work_id: UUID) -> Response:
    """Stop a piece of work where it stands; what is done stays."""
    by = current.actor()
    work = find_work(work_id, by)
    if work is None:
        raise Missing(_("There is no such page."))
    if not cancel_work(work_id, by):
        raise Refused(_("It has come to its end already, or can't be stopped."))
    toast(_("It was stopped. What is done stays, and can be undone."), kind="info")
    return see_other(work.url or "/work")
