"""`zuke demo-data`: grows a workspace to any size with plausible rows, by COPY."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

NAME = "demo-data"
HELP = "Grow a workspace with plausible accounts, contacts and activities, half of them Chinese."


def configure(parser: ArgumentParser) -> None:
    """Declare how much of what; the same seed makes the same rows."""
    parser.add_argument("slug", metavar="SLUG")
    for kind in ("accounts", "contacts", "activities"):
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")


def run(args: Namespace) -> int:
    """Write the rows in one transaction, with progress on a terminal."""
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from app.demo.load import Amounts, load
    from app.demo.workspaces import owner_acting
    from app.kernel import clock
    from app.modules import install_record_types
    from app.records.usage import count_anew
    from config.settings import command_settings
    from tenants.control import Tenant
    from tenants.database import owner_engine

    _check(args)
    amounts = Amounts(args.accounts, args.contacts, args.activities, args.seed, "mixed")
    settings = command_settings()
    if not settings.database_owner_url:
        raise CommandError("DATABASE_OWNER_URL is missing: rows are written by the owner's login.")
    install_record_types()
    engine = owner_engine(settings)
    with Session(engine) as session:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == args.slug)).one_or_none()
    if tenant is None:
        raise CommandError(f"There is no workspace with the slug {args.slug!r}.")
    total = amounts.accounts + amounts.contacts + amounts.activities
    with owner_acting(engine, tenant.facts(), clock.now()) as by:
        for written in load(by, _owners(by.session), amounts):
            if sys.stderr.isatty():
                print(f"\r{written:,} of {total:,} rows", end="", file=sys.stderr, flush=True)
        count_anew(by)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"{total:,} rows were added to {args.slug}.")
    return 0


def _check(args: Namespace) -> None:
    """People and activities need accounts to belong to."""
    if min(args.accounts, args.contacts, args.activities) < 0:
        raise CommandError("Give numbers of rows that are not negative.")
    if (args.contacts or args.activities) and not args.accounts:
        raise CommandError("Give --accounts too: contacts and activities belong to the new ones.")


def _owners(session: Session) -> list[UUID]:
    """The active users, oldest first, as the owners of the rows."""
    from sqlalchemy import select

    from app.identity.models import User

    active = select(User.id).where(User.is_active).order_by(User.created_at, User.id)
    return list(session.scalars(active))
