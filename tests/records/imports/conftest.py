"""Files as people give them, taken in at once or by a worker, and what stands afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.identity.models import Grant, Role
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.imports import begin, mapping
from app.records.imports.failed import read_failures
from app.records.imports.given import keep_file
from app.records.imports.models import ImportRun
from app.records.imports.outcome import Failure
from app.records.tailored import tailored
from tenants import resolve
from tenants.control import Tenant
from tests.cast import Person, Workspace

Cells = Sequence[Sequence[object]]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are too many for a request, a piece has two, and a job does two pieces."""
    monkeypatch.setattr(begin, "AT_ONCE", 2)
    monkeypatch.setattr("app.records.imports.pieces.ROWS", 2)
    monkeypatch.setattr("app.records.imports.run.OF_ONE_JOB", 4)


def sheet(head: Sequence[str], *rows: Sequence[object]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return text.getvalue().encode()


def mapped(columns: Mapping[str, Any], **whole: Any) -> mapping.Mapping:
    """A mapping of columns to fields; a field is a key or all parts of its column."""
    parts = []
    for source, what in columns.items():
        told = {"field": what} if isinstance(what, str) else dict(what)
        parts.append({"source": source, **told})
    return mapping.from_json({"columns": parts, **whole})


def give(by: Actor, kind: str, file: bytes, name: str = "people.csv") -> ImportRun:
    """A file that is kept and not yet begun."""
    return keep_file(tailored(kind, by), name, io.BytesIO(file), by)


def take_in(
    person: Person,
    kind: str,
    file: bytes,
    columns: Mapping[str, Any],
    *,
    is_dry_run: bool = False,
    **whole: Any,
) -> ImportRun:
    """Import a file as somebody does who waits for it, or begin it where it is long."""
    with person.workspace.acting(person) as by:
        run = give(by, kind, file)
        return begin.begin_import(run, mapped(columns, **whole), by, is_dry_run=is_dry_run)


def counts(run: ImportRun) -> dict[str, int]:
    """What became of the rows, without what became of none."""
    keys = ("created", "updated", "skipped", "duplicate", "failed")
    return {key: getattr(run, key) for key in keys if getattr(run, key)}


def failures(person: Person, run: ImportRun) -> list[Failure]:
    """The rows that failed."""
    with person.workspace.acting(person) as by:
        return list(read_failures(run, by))


def why(person: Person, run: ImportRun) -> dict[int, dict[str, str]]:
    """Why rows failed, by their number in the file and by column."""
    return {one.line: dict(one.errors) for one in failures(person, run)}


def run_of(workspace: Workspace, run_id: UUID) -> ImportRun:
    """An import as it stands now."""
    with workspace.scope() as session:
        return session.get_one(ImportRun, run_id)


def living(workspace: Workspace, model: Any, *columns: Any) -> list[Any]:
    """The rows of a table that were not deleted, by their columns."""
    with workspace.scope() as session:
        asked = select(*columns).where(model.deleted_at.is_(None)).order_by(*columns)
        return [tuple(row) if len(columns) > 1 else row[0] for row in session.execute(asked)]


def stand(owner: Engine, state: str) -> None:
    """Let the workspace of acme stand in a state, for all to see at once."""
    with Session(owner) as session, session.begin():
        session.execute(update(Tenant).where(Tenant.slug == "acme").values(state=state))
    resolve.forget()


Take = Callable[..., ImportRun]


def allow(workspace: Workspace, role: str, verb: str, *, reach: int | None = 3) -> None:
    """Grant a role a verb on every record type, or take it away."""
    with workspace.scope() as session:
        found = session.scalars(select(Role).where(Role.key == role)).one()
        for kind in ("account", "contact", "activity", "product", "product_category"):
            mine = (Grant.role_id == found.id, Grant.record_type == kind, Grant.verb == verb)
            session.execute(delete(Grant).where(*mine))
            if reach is not None:
                grant = {"record_type": kind, "verb": verb, "reach": reach}
                session.add(Grant(id=new_id(), role_id=found.id, **grant))
        found.stamp = new_id()
