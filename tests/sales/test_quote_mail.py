"""A quote sent by mail: its paper goes along, to whom it is for."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app.documents.papers.models import Document
from app.mail.messages.models import Message
from app.records.door import perform
from app.records.files.models import File
from app.sales.models import Quote
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs, program
from tests.sales.test_quote_pages import make
from tests.sales.test_quotes import make_quote

__all__ = ["program"]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def for_grace(acme: Workspace, who: Person, **account: str) -> UUID:
    """A quote that was sent, for Grace of Fence & Sons."""
    with acme.acting(who) as by:
        fence = make_account(by, **account)
        grace = make_contact(by, last_name="Gray", first_name="Grace", email="grace@fence.example")
        quote = make_quote(by, account=fence, contact_id=str(grace.id))
        perform("quote", "send", quote, by=by)
        return quote.id


def begun(who: Person, quote_id: UUID) -> str:
    """The page of the mail that the press leads to."""
    answer = who.client.post(f"/quotes/{quote_id}/mail-paper")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return who.client.get(answer.headers["Location"]).get_data(as_text=True)


def test_its_mail_begins_with_the_paper_and_whom_it_is_for(acme: Workspace, alice: Person) -> None:
    quote_id = for_grace(acme, alice)
    shown = begun(alice, quote_id)
    assert "Grace Gray &lt;grace@fence.example&gt;" in shown
    with acme.acting(alice) as by:
        (paper,) = by.session.scalars(select(Document).where(Document.record_id == quote_id))
        number = by.session.get_one(Quote, quote_id).number
        assert (paper.number, paper.language) == (number, "en")
    assert re.search(rf'name="chosen" value="{paper.file_id}"[^>]* checked', shown)
    assert f"Quote {number}" in shown
    begun(alice, quote_id)  # The paper that stands is taken again.
    with acme.acting(alice) as by:
        assert len(by.session.scalars(select(Document)).all()) == 1


def test_the_mail_goes_with_its_paper_and_stands_on_quote_and_customer(
    acme: Workspace, alice: Person
) -> None:
    quote_id = for_grace(acme, alice)
    shown = begun(alice, quote_id)
    chosen = re.search(r'name="chosen" value="([^"]+)"', shown)
    assert chosen is not None
    form = {"to": "grace@fence.example", "subject": "Our quote", "chosen": chosen[1], "body": "Hi"}
    answer = alice.client.post(f"/quotes/{quote_id}/mail", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with acme.acting(alice) as by:
        (message,) = by.session.scalars(select(Message))
        (file,) = by.session.scalars(select(File).where(File.record_id == message.id))
        assert file.name.endswith(".pdf")
        account_id = by.session.get_one(Quote, quote_id).account_id
    for page in (f"/quotes/{quote_id}", f"/accounts/{account_id}"):
        assert "Our quote" in alice.client.get(page).get_data(as_text=True)


def test_without_a_contact_it_goes_to_the_firm_in_its_language(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by, email="post@fence.example", language="zh-CN")
        quote = make_quote(by, account=fence)
        perform("quote", "send", quote, by=by)
        quote_id = quote.id
    shown = begun(alice, quote_id)
    assert 'value="post@fence.example"' in shown
    with acme.acting(alice) as by:
        (paper,) = by.session.scalars(select(Document))
        assert paper.language == "zh-CN"


def test_whoever_may_not_change_it_or_send_mails_mails_nothing(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    quote_id = for_grace(acme, alice)
    assert dora.client.post(f"/quotes/{quote_id}/mail-paper").status_code == 403
    assert "Send by e-mail" not in dora.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    draft = make(acme, alice)
    assert alice.client.post(f"/quotes/{draft}/mail-paper").status_code == 422


def test_a_program_mails_it_with_its_paper(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    quote_id = for_grace(acme, alice)
    begun(alice, quote_id)
    with acme.acting(alice) as by:
        (paper,) = by.session.scalars(select(Document).where(Document.record_id == quote_id))
    api = program(alice)
    body = {"to": ["grace@fence.example"], "subject": "Q", "file_ids": [str(paper.file_id)]}
    answer = api.post(f"quotes/{quote_id}/messages", body)
    assert answer.status_code == 201, answer.text
    listed = api.get(f"quotes/{quote_id}/messages").json
    assert [one["subject"] for one in listed["data"]] == ["Q"]
