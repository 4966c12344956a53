"""What is not kept of a mail is told, and what nobody knows of is not kept for ever."""

from __future__ import annotations

import os
from datetime import timedelta
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import select

from app.mail.inbound.jobs import JOBS, forget_mails_in
from app.mail.inbound.models import IncomingMail
from app.mail.inbound.receive import ROOM
from app.records.files.models import File
from tenants.files import folder_of, new_name
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.corpus import BOB, FRANK, plain
from tests.mail.customers import Customer, only_message
from tests.mail.inboxes import Inbox, address_of, only_line


def with_files(names: list[str]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = FRANK, BOB, "Plans"
    mail["Message-ID"] = "<files@fence.example>"
    mail.set_content("All plans")
    for name in names:
        mail.add_attachment(b"plan", maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def test_files_that_are_not_kept_are_told_on_the_timeline_and_in_the_ledger(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    names = [*(f"plan{n}.pdf" for n in range(19)), "run.exe", "plan20.pdf", "plan21.pdf"]
    inbox.give(with_files(names), address_of(bob))
    with acme.scope() as session:
        assert len(session.scalars(select(File.id)).all()) == 19
    assert only_line(acme).left_out == 3
    for url in (customer.url, f"/messages/{only_message(acme).id}", "/settings/me/mail-in"):
        assert "3 files were not kept." in bob.client.get(url).text, url


def test_nothing_is_told_of_a_mail_whose_files_are_all_kept(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(with_files([f"plan{n}.pdf" for n in range(20)]), address_of(bob))
    assert only_line(acme).left_out == 0
    for url in (customer.url, "/settings/me/mail-in"):
        assert "not kept" not in bob.client.get(url).text


def test_bytes_that_no_line_names_are_removed_after_a_day(
    app: Flask, acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, clock: Clock
) -> None:
    assert forget_mails_in in JOBS
    inbox.give(plain()(), address_of(bob))
    stored = only_line(acme).stored
    assert stored is not None
    with app.app_context():
        folder = folder_of(acme.facts.id, ROOM)
        old, fresh = folder.path(new_name("eml")), folder.path(new_name("eml"))
        for path in (old, fresh):
            path.write_bytes(b"From: nobody\r\n\r\n")
        for path in (old, folder.path(stored)):
            moment = (clock.now - timedelta(days=2)).timestamp()
            os.utime(path, (moment, moment))
        os.utime(fresh, (clock.now.timestamp(), clock.now.timestamp()))
        with acme.acting() as by:
            forget_mails_in.run(by, {})
            assert by.session.scalars(select(IncomingMail.stored)).all() == [stored]
        assert (old.exists(), fresh.exists()) == (False, True)
        assert folder.path(stored).exists()
