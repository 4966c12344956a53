"""`zuke jobs`: what waits, what failed, and trying again."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from app.cli.errors import CommandError
from app.cli.table import table

if TYPE_CHECKING:
    from app.jobs.overview import JobLine

NAME = "jobs"
HELP = "List the jobs, try dead letters again, or have older rows brought up to date."
HEADINGS = ("ID", "WORKSPACE", "KIND", "STATE", "TRIES", "DUE", "ERROR")
STATES = ("ready", "running", "done", "dead")


# What brings rows from before a release up to date, by the name that an operator types.
KEYS, SEALS, ORDERS = "contact-keys", "two-factor-secrets", "sort-keys"
DUPLICATES = "duplicate-keys"
BACKFILLS = {
    KEYS: "refresh_every_contact",
    SEALS: "seal_secrets",
    ORDERS: "fill_sort_keys",
    DUPLICATES: "refresh_duplicate_keys",
}


def configure(parser: ArgumentParser) -> None:
    """Declare `list`, `retry` and `backfill`."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = verbs.add_parser("list", help="list jobs, the newest first")
    listing.add_argument("--state", action="append", choices=STATES, help="only in this state")
    listing.add_argument("--limit", type=int, default=50, help="at most this many (50)")
    retry = verbs.add_parser("retry", help="make dead letters ready again")
    retry.add_argument("ids", nargs="*", metavar="ID", type=_id, help="only these jobs")
    retry.add_argument("--all", action="store_true", help="every dead letter that matches")
    backfill = verbs.add_parser("backfill", help="bring older rows up to date in every workspace")
    backfill.add_argument("what", choices=tuple(BACKFILLS), help="which rows")
    for one in (listing, retry):
        one.add_argument("--kind", help="only jobs of this kind")
    for one in (listing, retry, backfill):
        one.add_argument("--tenant", metavar="SLUG", help="only jobs of this workspace")
        one.add_argument("--json", action="store_true", help="answer as JSON")


def run(args: Namespace) -> int:
    """List, retry or backfill, in one transaction on the shared tables."""
    from app.cli.application import command_app, tenant_id_of
    from app.jobs.everywhere import enqueue_everywhere
    from app.jobs.overview import list_jobs, retry_jobs
    from app.kernel import clock
    from tenants.database import control_session

    if args.action == "retry" and bool(args.ids) == args.all:
        raise CommandError("Name the jobs to retry, or give --all for every dead letter.")
    app, _settings = command_app()
    with app.app_context(), control_session() as session:
        tenant_id = tenant_id_of(session, args.tenant) if args.tenant else None
        if args.action == "list":
            found = list_jobs(
                session,
                states=args.state or (),
                kind=args.kind,
                tenant_id=tenant_id,
                limit=max(args.limit, 1),
            )
            return _show(found, as_json=args.json)
        if args.action == "backfill":
            kind = BACKFILLS[args.what]
            added = enqueue_everywhere(session, kind, clock.now(), tenant_id=tenant_id)
            return _begun(args, added)
        retried = retry_jobs(
            session, clock.now(), ids=args.ids or None, kind=args.kind, tenant_id=tenant_id
        )
    return _tell(args, retried)


def _show(lines: list[JobLine], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([asdict(line) for line in lines], default=str, ensure_ascii=False))
        return 0
    if not lines:
        print("No jobs.")
        return 0
    rows = [
        (
            line.id,
            line.tenant or "(service)",
            line.kind,
            line.state,
            line.attempts,
            f"{line.run_at:%Y-%m-%d %H:%M:%S}",
            line.error or "",
        )
        for line in lines
    ]
    print(*table([HEADINGS, *rows], right={4}), sep="\n")
    return 0


def _begun(args: Namespace, added: int) -> int:
    """Say in how many workspaces a worker will see to it."""
    if args.json:
        print(json.dumps({"enqueued": added}))
    else:
        print(f"Enqueued in {added} workspace{'' if added == 1 else 's'}; a worker does the rest.")
    return 0


def _tell(args: Namespace, retried: list[UUID]) -> int:
    """Say what is ready again; a job that was asked for and is no dead letter is a failure."""
    missing = [one for one in args.ids if one not in retried]
    if args.json:
        print(json.dumps({"retried": [str(one) for one in retried]}))
    elif not missing:
        print(f"{len(retried)} job{'' if len(retried) == 1 else 's'} will be tried again.")
    if missing:
        raise CommandError(f"These are no dead letters: {', '.join(map(str, missing))}.")
    return 0


def _id(text: str) -> UUID:
    """Read a job's id for argparse."""
    return UUID(text)
