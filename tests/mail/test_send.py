"""A mail goes with its change, in its reader's language, from its workspace, at least once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.errors import Refused
from app.mail import render
from app.mail.send import send_mail
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice

Deliver = Callable[[], int]
LINK = "http://acme.zuke.test/password/reset/abc"
VALUES: dict[str, object] = {"url": LINK, "name": "Bob Baker", "minutes": 45}


@pytest.fixture
def templates(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails of a module that exists in this test only."""
    folder = tmp_path / "post" / "mails" / "greeting"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Hello {{ name }},\n welcome\n")
    (folder / "body.txt").write_text("Hello {{ name }}\n\n{{ url }}\n\n{{ workspace_url }}/x y\n")
    layout = tmp_path / "mail" / "mails"
    layout.mkdir(parents=True)
    (layout / "layout.html").write_text((render.APP / "mail/mails/layout.html").read_text())
    monkeypatch.setattr(render, "APP", tmp_path)
    render._environment.cache_clear()
    yield
    render._environment.cache_clear()


def send(acme: Workspace, **changes: Any) -> None:
    arguments: dict[str, Any] = {
        "to": "bob@acme.example",
        "template": "post/greeting",
        "values": VALUES,
        "language": "en",
        **changes,
    }
    with acme.scope():
        send_mail(acme.actor(), **arguments)


def only_job(app: Any) -> Job:
    with app.app_context(), control_session() as session:
        return session.scalars(select(Job)).one()


def test_a_mail_reaches_its_reader(
    acme: Workspace, mail_app: Any, deliver: Deliver, post_office: PostOffice, templates: None
) -> None:
    send(acme)
    assert post_office.accepted == []
    assert deliver() == 1
    (sender, recipients, _raw) = post_office.accepted[0]
    (message,) = post_office.messages
    assert (sender, recipients) == ("no-reply@zuke.test", ["bob@acme.example"])
    assert str(message["From"]) == "Acme Ltd <no-reply@zuke.test>"
    assert message["Subject"] == "Hello Bob Baker, welcome"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert LINK in text
    assert f'href="{LINK}"' in html
    assert "http://acme.zuke.test/x y" in text


def test_what_the_reader_is_told_is_escaped_in_html(
    acme: Workspace, mail_app: Any, deliver: Deliver, post_office: PostOffice, templates: None
) -> None:
    send(acme, values={**VALUES, "name": "<b>Bob</b> {{ 7*7 }}"})
    deliver()
    html = post_office.messages[0].get_body(("html",)).get_content()
    assert "<b>Bob" not in html
    assert "&lt;b&gt;Bob&lt;/b&gt; {{ 7*7 }}" in html


def test_chinese_names_arrive_whole(
    acme: Workspace, mail_app: Any, deliver: Deliver, post_office: PostOffice, templates: None
) -> None:
    send(acme, values={**VALUES, "name": "王小明" * 30})
    deliver()
    message = post_office.messages[0]
    assert message["Subject"] == f"Hello {'王小明' * 30}, welcome"
    assert "王小明" in message.get_body(("plain",)).get_content()
    raw = post_office.accepted[0][2]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x7f"])
def test_a_subject_with_control_characters_is_refused(
    acme: Workspace, mail_app: Any, templates: None, hidden: str
) -> None:
    with pytest.raises(Refused):
        send(acme, values={**VALUES, "name": f"a{hidden}b"})
    with mail_app.app_context(), control_session() as session:
        assert session.scalars(select(Job)).all() == []


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u0085"])
def test_a_name_with_line_breaks_makes_no_second_header(
    acme: Workspace,
    mail_app: Any,
    deliver: Deliver,
    post_office: PostOffice,
    templates: None,
    end: str,
) -> None:
    send(
        acme,
        values={**VALUES, "name": f"Bob{end}Bcc: eve@evil.example{end}{end}.{end}MAIL FROM:<x>"},
    )
    deliver()
    (message,) = post_office.messages
    assert len(post_office.accepted) == 1
    assert post_office.accepted[0][1] == ["bob@acme.example"]
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "bob",
        "bob@",
        "bob@acme.example\nBcc: eve@evil.example",
        "bob@acme.example, eve@evil.example",
        "Bob <bob@acme.example>",
        "bob@acme.example\x00",
        "bob@acme .example",
        "b" * 65 + "@acme.example",
    ],
)
def test_what_is_no_single_address_is_refused(
    acme: Workspace, mail_app: Any, templates: None, to: str
) -> None:
    with pytest.raises(Refused):
        send(acme, to=to)


