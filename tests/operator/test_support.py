"""Support comes in with the firm's consent only, sees records only, and is out at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.events import Event
from app.identity.models import ApiToken, SupportGrant, User
from app.identity.operations.tokens import create_token
from tenants.control import OperatorEvent
from tests.cast import HostClient, Person, Workspace, visitor
from tests.conftest import Clock
from tests.factories import make_account
from tests.home.conftest import ids, titles

ACME = "/operator/workspaces/acme"
GLOBEX = "/operator/workspaces/globex"
Enter = Callable[..., HostClient]


def allow(person: Person, **changes: str) -> str:
    """Consent as the form does; answers with the code."""
    data = {"hours": "4", "reason": "A list is slow"} | changes
    answer = person.client.post("/settings/support", data=data)
    assert answer.status_code == 200, answer.text
    found = re.search(r'<ul class="codes"><li>([a-z0-9-]+)</li>', answer.text)
    assert found is not None
    return found[1]


def ticket_of(console: HostClient, code: str, place: str = ACME) -> str:
    answer = console.post(f"{place}/support", data={"code": code, "reason": "Ticket 17"})
    assert answer.status_code == 200, answer.text
    found = re.search(r"ticket=([\w-]+)", answer.text)
    assert found is not None
    return found[1]


def come_in(app: Flask, workspace: Workspace, ticket: str) -> HostClient:
    client = visitor(app, workspace)
    assert "consent" in client.get(f"/support/enter?ticket={ticket}").text
    answer = client.post("/support/enter", data={"ticket": ticket})
    assert (answer.status_code, answer.location) == (303, "/")
    client.visit(workspace.facts)
    return client


@pytest.fixture
def enter(app: Flask, acme: Workspace, alice: Person, console: HostClient) -> Enter:
    """Alice consents, Olga comes in."""

    def entered(**changes: str) -> HostClient:
        return come_in(app, acme, ticket_of(console, allow(alice, **changes)))

    return entered


def events(workspace: Workspace) -> list[Event]:
    with workspace.scope() as session:
        asked = select(Event).where(Event.verb.startswith("support_"))
        return list(session.scalars(asked.order_by(Event.at, Event.id)))


def test_support_sees_records_under_a_banner_and_both_names_stand_in_the_audit(
    enter: Enter, acme: Workspace, alice: Person, owner: Engine
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence & Sons")
    client = enter()
    page = client.get("/accounts").text
    assert "Fence &amp; Sons" in page
    assert "Olga Orr of the service is here" in page
    assert "Nothing can be changed" in page
    told = events(acme)
    assert [one.verb for one in told] == ["support_allowed", "support_entered"]
    assert told[1].changes["operator"] == [None, "Olga Orr"]
    assert {one.actor_id for one in told} == {alice.user_id}
    audit = alice.client.get("/settings/audit").text
    assert "Olga Orr" in audit
    with Session(owner) as session:
        asked = select(OperatorEvent).where(OperatorEvent.verb == "support_entered")
        assert session.scalars(asked).one().details["reason"] == "Ticket 17"


def test_the_firm_reads_whether_anybody_has_come_in(
    app: Flask, acme: Workspace, alice: Person, console: HostClient
) -> None:
    code = allow(alice)
    page = alice.client.get("/settings/support").text
    assert "Consent given" in page
    ticket = ticket_of(console, code)
    page = alice.client.get("/settings/support").text
    assert "Olga Orr of the service has typed the code" in page
    assert "came in" not in page
    assert [one.verb for one in events(acme)] == ["support_allowed"]  # She is not in yet.
    audit = alice.client.get("/settings/audit").text
    assert str(events(acme)[0].changes["until"][1]) not in audit  # A moment as people write it.
    come_in(app, acme, ticket)
    assert [one.verb for one in events(acme)] == ["support_allowed", "support_entered"]
    page = alice.client.get("/settings/support").text
    assert "Olga Orr of the service came in" in page
    assert "Inside" in page


def test_support_is_greeted_by_name_and_reads_the_language_of_the_console(
    app: Flask, acme: Workspace, alice: Person, console: HostClient
) -> None:
    code = allow(alice)
    console.set_cookie("lang", "zh-CN", domain="localhost")
    answer = console.post(f"{ACME}/support", data={"code": code, "reason": "Ticket 17"})
    way = re.search(r"/support/enter[?]ticket=([\w-]+)&amp;lang=([\w-]+)", answer.text)
    assert way is not None
    client = visitor(app, acme)
    assert f'name="lang" value="{way[2]}"' in client.get(unescape(way[0])).text
    client.post("/support/enter", data={"ticket": way[1], "lang": "zh-CN"})
    client.visit(acme.facts)
    home = client.get("/").text
    assert 'lang="zh-CN"' in home
    greeting = home[home.index("<h1") : home.index("</h1>")]
    assert "Olga Orr" in greeting
    assert "Alice" not in greeting


def test_nothing_can_be_changed_unless_that_was_allowed(
    enter: Enter, acme: Workspace, alice: Person
) -> None:
    client = enter()
    data = {"name": "By support"}
    assert client.post("/accounts/new", data=data).status_code == 403
    with acme.scope() as session:
        grant = session.scalars(select(SupportGrant)).one()
    alice.client.post(f"/settings/support/{grant.id}/end")
    client = enter(may_write="1")
    page = client.get("/accounts").text
    assert "Records may be changed" in page
    answer = client.post("/accounts/new", data=data)
    assert answer.status_code in (200, 303), answer.text
    with acme.scope() as session:
        event = session.scalars(
            select(Event).where(Event.verb == "created", Event.record_type == "account")
        ).one()
        assert (event.via, event.actor_id) == ("support", alice.user_id)
        assert (
            event.batch_id
            == session.scalars(select(SupportGrant.id).where(SupportGrant.ended_at.is_(None))).one()
        )


NEVER = (
    "/settings",
    "/settings/me",
    "/settings/people",
    "/settings/roles",
    "/settings/tokens",
    "/settings/audit",
    "/settings/support",
    "/settings/exports",
    "/settings/leaving",
    "/settings/mail-server",
    "/accounts/export",
    "/contacts/import",
    "/api/v1/accounts",
    "/notifications",
)


@pytest.mark.parametrize("may_write", ["", "1"])
def test_exports_secrets_and_people_are_never_reached(
    enter: Enter, acme: Workspace, alice: Person, may_write: str
) -> None:
    client = enter(may_write=may_write)
    for place in NEVER:
        assert client.get(place).status_code in (403, 404), place
    for place, data in (
        ("/accounts/export", {"format": "csv"}),
        ("/settings/people", {"email": "x@acme.example"}),
        ("/settings/tokens", {"name": "Mine"}),
        ("/settings/support", {"hours": "72", "reason": "More"}),
        ("/settings/leaving/files", {}),
        ("/settings/leaving/end", {"slug": "acme", "password": "x"}),
        ("/settings/me/password", {"present": "x", "password": "y"}),
        ("/api/v1/accounts", {"name": "x"}),
    ):
        assert client.post(place, data=data).status_code in (401, 403, 404, 405), place
    with acme.scope() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_a_code_works_once(app: Flask, acme: Workspace, alice: Person, console: HostClient) -> None:
    code = allow(alice)
    ticket = ticket_of(console, code)
    again = console.post(f"{ACME}/support", data={"code": code, "reason": "Once more"})
    assert (again.status_code, "opens nothing" in again.text) == (422, True)
    come_in(app, acme, ticket)
    replayed = visitor(app, acme).post("/support/enter", data={"ticket": ticket})
    assert replayed.location == "/login"


def test_a_code_opens_no_other_workspace(
    app: Flask, acme: Workspace, globex: Workspace, alice: Person, console: HostClient
) -> None:
    code = allow(alice)
    answer = console.post(f"{GLOBEX}/support", data={"code": code, "reason": "Elsewhere"})
    assert answer.status_code == 422
    ticket = ticket_of(console, code)
    there = visitor(app, globex)
    assert there.post("/support/enter", data={"ticket": ticket}).location == "/login"
    client = come_in(app, acme, ticket)
    cookie = client.get_cookie("support", domain=acme.host)
    assert cookie is not None
    assert "HttpOnly" not in cookie.value
    there.set_cookie("support", cookie.value, domain=globex.host)
    assert there.get("/accounts").status_code == 302


def test_codes_can_not_be_guessed(acme: Workspace, alice: Person, console: HostClient) -> None:
    code = allow(alice)
    for _try in range(6):
        answer = console.post(f"{ACME}/support", data={"code": "aaaa-bbbb", "reason": "Guess"})
        assert answer.status_code == 422
    answer = console.post(f"{ACME}/support", data={"code": code, "reason": "Guess"})
    assert answer.status_code == 429


def test_a_ticket_is_too_old_after_a_minute(
    app: Flask, acme: Workspace, alice: Person, console: HostClient, clock: Clock
) -> None:
    ticket = ticket_of(console, allow(alice))
    clock.shift(timedelta(seconds=61))
    answer = visitor(app, acme).post("/support/enter", data={"ticket": ticket})
    assert answer.location == "/login"


def test_it_ends_by_time(enter: Enter, clock: Clock) -> None:
    client = enter(hours="1")
    clock.shift(timedelta(minutes=59))
    assert client.get("/accounts").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get("/accounts").status_code == 302


def test_it_ends_at_the_firms_press(enter: Enter, acme: Workspace, alice: Person) -> None:
    client = enter()
    page = alice.client.get("/settings/support").text
    assert "Inside" in page
    with acme.scope() as session:
        grant = session.scalars(select(SupportGrant)).one()
    assert alice.client.post(f"/settings/support/{grant.id}/end").status_code == 303
    assert client.get("/accounts").status_code == 302
    assert events(acme)[-1].verb == "support_ended"


def test_it_ends_at_the_operators_press(enter: Enter, acme: Workspace) -> None:
    client = enter()
    cookie = client.get_cookie("support", domain=acme.host)
    assert cookie is not None
    assert client.post("/support/leave").status_code == 303
    client.set_cookie("support", cookie.value, domain=acme.host)
    assert client.get("/accounts").status_code == 302
    assert [one.verb for one in events(acme)][-1] == "support_ended"


@pytest.mark.parametrize("change", ["disabled", "demoted"])
def test_it_ends_with_the_right_of_whoever_allowed_it(
    enter: Enter, acme: Workspace, alice: Person, bob: Person, change: str
) -> None:
    client = enter()
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role_id
        values = {"is_active": False} if change == "disabled" else {"role_id": role}
        session.execute(update(User).where(User.id == alice.user_id).values(values))
    assert client.get("/accounts").status_code == 302
    with acme.scope() as session:
        owner_role = {"is_active": True}
        session.execute(update(User).where(User.id == alice.user_id).values(owner_role))


def test_only_who_may_allows_it_and_one_at_a_time(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    data = {"hours": "4", "reason": "Help"}
    assert bob.client.post("/settings/support", data=data).status_code == 403
    assert (
        alice.client.post("/settings/support", data={"hours": "999", "reason": "x"}).status_code
        == 422
    )
    assert (
        alice.client.post("/settings/support", data={"hours": "4", "reason": " "}).status_code
        == 422
    )
    allow(alice)
    answer = alice.client.post("/settings/support", data=data)
    assert (answer.status_code, "allowed already" in answer.text) == (422, True)


def test_support_rides_on_nobodys_session(
    enter: Enter, acme: Workspace, alice: Person, app: Flask
) -> None:
    client = enter()
    other = alice.sign_in()
    session_cookie = other.get_cookie("session", domain=acme.host)
    assert session_cookie is not None
    client.set_cookie("session", session_cookie.value, domain=acme.host)
    assert client.get("/settings/people").status_code == 403, "support stays support"
    assert client.post("/accounts/new", data={"name": "Ridden"}).status_code == 403
    assert alice.sign_in().get("/settings/people").status_code == 200


def test_a_token_does_not_allow_support(acme: Workspace, alice: Person, app: Flask) -> None:
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        token = create_token(by, user, name="Robot").secret
    client = visitor(app, acme)
    answer = client.post(
        "/settings/support",
        data={"hours": "4", "reason": "x"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 302
    with acme.scope() as session:
        assert session.scalars(select(SupportGrant)).all() == []


def test_home_shows_support_what_it_may_have_and_nothing_broken(
    enter: Enter, acme: Workspace, alice: Person
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, alice.user_id).role_id
    answer = alice.client.post(f"/settings/homes/{role}", data={"add": "widget:team-day"})
    assert answer.status_code == 303
    assert "The team’s day" in alice.client.get("/").text
    client = enter()
    page = client.get("/").text
    assert "The team’s day" not in page
    assert titles(page)
    for one in ids(page):
        assert "There is no such widget" not in client.get(f"/home/widgets/{one}").text
