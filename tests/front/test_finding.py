"""Who looks for their workspace is told by mail; who asks for somebody else's learns nothing."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from sqlalchemy import Engine, select

from app.front import limits
from app.front.finding import workspaces_of
from app.identity.models import User
from app.identity.operations.hints import hint, write_hints
from app.identity.operations.users import disable_user
from app.jobs.kinds import Service
from app.jobs.worker import Worker
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.language import using
from app.mail.service import send_one_service_mail
from config.settings import Settings
from tenants.control import Job, MailHint
from tests.cast import HostClient, Person, Workspace
from tests.front.conftest import mails, rows


@pytest.fixture
def known(acme: Workspace, globex: Workspace, founding: Worker) -> None:
    """The nightly job has run in both workspaces."""
    for one in (acme, globex):
        with founding.app.app_context(), one.acting() as by:
            write_hints(by)


def plain(page: str, email: str) -> str:
    """A page without what differs from one answer to the next."""
    return re.sub(r'(content|value)="[^"]+\.[\w-]+\.[\w-]+"', "", page.replace(email, ""))


def test_the_mailbox_is_told_its_workspaces(
    guest: HostClient, known: None, founding: Worker, owner: Engine
) -> None:
    answer = guest.post("/find", data={"email": " ALICE@acme.example "})
    assert answer.status_code == 200
    assert "the addresses are on their way" in answer.text
    founding.drain(1)
    (mail,) = mails(owner, "send_service_mail")
    assert mail["to"].casefold() == "alice@acme.example"
    assert "Acme Ltd\nhttp://acme.zuke.test/login" in mail["text"]
    assert "globex" not in mail["text"] + mail["html"]


@pytest.mark.parametrize(
    ("language", "sender", "foot"),
    [("en", "Zuke", "Sent by Zuke."), ("zh-CN", "Zuke 租客", "由 Zuke 租客发送。")],
)
def test_the_mail_and_its_sender_speak_the_readers_language(
    guest: HostClient,
    known: None,
    founding: Worker,
    owner: Engine,
    language: str,
    sender: str,
    foot: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guest.post("/find", data={"email": "alice@acme.example"}, headers={"Accept-Language": language})
    founding.drain(1)
    (mail,) = mails(owner, "send_service_mail")
    assert mail["from"] == sender
    assert f"{foot} <a href=" in mail["html"]
    assert f">{sender}</td>" in mail["html"]
    sent: list[EmailMessage] = []
    monkeypatch.setattr(
        "app.mail.service.deliver", lambda _server, message, _to: sent.append(message)
    )
    other = "en" if language == "zh-CN" else "zh-CN"  # The worker's own language says nothing.
    with founding.app.app_context(), using(other):
        service = Service(founding.settings, clock.now(), new_id())
        send_one_service_mail.run(service, mail)
    assert parseaddr(str(sent[0]["From"]))[0] == sender


def test_nobody_is_mailed_for_an_unknown_address(
    guest: HostClient, known: None, founding: Worker, owner: Engine
) -> None:
    assert guest.post("/find", data={"email": "nobody@acme.example"}).status_code == 200
    founding.drain(1)
    assert not mails(owner, "send_service_mail")


def test_the_answer_and_what_is_done_for_it_betray_nobody(
    guest: HostClient, known: None, owner: Engine
) -> None:
    known_one, unknown_one = (
        plain(guest.post("/find", data={"email": email}).text, email)
        for email in ("alice@acme.example", "alixx@acme.example")
    )
    assert known_one == unknown_one
    jobs = rows(owner, select(Job.kind).where(Job.kind == "find_workspaces"))
    assert len(jobs) == 2


def test_what_is_no_address_is_told_beside_the_field(guest: HostClient) -> None:
    answer = guest.post("/find", data={"email": "alice"})
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.text
    assert 'value="alice"' in answer.text


def test_one_mailbox_is_written_to_a_few_times_only(guest: HostClient) -> None:
    for _time in range(limits.FINDS_MAILBOX.n):
        assert guest.post("/find", data={"email": "alice@acme.example"}).status_code == 200
    answer = guest.post("/find", data={"email": "Alice@Acme.example"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_whoever_is_shut_out_is_found_no_more(
    known: None, acme: Workspace, bob: Person, alice: Person, founding: Worker, settings: Settings
) -> None:
    with founding.app.app_context():
        assert [one["name"] for one in workspaces_of(bob.email, settings)] == ["Acme Ltd"]
    with founding.app.app_context(), acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    founding.drain()
    with founding.app.app_context():
        assert workspaces_of(bob.email, settings) == []


def test_digests_alone_are_kept_and_an_earlier_secret_still_finds(
    known: None, owner: Engine, settings: Settings, founding: Worker
) -> None:
    kept = rows(owner, select(MailHint.email_digest))
    assert hint("alice@acme.example", settings.secret_key) in kept
    assert not any("acme" in one for one in kept)
    turned = settings.model_copy(
        update={"secret_key": "b" * 40, "secret_key_fallbacks": settings.secret_key}
    )
    with founding.app.app_context():
        assert workspaces_of("alice@acme.example", turned)
        assert not workspaces_of(
            "alice@acme.example", settings.model_copy(update={"secret_key": "b" * 40})
        )
