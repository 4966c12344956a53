"""Who looks at the demo finds texts, a thread of mails and a ledger that is not empty."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.demo.letters import TEMPLATES, load_templates
from app.demo.mails import MAILS, load_mails
from app.documents.texts.models import TextTemplate
from app.documents.texts.render import render
from app.mail.inbound.models import IncomingMail
from app.mail.messages.models import Message
from config.settings import Settings
from tests.cast import Person
from tests.factories import make_account, make_contact


@pytest.mark.parametrize("slug", sorted(TEMPLATES))
def test_texts_are_there_once_and_can_be_filled_in(alice: Person, bob: Person, slug: str) -> None:
    for _run in range(2):
        with alice.workspace.acting() as by:
            load_templates(by, slug, alice.user_id)
    with bob.workspace.acting(bob) as by:
        firm = make_account(by)
        records = {"account": firm, "contact": make_contact(by, account_id=firm.id)}
        found = by.session.scalars(select(TextTemplate)).all()
        assert len(found) == len(TEMPLATES[slug])
        for one in found:
            for language in one.body:
                told = render(one, records[one.record_type], language, by)
                assert told.missing == ()
                assert "{" not in told.body


@pytest.mark.parametrize("slug", sorted(MAILS))
def test_mails_came_in_once_and_the_ledger_says_what_became_of_each(
    alice: Person, bob: Person, slug: str
) -> None:
    settings = Settings(
        zuke_env="test", inbound_mail_domain="in.localhost", secret_key="a secret of tests"
    )
    with bob.workspace.acting(bob) as by:
        for number in range(2):
            firm = make_account(by, f"Firm {number}")
            make_contact(by, account_id=firm.id, email=f"frank{number}@fence.example")
    for _run in range(2):
        with alice.workspace.acting() as by:
            load_mails(by, slug, bob.user_id, settings)
    with alice.workspace.scope() as session:
        lines = session.scalars(select(IncomingMail).order_by(IncomingMail.id)).all()
        told = [(one.state, one.why) for one in lines]
        assert told == [("stored", None)] * 5 + [
            ("skipped", "unknown"),
            ("skipped", "list"),
            ("skipped", "automatic"),
        ]
        threads = session.scalars(select(Message.thread_id).order_by(Message.at)).all()
        assert len(threads) == 5
        assert len(set(threads)) == 2
