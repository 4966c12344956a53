"""The Home of a role: arranged by admins, met by whoever has none of their own."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.events import Event
from app.home.models import Home
from app.identity.models import Role, User
from tests.cast import HostClient, Person, Workspace
from tests.home.conftest import clear, ids, keep_report, put, save_view, titles


@pytest.fixture
def role_id(acme: Workspace, bob: Person) -> str:
    """The id of Bob's role."""
    with acme.scope() as session:
        return str(session.get_one(User, bob.user_id).role_id)


@pytest.fixture
def client(alice: Person) -> HostClient:
    """Alice's browser."""
    return alice.sign_in()


def place(role_id: str) -> str:
    return f"/settings/homes/{role_id}"


def give(client: HostClient, role_id: str, *wishes: str) -> None:
    """Make these the widgets of a role's Home, and no others."""
    for one in editor_ids(client, role_id):
        client.post(place(role_id), data={"remove": one})
    for wish in wishes:
        answer = client.post(place(role_id), data={"add": wish})
        assert answer.status_code == 303, answer.text


def editor_ids(client: HostClient, role_id: str) -> list[str]:
    page = client.get(place(role_id)).text
    return [one.split('"')[0] for one in page.split('name="id" value="')[1:]]


def test_who_has_none_of_their_own_meets_that_of_their_role(
    client: HostClient, bob: Person, dora: Person, role_id: str
) -> None:
    give(client, role_id, "list:contact", "report:new-contacts")
    assert titles(bob.sign_in().get("/").text) == ["Contacts", "New contacts by month"]
    assert "Contacts" not in titles(dora.sign_in().get("/").text)
    assert "Contacts" not in titles(client.get("/").text)


def test_what_a_person_arranges_is_their_own_from_then_on(
    client: HostClient, bob: Person, role_id: str
) -> None:
    give(client, role_id, "list:contact")
    browser = bob.sign_in()
    assert "This is the Home of your role" in browser.get("/home/arrange").text
    put(browser, "list", "account")
    assert titles(browser.get("/").text) == ["Contacts", "Accounts"]
    give(client, role_id, "report:new-contacts")
    assert titles(browser.get("/").text) == ["Contacts", "Accounts"]
    browser.post("/home/reset")
    assert titles(browser.get("/").text) == ["New contacts by month"]


def test_an_empty_home_is_a_home(client: HostClient, bob: Person, role_id: str) -> None:
    give(client, role_id)
    assert titles(bob.sign_in().get("/").text) == []
    assert client.post(f"{place(role_id)}/reset").status_code == 303
    assert titles(bob.sign_in().get("/").text) != []


def test_only_whoever_may_arranges_for_roles(bob: Person, role_id: str) -> None:
    browser = bob.sign_in()
    for path in ("/settings/homes", place(role_id)):
        assert browser.get(path).status_code == 403
    assert browser.post(place(role_id), data={"add": "list:account"}).status_code == 403
    assert browser.post(f"{place(role_id)}/reset").status_code == 403


def test_a_role_is_offered_and_given_only_what_its_people_see(
    acme: Workspace, alice: Person, client: HostClient, role_id: str
) -> None:
    private = keep_report(acme, alice, name="Hers")
    shared = keep_report(acme, alice, name="Everybody's", audience="everyone")
    view = save_view(client, "country=DE", "Her view")
    page = client.get(place(role_id)).text
    assert f"report:{shared}" in page
    assert f"report:{private}" not in page
    assert f"view:{view}" not in page
    for wish in (f"report:{private}", f"view:{view}"):
        answer = client.post(place(role_id), data={"add": wish})
        assert answer.status_code == 422
        assert "Share it with them first" in answer.text