def test_a_chinese_domain_is_written_as_the_wire_wants_it(
    acme: Workspace, mail_app: Any, deliver: Deliver, post_office: PostOffice, templates: None
) -> None:
    send(acme, to="bob@例子.example")
    deliver()
    assert post_office.accepted[0][1] == ["bob@xn--fsqu00a.example"]


def test_a_workspaces_name_cannot_break_the_sender(
    acme: Workspace,
    mail_app: Any,
    deliver: Deliver,
    post_office: PostOffice,
    templates: None,
    owner: Any,
) -> None:
    from sqlalchemy import update
    from sqlalchemy.orm import Session

    from tenants.control import Tenant

    with Session(owner) as session, session.begin():
        session.execute(
            update(Tenant)
            .where(Tenant.id == acme.facts.id)
            .values(name='Evil" <a@b.c>,\r\nBcc: eve@evil.example 北风')
        )
    send(acme)
    deliver()
    message = post_office.messages[0]
    assert [one.addr_spec for one in message["From"].addresses] == ["no-reply@zuke.test"]
    assert "Bcc" not in message


def test_greylisting_is_waited_out_under_the_same_message_id(
    acme: Workspace,
    mail_app: Any,
    deliver: Deliver,
    post_office: PostOffice,
    templates: None,
    clock: Clock,
) -> None:
    post_office.at_recipient = ["451 4.7.1 Greylisted"]
    send(acme)
    deliver()
    job = only_job(mail_app)
    assert (job.state, job.attempts) == ("ready", 1)
    assert job.error == "The mail server does not take it now. 451 4.7.1 Greylisted"
    assert job.run_at - clock.now >= timedelta(minutes=5)
    clock.shift(timedelta(minutes=7))
    deliver()
    assert len(post_office.accepted) == 1
    assert post_office.messages[0]["Message-ID"] == job.payload["message_id"]


def test_a_refusal_for_good_is_a_dead_letter_with_the_servers_words(
    acme: Workspace, mail_app: Any, deliver: Deliver, post_office: PostOffice, templates: None
) -> None:
    post_office.at_recipient = ["550 5.1.1 No such user"]
    send(acme)
    deliver()
    job = only_job(mail_app)
    assert (job.state, job.error) == (
        "dead",
        "The mail server refused it. 550 5.1.1 No such user",
    )


def test_a_line_dropped_after_the_mail_was_taken_sends_the_same_mail_again(
    acme: Workspace,
    mail_app: Any,
    deliver: Deliver,
    post_office: PostOffice,
    templates: None,
    clock: Clock,
) -> None:
    post_office.after_data = ["drop"]
    send(acme)
    deliver()
    assert only_job(mail_app).state == "ready"
    clock.shift(timedelta(minutes=7))
    deliver()
    ids = [message["Message-ID"] for message in post_office.messages]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_server_that_is_away_or_not_named_is_waited_for(
    acme: Workspace, mail_app: Any, deliver: Deliver, templates: None, clock: Clock
) -> None:
    settings = mail_app.extensions["settings"]
    for url, words in (("smtp://127.0.0.1:1", "No connection"), ("", "SMTP_URL is missing")):
        mail_app.extensions["settings"] = settings.model_copy(update={"smtp_url": url})
        with mail_app.app_context(), control_session() as session:
            session.execute(Job.__table__.delete())  # type: ignore[attr-defined]
        send(acme)
        deliver()
        assert only_job(mail_app).state == "ready"
        assert words in (only_job(mail_app).error or "")


def test_a_missing_value_stops_the_change(acme: Workspace, mail_app: Any, templates: None) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        send(acme, values={})


def test_a_template_is_named_by_module_and_folder_only(acme: Workspace, mail_app: Any) -> None:
    for name in ("greeting", "../secret/greeting", "post/../greeting", "post/greeting/x"):
        with pytest.raises(ValueError, match="names no mail"):
            send(acme, template=name)
