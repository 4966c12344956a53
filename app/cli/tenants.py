"""`zuke tenants`: who rents, where their schemas stand, and the beginning and end of a tenancy."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.archives import configure_archives
from app.cli.errors import CommandError
from app.cli.table import table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tenants.fleet import Outcome

NAME = "tenants"
HELP = "List, create, migrate, suspend, export, restore, clone and erase workspaces."


def configure(parser: ArgumentParser) -> None:
    """Declare the verbs of the contract."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, work, sentence in (
        ("list", _list, "every workspace"),
        ("status", _status, "at which migration everybody stands"),
    ):
        verb = verbs.add_parser(name, help=sentence)
        verb.add_argument("--json", action="store_true", help="answer in JSON")
        verb.set_defaults(work=work)
    migrate = verbs.add_parser("migrate", help="bring the shared tables and every workspace up")
    migrate.add_argument("--jobs", type=int, default=2, help="workspaces at the same time (2)")
    migrate.add_argument("--canary", metavar="SLUG", help="the workspace that goes first, alone")
    migrate.set_defaults(work=_migrate)
    for name, work, sentence in (
        ("suspend", _suspend, "leave it sign-in, billing and export only"),
        ("resume", _resume, "give it back the state that it had"),
        ("erase", _erase, "remove its data for good"),
    ):
        verb = verbs.add_parser(name, help=sentence)
        verb.add_argument("slug", metavar="SLUG")
        verb.set_defaults(work=work)
        if name == "erase":
            verb.add_argument("--yes", action="store_true", help="it is meant, and can't be undone")
    configure_archives(verbs)
    _configure_create(verbs.add_parser("create", help="begin a workspace"))


def _starters() -> str:
    """The industries that a workspace can begin with, for the help."""
    from tenants.starters import list_starters

    return f"the industry it begins with: {', '.join(one.key for one in list_starters())}"


def _configure_create(create: ArgumentParser) -> None:
    """Declare what a new workspace needs; the starter gives what is left out."""
    create.add_argument("--slug", required=True, help="the first part of its address")
    create.add_argument("--name", required=True, help="the firm's name")
    create.add_argument("--owner", required=True, metavar="EMAIL", help="who is invited to own it")
    create.add_argument("--starter", default="", help=_starters())
    create.add_argument("--language", choices=("en", "zh-CN", "zh-TW"))
    create.add_argument("--currency", help="ISO 4217, such as CNY")
    create.add_argument("--zone", help="IANA name, such as Asia/Shanghai")
    create.set_defaults(work=_create)


def run(args: Namespace) -> int:
    """Do the verb with the owner's login; what can't be done is one sentence and exit code 1."""
    from app.kernel.errors import Answer
    from tenants.errors import TenancyError
    from tenants.starters import StarterError

    try:
        with _owner() as engine:
            code: int = args.work(engine, args)
    except (TenancyError, StarterError) as error:
        raise CommandError(str(error)) from error
    except Answer as error:
        reasons = " ".join(str(reason) for reason in dict.fromkeys(error.errors.values()))
        raise CommandError(str(error.message) or reasons) from error
    return code