def test_a_role_begins_with_and_is_offered_what_its_people_may_have(
    acme: Workspace, dora: Person, client: HostClient
) -> None:
    with acme.scope() as session:
        viewers = str(session.get_one(User, dora.user_id).role_id)
    page = client.get(place(viewers)).text
    assert 'data-name="Activities by week and kind"' in page
    assert "The team’s day" not in page
    answer = client.post(place(viewers), data={"add": "widget:team-day"})
    assert answer.status_code == 404


def test_a_report_for_another_role_is_not_for_this_one(
    acme: Workspace, alice: Person, dora: Person, client: HostClient, role_id: str
) -> None:
    with acme.scope() as session:
        viewers = session.get_one(User, dora.user_id).role_id
    theirs = keep_report(acme, alice, name="Viewers'", audience="role", role_id=viewers)
    assert client.post(place(role_id), data={"add": f"report:{theirs}"}).status_code == 422
    assert client.post(place(str(viewers)), data={"add": f"report:{theirs}"}).status_code == 303


def test_a_change_is_told_in_the_audit(acme: Workspace, client: HostClient, role_id: str) -> None:
    give(client, role_id)
    client.post(place(role_id), data={"add": "list:account"})
    with acme.scope() as session:
        told = session.scalars(
            select(Event)
            .where(Event.record_type == "home")
            .order_by(Event.at.desc(), Event.id.desc())
        ).first()
        assert told is not None
        assert told.changes["widgets"] == [[], ["list:account"]]
    page = client.get("/settings/audit").text
    assert "Home of a role" in page


def test_whoever_looks_as_a_role_meets_its_home(
    acme: Workspace, client: HostClient, role_id: str
) -> None:
    clear(client)
    give(client, role_id, "list:contact")
    assert client.post(f"/settings/roles/{role_id}/preview").status_code == 303
    page = client.get("/").text
    assert titles(page) == ["Contacts"]
    assert 'class="btn" href="/home/arrange"' not in page
    assert client.post("/home/arrange", data={"add": "list:account"}).status_code == 403
    client.post("/preview/end")
    assert titles(client.get("/").text) == []


def test_a_home_goes_with_its_role(acme: Workspace, client: HostClient) -> None:
    made = client.post("/settings/roles/new", data={"label": "Interns"})
    role = UUID(made.headers["Location"].rpartition("/")[2])
    give(client, str(role), "list:account")
    with acme.scope() as session:
        session.delete(session.get_one(Role, role))
    with acme.scope() as session:
        assert session.scalar(select(Home.id).where(Home.role_id == role)) is None


def test_a_role_that_is_not_there_has_no_home(client: HostClient) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    assert client.get(place(nobody)).status_code == 404
    assert client.post(place(nobody), data={"add": "list:account"}).status_code == 404


def test_the_list_of_roles_says_who_has_one(client: HostClient, role_id: str) -> None:
    give(client, role_id, "list:account", "list:contact")
    page = client.get("/settings/homes").text
    assert f'href="{place(role_id)}"' in page
    assert "2 widgets" in page
    assert ids(page) == []


def seen_version(client: HostClient, role_id: str) -> str:
    """The version that the editor of a role's Home sends along."""
    page = client.get(place(role_id)).text
    return page.split('name="version" value="', 1)[1].split('"')[0]


def test_of_two_admins_who_change_one_home_at_once_the_second_is_told(
    client: HostClient, role_id: str
) -> None:
    seen = seen_version(client, role_id)
    first = client.post(place(role_id), data={"add": "list:contact", "version": seen})
    assert first.status_code == 303
    stood = editor_ids(client, role_id)
    for path in (place(role_id), f"{place(role_id)}/reset"):
        second = client.post(path, data={"remove": stood[-1], "version": seen})
        assert second.status_code == 409, path
        assert "Somebody changed this Home while you were editing it." in second.text
        assert editor_ids(client, role_id) == stood
    again = {"remove": stood[-1], "version": seen_version(client, role_id)}
    assert client.post(place(role_id), data=again).status_code == 303
    assert editor_ids(client, role_id) == stood[:-1]
