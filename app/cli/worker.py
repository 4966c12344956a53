"""`zuke worker`: runs the jobs that changes have left, any number of workers side by side."""

from __future__ import annotations

import os
import signal
from argparse import ArgumentParser, Namespace
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from app.jobs.worker import Worker

NAME = "worker"
HELP = "Run the jobs that wait, and the schedule."


def configure(parser: ArgumentParser) -> None:
    """Declare how many threads, with whose login, and for how long."""
    parser.add_argument("--threads", type=int, default=4, help="jobs at the same time (4)")
    parser.add_argument(
        "--owner", action="store_true", help="also run jobs that need DATABASE_OWNER_URL"
    )
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--once", action="store_true", help="run one job that is due, and end")
    end.add_argument("--until-empty", action="store_true", help="run all that is due, and end")
    end.add_argument("--alone", action="store_true", help="without a parent that replaces it")


def run(args: Namespace) -> int:
    """Work in a child process that a small parent replaces when a job takes it down."""
    if not 1 <= args.threads <= 64:
        raise CommandError("--threads takes a number from 1 to 64.")
    if args.once or args.until_empty:
        return _drain(args)
    if args.alone:
        return _work(args)
    from app.jobs.supervisor import Supervisor

    command = ["-m", "app.cli", NAME, "--alone", "--threads", str(args.threads)]
    return Supervisor([*command, "--owner"] if args.owner else command).run()


def _drain(args: Namespace) -> int:
    """Run one job, or all that is due now, and say how many."""
    worker = _worker(args, logs_to_stdout=False)
    with worker.app.app_context():
        worker.upkeep()
    ran = worker.drain(limit=1 if args.once else None)
    print(f"Ran {ran} job{'' if ran == 1 else 's'}.")
    return 0


def _work(args: Namespace) -> int:
    """Work until a signal comes or the parent is gone."""
    worker = _worker(args, logs_to_stdout=True)
    parent = os.getppid()

    def end(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, end)
    return worker.run(until=lambda: os.getppid() != parent)


def _worker(args: Namespace, *, logs_to_stdout: bool) -> Worker:
    from app.cli.application import command_app
    from app.jobs.worker import Worker
    from app.modules import tenant_schema
    from tenants.database import owner_engine

    app, settings = command_app(for_jobs=True, logs_to_stdout=logs_to_stdout)
    if args.owner and not settings.database_owner_url:
        raise CommandError("DATABASE_OWNER_URL is missing: --owner needs the owner's login.")
    owner = owner_engine(settings) if args.owner else None
    if owner is not None:
        tenant_schema()  # Rendered now, so that the first who signs up does not wait for it.
    return Worker(app, settings, owner, threads=args.threads)
