"""Finds the command that was typed, runs it, and turns failures into one clear sentence."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import cast

from app.cli.command import Command
from app.cli.demo_state import demo_database
from app.cli.errors import CommandError

# The literal list of commands, in the order in which --help shows them. Each file bears the name
# of its verb, with an underscore for a dash.
COMMANDS = (
    "app.cli.demo",
    "app.cli.test",
    "app.cli.check",
    "app.cli.bench",
    "app.cli.doctor",
    "app.cli.tenants",
    "app.cli.users",
    "app.cli.tokens",
    "app.cli.demo_data",
    "app.cli.import",
    "app.cli.export",
    "app.cli.migrations",
    "app.cli.routes",
    "app.cli.records",
    "app.cli.translations",
    "app.cli.worker",
    "app.cli.jobs",
    "app.cli.billing",
    "app.cli.operators",
    "app.cli.mailsink",
    "app.cli.mail_in",
    "app.cli.stripe_standin",
)

# These bring their own database or need none; every other command, typed without DATABASE_URL in
# a clone that has run the demo, means the demo.
OWN_SURROUNDINGS = frozenset(
    {
        "demo",
        "test",
        "check",
        "bench",
        "mailsink",
        "stripe-standin",
        "migrations",
        "translations",
        "routes",
        "records",
    }
)


def build_parser(commands: Sequence[Command]) -> ArgumentParser:
    """Return the parser of the whole command line, with one subparser per command."""
    parser = ArgumentParser(prog="zuke", description="Zuke 租客: the CRM that firms rent.")
    verbs = parser.add_subparsers(title="commands", metavar="VERB", required=True)
    for command in commands:
        verb = verbs.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        verb.set_defaults(run=command.run, verb=command.NAME)
        command.configure(verb)
    return parser


def run(args: Namespace) -> int:
    """Run the chosen command; answer what the user can mend by one sentence and exit code 1."""
    try:
        with nullcontext() if args.verb in OWN_SURROUNDINGS else demo_database():
            return cast("int", args.run(args))
    except CommandError as error:
        print(f"zuke: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("zuke: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) left; there is nobody to tell.
        sys.stderr.close()
        return 0
    except Exception as error:
        sentence = database_down(error) or unfit_settings(error)
        if sentence is None:
            raise
        print(f"zuke: {sentence}", file=sys.stderr)
        return 1


def database_down(error: Exception) -> str | None:
    """Return the sentence for a database that cannot be reached, or None for another error.

    SQLAlchemy is looked up only where it was already imported: a command that never used the
    database cannot have failed on it.
    """
    errors = sys.modules.get("sqlalchemy.exc")
    drivers = sys.modules.get("psycopg2")
    kinds = tuple(module.OperationalError for module in (errors, drivers) if module)
    if not isinstance(error, kinds):
        return None
    reason = str(getattr(error, "orig", error)).strip().splitlines()
    return f"The database did not serve us: {reason[0] if reason else 'no reason given'}"


def unfit_settings(error: Exception) -> str | None:
    """Return the sentence for an environment that can't be used, or None for another error.

    As above: a command that never read the settings cannot have failed on them.
    """
    settings = sys.modules.get("config.settings")
    return str(error) if settings and isinstance(error, settings.SettingsError) else None


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the arguments, run the command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    commands = [cast("Command", import_module(path)) for path in _needed(arguments)]
    return run(build_parser(commands).parse_args(arguments))


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """Return the one module of the verb that was typed, or all of them to name them in --help."""
    verb = f"app.cli.{arguments[0].replace('-', '_')}" if arguments else ""
    return (verb,) if verb in COMMANDS else COMMANDS
