"""The settings page of what the files of a workspace take."""

from __future__ import annotations

from flask import Response

from app.records.files.shares import shares
from app.records.files.sizes import size_text
from app.records.files.storage import limit_of, used
from app.records.retention import retention
from app.records.routes.blueprint import blueprint
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page
from app.web.uploads import MEGABYTE, most_bytes

URL = "/settings/storage"
MANAGE = ("retention", "manage")  # Who says how long things are kept sees what they take.


@blueprint.get(URL)
@access(permission=MANAGE)
def show_storage() -> Response:
    """How much of its room a workspace uses, and for what."""
    by = current.actor()
    held, limit = used(by), limit_of(by)
    write = formats(by)
    lines = [
        (one.label, one.icon, write.number(one.number), size_text(one.size)) for one in shares(by)
    ]
    return page(
        "records/storage.html",
        used=held,
        limit=limit,
        used_text=size_text(held),
        limit_text=size_text(limit),
        lines=lines,
        most=f"{most_bytes() // MEGABYTE} MB",
        days=retention(by).deleted_days,
    )
