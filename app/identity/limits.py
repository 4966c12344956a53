"""How often somebody may try: counters per account, per device and per address.

Counters live in an unlogged table of the schema `control` under keys that carry the tenant, so
that no workspace counts for another. An attempt is counted before it is made, in a transaction of
its own, because a refused request keeps nothing; what was none after all is given back by `aside`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.errors import Answer
from app.kernel.language import _
from tenants.control import Hit
from tenants.database import control_session
from tenants.facts import TenantFacts


class TooMany(Answer):
    """Too many attempts: 429, with the seconds after which another may be made."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(_("Too many attempts. Wait a few minutes and try again."))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `n` attempts within a window of `seconds`."""

    kind: str
    n: int
    seconds: int


ACCOUNT = Limit("sign-in:account", 10, 900)  # Wrong passwords for one account, from anywhere new.
DEVICE = Limit("sign-in:device", 10, 900)  # The same from a browser that the user has used before.
ADDRESS = Limit("sign-in:address", 60, 900)  # An office shares one address.
PROOF = Limit("sign-in:proof", 10, 900)  # Wrong passwords of somebody who is signed in already.
CODE = Limit("sign-in:code", 10, 900)  # Wrong second-step codes for one user.
RESET_ACCOUNT = Limit("reset:account", 3, 3600)
RESET_ADDRESS = Limit("reset:address", 20, 3600)
EMAIL_CHANGE = Limit("email-change:user", 10, 86400)  # Mails to new addresses of one user in a day.
INVITATION = Limit("invitation:user", 200, 86400)  # Invitations sent by one user in a day.


@dataclass(frozen=True, slots=True)
class Counter:
    """One limit applied to one subject (an account, an address) of one workspace."""

    limit: Limit
    key: str

    def window(self, now: datetime) -> int:
        """The number of the running window."""
        return int(now.timestamp()) // self.limit.seconds

    def retry_after(self, now: datetime) -> int:
        """Seconds until the running window ends."""
        return self.limit.seconds - int(now.timestamp()) % self.limit.seconds


def counter(tenant: TenantFacts, limit: Limit, subject: str) -> Counter:
    """The counter of `subject`; the key holds a digest, so that the table names nobody."""
    bound = sha256(f"{tenant.id}|{limit.kind}|{subject}".encode("utf-8", "replace")).hexdigest()
    return Counter(limit, f"{limit.kind}:{bound}")


def take(counters: Iterable[Counter], now: datetime) -> None:
    """Count one attempt in each counter before it is made, or raise TooMany and count none."""
    wanted = list(counters)
    with control_session() as session:
        numbers = count_in(session, wanted, now)
        waits = [one.retry_after(now) for one in wanted if numbers[one.key] > one.limit.n]
        if waits:
            raise TooMany(max(waits))  # And the transaction is undone.


def number(counter: Counter, now: datetime) -> int:
    """Count one more, beyond the limit too; the answer is its place, from 1."""
    with control_session() as session:
        return count_in(session, [counter], now)[counter.key]


def count_in(session: Session, counters: Iterable[Counter], now: datetime) -> dict[str, int]:
    """Count one in each counter by `session`; the answer is what each has reached, by its key.

    Counting and reading are one statement, so that those who come at the same moment wait for one
    another and get different numbers. Past windows of the same keys are dropped.
    """
    windows = {one.key: one.window(now) for one in counters}
    rows = [{"key": key, "window": windows[key], "n": 1} for key in sorted(windows)]
    statement = insert(Hit).values(rows)
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Hit.key, Hit.window], set_={"n": Hit.n + 1}
        ).returning(Hit.key, Hit.n)
    )
    numbers = {key: n for key, n in counted}  # noqa: C416  Typed rows.
    for key, n in numbers.items():
        if n == 1:
            session.execute(delete(Hit).where(Hit.key == key, Hit.window < windows[key]))
    return numbers


def give_back(counters: Iterable[Counter], now: datetime) -> None:
    """Uncount one attempt that was none after all, such as a right password; call it by `aside`."""
    with control_session() as session:
        for one in sorted(counters, key=lambda counter: counter.key):
            counted = (Hit.key == one.key, Hit.window == one.window(now), Hit.n > 0)
            session.execute(update(Hit).where(*counted).values(n=Hit.n - 1))


def forgive(counters: Iterable[Counter]) -> None:
    """Forget what was counted, after a success."""
    with control_session() as session:
        session.execute(delete(Hit).where(Hit.key.in_([one.key for one in counters])))
