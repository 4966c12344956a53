"""`zuke users`: making people, shutting them out, and giving them a new password."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from app.cli.errors import CommandError

NAME = "users"
HELP = "Create or disable a user of a workspace, or reset a password."


def configure(parser: ArgumentParser) -> None:
    """Declare `create`, `disable` and `reset-password`."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    create = verbs.add_parser("create", help="make a user; without a password they are invited")
    create.add_argument("--name", required=True)
    create.add_argument("--role", default="viewer", help="a built-in role, such as sales_rep")
    create.add_argument("--language", choices=("en", "zh-CN", "zh-TW"))
    create.set_defaults(work=_create)
    disable = verbs.add_parser("disable", help="shut a user out at once")
    disable.set_defaults(work=_disable)
    reset = verbs.add_parser(
        "reset-password", help="mail a link, or set a password with --password"
    )
    reset.set_defaults(work=_reset)
    for verb in (create, disable, reset):
        verb.add_argument("--tenant", required=True, metavar="SLUG")
        verb.add_argument("--email", required=True)
    for verb in (create, reset):
        verb.add_argument("--password", action="store_true", help="ask for a password to set")
        verb.add_argument("--password-stdin", action="store_true", help="read it from the input")


def run(args: Namespace) -> int:
    """Do the verb in the workspace, as the service itself."""
    code: int = args.work(args)
    return code


def _create(args: Namespace) -> int:
    from sqlalchemy import select

    from app.cli.workspaces import workspace
    from app.identity.models import Role
    from app.identity.operations.invitations import invite_user
    from app.identity.operations.users import create_user

    password = _password(args)
    with workspace(args.tenant) as by:
        role = by.session.scalar(select(Role).where(Role.key == args.role))
        if role is None:
            keys = by.session.scalars(select(Role.key).where(Role.key.is_not(None)))
            raise CommandError(
                f"There is no role {args.role!r}: choose of {', '.join(map(str, keys))}."
            )
        user = create_user(
            by,
            email=args.email,
            name=args.name,
            role=role,
            password=password,
            language=args.language,
        )
        if password is None:
            invite_user(by, user)
    print(f"{args.email} may sign in." if password else f"{args.email} is sent an invitation.")
    return 0


def _disable(args: Namespace) -> int:
    from app.cli.workspaces import user_called, workspace
    from app.identity.operations.users import disable_user

    with workspace(args.tenant) as by:
        disable_user(by, user_called(by, args.email))
    print(f"{args.email} can no longer sign in.")
    return 0


def _reset(args: Namespace) -> int:
    from app.cli.workspaces import user_called, workspace
    from app.events import write_event
    from app.identity.operations.passwords import set_password
    from app.identity.operations.users import send_reset_to

    password = _password(args)
    with workspace(args.tenant) as by:
        user = user_called(by, args.email)
        if password is None:
            send_reset_to(by, user)
        else:
            set_password(by, user, password)
            write_event(by, "user", user.id, "password_reset")
    print(f"{args.email} has a new password." if password else f"{args.email} is sent a link.")
    return 0


def _password(args: Namespace) -> str | None:
    """The password that was asked for or piped in; None when the person is to choose it."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not args.password:
        return None
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError("The two passwords differ.")
    return password
