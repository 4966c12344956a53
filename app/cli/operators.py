"""`zuke operators`: the people who run the service."""

from __future__ import annotations

import getpass
import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.cli.errors import CommandError
from app.cli.table import table

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tenants.control import Operator

NAME = "operators"
HELP = "Make, list, disable and enable operators of the service, reset a second step."


def configure(parser: ArgumentParser) -> None:
    """Declare `create`, `list`, `disable`, `enable` and `reset-second-step`."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = verbs.add_parser("create", help="make an operator; the password is asked for")
    create.add_argument("--email", required=True)
    create.add_argument("--name", required=True)
    create.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    listing = verbs.add_parser("list", help="list the operators")
    reset = verbs.add_parser(
        "reset-second-step", help="let one who lost phone and codes set the second step up anew"
    )
    reset.add_argument("--email", required=True)
    disable = verbs.add_parser(
        "disable", help="end an operator's sign-in, sessions and access to workspaces at once"
    )
    disable.add_argument("--email", required=True)
    disable.add_argument("--reason", default="", help="kept in the history of the service")
    enable = verbs.add_parser("enable", help="let a disabled operator sign in again")
    enable.add_argument("--email", required=True)
    for one in (create, listing, reset, disable, enable):
        one.add_argument("--json", action="store_true", help="answer as JSON")


def run(args: Namespace) -> int:
    """Do the verb with the owner's login, which alone may write operators."""
    from sqlalchemy.orm import Session

    from config.settings import command_settings
    from tenants.database import owner_engine

    settings = command_settings()
    if not settings.database_owner_url:
        raise CommandError("DATABASE_OWNER_URL is missing: operators are made with it.")
    engine = owner_engine(settings)
    try:
        with Session(engine) as session, session.begin():
            return WORK[args.action](args, session)
    finally:
        engine.dispose()


def _create(args: Namespace, session: Session) -> int:
    from app.kernel import clock
    from app.kernel.errors import Refused
    from app.operator.accounts import create_operator

    password = _password(args)
    try:
        operator_id = create_operator(
            session, email=args.email, name=args.name, password=password, now=clock.now()
        )
    except Refused as refusal:
        raise CommandError(str(refusal.message)) from refusal
    print(
        json.dumps({"id": str(operator_id), "email": args.email})
        if args.json
        else f"{args.email} is an operator now."
    )
    return 0


def _list(args: Namespace, session: Session) -> int:
    from app.operator.accounts import list_operators

    rows = list_operators(session)
    lines = [{"email": row.email, "name": row.name, "active": row.is_active} for row in rows]
    if args.json:
        print(json.dumps(lines, ensure_ascii=False))
    elif not rows:
        print("There is no operator yet.")
    else:
        active = {True: "", False: "(not active)"}
        print(*table([(row.email, row.name, active[row.is_active]) for row in rows]), sep="\n")
    return 0


def _reset(args: Namespace, session: Session) -> int:
    from sqlalchemy import select

    from app.identity.texts import email_key
    from app.kernel import clock
    from app.operator.second_step import clear
    from app.operator.sessions import COMMAND, event
    from tenants.control import Operator

    address = email_key(args.email)
    found = session.scalar(select(Operator.id).where(Operator.email == address))
    if found is None:
        raise CommandError(f"There is no operator with the address {args.email}.")
    clear(session, found)
    session.add(event(found, "second_step_cleared", clock.now(), COMMAND))
    print(
        json.dumps({"id": str(found), "email": address})
        if args.json
        else f"{address} sets the second step up anew at the next sign-in."
    )
    return 0


def _disable(args: Namespace, session: Session) -> int:
    from app.kernel import clock
    from app.kernel.errors import Answer
    from app.operator.accounts import disable_operator

    try:
        found = disable_operator(session, args.email, reason=args.reason[:500], now=clock.now())
    except Answer as answer:
        raise CommandError(str(answer.message)) from answer
    return _told(args, found, f"{found.email} is out, and can't sign in any more.")


def _enable(args: Namespace, session: Session) -> int:
    from app.kernel import clock
    from app.kernel.errors import Answer
    from app.operator.accounts import enable_operator

    try:
        found = enable_operator(session, args.email, now=clock.now())
    except Answer as answer:
        raise CommandError(str(answer.message)) from answer
    return _told(args, found, f"{found.email} can sign in again.")


def _told(args: Namespace, operator: Operator, words: str) -> int:
    told = {"id": str(operator.id), "email": operator.email, "active": operator.is_active}
    print(json.dumps(told) if args.json else words)
    return 0


def _password(args: Namespace) -> str:
    """Ask for the password twice, or take one line of standard input."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise CommandError("The two passwords differ.")
    return first


WORK = {
    "create": _create,
    "list": _list,
    "reset-second-step": _reset,
    "disable": _disable,
    "enable": _enable,
}
