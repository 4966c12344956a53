"""A yard of accounts that say much, little or nothing of themselves."""

from __future__ import annotations

from random import Random

import pytest

from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_picklist

INDUSTRIES = ("paper", "timber", "glass", "coal")  # As the workspace has them, and no alphabet.
OPTIONS = ({"label": {"en": "Wide"}}, {"label": {"en": "Narrow"}}, {"label": {"en": "Even"}})
OWN = {"choice": "x_gauge", "flag": "x_signed", "user": "x_adviser", "reference": "x_depot"}
KINDS = ("industry", "lifecycle", "country", "owner_id", "parent_id", *OWN.values())


@pytest.fixture
def yard(acme: Workspace, alice: Person, bob: Person, dora: Person) -> None:
    """Forty accounts that say much, little or nothing of themselves, in no order."""
    random = Random(11)
    with acme.acting(alice) as by:
        labels = {value: {"en": value.title()} for value in INDUSTRIES}
        make_picklist(by, "account", "industry", labels, retired=("glass",))
        for kind, key in OWN.items():
            wish = Wish(
                {"en": key.removeprefix("x_").title()},
                options=OPTIONS if kind == "choice" else (),
                is_filterable=True,
                **({"to": "account"} if kind == "reference" else {}),
            )
            define_field(by, tailored("account", by), kind, wish)
    with acme.acting(alice) as by:
        above = [make_account(by, name) for name in ("Öl AG", "阿里", "Zug", "Anton", "Zug")]
        for number in range(35):
            account = make_account(by, f"Firm {number}")
            account.industry = random.choice([None, "unheard_of", *INDUSTRIES])
            account.lifecycle = random.choice(["prospect", "customer", "former"])
            account.country = random.choice([None, "DE", "CN", "Narnia", "AT"])
            account.owner_id = random.choice([None, *(one.user_id for one in (alice, bob, dora))])
            account.parent_id = random.choice([None, *(one.id for one in above)])
            own = {
                "x_gauge": random.choice([None, "wide", "narrow", "even"]),
                "x_signed": random.choice([None, True, False]),
                "x_adviser": random.choice([None, str(bob.user_id), str(dora.user_id)]),
                "x_depot": random.choice([None, *(str(one.id) for one in above)]),
            }
            account.custom = {key: value for key, value in own.items() if value is not None}
