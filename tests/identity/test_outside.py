"""What identity is handed belongs to one application, not to the process."""

import pytest
from flask import Flask

from app import create_app
from app.identity import outside
from tests.cast import visitor
from tests.identity.conftest import Outbox, type_password


@pytest.fixture
def other(settings, owner) -> Flask:
    """A second application in this process, reached by https."""
    made = create_app(settings.model_copy(update={"base_url": "https://zuke.test"}))
    made.testing = True
    return made


def test_a_second_application_changes_nothing_of_the_first(app, other, acme, alice):
    answer = type_password(visitor(app, acme), alice.email, alice.password)
    names = [header.partition("=")[0] for header in answer.headers.getlist("Set-Cookie")]
    assert "session" in names
    for one, scheme in ((app, "http"), (other, "https")):
        with one.app_context():
            assert outside.workspace_url(acme.facts, "/x") == f"{scheme}://{acme.host}/x"


def test_each_application_sends_its_own_mail(app, other, acme, alice, outbox):
    elsewhere = Outbox()
    other.extensions[outside.SEND_MAIL] = elsewhere
    assert alice.client.post(f"/settings/people/{alice.user_id}/send-reset").status_code == 303
    assert [mail.to for mail in outbox.mails] == [alice.email]
    assert elsewhere.mails == []
