"""A yard of accounts, contacts and activities, made once and drawn from for random reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact, make_picklist

INDUSTRIES = ("paper", "timber", "glass")
OPTIONS = ({"label": {"en": "Wide"}}, {"label": {"en": "Narrow"}})
OWN = {"choice": "x_gauge", "flag": "x_signed", "number": "x_machines", "choices": "x_wishes"}
FROM = datetime(2024, 2, 27, 22, 30, tzinfo=UTC)


@pytest.fixture
def yard(acme: Workspace, alice: Person, bob: Person, dora: Person) -> None:
    """Thirty accounts and their people and calls, of three owners, with holes everywhere."""
    random = Random(7)
    with acme.acting(alice) as by:
        labels = {one: {"en": one.title(), "zh-CN": f"{one}业"} for one in INDUSTRIES}
        make_picklist(by, "account", "industry", labels)
        for kind, key in OWN.items():
            wish = Wish(
                {"en": key.removeprefix("x_").title()},
                options=OPTIONS if kind in ("choice", "choices") else (),
            )
            define_field(by, tailored("account", by), kind, wish)
    owners = [None, alice.user_id, bob.user_id, dora.user_id]
    with acme.acting(alice) as by:
        accounts: list[Any] = []
        for number in range(30):
            one = make_account(by, f"Firm {number}")
            one.industry = random.choice([None, "unheard_of", *INDUSTRIES])
            one.country = random.choice([None, "DE", "CN", "AT"])
            one.city = random.choice([None, "York", "Böblingen", "上海"])
            one.owner_id = random.choice(owners)
            one.parent_id = random.choice([None, None, *(each.id for each in accounts[:5])])
            one.created_at = FROM + timedelta(hours=random.randrange(0, 24 * 700, 5))
            one.tags = random.choice([None, ("vip",), ("vip", "press"), ("press", "late")])
            own = {
                "x_gauge": random.choice([None, "wide", "narrow"]),
                "x_signed": random.choice([None, True, False]),
                "x_machines": random.choice([None, -3, 0, 4, 12.5, 40]),
                "x_wishes": random.choice([None, ["wide"], ["wide", "narrow"]]),
            }
            one.custom = {key: value for key, value in own.items() if value is not None}
            accounts.append(one)
        accounts[3].deleted_at = by.now
        for number in range(40):
            contact = make_contact(by, f"Person {number}")
            contact.account_id = random.choice([None, *(one.id for one in accounts)])
            contact.owner_id = random.choice(owners)
            contact.created_at = FROM + timedelta(hours=random.randrange(0, 24 * 700, 7))
        for _call in range(60):
            call = make_activity(by, random.choice(["call", "visit", "note"]))
            call.minutes = random.choice([None, 0, 5, 30, 95])
            call.account_id = random.choice([None, *(one.id for one in accounts)])
            call.owner_id = random.choice(owners)
            call.created_at = FROM + timedelta(hours=random.randrange(0, 24 * 700, 11))
