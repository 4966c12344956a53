"""The ledger of mail in tells each person of their own, and what was skipped is read again."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from app.mail.inbound.models import Fate, IncomingMail
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_contact
from tests.mail.corpus import FRANK, plain
from tests.mail.customers import Customer, only_message
from tests.mail.inboxes import Inbox, address_of, only_line


def test_what_was_skipped_is_taken_in_once_its_sender_is_known(
    acme: Workspace, bob: Person, inbox: Inbox
) -> None:
    inbox.give(plain()(), address_of(bob))
    page = bob.client.get("/settings/me/mail-in").text
    assert "Nobody that you can see has one of its addresses." in page
    form = re.search(r'href="(/contacts/new\?[^"]+)"', page)
    assert form is not None
    assert f'value="{FRANK}"' in bob.client.get(form[1].replace("&amp;", "&")).text
    with acme.acting(bob) as by:
        contact = make_contact(by, email=FRANK.upper())
    bob.client.post(f"/settings/me/mail-in/{only_line(acme).id}/again")
    inbox.worker.drain()
    assert only_line(acme).state == Fate.STORED
    assert "Hello Bob" in bob.client.get(f"/contacts/{contact.id}").text


def test_each_sees_their_own_lines_and_who_manages_all(
    acme: Workspace, alice: Person, bob: Person, dora: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(plain(subject="Bob's fences")(), address_of(bob))
    inbox.give(
        plain(subject="Secret plans", sender="eve@evil.example", Message_ID="<two@f.example>")(),
        address_of(bob),
    )
    mine = bob.client.get("/settings/me/mail-in").text
    assert "Bob&#39;s fences" in mine
    assert "Secret plans" in mine
    assert "fences" not in dora.client.get("/settings/me/mail-in").text
    assert dora.client.get("/settings/mail-in").status_code == 403
    everything = alice.client.get("/settings/mail-in").text
    assert "Bob Baker" in everything
    assert "Secret plans" not in everything
    assert "A colleague’s mail, for them alone" in everything
    assert "<b>…</b>" not in everything
    line = only_skipped(acme)
    assert dora.client.post(f"/settings/me/mail-in/{line.id}/again").status_code == 404


def only_skipped(workspace: Workspace) -> IncomingMail:
    with workspace.scope() as session:
        return session.scalars(select(IncomingMail).where(IncomingMail.state == Fate.SKIPPED)).one()


def test_what_is_old_is_forgotten(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, clock: Clock
) -> None:
    from app.mail.inbound.ledger import forget_old

    inbox.give(plain()(), address_of(bob))
    clock.shift(timedelta(days=31))
    with acme.acting() as by:
        while forget_old(by):
            continue
    assert only_line(acme).stored is None
    clock.shift(timedelta(days=150))
    with acme.acting() as by:
        while forget_old(by):
            continue
        assert by.session.scalars(select(IncomingMail)).all() == []
    only_message(acme)
