"""What the generator hands out: plain values under the names that the API uses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Workspace = Literal["beifeng", "harbor", "mixed"]


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """A firm, or a person who buys alone.

    `owner` is a number for whoever writes the rows: the place among the workspace's people, modulo
    their number. `age` says how long before now the record was entered.
    """

    name: str
    kind: str
    customer_kind: str
    lifecycle: str
    phone: str
    email: str
    website: str
    industry: str
    size: str
    source: str
    business_id: str
    country: str
    province: str
    city: str
    district: str
    address: str
    owner: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class ContactSeed:
    """A person at the account of that index."""

    first_name: str
    last_name: str
    email: str
    phone: str
    title: str
    account: int
    owner: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class ActivitySeed:
    """Something done or planned with an account, mostly with one of its contacts.

    `at` is when it happened or begins, `due` when a task falls due, `next_at` when a follow-up asks
    for the next one; all in UTC. `contact` is the contact's index, None where the account has none.
    `promise` says that the customer was promised it.
    """

    kind: str
    subject: str
    body: str
    way: str
    at: datetime
    due: datetime | None
    done: bool
    next_at: datetime | None
    account: int
    contact: int | None
    owner: int
    promise: bool
