"""What operators see."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue
from app.mail import breaker, hourly
from app.mail.sink import keep, sink_folder
from config.settings import Settings
from tenants.control import Job, Tenant
from tests.cast import HostClient, Workspace

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def change(owner: Engine, table: Any, **values: Any) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(table).values(**values))


def test_the_list_tells_states_versions_and_jobs(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine
) -> None:
    with acme.scope():
        enqueue(acme.actor(), "greet", {})
    page = console.get("/operator").text
    assert "Acme Ltd" in page
    assert "Globex Corp" in page
    assert 'href="/operator/workspaces/acme"' in page
    assert "all on the current version" in page
    with Session(owner) as session, session.begin():
        session.execute(update(Job).values(state="dead"))
        acme_row = update(Tenant).where(Tenant.id == acme.facts.id)
        session.execute(acme_row.values(state="suspended", version="0000"))
    page = console.get("/operator").text
    assert "Suspended" in page
    assert "1 behind" in page
    assert '<span class="is-late">1 job failed</span>' in page


def test_the_list_is_searched_and_escaped(
    console: HostClient, acme: Workspace, globex: Workspace, owner: Engine
) -> None:
    page = console.get("/operator?q=glob").text
    assert "Globex Corp" in page
    assert "Acme Ltd" not in page
    assert "No workspace has this name" in console.get("/operator?q=%25").text
    change(owner, Tenant, name="<script>alert(1)</script>")
    assert "<script>alert" not in console.get("/operator").text


def test_erased_workspaces_are_not_listed(
    console: HostClient, acme: Workspace, owner: Engine
) -> None:
    change(owner, Tenant, state="erased")
    assert "Acme Ltd" not in console.get("/operator").text


def test_mails_that_wait_are_named_with_their_reason(
    console: HostClient, acme: Workspace, owner: Engine
) -> None:
    assert "E-mails that wait" not in console.get("/operator").text
    with acme.scope():
        for _mail in range(3):
            enqueue(acme.actor(), "send_mail", {})
    assert "E-mails that wait" not in console.get("/operator").text
    change(owner, Job, error=hourly.HELD, run_at=MOMENT)
    page = console.get("/operator").text
    assert "acme: 3 e-mails" in page
    assert "has reached its limit of e-mails in an hour" in page
    assert '<time class="nowrap" datetime="2026-11-22T09:30:00+00:00">' in page
    change(owner, Job, error="The mail server answered 451: <b>busy</b>")
    assert "answered 451: &lt;b&gt;busy&lt;/b&gt;" in console.get("/operator").text
    chinese = console.get("/operator", headers={"Accept-Language": "zh-CN"}).text
    assert "等待发送的邮件" in chinese
    change(owner, Job, error=breaker.HELD.plain)
    chinese = console.get("/operator", headers={"Accept-Language": "zh-CN"}).text
    assert "邮件服务器连续多次失败" in chinese


def sink(demo: Settings, html: str = "<p>Hello <b>Bob</b></p>") -> str:
    message = EmailMessage()
    message["From"] = "Acme <no-reply@zuke.test>"
    message["Subject"] = "Join <i>Acme</i>"
    message.set_content("http://acme.zuke.test/invitations/abc\n\njavascript:alert(1)")
    message.add_alternative(html, subtype="html")
    folder = sink_folder(demo)
    assert folder is not None
    return keep(folder, bytes(message), "no-reply@zuke.test", ["bob@acme.example"], MOMENT)


def test_the_demos_mails_are_listed_and_read(console: HostClient, demo: Settings) -> None:
    mail_id = sink(demo)
    listed = console.get("/operator/mail").text
    assert "Join &lt;i&gt;Acme&lt;/i&gt;" in listed
    page = console.get(f"/operator/mail/{mail_id}").text
    assert "bob@acme.example" in page
    assert 'href="http://acme.zuke.test/invitations/abc"' in page
    assert 'href="javascript' not in page
    assert f'src="/operator/mail/{mail_id}/body" sandbox' in page


def test_a_mails_body_can_do_nothing(console: HostClient, demo: Settings) -> None:
    mail_id = sink(demo, "<script>alert(1)</script><img src='http://evil.example/x'>")
    answer = console.get(f"/operator/mail/{mail_id}/body")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("mail_id", ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "x" * 300])
def test_no_such_mail(console: HostClient, demo: Settings, mail_id: str) -> None:
    sink(demo)
    assert console.get(f"/operator/mail/{mail_id}").status_code in (404, 422)
    assert console.get(f"/operator/mail/{mail_id}/body").status_code in (404, 422)


def test_outside_the_demo_there_is_no_mail_page(console: HostClient) -> None:
    assert console.get("/operator/mail").status_code == 404
    assert "/operator/mail" not in console.get("/operator").text
