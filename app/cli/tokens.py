"""`zuke tokens`: keys for programs; the token is printed once and kept by nobody."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

NAME = "tokens"
HELP = "Create an API token of a user."


def configure(parser: ArgumentParser) -> None:
    """Declare `create`."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    create = verbs.add_parser("create", help="make a token and print it, this once")
    create.add_argument("--tenant", required=True, metavar="SLUG")
    create.add_argument("--user", required=True, metavar="EMAIL")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument(
        "--scopes",
        nargs="+",
        default=["*"],
        metavar="SCOPE",
        help="such as contact:read contact:* (default: all that the user may do)",
    )
    create.add_argument("--days", type=int, help="days until it ends (default: until revoked)")
    create.set_defaults(work=_create)


def run(args: Namespace) -> int:
    """Make the token as the service itself."""
    code: int = args.work(args)
    return code


def _create(args: Namespace) -> int:
    from datetime import timedelta

    from app.cli.workspaces import user_called, workspace
    from app.identity.operations.tokens import create_token

    with workspace(args.tenant) as by:
        user = user_called(by, args.user)
        scopes = tuple(part for scope in args.scopes for part in scope.split(","))
        until = by.now + timedelta(days=args.days) if args.days is not None else None
        fresh = create_token(by, user, name=args.name, scopes=scopes, expires_at=until)
    print(fresh.secret)
    return 0
