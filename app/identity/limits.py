"""How often somebody may try: counters per account, per device and per address.

Counters live in an unlogged table of the schema `control` under keys that carry the tenant, so
that no workspace counts for another. They are read before an attempt and written by `aside`,
because a refused request keeps nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

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


def check(counters: Iterable[Counter], now: datetime) -> None:
    """Raise TooMany when any of the counters has reached its limit."""
    wanted = list(counters)
    with control_session() as session:
        rows = session.execute(
            select(Hit.key, Hit.window, Hit.n).where(Hit.key.in_([one.key for one in wanted]))
        )
        found = {(key, window): n for key, window, n in rows}
    waits = [
        one.retry_after(now)
        for one in wanted
        if found.get((one.key, one.window(now)), 0) >= one.limit.n
    ]
    if waits:
        raise TooMany(max(waits))


def count(counters: Iterable[Counter], now: datetime) -> None:
    """Count one attempt in each counter; past windows of the same keys are dropped."""
    with control_session() as session:
        for one in sorted(counters, key=lambda counter: counter.key):
            row = {"key": one.key, "window": one.window(now), "n": 1}
            statement = insert(Hit).values(row)
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=[Hit.key, Hit.window], set_={"n": Hit.n + 1}
                )
            )
            session.execute(delete(Hit).where(Hit.key == one.key, Hit.window < row["window"]))


def forgive(counters: Iterable[Counter]) -> None:
    """Forget what was counted, after a success."""
    with control_session() as session:
        session.execute(delete(Hit).where(Hit.key.in_([one.key for one in counters])))
