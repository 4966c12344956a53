"""Files of records: added, looked at, fetched, renamed, replaced, deleted and brought back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NoSpace, OverLimit, Refused
from app.kernel.language import _, ngettext
from app.kernel.whole import whole
from app.records.files.drawing import MEDIA_TYPE, SIZES
from app.records.files.find import (
    Found,
    files_of,
    find_file,
    path_of,
    picture_of,
    version_of,
)
from app.records.files.models import File
from app.records.files.names import name_for
from app.records.files.operations import (
    MOST,
    Kept,
    add_file,
    change_file,
    delete_file,
    replace_file,
    restore_file,
)
from app.records.files.packing import packed
from app.records.files.places import missing
from app.records.pages.files import LOOKS, file_page, files_page, files_panel
from app.records.routes.blueprint import blueprint, next_or, record_for, record_url
from app.records.routes.sending import as_attachment, as_picture
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other, target_block
from app.web.toasts import toast
from app.web.uploads import arrived

PANEL = "files_panel"
TOLD = (Refused, OverLimit, NoSpace)
CHANGED = "files-changed, records-changed"


@blueprint.get("/<collection:collection>/<uuid:record_id>/files")
@access(record_verb="read")
def show_files(collection: str, record_id: UUID) -> Response:
    """Every file of a record; htmx is given what stands beside the record."""
    record_type, record, by = record_for(collection, record_id, "read")
    if is_htmx() and target_block() == PANEL:
        looked = min(whole(request.args.get("looked", "")) or 0, LOOKS)
        panel = files_panel(record_type, record, by, looked=looked)
        return fragment("records/_files.html", panel=panel)
    return page("records/files.html", it=files_page(record_type, record, by))


@blueprint.post("/<collection:collection>/<uuid:record_id>/files")
@access(record_verb="update", takes_files=True)
def add_files(collection: str, record_id: UUID) -> Response:
    """Put files on a record: all that were sent, or none."""
    record_type, record, by = record_for(collection, record_id, "update")
    try:
        brought = arrived()
        if not brought:
            raise Refused(_("Choose a file."), field="file")
        kept = [add_file(record_type, record, one, by) for one in brought]
    except TOLD as answer:
        by.session.rollback()
        if is_htmx():
            raise
        record_type, record, by = record_for(collection, record_id, "read")
        it = files_page(record_type, record, by, [answer.message])
        return page("records/files.html", status=answer.status, it=it)
    _tell(kept)
    if is_htmx():
        return _changed()
    return see_other(next_or(record_url(record_type, record_id)))


@blueprint.get("/<collection:collection>/<uuid:record_id>/files.zip")
@access(record_verb="read")
def pack_files(collection: str, record_id: UUID) -> Response:
    """All files of a record as one zip, made as it is fetched."""
    record_type, record, by = record_for(collection, record_id, "read")
    entries = [
        (one.name, path_of(one, by), one.added_at.astimezone(by.zone))
        for one in files_of(record_type, record, by, MOST)
        if _is_there(one, by)
    ]
    if not entries:
        raise Missing(_("There are no files here."))
    name = name_for(record_type.title_of(record), "zip") or "files.zip"
    return as_attachment(packed(entries), name, "application/zip")


@blueprint.get("/files/<uuid:file_id>")
@access()
def show_file(file_id: UUID) -> Response:
    """One file: what it is, a picture of it where there is one, its earlier versions."""
    by = current.actor()
    return page("records/file.html", "form", it=file_page(find_file(file_id, by), by))


@blueprint.get("/files/<uuid:file_id>/content")
@access()
def fetch_file(file_id: UUID) -> Response:
    """The bytes of a file, to be saved and never shown where we are."""
    by = current.actor()
    found = find_file(file_id, by)
    return as_attachment(path_of(found.file, by), found.file.name, found.file.sent_as)


@blueprint.get("/files/<uuid:file_id>/versions/<int:number>")
@access()
def fetch_version(file_id: UUID, number: int) -> Response:
    """The bytes of an earlier version."""
    by = current.actor()
    version = version_of(find_file(file_id, by).file, number, by)
    return as_attachment(path_of(version, by), version.name, version.sent_as)


@blueprint.get("/files/<uuid:file_id>/preview/<size>")
@access()
def show_picture(file_id: UUID, size: str) -> Response:
    """A small picture of a file, drawn by us."""
    by = current.actor()
    found = find_file(file_id, by)
    if size not in SIZES:
        raise missing()
    return as_picture(picture_of(found.file, size, by), found.file.digest, MEDIA_TYPE)


@blueprint.post("/files/<uuid:file_id>/edit")
@access()
def edit_file(file_id: UUID) -> Response:
    """Call a file otherwise, or say something else about it."""
    by = current.actor()
    found = find_file(file_id, by, "update")
    typed = {key: request.form.get(key, "") for key in ("name", "description")}
    try:
        change_file(found, by, name=typed["name"], description=typed["description"])
    except Refused as answer:
        return _again(file_id, by, answer, "file_form", typed)
    toast(_("Saved."))
    return _done(found)


@blueprint.post("/files/<uuid:file_id>/versions")
@access(takes_files=True)
def add_version(file_id: UUID) -> Response:
    """Let a file hold something newer."""
    by = current.actor()
    found = find_file(file_id, by, "update")
    try:
        brought = arrived()
        if len(brought) != 1:
            raise Refused(_("Choose one file."), field="file")
        kept = replace_file(found, brought[0], by)
    except TOLD as answer:
        return _again(file_id, by, answer, "version_form")
    _tell([kept])
    return _done(found)


@blueprint.post("/files/<uuid:file_id>/delete")
@access()
def remove_file(file_id: UUID) -> Response:
    """Put a file into the bin of its record."""
    by = current.actor()
    found = find_file(file_id, by, "update")
    delete_file(found, by)
    toast(_("“%(name)s” was deleted.", name=found.file.name), undo_url=f"/files/{file_id}/restore")
    return _done(found)


@blueprint.post("/files/<uuid:file_id>/restore")
@access()
def bring_back(file_id: UUID) -> Response:
    """Bring a deleted file back."""
    by = current.actor()
    found = find_file(file_id, by, "update", is_deleted=True)
    restore_file(found, by)
    toast(_("“%(name)s” is back.", name=found.file.name))
    return _done(found)


def _is_there(one: File, by: Actor) -> bool:
    try:
        path_of(one, by)
    except Missing:
        return False
    return True


def _again(
    file_id: UUID, by: Actor, answer: Answer, block: str, typed: dict[str, str] | None = None
) -> Response:
    """The file as it was, with what stands against its change."""
    by.session.rollback()
    found = find_file(file_id, by)
    errors = {key: text for key, text in answer.errors.items() if key in (typed or {})}
    it = file_page(found, by, typed, errors, "" if errors else answer.message)
    return page("records/file.html", block, status=422, it=it)


def _tell(kept: list[Kept]) -> None:
    """Say what was added, and what is something else than its name says."""
    for one in kept:
        if one.note is not None:
            toast(one.note, kind="warn")
    if len(kept) == 1:
        toast(_("“%(name)s” was added.", name=kept[0].file.name))
    else:
        toast(ngettext("%(n)s file was added.", "%(n)s files were added.", len(kept)))


def _done(found: Found) -> Response:
    """Back to the record; in place for htmx, whose page reloads what changed."""
    if is_htmx():
        return _changed()
    return see_other(next_or(record_url(found.record_type, found.file.record_id)))


def _changed() -> Response:
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = f"{CHANGED}, drawer-close"
    return response
