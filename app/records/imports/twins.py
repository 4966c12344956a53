"""The rows of an import that were left out as duplicates, with what each of them resembles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from app.identity.outside import workspace_url
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import permitted
from app.records.duplicates.facts import How
from app.records.duplicates.find import REASONS
from app.records.duplicates.groups import seen_signs
from app.records.imports.beside_lines import append_lines, read_lines
from app.records.imports.failed import padded
from app.records.imports.keep import may_read_cells
from app.records.imports.models import ImportRun
from app.records.imports.outcome import Twin
from app.records.tailored import tailored
from app.records.types import RecordType
from app.web.sheets import csv_lines
from tenants.files import new_name
from tenants.scope import open_tenant, tenant_scope

AT_ONCE = 1000  # Rows whose records are looked up together.


def keep_twins(run: ImportRun, twins: Sequence[Twin], by: Actor) -> None:
    """Write rows that were left out behind those that stand; NoSpace when the disk is full."""
    if not twins:
        return
    run.twins = run.twins or new_name("jsonl")  # One that began before there were such files.
    lines = (
        [one.line, list(one.cells), str(one.record_id), one.how, one.of_line]
        for one in sorted(twins, key=lambda one: one.line)
    )
    run.twins_size = append_lines(run.twins, run.twins_size, lines, by)


def twins_csv(run: ImportRun, names: Sequence[str], by: Actor) -> Iterator[str]:
    """The rows that were left out as CSV: their columns, then what each resembles, and by what.

    A record is named and linked where `by` may read it now, a sign is told whose fields they see.
    Without the cells for whom these are kept from.
    """
    if not may_read_cells(run, by):
        names = ()
    record_type = tailored(run.record_type, by)
    told = [gettext("Resembles"), gettext("Known by"), gettext("Link"), gettext("Row in the file")]
    twins = (
        Twin(line, cells, UUID(record_id), how, of_line)
        for line, cells, record_id, how, of_line in read_lines(run.twins, run.twins_size, by)
    )
    rows = _rows(record_type, twins, len(names), frozenset(seen_signs(record_type, by)), by)
    return csv_lines([*names, *told], rows)


def _rows(
    record_type: RecordType, twins: Iterable[Twin], width: int, hows: Collection[How], by: Actor
) -> Iterator[list[str]]:
    left = iter(twins)
    while some := list(islice(left, AT_ONCE)):
        titles = _titles(record_type, {one.record_id for one in some}, by)
        for one in some:
            title, link = titles.get(one.record_id, ("", ""))
            if not title and one.of_line is not None:
                title = gettext("Row %(line)s of this file", line=one.of_line)
            why = str(REASONS[one.how]) if one.how in hows else ""
            yield [*padded(one.cells, width), title, why, link, str(one.line)]


def _titles(
    record_type: RecordType, ids: Collection[UUID], by: Actor
) -> Mapping[UUID, tuple[str, str]]:
    """The names and addresses of those records that `by` may read."""
    model = record_type.model
    with _reading(by) as reader:
        asked = select(model.id, record_type.title_text.label("title")).where(
            model.id.in_(ids), permitted(record_type, reader)
        )
        found = reader.session.execute(asked).all()
    place = workspace_url(by.tenant, f"/{record_type.collection}")
    return {row.id: (str(row.title or ""), f"{place}/{row.id}") for row in found}


@contextmanager
def _reading(by: Actor) -> Iterator[Actor]:
    """`by` with a session: their own, or one of a moment where the answer is on its way already."""
    if open_tenant() is not None:
        yield by
        return
    with tenant_scope(by.tenant) as session:
        yield replace(by, session=session)
