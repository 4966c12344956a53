"""Importing records: the file, what becomes of its columns, what became of its rows."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app, request, stream_with_context

from app.identity.operations.notices import read_about
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NoSpace, Refused
from app.kernel.language import Text, _, gettext
from app.records.access import writable_keys
from app.records.imports.begin import begin_import
from app.records.imports.draft import (
    keep_mapping,
    make_fields,
    new_fields,
    read_again,
    take_file,
)
from app.records.imports.failed import failures_csv
from app.records.imports.given import Readable, may_import
from app.records.imports.keep import (
    cancel_import,
    drop_import,
    find_import,
    list_imports,
    open_for_change,
)
from app.records.imports.mapping import from_json
from app.records.imports.models import UNDER_WAY, ImportRun, State
from app.records.imports.new_options import asked_options, make_options
from app.records.imports.reading.limits import HEAD_ROWS, MOST_BYTES
from app.records.imports.run import open_table, url_of
from app.records.imports.table import How
from app.records.imports.twins import twins_csv
from app.records.imports.undo_jobs import undo_import
from app.records.imports.words import told_undone
from app.records.pages.imports.form import import_form
from app.records.pages.imports.offered import importable
from app.records.pages.imports.receipt import import_lines, import_receipt, sees_everyones
from app.records.pages.imports.typed import read_how, read_mapping_form
from app.records.routes.blueprint import blueprint, type_for
from app.records.types import IMPORT, RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.sheets import csv_lines
from app.web.toasts import toast
from app.web.uploads import arrived, largest

URL = "/settings/imports"


@blueprint.get("/<collection:collection>/import")
@access(record_verb=IMPORT)
def ask_import(collection: str) -> Response:
    """Where a file is given."""
    return _ask(_type(collection))


@blueprint.post("/<collection:collection>/import")
@access(record_verb=IMPORT, takes_files=True, takes_one=True)
def give_import(collection: str) -> Response:
    """Keep a file, or rows that were pasted, and lead to what becomes of them."""
    by, record_type = current.actor(), _type(collection)
    name, stream = _given()
    try:
        if stream is None:
            raise Refused(_("Choose a file, or paste rows."))
        run = take_file(record_type, name, stream, by)
    except (Refused, NoSpace) as answer:
        by.session.rollback()
        return _ask(record_type, answer)
    return see_other(url_of(run, record_type))


@blueprint.get("/<collection:collection>/import/template.csv")
@access(record_verb=IMPORT)
def import_template(collection: str) -> Response:
    """An empty table with the names of all fields that can be given."""
    by, record_type = current.actor(), _type(collection)
    writable = writable_keys(record_type, by)
    labels = [str(one.label) for one in record_type.fields if one.key in writable]
    return _file(csv_lines(labels, []), f"{record_type.words.many}.csv")


@blueprint.get("/<collection:collection>/import/<uuid:run_id>")
@access(record_verb=IMPORT)
def show_import(collection: str, run_id: UUID) -> Response:
    """What becomes of the columns, or, once it has begun, what became of the rows."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    if _has_begun(run):
        if by.user_id is not None and not run.is_under_way:
            url = url_of(run, record_type)
            current.aside(partial(read_about, by.tenant, by.user_id, url, by.now))
        it = import_receipt(record_type, run, by)
        return page("records/imports/receipt.html", it=it)
    return _show(record_type, run, by)


@blueprint.post("/<collection:collection>/import/<uuid:run_id>")
@access(record_verb=IMPORT)
def change_import(collection: str, run_id: UUID) -> Response:
    """Keep what was chosen and say what would become of it; try all rows; or begin."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    open_for_change(run, by)
    table = open_table(run, by)
    sample = table.sample(HEAD_ROWS)
    kept = from_json(run.mapping)
    mapping, new = read_mapping_form(request.form, record_type, table, kept, sample, by)
    wish = request.form.get("do", "check")
    try:
        if wish == "start":
            mapping, new = make_fields(run, mapping, new, table, by), {}
        if wish in ("start", "try"):
            options = asked_options(mapping)
            mapping = make_options(record_type, mapping, by)
            begin_import(run, mapping, by, is_dry_run=wish == "try", options=options)
            if wish == "start" and not run.is_under_way:
                toast(_("Imported."))
            return see_other(url_of(run, record_type))
        keep_mapping(run, mapping, new, by)
    except (Refused, NoSpace) as answer:
        by.session.rollback()
        found = find_import(run_id, by)
        refused = answer if isinstance(answer, Refused) else Refused(answer.message)
        form = import_form(record_type, found, table, mapping, new, by, answer=refused)
        return page("records/imports/import.html", "form", status=answer.status, form=form)
    form = import_form(record_type, run, table, mapping, new, by)
    return page("records/imports/import.html", "form", form=form)


@blueprint.post("/<collection:collection>/import/<uuid:run_id>/how")
@access(record_verb=IMPORT)
def read_import(collection: str, run_id: UUID) -> Response:
    """Read the file in another way."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    try:
        read_again(run, record_type, read_how(request.form, How.from_json(run.how)), by)
    except Refused as answer:
        by.session.rollback()
        toast(answer.message, kind="bad")
        return see_other(url_of(find_import(run_id, by), record_type))
    return see_other(url_of(run, record_type))


