"""Files of records over the API, with the rights of person and token on the record itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.routes.paging import asked_place, cut
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.body import WrongContent, demand_known
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.files import operations
from app.records.files.find import files_of, find_file, path_of, version_of, versions_of
from app.records.files.models import File, FileVersion
from app.records.filters import once_each
from app.records.openapi import files as told
from app.records.openapi.described import described, on_some_type
from app.records.openapi.parts import DONE, PAGED
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.routes.sending import as_attachment
from app.records.routes.sent import body_of
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access
from app.web.uploads import arrived
from tenants.arriving import Arriving

MULTIPART = "multipart/form-data"
CHANGES = on_some_type("update")  # Files are changed by who changes their record.


@blueprint.get("/<collection>/<record_id>/files")
@described("list_files", told.TAG, parameters=PAGED, **told.LIST)
@access(who=Who.TOKEN, record_verb="read")
def list_files(collection: str, record_id: str) -> Response:
    """One page of the files of a record, the oldest first."""
    by, record_type = subject(collection)
    limit = read_page(request.args, ("cursor",))
    after = asked_place(request.args)
    record = fetch(record_type, parse_id(record_id), by)
    found = files_of(record_type, record, by, limit + 1, after)
    files, following = cut(found, limit, lambda one: one.created_at)
    data = [_shown(one) for one in files]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post("/<collection>/<record_id>/files")
@described(
    "add_file",
    told.TAG,
    sends=told.SENT,
    brings_file=True,
    is_repeatable=True,
    needs="update",
    **told.MADE,
)
@access(who=Who.TOKEN, record_verb="update", takes_files=True)
def add_file(collection: str, record_id: str) -> Response:
    """Put a file on a record; with an Idempotency-Key the same file twice is one."""
    by, record_type = subject(collection)
    record = fetch(record_type, parse_id(record_id), by, "update")
    brought = _brought(("description",))
    description = request.form.get("description", "")

    def add() -> Reply:
        kept = operations.add_file(record_type, record, brought, by, description=description)
        return _made(kept.file)

    return repeatable(by, _fingerprint(brought, description), add)


@blueprint.get("/files/<uuid:file_id>")
@described("get_file", told.TAG, **told.ONE)
@access(who=Who.TOKEN)
def show_file(file_id: UUID) -> Response:
    """One file."""
    refuse_arguments(list(request.args))
    return send(_reply(find_file(file_id, current.actor()).file))


@blueprint.get("/files/<uuid:file_id>/content")
@described("get_file_content", told.TAG, told.CONTENT, parameters=(told.ASKED_NUMBER,))
@access(who=Who.TOKEN)
def fetch_content(file_id: UUID) -> Response:
    """The bytes of a file, or of the version with the `number`."""
    by = current.actor()
    once_each(request.args)
    refuse_arguments([name for name in request.args if name != "number"], ("number",))
    file = find_file(file_id, by).file
    version = _version(file, by)
    return as_attachment(path_of(version, by), version.name, version.sent_as)


@blueprint.get("/files/<uuid:file_id>/versions")
@described("list_file_versions", told.TAG, **told.VERSIONS)
@access(who=Who.TOKEN)
def list_versions(file_id: UUID) -> Response:
    """Everything that a file held, the newest first, on one page."""
    by = current.actor()
    refuse_arguments(list(request.args))
    file = find_file(file_id, by).file
    every: list[File | FileVersion] = [file, *versions_of(file, by)]
    data = [_shown_version(one, file.id) for one in every]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post("/files/<uuid:file_id>/versions")
@described(
    "replace_file",
    told.TAG,
    sends=told.SENT_VERSION,
    brings_file=True,
    is_repeatable=True,
    is_offered=CHANGES,
    **told.MADE,
)
@access(who=Who.TOKEN, takes_files=True)
def add_version(file_id: UUID) -> Response:
    """Let a file hold something newer; what it held stays as an earlier version."""
    by = current.actor()
    found = find_file(file_id, by, "update")
    brought = _brought(())
    return repeatable(
        by,
        _fingerprint(brought, ""),
        lambda: _made(operations.replace_file(found, brought, by).file),
    )


@blueprint.patch("/files/<uuid:file_id>")
@described(
    "update_file",
    told.TAG,
    sends=told.CHANGE,
    is_versioned=True,
    is_offered=CHANGES,
    **told.ONE,
)
@access(who=Who.TOKEN)
def change_file(file_id: UUID) -> Response:
    """Call a file otherwise, or say something else about it."""
    by = current.actor()
    body = body_of(("name", "description"))
    found = find_file(file_id, by, "update")
    operations.change_file(
        found,
        by,
        name=text_of(body, "name") if "name" in body else None,
        description=text_of(body, "description") if "description" in body else None,
        version=seen_version(request.if_match, found.file),
    )
    return send(_reply(found.file))


@blueprint.delete("/files/<uuid:file_id>")
@described("delete_file", told.TAG, DONE, is_offered=CHANGES)
@access(who=Who.TOKEN)
def delete_file(file_id: UUID) -> Response:
    """Put a file into the bin of its record."""
    by = current.actor()
    refuse_arguments(list(request.args))
    operations.delete_file(find_file(file_id, by, "update"), by)
    return Response(status=204)


@blueprint.post("/files/<uuid:file_id>/restore")
@described("restore_file", told.TAG, is_offered=CHANGES, **told.ONE)
@access(who=Who.TOKEN)
def restore_file(file_id: UUID) -> Response:
    """Bring a deleted file back."""
    by = current.actor()
    refuse_arguments(list(request.args))
    found = find_file(file_id, by, "update", is_deleted=True)
    operations.restore_file(found, by)
    return send(_reply(found.file))


def _brought(known: tuple[str, ...]) -> Arriving:
    """The one file of a body; Refused for none, for several and for fields that nobody knows."""
    refuse_arguments(list(request.args))
    if request.mimetype != MULTIPART:
        raise WrongContent(_("Send the file as multipart/form-data, in the field “file”."))
    demand_known([*request.form, *request.files], (*known, "file"))
    brought = arrived()
    if len(brought) != 1:
        raise Refused(_("Send one file in the field “file”."), field="file")
    return brought[0]


def _fingerprint(brought: Arriving, description: str) -> dict[str, str]:
    return {"name": brought.name, "sha256": brought.digest, "description": description}


def _version(file: File, by: Actor) -> File | FileVersion:
    """The version that the address asks for; the newest where it says nothing."""
    asked = request.args.get("number")
    number = file.number if asked is None else whole(asked)
    if not number:
        raise Refused(_("This must be a whole number."), field="number")
    return version_of(file, number, by)


def _reply(file: File, status: int = 200) -> Reply:
    return marked(_shown(file), file.version, status)


def _made(file: File) -> Reply:
    made = _reply(file, 201)
    made.headers["Location"] = f"/api/v1/files/{file.id}"
    return made


def _shown(file: File) -> dict[str, Any]:
    """A file as programs see it."""
    return {
        "id": str(file.id),
        "record_type": file.record_type,
        "record_id": str(file.record_id),
        "name": file.name,
        "description": file.description,
        **_held(file),
        "number": file.number,
        "content": f"/api/v1/files/{file.id}/content",
        "created_at": as_json(file.created_at),
        "created_by_id": as_json(file.created_by_id),
        "deleted_at": as_json(file.deleted_at),
    }


def _shown_version(one: File | FileVersion, file_id: UUID) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        **_held(one),
        "content": f"/api/v1/files/{file_id}/content?number={one.number}",
    }


def _held(one: File | FileVersion) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "media_type": one.sent_as,
        "size": one.size,
        "sha256": one.digest,
        "added_at": as_json(one.added_at),
        "added_by_id": as_json(one.added_by_id),
    }
