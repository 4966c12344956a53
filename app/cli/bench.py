"""`zuke bench`: what a person waits for and what a workspace costs, against floors and aims."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from app.cli.errors import CommandError

NAME = "bench"
HELP = "Measure pages, workspaces, first load and search, and hold them to their floors."

BENCHES = ("tenants", "load", "pages", "search", "exports", "documents", "reports", "home")
LONG = (
    "work",
    "import",
    "million",
    "duplicates",
    "mail",
    "signup",
    "stripe",
    "takeouts",
    "settings",
    "quotes",
    "board",
    "retail",
    "insight",
)  # Run only when they are named.
ALL = (*BENCHES, *LONG)
FEWEST = 5_000  # A workspace with fewer contacts has no page 100 to measure.


def configure(parser: ArgumentParser) -> None:
    """Declare which benches to run, how large a workspace, and whether to keep it."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--contacts", type=int, default=100_000, metavar="N", help="(100000)")
    parser.add_argument("--keep", action="store_true", help="keep the workspace for the next run")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")


def run(args: Namespace) -> int:
    """Run the benches, print their tables and keep the results; exit 1 where a floor was missed."""
    names = tuple(dict.fromkeys(args.names)) or BENCHES
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise CommandError(f"There is no bench {unknown[0]!r}; there are {', '.join(ALL)}.")
    if args.contacts < FEWEST:
        raise CommandError(f"Give at least {FEWEST:,} contacts.")
    from bench.report import table
    from bench.running import run_benches

    missed = False
    found = []
    for result in run_benches(names, contacts=args.contacts, keep=args.keep):
        result.keep()
        found.append(result.as_json())
        missed = missed or any(one.is_ok_at_pace is False for one in result.figures)
        print(table(result), end="\n\n", file=sys.stderr if args.json else sys.stdout, flush=True)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    return int(missed)