@blueprint.post("/<collection:collection>/import/<uuid:run_id>/cancel")
@access(record_verb=IMPORT)
def stop_import(collection: str, run_id: UUID) -> Response:
    """Stop an import, or a try of one, that is under way."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    cancel_import(run.id, by)
    toast(_("It was stopped. What it did so far stands."), kind="info")
    return see_other(url_of(run, record_type))


@blueprint.post("/<collection:collection>/import/<uuid:run_id>/undo")
@access(record_verb=IMPORT)
def take_back_import(collection: str, run_id: UUID) -> Response:
    """Undo an import: at once, or by a worker where it was many rows."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    try:
        run = undo_import(run.id, by)
    except Refused as answer:
        by.session.rollback()
        toast(answer.message, kind="bad")
        return see_other(url_of(find_import(run_id, by), record_type))
    if run.undone_at is None:
        return see_other(f"/work/{run.undone_by_id}")
    toast(told_undone(run, by), kind="info")
    return see_other(url_of(run, record_type))


@blueprint.post("/<collection:collection>/import/<uuid:run_id>/drop")
@access(record_verb=IMPORT)
def leave_import(collection: str, run_id: UUID) -> Response:
    """Give up an import that has not begun; its file goes."""
    by = current.actor()
    record_type, run = _run(collection, run_id)
    drop_import(run.id, by)
    toast(_("The file was removed; nothing was imported."), kind="info")
    return see_other(f"/{record_type.collection}/import")


@blueprint.get("/<collection:collection>/import/<uuid:run_id>/failed.csv")
@access(record_verb=IMPORT)
def failed_rows(collection: str, run_id: UUID) -> Response:
    """The rows that failed as a table with their reasons, to be mended and given again."""
    by = current.actor()
    _record_type, run = _run(collection, run_id)
    if not run.failures_size:
        raise Missing(_("There is no such page."))
    table = open_table(run, by)
    name = run.file_name.rpartition(".")[0] or run.file_name
    by.session.expunge(run)  # The answer is sent when the session has ended.
    called = gettext("%(name)s – failed rows.csv", name=name)
    return _file(failures_csv(run, table.names, by), called)


@blueprint.get("/<collection:collection>/import/<uuid:run_id>/left-out.csv")
@access(record_verb=IMPORT)
def left_out_rows(collection: str, run_id: UUID) -> Response:
    """The rows that were left out as duplicates as a table, with what each of them resembles."""
    by = current.actor()
    _record_type, run = _run(collection, run_id)
    if not run.twins_size:
        raise Missing(_("There is no such page."))
    table = open_table(run, by)
    name = run.file_name.rpartition(".")[0] or run.file_name
    by.session.expunge(run)  # The answer is sent when the session has ended.
    called = gettext("%(name)s – rows left out.csv", name=name)
    return _file(twins_csv(run, table.names, by), called)


@blueprint.get(URL)
@access()
def show_imports() -> Response:
    """The reader's imports, or everyone's; and each kind of record that they may import."""
    by = current.actor()
    lines = import_lines(list_imports(by), by)
    return page(
        "records/imports/list.html",
        url=URL,
        lines=lines,
        is_under_way=any(one.run.is_under_way for one in lines),
        types=importable(by),
        tells_who=sees_everyones(by),
    )


def _type(collection: str) -> RecordType:
    by = current.actor()
    record_type = type_for(collection, IMPORT, by)
    may_import(record_type, by)
    return record_type


def _run(collection: str, run_id: UUID) -> tuple[RecordType, ImportRun]:
    """An import that the reader may see, at the address of its own kind of record."""
    by, record_type = current.actor(), _type(collection)
    run = find_import(run_id, by)
    if run.record_type != record_type.key:
        raise Missing(_("There is no such page."))
    return record_type, run


def _has_begun(run: ImportRun) -> bool:
    """True from the moment when rows are taken in or tried in the background."""
    if run.is_dry_run:
        return run.state in UNDER_WAY
    return run.state != State.GIVEN


def _given() -> tuple[str, Readable | None]:
    """The name and the bytes of the file that was sent, or of what was pasted."""
    sent = next(iter(arrived()), None)
    if sent is not None:
        return sent.name, sent
    pasted = request.form.get("pasted", "")
    rows = BytesIO(pasted.encode("utf-8", "replace")) if pasted.strip() else None
    return gettext("pasted.txt"), rows


def _ask(record_type: RecordType, answer: Answer | None = None) -> Response:
    alerts: list[Text | str] = [answer.message] if answer is not None else []
    return page(
        "records/imports/give.html",
        status=answer.status if answer is not None else 200,
        record_type=record_type,
        url=f"/{record_type.collection}/import",
        alerts=alerts,
        pasted=request.form.get("pasted", "") if request.method == "POST" else "",
        most=min(MOST_BYTES, largest(current_app.extensions["settings"])) // 2**20,
    )


def _show(record_type: RecordType, run: ImportRun, by: Actor) -> Response:
    """The page of an import that has not begun; Missing when its file is gone."""
    table = open_table(run, by)
    form = import_form(record_type, run, table, from_json(run.mapping), new_fields(run), by)
    return page("records/imports/import.html", form=form)


def _file(lines: object, name: str) -> Response:
    """Text to be saved, never to be shown where we are."""
    answer = Response(stream_with_context(lines), mimetype="text/csv")  # type: ignore[call-overload]
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    told = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", **told)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
