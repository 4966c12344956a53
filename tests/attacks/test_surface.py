"""The outside of the service: addresses, hosts, cookies, headers, methods, guesses."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.identity.models import Role
from app.mail.jobs import SEND_MAIL
from app.request import URLENCODED
from config.settings import Settings
from tenants.control import Job
from tests.cast import HostClient, Person, Workspace, visitor
from tests.factories import make_contact

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "http:/\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/%09/evil.example\n",
    "@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "///evil.example",
    "////evil.example/..",
    "http://globex.zuke.test/",
    " //evil.example",
    "/\r\nSet-Cookie: x=y",
]


def is_here(target: str) -> bool:
    """True for a path that a browser takes for one of this host."""
    return re.match(r"/(?![/\\])[^\x00-\x20\\]*\Z", target) is not None


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_argument_leads_to_another_host(
    app: Flask, acme: Workspace, alice: Person, target: str
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by)
    browser, page = alice.client, f"/contacts/{contact.id}"
    asked: list[TestResponse] = [
        browser.post("/language", data={"lang": "en", "next": target}),
        browser.post(f"{page}/edit", data={"last_name": "Gate", "next": target}),
        browser.post(f"{page}/fields/title", data={"title": "Buyer", "next": target}),
        browser.post(f"{page}/delete", data={"next": target}),
        browser.post(f"{page}/restore?next={quote(target)}"),
        browser.post("/contacts/new", data={"last_name": "New", "next": target}),
        browser.get(f"/login?next={quote(target)}"),
        visitor(app, acme).post(
            "/login", data={"email": alice.email, "password": alice.password, "next": target}
        ),
    ]
    for answer in asked:
        assert answer.status_code == 303, answer.request.path
        assert is_here(answer.location), answer.request.path
    part = browser.post(
        "/language", data={"lang": "en", "next": target}, headers={"HX-Request": "true"}
    )
    assert is_here(part.headers["HX-Redirect"])


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "1"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "https://evil.example/", "X-Rewrite-URL": "https://evil.example/"},
        {"X-HTTP-Method-Override": "DELETE", "X-Forwarded-Server": "evil.example"},
    ],
)
def test_a_mail_leads_to_the_workspace_and_nowhere_else(
    settings: Settings, acme: Workspace, alice: Person, owner: Engine, headers: dict[str, str]
) -> None:
    with acme.scope() as session:
        role = str(session.scalars(select(Role.id).where(Role.key == "viewer")).one())
    form = {"way": "mail", "email": "new@acme.example", "role_id": role, "max_uses": "1"}
    invited = alice.client.post("/settings/people/invite", data=form, headers=headers)
    assert invited.status_code == 303
    reset = alice.client.post(f"/settings/people/{alice.user_id}/send-reset", headers=headers)
    assert reset.status_code == 303
    with Session(owner) as session:
        mails = session.scalars(select(Job.payload).where(Job.kind == SEND_MAIL)).all()
    assert len(mails) == 2
    for mail in mails:
        links = re.findall(r"https?://[^\s\"<>]+", f"{mail['text']} {mail['html']}")
        assert links
        assert {link.split("/")[2] for link in links} == {acme.host}
        assert "evil" not in str(mail)


def test_a_redirect_of_the_router_stays_on_the_host(acme: Workspace, alice: Person) -> None:
    for path in (
        "//evil.example/contacts",
        "//evil.example/..",
        "/contacts/",
        "//contacts",
        "/contacts//new",
        "/%2f%2fevil.example",
        "/\\evil.example",
    ):
        answer = alice.client.get(path)
        assert answer.status_code in (200, 301, 302, 303, 307, 308, 404), path
        place = answer.headers.get("Location", "/")
        assert place.startswith((f"http://{acme.host}/", "/")), path
        assert is_here(place.removeprefix(f"http://{acme.host}")), path


def test_odd_paths_to_a_page_are_nothing(acme: Workspace, alice: Person) -> None:
    """What looks like a file to a cache is none; what climbs out climbs nowhere."""
    with acme.acting(alice) as by:
        contact = make_contact(by)
    page = f"/contacts/{contact.id}"
    for path in (
        f"{page}/x.css",
        f"{page}.css",
        f"{page};x.css",
        f"{page}%2fx.css",
        f"{page}%00.css",
        f"{page}/..%2f..%2fsettings",
        "/static/../settings/me",
        "/static/%2e%2e/%2e%2e/wsgi.py",
        "/static/..%2f..%2frequest.py",
        "/static/nothing.css",
        "/static/",
        "/.git/config",
        "/contacts/%2e%2e/settings",
        "/metrics/",
        "/healthz/x",
        "/api/v1/../../settings",
        "/api/v1/contacts/%00",
    ):
        answer = alice.client.get(path)
        assert answer.status_code in (400, 404, 405, 422), path
        assert "Fence" not in answer.text, path
        assert answer.headers["Cache-Control"] == "no-store", path


def test_no_other_method_is_a_way_in(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by)
    page = f"/contacts/{contact.id}"
    for method in ("TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "DELETE "):
        answer = alice.client.open(page, method=method)
        assert answer.status_code in (400, 405), method
        assert "session=" not in answer.text
    assert alice.client.open(page, method="HEAD").data == b""
    assert alice.client.options(page).status_code == 200
    override = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    assert alice.client.get(page, headers=override).status_code == 200
    assert (
        alice.client.post(f"{page}?_method=DELETE", data={"_method": "DELETE"}).status_code == 405
    )
    assert alice.client.get(page).status_code == 200


def test_a_get_of_a_change_changes_nothing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by)
    for verb in ("restore", "activities"):
        assert alice.client.get(f"/contacts/{contact.id}/{verb}").status_code in (404, 405)
    # What deleting would take along is told.
    assert alice.client.get(f"/contacts/{contact.id}/delete").status_code == 200
    assert alice.client.get("/logout").status_code == 405
    assert alice.client.get(f"/contacts/{contact.id}").status_code == 200


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(
    acme: Workspace, alice: Person
) -> None:
    for path in ("/", "/contacts", "/settings/me", "/nothing", "/login", "/api/v1/contacts"):
        headers = alice.client.get(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert "Cookie" in headers["Vary"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "Server" not in headers


@pytest.fixture
def https(settings: Settings, owner: Engine) -> Flask:
    """The application as it is reached by https."""
    made = create_app(settings.model_copy(update={"base_url": "https://zuke.test"}))
    made.testing = True
    return made


def test_cookies_over_https_are_for_one_host_and_secure(
    https: Flask, acme: Workspace, alice: Person
) -> None:
    browser = https.test_client()
    base = f"https://{acme.host}"
    page = browser.get("/login", base_url=base)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    form = {"email": alice.email, "password": alice.password, "csrf_token": found[1]}
    entered = browser.post("/login", base_url=base, data=form, headers={"Referer": base})
    assert entered.status_code == 303
    chosen = browser.get("/contacts", base_url=base)
    assert chosen.status_code == 200
    assert "max-age=" in chosen.headers["Strict-Transport-Security"]
    cookies = page.headers.getlist("Set-Cookie") + entered.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-session", "__Host-visit"}
    for cookie in cookies:
        parts = [part.strip().lower() for part in cookie.split(";")]
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(parts), cookie
        assert not any(part.startswith("domain") for part in parts), cookie


def test_a_session_that_a_visitor_was_given_is_not_the_one_they_sign_in_with(
    app: Flask, acme: Workspace, alice: Person
) -> None:
    browser = visitor(app, acme)
    browser.set_cookie("session", "planted", domain=acme.host)
    planted = browser.get_cookie("visit", domain=acme.host)
    browser.post("/login", data={"email": alice.email, "password": alice.password})
    session = browser.get_cookie("session", domain=acme.host)
    visit = browser.get_cookie("visit", domain=acme.host)
    assert session is not None
    assert session.value != "planted"
    assert visit is None or planted is None or visit.value != planted.value
    stale: HostClient = visitor(app, acme)
    stale.set_cookie("session", "planted", domain=acme.host)
    assert stale.get("/contacts").status_code == 302


def test_a_visit_and_its_forgery_token_are_nothing_at_another_workspace(
    app: Flask, acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    """Even with the token and the visit both carried over, the salt tells the workspaces apart."""
    browser = charlie.client
    visit = alice.client.get_cookie("visit", domain=acme.host)
    assert visit is not None
    browser.set_cookie("visit", visit.value, domain=globex.host)
    headers = {"X-CSRFToken": alice.client.token or ""}
    answer = browser.post("/contacts/new", data={"last_name": "Gate"}, csrf=False, headers=headers)
    assert answer.status_code == 400


def test_a_stolen_session_does_not_guess_the_password(acme: Workspace, alice: Person) -> None:
    thief = alice.client
    for number in range(10):
        path = ("/settings/me/password", "/settings/me/two-factor")[number % 2]
        form = {"present": "guess", "password": "guess", "new": "another sentence altogether"}
        assert thief.post(path, data=form).status_code == 422
    right = {"present": alice.password, "new": "another sentence altogether"}
    answer = thief.post("/settings/me/password", data=right)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert (
        thief.post("/settings/me/two-factor", data={"password": alice.password}).status_code == 429
    )


def test_sizes_beyond_the_bounds_are_turned_away(alice: Person, settings: Settings) -> None:
    browser = alice.client
    whole = browser.post("/contacts/new", data={"last_name": "x" * (settings.max_body_bytes + 1)})
    assert whole.status_code == 413
    fields = browser.post("/contacts/new", data={"last_name": "x" * (3 * 1024 * 1024)})
    assert fields.status_code == 413
    for fields in (b"a=&" * 4_000_000, b"a&" * 900_000, b"a=1&" * 1_100):
        begun = time.process_time()
        answer = browser.post("/login", data=fields, content_type=URLENCODED)
        assert answer.status_code == 413
        assert time.process_time() - begun < 1
    parts = {f"f{number}": "x" for number in range(1100)}
    many = browser.post("/contacts/new", data=parts, content_type="multipart/form-data")
    assert many.status_code == 413
    broken = browser.post(
        "/contacts/new", data=b"--x\r\nno end", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code in (400, 413, 422)
    nul = browser.post("/contacts/new", data={"last_name": "a\x00b"})
    assert nul.status_code == 422
    assert browser.get("/contacts").status_code == 200
