"""`zuke routes`: every address that the application answers, and who may call it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.cli.table import table

if TYPE_CHECKING:
    from flask import Flask

NAME = "routes"
HELP = "List every route of the application and who may call it."
BY_HTTP = frozenset({"HEAD", "OPTIONS"})


def configure(parser: ArgumentParser) -> None:
    """Declare the form of the answer."""
    parser.add_argument("--json", action="store_true", help="answer as JSON")


def run(args: Namespace) -> int:
    """Print a line for each rule; nothing is connected to."""
    lines = route_lines(routing_app())
    if args.json:
        print(json.dumps(lines, ensure_ascii=False))
        return 0
    shown = ("methods", "path", "side", "who", "permission")
    print(*table([[line[key] or "" for key in shown] for line in lines]), sep="\n")
    return 0


def route_lines(app: Flask) -> list[dict[str, object]]:
    """The rules of `app` with their declared access, in the order of their paths."""
    from app.web.access import declared_access

    lines: list[dict[str, object]] = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        declared = declared_access(app.view_functions[rule.endpoint])
        asked = declared.permission if declared else None
        verb = declared.record_verb if declared else None
        lines.append(
            {
                "methods": ",".join(sorted((rule.methods or set()) - BY_HTTP)),
                "path": rule.rule,
                "endpoint": rule.endpoint,
                "side": declared.side.value if declared else "undeclared",
                "who": declared.who.value if declared else "undeclared",
                "permission": ":".join(asked) if asked else f"*:{verb}" if verb else None,
                "while_suspended": bool(declared and declared.while_suspended),
            }
        )
    return lines


def routing_app() -> Flask:
    """The application by the environment's settings, or by made-up ones where there are none."""
    import secrets
    import sys

    from app import create_app
    from config.logging import configure_logging
    from config.settings import Settings, SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError:
        settings = Settings(
            zuke_env="test",
            database_url="postgresql+psycopg2://localhost/none",
            secret_key=secrets.token_hex(),
        )
    app = create_app(settings)
    configure_logging(settings, sys.stderr)
    return app
