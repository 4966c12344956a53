"""Some rows of a file become records: checked as a form's, written together, in few statements.

Nothing here commits. What stands against a row leaves that row out and is told; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, Missing, NotPermitted, Refused
from app.kernel.folding import fold
from app.kernel.language import Text, _
from app.kernel.rows import put_derived
from app.records import gate
from app.records.access import readable_keys
from app.records.alter import Altered, alter_many, write_altered
from app.records.build import build_many
from app.records.bulk.run import BARRED, MET, held
from app.records.door import perform
from app.records.duplicates.against import Arrivals
from app.records.duplicates.facts import How
from app.records.duplicates.keep import Keys, all_keys
from app.records.duplicates.match import meet_many
from app.records.imports.facts import Lined
from app.records.imports.faults import faults_of
from app.records.imports.givable import CREATED
from app.records.imports.grouping import sign_of
from app.records.imports.line_rows import (
    HERE_ALREADY,
    NEEDS_APPROVAL,
    Along,
    Part,
    against_shared,
    failures_of,
    read_along,
    read_parts,
    refer_parts,
)
from app.records.imports.match import ID, find_matches, match_key, waves
from app.records.imports.noted import Moments, note_moments, read_moments, read_past
from app.records.imports.outcome import WHOLE_ROW, Failure, Outcome, Twin, reasons
from app.records.imports.plan import TOO_LONG, Plan
from app.records.imports.resolve import resolve
from app.records.many import Sent, send_new, settle_new
from app.records.model import Record
from app.records.numbers.give import give_back
from app.records.picklists import TAGS, picklists_of
from app.records.tags.operations import MOST_ON_RECORD, keys_of, make_tags, names_in
from app.records.values import Unfit, read_value
from app.records.values.texts import LONG_TEXT

Given = tuple[int, Sequence[str]]  # A row's number in the file, and its cells.


@dataclass(slots=True)
class Row:
    """A row on its way: what it gives by field, what it is matched by, and whom it means."""

    line: int
    cells: Sequence[str]
    inputs: dict[str, Any] = field(default_factory=dict)
    match: str = ""
    matched: str = ""  # The text that `match` was made of.
    found: UUID | None = None
    created: datetime | None = None  # When a new record was created elsewhere.
    errors: dict[str, Text | str] = field(default_factory=dict)  # What stands against it.
    spared: tuple[str, ...] = ()  # Fields that it gives, of which nothing could be said.
    moments: Moments | None = None  # Of a last contact and of what is next.
    past: dict[str, Any] = field(default_factory=dict)  # What became of a new record elsewhere.
    parts: list[Part] = field(default_factory=list)  # The rows of the file that it is.
    along: dict[str, dict[str, Any]] = field(default_factory=dict)  # Of what it refers to.


def do_rows(plan: Plan, rows: Sequence[Given], by: Actor) -> Outcome:
    """Make or change a record for each row; `by` acts in the batch of the import."""
    return _Chunk(plan, by).do(rows)


def begin_rows(plan: Plan, rows: Sequence[Given], by: Actor) -> tuple[Outcome, Callable[[], None]]:
    """As `do_rows` of a plan that is `lonely`, without what others could have to wait for.

    That is done by what this answers with beside the outcome, and has to be. Where it raises,
    nothing of the rows may be kept.
    """
    chunk = _Chunk(plan, by, settles=False)
    return chunk.do(rows), chunk.settle


class _Held(Exception):
    """Some of what was written is held back."""


def _verdict(held: Held) -> gate.Verdict:
    """What stands against what a row takes along: it waits as a whole."""
    assert isinstance(held.wish, gate.Wish)  # noqa: S101 - as the door made it.
    return held.wish.verdict


class _Chunk:
    def __init__(self, plan: Plan, by: Actor, *, settles: bool = True) -> None:
        self.plan, self.by, self.outcome = plan, by, Outcome()
        self.settles = settles
        self.sent: list[Sent] = []  # What is to be settled yet.
        self.passing: list[Sent] = []  # Of these what may yet be taken back.
        self.record_type, self.mode = plan.record_type, plan.mapping.mode
        self.picklists: Mapping[str, Any] = picklists_of(by.session, plan.record_type)
        self.keys: Keys = {}  # Of records that are looked up before they are made.
        self.gone: set[UUID] = set()  # Records that were to be made and are not.
        self.left: list[Row] = []  # Rows that must wait until what others make stands.

    def do(self, given: Sequence[Given]) -> Outcome:
        rows = self._rows(given)
        for row in rows:
            self._date(row)
        self._refer(rows)
        if self.plan.line_references:
            refer_parts(
                self.plan, [(row.parts, row.errors) for row in rows], self.outcome.names, self.by
            )
        rows = self._sound(rows)
        self._make_tags(rows)
        if self.mode == "create":
            self._create(rows)
        else:
            for wave in waves([row.match for row in rows]):
                self._match([rows[number] for number in wave])
        while self.left:
            self._create(self._taken())
        self.outcome.failures.sort(key=lambda one: one.line)
        if self.plan.takes_lines:
            self.outcome.joined = len(given) - self.outcome.done
        return self.outcome

    def _rows(self, given: Sequence[Given]) -> list[Row]:
        """What becomes a record each: a row of the file, or several of one text."""
        taken = (
            [one for one in given if not self._leaves_out(*one)] if self.plan.left_out else given
        )
        if not self.plan.takes_lines:
            read = (self._read(Row(line, cells)) for line, cells in taken)
            return [row for row in read if row is not None]
        groups: dict[Any, list[Part]] = {}
        for line, cells in taken:
            place = self.plan.grouped_at
            sign = sign_of(cells, place) if place is not None else b""
            groups.setdefault(sign or line, []).append(Part(line, cells))
        read = (self._read(Row(one[0].line, one[0].cells, parts=one)) for one in groups.values())
        return [row for row in read if row is not None]

    def _leaves_out(self, line: int, cells: Sequence[str]) -> bool:
        """Note why a row is left out, where a rule of the mapping says so."""
        for rule, tests in self.plan.left_out:
            if all(holds(cells[place]) for place, holds in tests):
                why = {WHOLE_ROW: rule.told()}
                self.outcome.failures.append(Failure(line, cells, why, is_left_out=True))
                return True
        return False

    def _taken(self) -> list[Row]:
        left, self.left = self.left, []
        return left

    def _fail(self, row: Row, answer: Answer) -> None:
        if row.parts:
            self.outcome.failures += failures_of(self.plan, row.parts, answer)
            return
        failure = Failure(row.line, row.cells, reasons(self.plan, answer))
        self.outcome.failures.append(failure)

    def _sound(self, rows: Sequence[Row]) -> list[Row]:
        """Those against which nothing stands; of the others all is told that their cells show."""
        sound: list[Row] = []
        for row in rows:
            if not row.errors:
                sound.append(row)
                continue
            errors = faults_of(
                self.record_type,
                row.inputs if self.mode == "create" else self._of_update(row),
                row.errors,
                self.by,
                self.picklists,
                is_new=self.mode == "create",
                spared=row.spared,
            )
            self._fail(row, Refused(_("Please check the marked fields."), errors=errors))
        return sound

    def _read(self, row: Row) -> Row | None:
        """What a row says, field by field; what is empty is not said."""
        cells = row.cells
        if max(map(len, [one.cells for one in row.parts] or [cells])) > len(self.plan.names):
            self._fail(row, Refused(_("This row has more cells than the file has columns.")))
            return None
        made = 0  # Characters of what templates make of the row: they may repeat a cell.
        named: dict[str, str] = {}
        for source in self.plan.sources:
            try:
                text = source.text(cells)
                made += len(text) if source.template or source.default else 0
                if made > LONG_TEXT:
                    raise Refused(TOO_LONG, field=source.field.key)
                text = self.plan.called_in(source, text, cells, self.by.tenant.country)
            except Refused as refused:
                self._fail(row, refused)
                return None
            if source.field.key == self.plan.match_on:
                known = None if self.plan.match_on == ID else source.field
                row.match, row.matched = match_key(known, text, self.by), text
            if text and source.is_written:
                told = row.inputs if source.parts is None else named
                told |= source.said(text)
        for key, part in named.items():
            row.inputs.setdefault(key, part)  # A column of its own knows better.
        return row if self._read_more(row) else None

    def _read_more(self, row: Row) -> bool:
        """What rows say of lines, and of what they refer to; False where that can't be read."""
        lined = self.record_type.lined
        try:
            for source in self.plan.references if self.plan.along else ():
                key = source.field.key
                row.along[key] = read_along(source, self.plan.along.get(key, ()), row.cells)
            row.errors |= against_shared(self.plan, row.parts)
            if self.plan.lines and lined is not None:
                read_parts(self.plan, row.parts, row.errors)
                row.inputs[lined.input] = [one.values for one in row.parts]
        except Refused as refused:
            self._fail(row, refused)
            return False
        return True

    def _date(self, row: Row) -> None:
        """Read what is no field to be written: moments of its past, what became of it."""
        past = self.record_type.past
        for key in past.keys if past is not None else ():
            if key in row.inputs:
                try:
                    known = self.record_type.field(key)
                    row.past[key] = read_value(known, row.inputs.pop(key), self.by, known.options)
                except Unfit as unfit:
                    row.errors[key] = unfit.message
        try:
            row.created = read_past(self.record_type, CREATED, row.inputs, self.by)
        except Refused as refused:
            row.errors |= refused.errors
        try:
            row.moments = read_moments(self.record_type, row.inputs, self.by)
        except Refused as refused:
            row.errors |= refused.errors

    def _refer(self, rows: Sequence[Row]) -> None:
        """Put ids where rows name other records; nothing is made for a row that fails by now."""
        for source in self.plan.references:
            key, makes = source.field.key, source.column.create_missing
            asking: list[Row] = []
            for row in rows:
                if key not in row.inputs:
                    continue
                if makes and row.errors:
                    del row.inputs[key]
                    row.spared += (key,)
                else:
                    asking.append(row)
            along = Along(self.plan.along.get(key, ()))
            for row in asking:
                along.add(row.inputs[key], row.along.get(key, {}), row.cells)
            given = along.of_all()
            found = resolve(
                source.field.to or "",
                list(given),
                self.by,
                create_missing=makes,
                made=self.outcome.names.setdefault(source.field.to or "", set()),
                found_by=source.column.found_by,
                along=given,
            )
            for row in asking:
                means = found[row.inputs[key]]
                if isinstance(means, UUID):
                    row.inputs[key] = means
                else:
                    row.errors[key] = means

    def _make_tags(self, rows: Sequence[Row]) -> None:
        """Make the tags that rows name and nobody knows, each once, where the role allows it.

        A row with more of them than a record may have makes none: it fails when it is built, as do
        those whose tags could not be made.
        """
        told = [names_in(row.inputs[TAGS]) for row in rows if TAGS in row.inputs]
        if not told or not self.by.may("tag", "create"):
            return
        names = dict.fromkeys(name for one in told if len(one) <= MOST_ON_RECORD for name in one)
        _known, unknown = keys_of(names, self.picklists.get(TAGS, ()))
        if unknown:
            make_tags(self.by, self.record_type.key, unknown)
            self.outcome.names.setdefault("tag", set()).update(map(fold, unknown))
            self.picklists = picklists_of(self.by.session, self.record_type)

    def _match(self, rows: Sequence[Row]) -> None:
        """Change the record that a row means; make one where there is none and it may be made."""
        wanted = {row.match: row.matched for row in rows if row.match}
        found = find_matches(self.record_type, self.plan.match_on or ID, wanted, self.by)
        new: list[Row] = []
        known: list[Row] = []
        for row in rows:
            ids = found.get(row.match, [])
            if len(ids) > 1:
                self._fail(row, self._against_match(_("Several records match this.")))
            elif ids:
                row.found = ids[0]
                known.append(row)
            elif self.mode == "both":
                new.append(row)
            else:
                self._fail(row, self._against_match(_("There is no such record to update.")))
        self._change(known)
        self._create(new)

    def _against_match(self, text: Any) -> Refused:
        return Refused(text, field=self.plan.match_on)

    def _create(self, rows: Sequence[Row]) -> None:
        inputs = [row.inputs for row in rows]
        pasts = [self._past_of(row) for row in rows]
        built = build_many(self.record_type, inputs, self.by, self.picklists, pasts)
        ready: list[tuple[Row, Record]] = []
        for row, one in zip(rows, built, strict=True):
            if isinstance(one, Answer):
                self._fail(row, one)
            else:
                if row.created is not None:
                    put_derived(one, {CREATED: row.created})
                ready.append((row, one))
        if self.plan.mapping.duplicates != "create":
            made, ready = ready, self._without_duplicates(ready)
            self.gone |= {one.id for _row, one in made} - {one.id for _row, one in ready}
        self.outcome.created += self._write(ready, self._write_new, "create")

    def _past_of(self, row: Row) -> dict[str, Any]:
        """What a new record is handed of its past, where a row tells any."""
        if not row.past:
            return {}
        return {**row.past, "said": self.plan.said, "given": frozenset(row.inputs)}

    def _is_over(self, row: Row) -> bool:
        """True of what a row says became of a record elsewhere, other than a new one."""
        past = self.record_type.past
        return past is not None and past.is_over(row.past)

    def _let_go(self, ready: Sequence[tuple[Row, Any]]) -> None:
        """Let new records name none that were to come with them and do not.

        Only what became of records elsewhere lets them name each other.
        """
        if not self.gone:
            return
        own = [one.key for one in self.record_type.fields if one.to == self.record_type.key]
        for row, one in ready:
            for key in own if row.past and isinstance(one, Record) else ():
                if getattr(one, key) in self.gone:
                    setattr(one, key, None)

    def _write_new(self, ready: Sequence[tuple[Row, Record]]) -> int:
        records = [one for _row, one in ready]
        keys = {one.id: self.keys[one.id] for one in records if one.id in self.keys}
        sent = send_new(self.record_type, records, self.by, keys)
        if not self.settles:
            self.passing.append(sent)
            return 0
        settle_new(self.record_type, sent, self.by)
        return self._note(ready)

    def settle(self) -> None:
        for one in self.sent:
            settle_new(self.record_type, one, self.by)

    def _note(self, ready: Sequence[tuple[Row, Record]]) -> int:
        """Make what tells the moments of rows; answers with how many records that were."""
        pairs = [(record, row.moments) for row, record in ready]
        return note_moments(self.record_type, pairs, self.by)

    def _without_duplicates(self, ready: list[tuple[Row, Record]]) -> list[tuple[Row, Record]]:
        """Those that are there for the first time; the others are left out or change what stands.

        What an earlier row of the chunk makes is there for the later ones once it is written.
        """
        changes = self.plan.mapping.duplicates == "update"
        keys = all_keys(self.record_type, [one for _row, one in ready])
        self.keys = keys
        fields = [one.__dict__ for _row, one in ready]
        matches = meet_many(self.record_type, fields, self.by, keys=list(keys.values()))
        earlier = Arrivals(self.record_type, readable_keys(self.record_type, self.by))
        new: list[tuple[Row, Record]] = []
        known: list[Row] = []
        for (row, one), ids in zip(ready, matches, strict=True):
            its = keys.get(one.id, ())
            met = None if ids else earlier.met(its, one.__dict__)
            if not ids and met is None:
                earlier.add(len(new), its, one.__dict__)
                new.append((row, one))
            elif not changes:
                self._leave_out(row, ids, met, new)
            elif not ids:
                self.left.append(row)
            elif len(ids) > 1:
                self._fail(row, Refused(_("Several records seem to be the same as this.")))
            else:
                row.found = next(iter(ids))
                known.append(row)
        for wave in waves([str(row.found) for row in known]):
            self._change([known[number] for number in wave])
        return new

    def _leave_out(
        self,
        row: Row,
        ids: Mapping[UUID, How],
        met: tuple[int, How] | None,
        new: Sequence[tuple[Row, Record]],
    ) -> None:
        """Leave a row out, with what it resembles: a record, or what an earlier row becomes."""
        if met is None:
            record_id, how = next(iter(ids.items()))
            twin = Twin(row.line, row.cells, record_id, how)
        else:
            earlier, record = new[met[0]]
            twin = Twin(row.line, row.cells, record.id, met[1], earlier.line)
        self.outcome.twins.append(twin)

    def _change(self, rows: Sequence[Row]) -> None:
        """Give the records that rows mean what these say; no two of the rows mean the same."""
        ready = self._relined(self._held(rows))
        pairs = [(record, self._of_update(row)) for row, record in ready]
        altered = alter_many(self.record_type, pairs, self.by, self.picklists)
        changed: list[tuple[Row, Altered]] = []
        telling: list[tuple[Row, Record]] = []  # Of those that have these values already.
        for (row, record), one in zip(ready, altered, strict=True):
            if isinstance(one, Answer):
                self._fail(row, one)
            elif one is not None:
                changed.append((row, one))
            elif row.moments is not None:
                telling.append((row, record))
            else:
                self.outcome.skipped += 1
        self.outcome.skipped += self._write(telling, self._note, "")
        self.outcome.updated += self._write(changed, self._write_altered, "update")

    def _relined(self, ready: Sequence[tuple[Row, Record]]) -> list[tuple[Row, Record]]:
        """Those whose lines are as they stand; the others get these, or fail."""
        lined = self.record_type.lined
        same: list[tuple[Row, Record]] = []
        for row, record in ready:
            known = [
                (self.record_type.field(key).value(record), one) for key, one in row.past.items()
            ]
            if any(value != one for value, one in known):
                self._fail(row, Refused(HERE_ALREADY, field=next(iter(row.past))))
            else:
                same.append((row, record))
        if lined is None or not self.plan.lines:
            return same
        pairs = [(record, row.inputs[lined.input]) for row, record in same]
        differs = lined.differs(pairs, self.by)
        left: list[tuple[Row, Record]] = []
        for (row, record), one in zip(same, differs, strict=True):
            if isinstance(one, Answer):
                self._fail(row, one)
            elif one is not None:
                self._reline(row, record.id, lined, one)
            else:
                left.append((row, record))
        return left

    def _reline(self, row: Row, record_id: UUID, lined: Lined, meant: Any) -> None:
        """Give a record that stands other lines, as they are meant, and what else its row says."""
        inputs = self._of_update(row)
        try:
            with self.by.session.begin_nested():
                found = self.by.session.get_one(self.record_type.model, record_id)
                if inputs:
                    perform(self.record_type, "update", found, by=self.by, **inputs)
                perform(self.record_type, lined.verb, found, by=self.by, **{lined.input: meant})
                self.by.session.flush()  # What stands against it is told of this row.
        except Answer as answer:
            told = Refused(NEEDS_APPROVAL) if isinstance(answer, Held) else answer
            self._fail(row, told)
        else:
            self.outcome.updated += 1

    def _held(self, rows: Sequence[Row]) -> list[tuple[Row, Record]]:
        """Each row with its record, which may be changed and stays held; the others fail."""
        ids = [row.found for row in rows if row.found is not None]
        records = held(self.record_type, "update", ids, self.by) if ids else {}
        ready: list[tuple[Row, Record]] = []
        for row in rows:
            found = records.get(row.found) if row.found is not None else None
            if found is None or found[0].deleted_at is not None:
                self._fail(row, Missing(_("There is no such record.")))
            elif not found[1]:
                self._fail(row, NotPermitted(BARRED))
            else:
                self.by.session.expunge(found[0])  # What is refused must not be written.
                ready.append((row, found[0]))
        return ready

    def _of_update(self, row: Row) -> dict[str, Any]:
        """What a row changes: not that by which it was found, which may be spelled otherwise."""
        if self.mode == "create" and not row.parts:
            return row.inputs
        finders = self.plan.finders if self.mode != "create" else frozenset()
        lined = self.record_type.lined
        left = {*finders, lined.input} if lined is not None else finders
        return {key: value for key, value in row.inputs.items() if key not in left}

    def _write_altered(self, ready: Sequence[tuple[Row, Altered]]) -> int:
        write_altered(self.record_type, [one for _row, one in ready], self.by)
        return self._note([(row, one.record) for row, one in ready])

    def _write(
        self,
        ready: Sequence[tuple[Row, Any]],
        write: Callable[[Sequence[tuple[Row, Any]]], int],
        verb: str,
    ) -> int:
        """Write all together, or what can be written where that fails; answers with how many.

        `write` answers with how many records it made that tell moments of these rows. What `verb`
        does and is held back waits until it is approved; the others are written without it.
        """
        if not ready:
            return 0
        self._let_go(ready)
        done = self._done(ready) if verb else []
        self.passing.clear()
        try:
            with self.by.session.begin_nested():
                noted = write(ready)
                found = {**self._beyond(ready, done)}
                found |= gate.judge(self.record_type, verb, done, self.by)
                if found:
                    raise _Held
        except _Held:
            pairs = list(zip(ready, done, strict=True))
            for (row, _one), one in pairs:
                if one.record.id in found:
                    self._ask(row, verb, one, found[one.record.id])
            rest = [pair for pair, one in pairs if one.record.id not in found]
            self._note_gone(found, verb)
            self._give_back(rest, verb)
            return self._write(rest, write, verb)
        except (Answer, IntegrityError, DataError) as error:
            if len(ready) == 1:
                self._stop(ready[0], verb, done, error)
                return 0
            return self._write_halves(ready, write, verb)
        self.outcome.noted += noted
        self.sent += self.passing
        return len(ready)

    def _write_halves(
        self,
        ready: Sequence[tuple[Row, Any]],
        write: Callable[[Sequence[tuple[Row, Any]]], int],
        verb: str,
    ) -> int:
        """Write one half after the other, until the row is found that stands in the way."""
        self._give_back(ready, verb)
        half = len(ready) // 2
        first = self._write(ready[:half], write, verb)
        return first + self._write(ready[half:], write, verb)

    def _note_gone(self, ids: Iterable[UUID], verb: str) -> None:
        if verb == "create":
            self.gone.update(ids)

    def _stop(
        self, pair: tuple[Row, Any], verb: str, done: Sequence[gate.Done], error: Exception
    ) -> None:
        """Note why a row can't be written; where what it takes along is held back, it waits."""
        row, one = pair
        if isinstance(one, Record):
            self._note_gone([one.id], verb)
        if done and isinstance(error, Held):
            self._ask(row, verb, done[0], _verdict(error))
        else:
            self._fail(row, error if isinstance(error, Answer) else Conflict(MET))

    def _beyond(
        self, ready: Sequence[tuple[Row, Any]], done: Sequence[gate.Done]
    ) -> Mapping[UUID, gate.Verdict]:
        """What is held back of what became of records elsewhere, as if it were done here."""
        past = self.record_type.past
        if past is None or not done:
            return {}
        asked = [one for (row, _made), one in zip(ready, done, strict=True) if self._is_over(row)]
        found: dict[UUID, gate.Verdict] = {}
        for verb in past.verbs if asked else ():
            found |= gate.judge(self.record_type, verb, asked, self.by)
        return found

    def _give_back(self, ready: Sequence[tuple[Row, Any]], verb: str) -> None:
        """Take the numbers back that no row brought: they went with what was written."""
        if verb != "create" or self.record_type.numbered is None:
            return
        key = self.record_type.numbered.field.key
        give_back(self.record_type, [one for row, one in ready if key not in row.inputs], self.by)

    def _done(self, ready: Sequence[tuple[Row, Any]]) -> list[gate.Done]:
        """What is written, to be looked at where changes are held back."""
        if not gate.watches(self.by):
            return []
        return [
            gate.Done(one.record, one.changes)
            if isinstance(one, Altered)
            else gate.Done(one, gate.changes_of(self.record_type, one, None))
            for _row, one in ready
        ]

    def _ask(self, row: Row, verb: str, done: gate.Done, verdict: gate.Verdict) -> None:
        """Keep what a row asks for until somebody approves it; what is over can't wait."""
        if self._is_over(row):
            self._fail(row, Refused(NEEDS_APPROVAL))
            return
        inputs = row.inputs if verb == "create" else self._of_update(row)
        # The version that stands is the one before: what was written is gone again.
        version = done.record.version - 1 if verb == "update" else None
        wish = gate.wish_of(self.record_type, verb, done, inputs, verdict, version=version)
        gate.keep(gate.held_for(wish), self.by, str(row.line))
        self.outcome.asked += 1
