"""`zuke export`: the records of a type as a file, with the rights of a person."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from typing import BinaryIO

    from app.kernel.actor import Actor

NAME = "export"
HELP = "Write the records of a type to a file, every field that may be read."


def configure(parser: ArgumentParser) -> None:
    """Declare which records go out, and as what."""
    parser.add_argument("slug", metavar="SLUG")
    parser.add_argument("record", metavar="RECORD", help="such as contact or contacts")
    parser.add_argument("--to", metavar="FILE", type=Path, help="(default: standard output)")
    parser.add_argument("--format", default="csv", help="csv, xlsx, or vcard for people")
    parser.add_argument(
        "--query",
        metavar="QUERY",
        default="",
        help="filters and order as a list's address has them, such as city=Leeds&sort=name",
    )
    parser.add_argument("--user", metavar="EMAIL", help="as whom (default: an owner)")


def run(args: Namespace) -> int:
    """Write the file; the audit tells what went out, and to whom."""
    from app.cli.acting import acting
    from app.cli.workspaces import workspace
    from app.kernel.language import using

    with workspace(args.slug) as service:
        by = acting(service, args.user)
        with using(by.language), _made(args, by) as made:
            if args.to is None:
                shutil.copyfileobj(made, sys.stdout.buffer)
                sys.stdout.buffer.flush()
                return 0
            try:
                with args.to.open("wb") as file:
                    shutil.copyfileobj(made, file)
            except OSError as error:
                raise CommandError(f"{args.to} can't be written: {error.strerror}.") from None
    print(f"{args.to}")
    return 0


def _made(args: Namespace, by: Actor) -> BinaryIO:
    """The file, open for reading."""
    from app.cli.acting import type_called
    from app.records.exports.begin import (
        Wish,
        card_keys,
        count,
        every_key,
        format_called,
        listed,
        make_at_once,
    )
    from app.records.exports.which import Which

    record_type = type_called(args.record, by)
    shape = format_called(record_type, args.format)
    state = listed(record_type, args.query.removeprefix("?"))
    keys = every_key(record_type, by) if shape.is_table else card_keys(record_type, by)
    which = Which(state.asked)
    wish = Wish(record_type, shape, which, state.query(), keys, is_whole=shape.is_table)
    count(wish, by)
    return make_at_once(wish, by)
