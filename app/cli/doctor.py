"""`zuke doctor`: what is wrong with the surroundings of the service, and how to mend it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from app.cli.diagnosis.finding import Finding
    from config.settings import Settings

NAME = "doctor"
HELP = "Say what is wrong with database, mail, files and payments, and how to mend it."


def configure(parser: ArgumentParser) -> None:
    """Declare mending, the superuser that it takes, and the form of the answer."""
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    parser.add_argument("--superuser-url", help="a superuser of the database server, for --fix")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: Namespace) -> int:
    """Print every finding; exit code 1 when something has failed."""
    from app.cli.diagnosis.database import diagnose_database
    from app.cli.diagnosis.service import diagnose_service
    from config.settings import command_settings

    settings = command_settings()
    if args.fix:
        _mend(settings, args.superuser_url)
    findings = [
        *diagnose_database(settings.database_url, settings.database_owner_url),
        *diagnose_service(settings),
    ]
    if args.json:
        print(json.dumps([asdict(each) for each in findings], ensure_ascii=False, indent=2))
    else:
        for each in findings:
            print(_line(each))
    return 1 if any(each.level == "fail" for each in findings) else 0


def _line(finding: Finding) -> str:
    line = f"{finding.level:5} {finding.topic:18} {finding.sentence}"
    return f"{line}\n{'':25}{finding.remedy}" if finding.remedy else line


def _mend(settings: Settings, superuser_url: str | None) -> None:
    """Make the folder of files, and put database and roles right as the superuser."""
    from sqlalchemy import make_url

    from app.cli.postgres.databases import repair
    from tenants.files import files_folder

    folder = files_folder(settings.files_url)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    superuser = superuser_url or _embedded_superuser(settings)
    if superuser is None:
        raise CommandError("Mending the database takes a superuser: name it by --superuser-url.")
    logins = [url for url in (settings.database_owner_url, settings.database_url) if url]
    database = make_url(logins[0]).database if logins else None
    if database is None:
        raise CommandError("Set DATABASE_URL and DATABASE_OWNER_URL first, so that I know it.")
    repair(superuser, database, logins)


def _embedded_superuser(settings: Settings) -> str | None:
    """Return the superuser of the demo's own server when that is what we were given."""
    from app.cli.demo_state import load_state
    from app.cli.postgres.server import ensure_running

    state = load_state()
    if state is None or not state.own_server:
        return None
    server = ensure_running(account=state.account)
    ours = str(server.cluster.places.socket) in settings.database_url
    server.stop()  # The command itself keeps it running for as long as it takes.
    return server.superuser_url if ours else None
