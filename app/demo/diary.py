"""Activities around a moment: what was done in the last months, what comes in the next days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from app.demo.ages import account_age, contact_age, entered
from app.demo.corpora import rows, words
from app.demo.draws import draw
from app.demo.firms import Firm, firm
from app.demo.generate import contact_person, contacts_of, owner_of
from app.demo.seeds import ActivitySeed, Workspace

_FARTHEST_BACK = 190
_TYPICALLY_BACK = 38
_FARTHEST_AHEAD = 16
# Kinds as they come in a working week; what is still to come is mostly tasks.
_PAST = ("follow_up",) * 11 + ("call",) * 5 + ("meeting",) * 3 + ("note",) * 3 + ("task",) * 5
_AHEAD = ("task",) * 6 + ("call",) * 2 + ("meeting",) * 3
_SHARE_AHEAD = 0.16
_SHARE_OF_TASKS_LEFT = 0.2
_SHARE_WITH_NEXT = 0.55
_SHARE_PROMISED = 0.15
_SATURDAY = 5
_TO_MONDAY = 3


class _Text(NamedTuple):
    """One row of the texts: what it says, and the task that may follow."""

    kind: str
    way: str
    subject: str
    body: str
    next_step: str


def activities(
    seed: int,
    n: int,
    workspace: Workspace,
    *,
    accounts: int,
    contacts: int,
    as_of: datetime,
) -> Iterator[ActivitySeed]:
    """Yield `n` activities with the first `accounts` accounts and their `contacts` contacts.

    `as_of` is the moment that counts as now, in the zone of the firm: working hours are those of
    its zone.
    """
    if not accounts:
        return
    for index in range(n):
        rng = draw(seed, "activity", index)
        account = int(accounts * rng.random() ** 1.35)
        members = contacts_of(account, contacts=contacts, accounts=accounts)
        contact = rng.choice(members) if members else None
        yield _activity(rng, seed, firm(seed, workspace, account), account, contact, as_of)


def _activity(
    rng: Random, seed: int, partner: Firm, account: int, contact: int | None, as_of: datetime
) -> ActivitySeed:
    """Work out one activity; everything it draws comes from `rng`."""
    ahead = rng.random() < _SHARE_AHEAD
    kind = rng.choice(_AHEAD if ahead else _PAST)
    is_task = kind == "task"
    # What is planned must read as something to do, and not as what came of it.
    text = rng.choice(_texts(partner.texts, f"{kind} ahead" if ahead and not is_task else kind))
    filled = _words(rng, seed, partner, contact)
    age = account_age(seed, account) if contact is None else contact_age(seed, account, contact)
    at = _ahead(rng, as_of) if ahead else _back(rng, age, as_of)
    done = not ahead and not (is_task and rng.random() < _SHARE_OF_TASKS_LEFT)
    next_at = None
    if kind == "follow_up" and text.next_step and rng.random() < _SHARE_WITH_NEXT:
        next_at = _next(rng, at, as_of)
    return ActivitySeed(
        kind=kind,
        subject=_fill(text.subject, filled),
        body=_fill(text.body, filled),
        way=text.way,
        at=_entered(rng, at, age, as_of) if is_task else at,
        due=at if is_task else None,
        done=done,
        next_at=next_at,
        account=account,
        contact=contact,
        owner=owner_of(seed, account),
        # Drawn last: what is drawn before stays what it was.
        promise=not done and rng.random() < _SHARE_PROMISED,
    )


@cache
def _texts(name: str, kind: str) -> tuple[_Text, ...]:
    """Return the texts of one kind."""
    return tuple(_Text(*row) for row in rows(f"activities_{name}") if row[0] == kind)


def _words(rng: Random, seed: int, partner: Firm, contact: int | None) -> dict[str, str]:
    """Draw what the text speaks of: a person, a product or an occasion, a number."""
    if contact is None:
        who = "对方" if partner.texts in {"home", "abroad"} else "the office"
    else:
        who = contact_person(seed, partner, contact).addressed
    number = rng.choice((20, 30, 40, 60, 80, 120, 150, 180, 200, 240, 300))
    if partner.texts != "harbor":
        number *= 10
    return {"who": who, "product": rng.choice(words("topics", partner.texts)), "qty": str(number)}


def _fill(text: str, filled: dict[str, str]) -> str:
    """Put the words into a text; a sentence may begin with one of them."""
    whole = text.format_map(filled)
    return whole[:1].upper() + whole[1:]


def _back(rng: Random, age: timedelta, as_of: datetime) -> datetime:
    """Draw a working moment before `as_of` and after a record of that age was entered.

    Most of them lie in the last weeks.
    """
    known = age / timedelta(days=1) - 1
    typically = min(_TYPICALLY_BACK, known / 2)
    days = 1 + min(rng.expovariate(1 / typically), _FARTHEST_BACK, known)
    return _working_time(rng, as_of - timedelta(days=days))


def _ahead(rng: Random, as_of: datetime) -> datetime:
    """Draw a working moment after `as_of`, from the next working day on, most of them soon."""
    days = 1 + (_FARTHEST_AHEAD - 1) * rng.random() ** 1.6
    return _working_time(rng, as_of + timedelta(days=days), forward=True)


def _next(rng: Random, at: datetime, as_of: datetime) -> datetime:
    """Draw when a follow-up asks for the next one."""
    local = at.astimezone(as_of.tzinfo)
    return _working_time(rng, local + timedelta(days=rng.randint(2, 24)), forward=True)


def _entered(rng: Random, due: datetime, age: timedelta, as_of: datetime) -> datetime:
    """Draw when a task was written down: some days before it falls due.

    That is never after now, nor before a record of that age was entered.
    """
    early = due - timedelta(days=rng.randint(1, 12))
    before_now = as_of.astimezone(UTC) - timedelta(hours=1)
    return max(min(early, before_now), entered(age, as_of))


def _working_time(rng: Random, near: datetime, *, forward: bool = False) -> datetime:
    """Return a quarter of an hour of the working day of `near`, in UTC.

    A weekend gives way to the Friday before, or with `forward` to the Monday after.
    """
    into_weekend = max(near.weekday() - _SATURDAY + 1, 0)
    if into_weekend:
        near += timedelta(days=_TO_MONDAY - into_weekend if forward else -into_weekend)
    hour = rng.choice((9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16, 16, 17))
    minute = rng.choice((0, 0, 15, 30, 30, 45))
    return near.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
