"""An import that has begun: how far it is, what became of its rows, if it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, _, gettext
from app.records.imports.ahead import run_waits_for
from app.records.imports.failed import read_failures
from app.records.imports.keep import MANAGE
from app.records.imports.mapping import from_json
from app.records.imports.models import ImportRun, State
from app.records.imports.run import open_table, url_of
from app.records.imports.undo_jobs import why_not_undo
from app.records.imports.words import told_undone
from app.records.pages.imports.preview import (
    MOST_FAILURES,
    Count,
    Problem,
    counts_of,
    more_failed,
    problems,
)
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats

STATES = {
    State.GIVEN: (_("Not begun"), ""),
    State.WAITING: (_("Waiting"), ""),
    State.RUNNING: (_("Under way"), "info"),
    State.DONE: (_("Done"), "good"),
    State.FAILED: (_("Failed"), "bad"),
    State.CANCELLED: (_("Stopped"), "warn"),
}


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """All that `records/imports/receipt.html` shows."""

    record_type: RecordType
    run: ImportRun
    title: str
    who: str
    when: str
    done: str
    total: str
    counts: list[Count]
    problems: list[Problem]
    more: str
    why_not_undo: Text | None
    undone: str
    undo_url: str
    waits: str

    @property
    def can_undo(self) -> bool:
        """True when it can be taken back now."""
        return self.why_not_undo is None

    @property
    def url(self) -> str:
        """Below it stands what can be done with it."""
        return url_of(self.run, self.record_type)


def import_receipt(record_type: RecordType, run: ImportRun, by: Actor) -> ImportReceipt:
    """The receipt of an import that has begun."""
    write = formats(by)
    who = names_of(by, {run.user_id}).get(run.user_id, "") if run.user_id else ""
    return ImportReceipt(
        record_type,
        run,
        gettext("Import of %(what)s", what=record_type.words.many),
        who,
        write.relative(run.started_at or run.created_at, by.now),
        write.number(run.done),
        write.number(run.total),
        counts_of(run, by),
        _problems(run, by),
        more_failed(run.failed, by),
        why_not_undo(run, by),
        told_undone(run, by) if run.undone_at is not None else "",
        f"/work/{run.undone_by_id}" if run.undone_by_id and run.undone_at is None else "",
        run_waits_for(run, by),
    )


def _problems(run: ImportRun, by: Actor) -> list[Problem]:
    """What stands against the first rows that failed."""
    if not run.failures_size:
        return []
    failures = list(read_failures(run, by, MOST_FAILURES))
    try:
        table = open_table(run, by)
    except Answer:
        return []  # The file is gone; its reasons go with it.
    return problems(failures, from_json(run.mapping), table)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import of the page of all."""

    run: ImportRun
    title: str
    url: str
    state: Text
    tone: str
    done: str
    failed: str
    who: str
    when: str
    waits: str


def import_lines(runs: Sequence[ImportRun], by: Actor) -> list[ImportLine]:
    """Imports in words; their people are named by one statement."""
    people = names_of(by, {one.user_id for one in runs if one.user_id})
    return [_line(one, people, by) for one in runs]


def _line(run: ImportRun, people: dict[UUID, str], by: Actor) -> ImportLine:
    write, record_type = formats(by), registry().type(run.record_type)
    is_tried = run.is_dry_run and not run.is_under_way
    state, tone = STATES[State.GIVEN if is_tried else State(run.state)]
    if run.undone_at is not None:
        state, tone = _("Undone"), ""
    return ImportLine(
        run,
        str(record_type.words.many),
        url_of(run, record_type),
        state,
        tone,
        "–" if is_tried or run.state == State.GIVEN else write.number(run.done),
        "–" if is_tried or run.state == State.GIVEN else write.number(run.failed),
        people.get(run.user_id, "") if run.user_id else "",
        write.relative(run.created_at, by.now),
        run_waits_for(run, by),
    )


def sees_everyones(by: Actor) -> bool:
    """True for who may see the imports of all."""
    return by.may(*MANAGE)
