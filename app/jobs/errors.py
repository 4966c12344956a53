"""What a job's function may say about a run that did not succeed."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenants.engine import sqlstate

ERROR_LENGTH = 500  # Enough to recognise a fault, too little to carry off a record.
# From the first quote of a line to the last: what is quoted may hold quotes itself. An apostrophe
# within a word begins nothing; what was cut off at the line's end has no last one.
OPENS, CLOSES = "[\"`“„‘«‹「『《〈<]|(?<!\\w)b?'", "[\"`”“’»›」』》〉>]|'(?!\\w)"
QUOTED = re.compile(rf"(?:{OPENS})(?:.*(?:{CLOSES})|.*)|\S+@\S+")
SERVER_GOING = frozenset({"57P01", "57P02", "57P03", "53300"})


class TryLater(Exception):
    """Something outside is not ready: run the job again after `wait`, or by its usual patience."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class NotYet(Exception):
    """The job must not begin now: run it again after `wait`, and don't count this run."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


class GiveUp(Exception):
    """Trying again would change nothing: the job is a dead letter, with this reason."""


def is_database_away(error: BaseException) -> bool:
    """True when the database was lost or out of reach, which is no fault of the job."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "pgcode", None)
    if code is None:
        return isinstance(error, OperationalError)
    return code in SERVER_GOING or code.startswith("08")


def describe(error: BaseException) -> str:
    """An error in one line for the operator: its type and the first line of what it says.

    What a tenant wrote may stand in it, and is no business of who runs the service: whatever is
    quoted is masked, and of the database's errors only class, code and constraint are told.
    """
    if isinstance(error, DBAPIError):
        return _of_database(error)[:ERROR_LENGTH]
    lines = str(error).strip().splitlines()
    line = lines[0][: 2 * ERROR_LENGTH] if lines else ""  # Masking reads a line many times over.
    said = QUOTED.sub("…", line)
    name = "" if isinstance(error, (TryLater, NotYet, GiveUp)) else f"{type(error).__name__}: "
    return f"{name}{said}"[:ERROR_LENGTH]


def _of_database(error: DBAPIError) -> str:
    """Which kind of error, and which rule of which table was broken; never a value."""
    cause, diagnosis = error.orig, getattr(error.orig, "diag", None)
    told = [type(cause).__name__ if cause is not None else type(error).__name__]
    for what, found in (
        ("code", sqlstate(error)),
        ("table", getattr(diagnosis, "table_name", None)),
        ("constraint", getattr(diagnosis, "constraint_name", None)),
    ):
        if found:
            told.append(f"{what} {found}")
    return ", ".join(told)
