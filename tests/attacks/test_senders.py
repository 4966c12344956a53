"""Senders of mails, added by several at once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from app.mail.senders.models import Sender
from tests.attacks.together import together
from tests.cast import Person, Workspace
from tests.reports.test_mailings import _real_mail

__all__ = ["_real_mail"]


@pytest.mark.parametrize("place", ["/settings/senders/new", "/settings/me/senders/new"])
def test_an_address_that_is_added_several_times_at_once_is_there_once(
    acme: Workspace, alice: Person, place: str
) -> None:
    form = {"address": "sales@acme.example", "name": "Sales", "signature": ""}
    asks = [partial(alice.sign_in().post, place, data=form) for _number in range(4)]
    assert sorted(together(asks)) == [303, 422, 422, 422]
    with acme.scope() as session:
        assert session.scalars(select(Sender.address)).all() == ["sales@acme.example"]
