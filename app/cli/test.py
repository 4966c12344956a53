"""`zuke test`: every test, on a real PostgreSQL server and in a real browser."""

import subprocess
import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from contextlib import ExitStack

from app.cli.chromium import INSTALL_HINT, find_chromium
from app.cli.errors import CommandError
from app.cli.postgres.places import ROOT
from app.cli.postgres.server import ensure_running
from config.machine import child_environment, read_machine

NAME = "test"
HELP = "Run the tests; further arguments go to pytest."

# What a shell may carry for a service, which a test must never meet.
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "BASE_URL", "SMTP_URL", "FILES_URL")


def configure(parser: ArgumentParser) -> None:
    """Take everything that follows as pytest's, options included."""
    parser.add_argument("pytest", nargs=REMAINDER, help="arguments of pytest (try -k or a path)")
    # No option is ours, so none may be taken for one: argparse then passes all of them on.
    parser.prefix_chars = "\0"


def run(args: Namespace) -> int:
    """Run pytest on the server named by ZUKE_TEST_SUPERUSER_URL, else on the embedded one."""
    machine = read_machine()
    chromium = find_chromium(machine.chromium)
    if chromium is None:
        if machine.is_ci:
            raise CommandError(f"No Chromium was found. {INSTALL_HINT}")
        print(f"Browser tests are left out: no Chromium. {INSTALL_HINT}", file=sys.stderr)
    with ExitStack() as at_end:
        superuser_url = machine.test_superuser_url
        if superuser_url is None:
            server = ensure_running()
            at_end.callback(server.stop)
            superuser_url = server.superuser_url
        environment = child_environment(
            **dict.fromkeys(FOREIGN),
            ZUKE_ENV="test",
            ZUKE_TEST_SUPERUSER_URL=superuser_url,
            ZUKE_CHROMIUM=chromium,
        )
        command = [sys.executable, "-m", "pytest", *_workers(args.pytest), *args.pytest]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _workers(arguments: list[str]) -> list[str]:
    """Return the option for two workers, unless the user chose or wants to look inside."""
    chosen = ("-n", "--numprocesses", "--pdb", "--collect-only", "--help", "--co")
    return [] if any(argument.startswith(chosen) for argument in arguments) else ["-n", "2"]
