"""The audit: what happened in the workspace, page by page or as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, request, stream_with_context
from sqlalchemy import select

from app.identity.models import User
from app.identity.routes.paging import cursor_of, read_moment_cursor
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.audit import PAGE, Asked, Place, read_events
from app.records.pages.audit import Line, lines, named
from app.records.pages.audit_asked import SERVICE, read_asked
from app.records.pages.audit_words import VIAS as WAYS
from app.records.pages.audit_words import subjects, verbs
from app.records.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.render import page
from app.web.sheets import csv_lines
from tenants.scope import tenant_scope

URL = "/settings/audit"
MOST_EXPORTED = 50_000
CHUNK = 500


@blueprint.get(URL)
@access(permission=("audit", "read"))
def show_audit() -> Response:
    """What happened, the newest first; a filter that makes no sense is told beside its field."""
    by = current.actor()
    read = read_asked(request.args, by)
    rows = []
    if not read.errors:
        before = read_moment_cursor(request.args.get("before"))
        rows = list(read_events(by, read.asked, before=before))
    shown = rows[:PAGE]
    earlier = cursor_of(shown[-1].at.isoformat(), shown[-1].id) if len(rows) > PAGE else None
    people = by.session.execute(select(User.id, User.name).order_by(User.name_sort, User.id))
    return page(
        "records/audit.html",
        status=422 if read.errors else 200,
        url=URL,
        lines=lines(shown, by),
        typed=read.typed,
        errors=read.errors,
        is_narrowed=bool(read.typed),
        query=urlencode(read.typed),
        earlier=earlier,
        people=[(SERVICE, gettext("The service")), *((str(one.id), one.name) for one in people)],
        subjects=subjects(by),
        verbs=verbs(by),
        ways=WAYS,
        record=_record_title(read.asked, by),
        most=MOST_EXPORTED,
    )


@blueprint.get(f"{URL}.csv")
@access(permission=("audit", "read"))
def export_audit() -> Response:
    """The same as CSV, the newest first, up to a limit; sent while it is read."""
    by = current.actor()
    read = read_asked(request.args, by)
    if read.errors:
        return show_audit()
    head = [gettext("When"), gettext("Who"), gettext("What"), gettext("Record type")]
    head += [gettext("Record"), gettext("Details"), gettext("Way")]
    answer = Response(
        stream_with_context(csv_lines(head, _cells(by, read.asked))),
        mimetype="text/csv",
    )
    name = f"audit-{by.today().isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _cells(by: Actor, asked: Asked) -> Iterator[list[str]]:
    """The cells of the newest events, chunk by chunk.

    They are read while the answer is sent, when the request's own scope has ended: each chunk
    opens one, so that no transaction waits for a slow reader.
    """
    before: Place | None = None
    for _chunk in range(MOST_EXPORTED // CHUNK):
        with tenant_scope(by.tenant) as session:
            reader = replace(by, session=session)
            rows = list(read_events(reader, asked, before=before, limit=CHUNK))
            told = [_told(line) for line in lines(rows[:CHUNK], reader)]
        yield from told
        if len(rows) <= CHUNK:
            return
        before = (rows[CHUNK - 1].at, rows[CHUNK - 1].id)


def _told(line: Line) -> list[str]:
    """The cells of one event."""
    cells = (line.at, line.who, line.what, line.subject, line.title, line.told, line.via)
    return [str(one) for one in cells]


def _record_title(asked: Asked, by: Actor) -> str:
    """What the one record is called that the audit is narrowed to, as far as `by` may know."""
    if asked.record_id is None or not asked.record_type:
        return ""
    found = named({asked.record_type: [asked.record_id]}, by)
    return found.get((asked.record_type, asked.record_id), "")
