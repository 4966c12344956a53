"""`zuke check`: everything that is checked apart from the tests, the same list here and in CI."""

import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from app.cli.checks import dependencies, frontend, migrations, secrets, shape, translations
from app.cli.postgres.places import ROOT

NAME = "check"
HELP = "Check format, lint, types, contracts, templates, texts, migrations, dependencies."

# A check is a command line, or a function that returns the problems it found.
Check = Sequence[str] | Callable[[], list[str]]

STEPS: tuple[tuple[str, Check], ...] = (
    ("format", ("ruff", "format", "--check", "--output-format=concise")),
    ("lint", ("ruff", "check", "--output-format=concise")),
    ("types", ("mypy",)),
    ("contracts", ("lint-imports", "--no-logo")),
    ("templates", ("djlint", "app", "--lint", "--quiet")),
    ("front end types", frontend.problems),
    ("translations", translations.problems),
    ("migrations", migrations.problems),
    ("dependencies", dependencies.problems),
    ("secrets", secrets.problems),
    ("Dockerfile", ("hadolint", "Dockerfile")),
)


def configure(parser: ArgumentParser) -> None:
    """Declare the second look at sizes, and the choice of single steps."""
    parser.add_argument(
        "--shape", action="store_true", help="list the longest files, functions and templates"
    )
    names = [name for name, _ in STEPS]
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"only these: {', '.join(names)}")


def run(args: Namespace) -> int:
    """Run the steps, all of them even after a failure; exit code 1 if one failed.

    2 and no step at all where a name is none of theirs.
    """
    if args.shape:
        print(shape.report(ROOT))
        return 0
    known = [name for name, _ in STEPS]
    unknown = [name for name in args.steps if name not in known]
    if unknown:
        print(f"There is no check called {', '.join(unknown)}.", file=sys.stderr)
        print(f"There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    chosen = [(name, check) for name, check in STEPS if not args.steps or name in args.steps]
    failed = [name for name, check in chosen if not _passes(name, check)]
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def _passes(name: str, check: Check) -> bool:
    """Run one step and print its line, with what it found below where it failed."""
    start = time.monotonic()
    found = check() if callable(check) else _command(check)
    seconds = time.monotonic() - start
    print(f"{'FAILED' if found else 'ok':8}{name:18}{seconds:6.1f} s", flush=True)
    for line in found:
        print(f"        {line}", flush=True)
    return not found


def _command(command: Sequence[str]) -> list[str]:
    """Run a program of our environment, else of the machine; return what a failing one said."""
    program = Path(sys.executable).with_name(command[0])
    found = str(program) if program.exists() else shutil.which(command[0])
    if found is None:
        return [f"{command[0]} was not found."]
    done = subprocess.run(
        [found, *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return []
    return done.stdout.splitlines() or [f"{command[0]} ended with {done.returncode}."]
