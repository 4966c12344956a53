"""How fast programs may call: a rolling limit for each token, and one for its whole workspace.

Two windows make it roll: the last one counts as far as it still lies within the past seconds. What
is refused is not counted, so that a program which goes on calling gets its share all the same. One
statement counts both and reads both; people in a browser are not counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Select, Text, and_, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, aliased

from app.identity.limits import Counter, Limit, TooMany, count_in, counter
from app.kernel.errors import Answer, OverLimit
from app.kernel.language import _
from config.settings import Settings
from tenants.control import Hit
from tenants.database import counting_session
from tenants.facts import TenantFacts
from tenants.plans import Limit as PlanLimit


def _counting() -> Select[str, int, int]:
    """Count one under each of `keys` in `window`; each key, what it has now and had `before`."""
    keys = func.unnest(bindparam("keys", type_=ARRAY(Text)))
    window = bindparam("window", type_=BigInteger)
    mine = (
        insert(Hit)
        .from_select(["key", "window", "n"], select(keys, window, literal(1)))
        .on_conflict_do_update(index_elements=[Hit.key, Hit.window], set_={"n": Hit.n + 1})
        .returning(Hit.key, Hit.n)
        .cte("mine")
    )
    last = aliased(Hit)
    same = and_(last.key == mine.c.key, last.window == bindparam("before", type_=BigInteger))
    return select(mine.c.key, mine.c.n, func.coalesce(last.n, 0)).outerjoin(last, same)


COUNT = _counting()  # Put together once: building it would cost a call more than running it.
DAY = 86400
SECONDS = 5  # A window; within it a program may spend its calls at once.
TOKENS = 3  # A workspace may call as fast as so many of its tokens.


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a program stands with one limit: at most `most` calls in SECONDS, `left` of them now.

    `wait` is in how many seconds the running window ends.
    """

    name: str
    most: int
    left: int
    wait: int


class TooFast(TooMany):
    """A program calls faster than it may: 429, with the seconds after which it may go on."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        Answer.__init__(self, _("This is more than may be asked at once. Go on more slowly."))
        self.retry_after = max(one.wait for one in standings if one.left < 0)
        self.standings = standings


def take_turn(
    tenant: TenantFacts, token_id: UUID, now: datetime, settings: Settings
) -> list[Standing]:
    """Count one call of a token and answer with where it stands, or raise TooFast and count none.

    A workspace's own `api_per_second` goes before the usual. OverLimit where the day has as many
    calls as the plan allows.
    """
    most = SECONDS * tenant.limits.get("api_per_second", settings.api_per_second)
    counters = {
        "token": counter(tenant, Limit("api:token", most, SECONDS), str(token_id)),
        "workspace": counter(tenant, Limit("api:workspace", TOKENS * most, SECONDS), "all"),
    }
    gone = (now.timestamp() / SECONDS) % 1  # How much of this window is over.
    with counting_session() as session:
        numbers = _count(session, list(counters.values()), now)
        standings = [
            _standing(name, one.limit.n, *numbers[one.key], gone) for name, one in counters.items()
        ]
        if any(one.left < 0 for one in standings):
            raise TooFast(standings)  # And the transaction is undone.
        _count_day(session, tenant, now)
    return standings


def calls_today(tenant: TenantFacts, now: datetime) -> int:
    """How many calls of the API were counted in the running day, UTC."""
    day = counter(tenant, Limit("api:day", 0, DAY), "all")
    with counting_session() as session:
        found = select(Hit.n).where(Hit.key == day.key, Hit.window == day.window(now))
        return session.scalar(found) or 0


def _count_day(session: Session, tenant: TenantFacts, now: datetime) -> None:
    """Count a call among those of the day, or raise OverLimit; then nothing is counted."""
    most = tenant.limits.get(PlanLimit.CALLS)
    day = counter(tenant, Limit("api:day", most or 0, DAY), "all")
    number = count_in(session, [day], now)[day.key]
    if most is not None and number > most:
        raise OverLimit(
            _(
                "Programs have called %(n)s times today, as often as the plan allows in a day. "
                "The count begins anew at midnight UTC; a larger plan allows more.",
                n=most,
            )
        )


def headers(standings: Sequence[Standing]) -> dict[str, str]:
    """What a program is told of its limits (draft-ietf-httpapi-ratelimit-headers-10)."""
    policies = [f'"{one.name}";q={one.most};w={SECONDS}' for one in standings]
    left = [f'"{one.name}";r={max(one.left, 0)};t={one.wait}' for one in standings]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}


def _count(
    session: Session, counters: Sequence[Counter], now: datetime
) -> dict[str, tuple[int, int]]:
    """Count one in each counter; what each has in this window and had in the one before."""
    keys = sorted(one.key for one in counters)
    window = int(now.timestamp()) // SECONDS
    counted = session.execute(COUNT, {"keys": keys, "window": window, "before": window - 1}).all()
    if any(number == 1 for _key, number, _before in counted):
        session.execute(delete(Hit).where(Hit.key.in_(keys), Hit.window < window - 1))
    return {key: (number, past) for key, number, past in counted}


def _standing(name: str, most: int, number: int, before: int, gone: float) -> Standing:
    """Where a limit stands with `number` calls in this window and `before` in the last one."""
    used = number + math.floor(before * (1 - gone))
    return Standing(name, most, most - used, max(1, math.ceil(SECONDS * (1 - gone))))
