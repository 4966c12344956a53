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

NAME = "operators"
HELP = "Make an operator of the service, list them, reset a second step."


def configure(parser: ArgumentParser) -> None:
    """Declare `create`, `list` and `reset-second-step`."""
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
    for one in (create, listing, reset):
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
    from sqlalchemy import select

    from tenants.control import Operator

    rows = session.scalars(select(Operator).order_by(Operator.email)).all()
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
    from app.operator.sessions import event
    from tenants.control import Operator

    address = email_key(args.email)
    found = session.scalar(select(Operator.id).where(Operator.email == address))
    if found is None:
        raise CommandError(f"There is no operator with the address {args.email}.")
    clear(session, found)
    session.add(event(found, "second_step_cleared", clock.now(), "command"))
    print(
        json.dumps({"id": str(found), "email": address})
        if args.json
        else f"{address} sets the second step up anew at the next sign-in."
    )
    return 0


def _password(args: Namespace) -> str:
    """Ask for the password twice, or take one line of standard input."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise CommandError("The two passwords differ.")
    return first


WORK = {"create": _create, "list": _list, "reset-second-step": _reset}