@contextmanager
def _owner() -> Iterator[Engine]:
    """The owner's login, which provisions and migrates; the web never has it."""
    from config.settings import command_settings
    from tenants.database import owner_engine

    settings = command_settings()
    if not settings.database_owner_url:
        raise CommandError("DATABASE_OWNER_URL is missing: give the owner's login of the database.")
    engine = owner_engine(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def _list(engine: Engine, args: Namespace) -> int:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from tenants.control import Tenant

    _demand_control(engine)
    with Session(engine) as session:
        found = session.scalars(
            select(Tenant).where(Tenant.state != "erased").order_by(Tenant.created_at)
        ).all()
    rows = [
        {
            "slug": tenant.slug,
            "name": tenant.name,
            "state": tenant.state,
            "plan": tenant.plan,
            "language": tenant.language,
            "currency": tenant.currency,
            "zone": tenant.zone,
            "created_at": tenant.created_at.isoformat(),
        }
        for tenant in found
    ]
    _print(rows, args.json)
    return 0


def _status(engine: Engine, args: Namespace) -> int:
    """Everybody's migration; exit code 1 while somebody is behind."""
    from tenants.fleet import standings
    from tenants.history import CONTROL, TENANT
    from tenants.migrations import control_version

    version = control_version(engine)
    rows: list[dict[str, object]] = [
        {"workspace": "(shared tables)", "version": version, "behind": version != CONTROL.head}
    ]
    if version:
        rows += [
            {
                "workspace": each.slug,
                "version": each.version,
                "behind": each.version != TENANT.head,
            }
            for each in standings(engine)
        ]
    _print(rows, args.json)
    return 1 if any(row["behind"] for row in rows) else 0


def _migrate(engine: Engine, args: Namespace) -> int:
    from tenants.fleet import migrate_tenants
    from tenants.migrations import upgrade_control

    if args.jobs < 1:
        raise CommandError("--jobs takes a number from 1 on.")
    if upgrade_control(engine):
        print("The shared tables were migrated.")
    outcome = migrate_tenants(engine, jobs=args.jobs, canary=args.canary, progress=_say)
    _summarise(outcome)
    return 1 if outcome.failed else 0


def _say(slug: str, problem: str | None) -> None:
    if problem is not None:
        print(f"{slug}: {problem}", file=sys.stderr, flush=True)


def _summarise(outcome: Outcome) -> None:
    if not outcome.migrated and not outcome.failed:
        print("Every workspace is at the newest migration already.")
        return
    print(f"Migrated {len(outcome.migrated)}, failed {len(outcome.failed)}.")
    if outcome.untried:
        print(
            f"The canary failed, so {len(outcome.untried)} others were left alone: "
            "mend it, or name another with --canary."
        )


def _suspend(engine: Engine, args: Namespace) -> int:
    from app.kernel.clock import now
    from tenants.lifecycle import suspend

    suspend(engine, args.slug, now=now())
    print(f"{args.slug} is suspended.")
    return 0


def _resume(engine: Engine, args: Namespace) -> int:
    from app.kernel.clock import now
    from tenants.lifecycle import resume

    print(f"{args.slug} is {resume(engine, args.slug, now=now()).state.value} again.")
    return 0


def _erase(engine: Engine, args: Namespace) -> int:
    from app.kernel.clock import now
    from app.leaving.erasure import erase_workspace
    from config.settings import command_settings
    from tenants.files import erase_files, files_folder

    if not args.yes:
        raise CommandError(f"All data of {args.slug} would be lost for good: say so with --yes.")
    settings = command_settings()
    certificate = erase_workspace(
        engine, args.slug, settings, asked_by="zuke tenants erase", now=now()
    )
    folder = files_folder(settings.files_url)
    if folder is not None:
        erase_files(folder, certificate.tenant_id)
    print(f"{args.slug} is erased; its address stays closed for 90 days.")
    print(f"Its certificate has the SHA-256 {certificate.sha256}; a worker mails it to its owners.")
    return 0


def _create(engine: Engine, args: Namespace) -> int:
    from app.cli.application import command_app
    from app.founding import Founder, found_workspace
    from app.kernel.clock import now
    from tenants.lifecycle import NewTenant
    from tenants.slugs import tidy
    from tenants.starters import load_starter

    _demand_control(engine)
    starter = load_starter(args.starter) if args.starter else None
    new = NewTenant(
        slug=tidy(args.slug),
        name=args.name.strip(),
        starter=args.starter,
        language=args.language or (starter.language if starter else "en"),
        currency=_currency(args.currency or (starter.currency if starter else "USD")),
        zone=_zone(args.zone or (starter.zone if starter else "UTC")),
        country=starter.country if starter else "US",
    )
    app, settings = command_app()
    founder = Founder(email=args.owner, name=args.owner)
    # The invitation's mail and links are made by the whole application.
    with app.app_context():
        found_workspace(engine, new, founder, now=now())
    print(f"{new.name} begins at {settings.workspace_url(new.slug)}")
    print(f"{args.owner} is sent an invitation.")
    return 0


def _currency(code: str) -> str:
    from app.kernel.currencies import read_code

    found = read_code(code)
    if found is None:
        raise CommandError(f"There is no currency {code!r}: give its ISO 4217 code, such as CNY.")
    return found


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise CommandError(f"There is no time zone {name!r}: give its name, such as Asia/Shanghai.")
    return name


def _demand_control(engine: Engine) -> None:
    """Answer with a sentence where the shared tables are not what this code expects."""
    from tenants.history import CONTROL
    from tenants.migrations import control_version

    if control_version(engine) != CONTROL.head:
        raise CommandError("The shared tables are not migrated: run `zuke tenants migrate` first.")


def _print(rows: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """Rows as JSON, or as columns under their names."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        print("There is no workspace yet.")
        return
    print(*table([list(rows[0]), *(list(row.values()) for row in rows)]), sep="\n")
