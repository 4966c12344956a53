"""Mails with a firm's own address stand on its account, whichever way they go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.mail.inbound.models import Fate
from app.mail.messages.models import State
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account
from tests.mail.conftest import PostOffice
from tests.mail.corpus import plain
from tests.mail.customers import Customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of, only_line

INFO = "info@fence.example"


def firm_of(workspace: Workspace, person: Person) -> str:
    """The address of an account's page, which has an e-mail address of its own."""
    with workspace.acting(person) as by:
        return f"/accounts/{make_account(by, 'Fence & Daughters', email=INFO).id}"


def test_a_mail_is_written_from_the_page_of_an_account(
    acme: Workspace,
    bob: Person,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    url = firm_of(acme, bob)
    form = {"to": INFO, "subject": "Our offer", "body": "Dear all"}
    assert bob.sign_in().post(f"{url}/mail", data=form).status_code == 303
    clock.shift(timedelta(seconds=11))
    send_out()
    ((_sender, recipients, _raw),) = post_office.accepted
    assert recipients == [INFO]
    assert only_message(acme).state == State.SENT
    assert "Our offer" in bob.client.get(url).text


def test_a_mail_to_a_person_stands_on_the_account_whose_address_has_a_copy(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    url = firm_of(acme, bob)
    assert post_mail(bob, customer, cc=INFO).status_code == 303
    assert "Our offer" in bob.client.get(url).text


def test_a_mail_that_came_from_an_account_s_address_stands_there(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    url = firm_of(acme, bob)
    inbox.give(plain(sender=f"Fence <{INFO}>")(), address_of(bob), sender=INFO)
    assert only_line(acme).state == Fate.STORED
    assert "Fences" in bob.client.get(url).text
