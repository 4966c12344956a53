"""`zuke import`: rows of a file become records, here and now, with the rights of a person."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.records.imports.mapping import Mapping
    from app.records.imports.models import ImportRun
    from app.records.types import RecordType

NAME = "import"
HELP = "Import the rows of a CSV file or a workbook into a workspace."
SHOWN = 10  # Failed rows that are told at the end.
SAMPLE = 100  # Rows by which the columns are guessed.
MINUTES = 15  # After which a worker goes on with what this command was killed at.
COUNTS = (
    "created",
    "updated",
    "skipped",
    "duplicate",
    "noted",
    "failed",
    "asked",
    "joined",
    "left_out",
)


def configure(parser: ArgumentParser) -> None:
    """Declare which file becomes what, and by which mapping."""
    parser.add_argument("slug", metavar="SLUG")
    parser.add_argument("record", metavar="RECORD", help="such as contact or contacts")
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV or XLSX, packed by gzip too")
    parser.add_argument(
        "--mapping",
        metavar="MAPPING",
        help="a TOML file, or the name of one that comes with Zuke (default: guessed)",
    )
    parser.add_argument(
        "--phone-country",
        metavar="CODE",
        default="",
        help="whose phone numbers have no country code, such as GB (default: the workspace's)",
    )
    parser.add_argument("--user", metavar="EMAIL", help="as whom (default: an owner)")
    parser.add_argument("--dry-run", action="store_true", help="count only, and keep nothing")
    parser.add_argument(
        "--failed",
        metavar="CSV",
        type=Path,
        help="write the rows that failed or were left out, with their reasons",
    )
    parser.add_argument(
        "--duplicates",
        metavar="CSV",
        type=Path,
        help="write the rows that were left out, with what they resemble",
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: Namespace) -> int:
    """Import the file; exit 1 where it came to no end."""
    from app.cli.acting import acting, type_called
    from app.cli.workspaces import workspace
    from app.kernel.language import using

    if not args.file.is_file():
        raise CommandError(f"There is no file {str(args.file)!r}.")
    with workspace(args.slug) as service:
        by = acting(service, args.user)
        record_type = type_called(args.record, by)
        with using(by.language):  # What stays of it is read by the person it is done as.
            made = _begin(args, record_type, by)
            if made.is_under_way:
                _go_on(made, service, _progress(args))
            return _tell(made, args, by)


def _begin(args: Namespace, record_type: RecordType, by: Actor) -> ImportRun:
    from datetime import timedelta

    from app.records.imports.begin import begin_import, enqueue_step
    from app.records.imports.given import keep_file
    from tenants.scope import keep

    with args.file.open("rb") as file:
        made = keep_file(record_type, args.file.name, file, by)
    mapping = _mapping(args.mapping, record_type, made, by)
    if args.phone_country:
        mapping = _with_country(mapping, record_type, args.phone_country.upper())
    begin_import(made, mapping, by, is_dry_run=args.dry_run, by_job=False)
    if made.is_under_way:
        enqueue_step(made, by, run_at=by.now + timedelta(minutes=MINUTES))
    keep(by.session)
    return made


def _mapping(name: str | None, record_type: RecordType, made: ImportRun, by: Actor) -> Mapping:
    from app.records.imports.mapping import read_mapping
    from app.records.imports.shipped import shipped_mapping, shipped_names

    if name is None:
        return _guessed(record_type, made, by)
    path = shipped_mapping(name) or Path(name)
    if not path.is_file():
        known = ", ".join(shipped_names())
        raise CommandError(f"There is no mapping {name!r}. With Zuke come {known}.")
    return read_mapping(path)


def _guessed(record_type: RecordType, made: ImportRun, by: Actor) -> Mapping:
    """What the file's own columns and first rows tell."""
    from app.records.imports.guessing.guess import guess
    from app.records.imports.mapping import Mapping
    from app.records.imports.run import open_table

    table = open_table(made, by)
    guesses = guess(record_type, table.names, table.sample(SAMPLE), by)
    for one in guesses:
        print(f"{one.column.source} → {one.column.field or '-'}", file=sys.stderr)
    return Mapping(columns=tuple(one.column for one in guesses))


def _with_country(mapping: Mapping, record_type: RecordType, country: str) -> Mapping:
    """The mapping with a country for each column of phone numbers that has none."""
    from dataclasses import replace

    from app.kernel.countries import countries

    if country not in countries("en"):
        raise CommandError(f"There is no country {country!r}. Give its code, such as GB.")
    phones = {one.key for one in record_type.fields if one.kind == "phone"}
    columns = (
        replace(one, country=one.country or country) if one.field in phones else one
        for one in mapping.columns
    )
    return replace(mapping, columns=tuple(columns))


def _go_on(made: ImportRun, service: Actor, progress: Callable[[ImportRun], None]) -> None:
    """Take in all rows; an import that is interrupted is cancelled, and what it did stands."""
    from app.records.imports.keep import stop
    from app.records.imports.run import go_on
    from tenants.scope import keep

    run_id = made.id
    try:
        while go_on(run_id, service, told_of=progress):
            keep(service.session)
        keep(service.session)
        service.session.refresh(made)
        if made.is_under_way:
            raise CommandError(
                "The workspace is read-only. A worker goes on with the import when it no longer is."
            )
    except KeyboardInterrupt:
        service.session.rollback()
        stop(run_id, service)
        keep(service.session)
        raise


def _progress(args: Namespace) -> Callable[[ImportRun], None]:
    is_shown = sys.stderr.isatty() and not args.json

    def told(made: ImportRun) -> None:
        if is_shown:
            share = made.done / made.total if made.total else 1
            bar = "█" * round(share * 30)
            line = f"\r{bar:░<30} {made.done:,} of {made.total:,} rows"
            print(line, end="", file=sys.stderr, flush=True)

    return told


def _tell(made: ImportRun, args: Namespace, by: Actor) -> int:
    """Say what became of the rows, and which failed, in the language of the person."""
    from app.kernel.language import gettext
    from app.records.imports.failed import failures_csv, read_failures, told
    from app.records.imports.models import State
    from app.records.imports.run import open_table
    from app.records.imports.twins import twins_csv
    from app.records.imports.words import told as in_words

    by.session.refresh(made)
    for path, lines_of in ((args.failed, failures_csv), (args.duplicates, twins_csv)):
        if path is not None:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines_of(made, open_table(made, by).names, by))
    is_well = made.state == State.DONE
    if args.json:
        counts = {**{key: getattr(made, key) for key in COUNTS}, "made": made.made}
        told_of = {"id": str(made.id), "state": str(made.state), "error": made.error, **counts}
        print(json.dumps({**told_of, "is_dry_run": made.is_dry_run}, ensure_ascii=False))
        return int(not is_well)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(in_words(made, by))
    for one in read_failures(made, by, SHOWN):
        row = gettext("Row %(line)s: %(why)s", line=one.line, why=told(one))
        print(f"  {row}", file=sys.stderr)
    if made.error:
        print(f"zuke: {made.error}", file=sys.stderr)
    return int(not is_well)
