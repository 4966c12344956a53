"""An address for mail in is its person's secret: no colleague who reads the mail sees it."""

from __future__ import annotations

import pytest

from tests.cast import Person, Workspace
from tests.mail.corpus import BOB, FRANK, plain
from tests.mail.customers import Customer, only_message
from tests.mail.inboxes import Inbox, address_of

NOBODYS = "acme+aaaaaaaabbbbbbbbbbbbbbb@in.zuke.test"


@pytest.mark.parametrize("line", ["to", "cc"])
def test_who_is_written_to_at_their_secret_address_is_told_as_a_person(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, inbox: Inbox, line: str
) -> None:
    secret = address_of(bob)
    others = address_of(alice)
    to = {"to": f"{secret}, {others}"} if line == "to" else {"Cc": f"{secret}, {others}"}
    content = plain(Reply_To=secret, **to)()  # type: ignore[arg-type]
    inbox.give(content, secret)
    message = only_message(acme)
    told = [one["address"] for one in message.recipients[line]]
    assert told == [BOB, alice.email]
    assert message.reply_to is None
    for hidden in (secret, others):
        local = hidden.partition("@")[0]
        assert local not in message.search_text
        for page in (customer.url, f"{customer.url}/mail?answers={message.id}"):
            assert local not in alice.client.get(page).text
        assert local not in alice.client.get(f"/messages/{message.id}").text


def test_an_address_that_is_nobodys_any_more_is_told_as_whose_mail_it_was(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(plain(to=NOBODYS)(), address_of(bob))
    message = only_message(acme)
    assert [one["address"] for one in message.recipients["to"]] == [BOB]
    assert FRANK in bob.client.get(customer.url).text
