"""A pool of accounts: two that nobody owns, one of Alice's."""

from __future__ import annotations

import pytest

from app.crm.models import Account
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.api.conftest import program

__all__ = ["free", "owned", "program"]


@pytest.fixture
def free(acme: Workspace, alice: Person) -> Account:
    """A firm without an owner, with a phone number and a contact."""
    with acme.acting(alice) as by:
        firm = make_account(by, "Free Fences", city="York", phone="+44 20 7946 0011", owner_id=None)
        make_contact(by, account_id=firm.id)
        make_activity(by, account_id=firm.id, body="They like oak.")
        return firm


@pytest.fixture
def owned(acme: Workspace, alice: Person) -> Account:
    """A firm of Alice's."""
    with acme.acting(alice) as by:
        return make_account(by, "Owned Oaks", phone="+44 20 7946 0022")
