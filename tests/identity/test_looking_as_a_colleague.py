"""Looking as a colleague shows the records that they see, and nothing personal of theirs."""

from __future__ import annotations

import re

from app.identity.models import Role, Team, User
from app.identity.operations.notices import tell
from app.identity.operations.roles import create_role, role_by_key, set_rights, write_rights
from app.identity.operations.teams import create_team
from app.kernel.actor import FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.registry import registry
from app.records.views.models import EVERYONE, PRIVATE
from app.records.views.operations import Wish, save_view
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account


def look_as(person: Person, colleague: Person) -> HostClient:
    """A browser in which somebody looks as a colleague."""
    role = colleague.user.role_id
    answer = person.client.post(
        f"/settings/roles/{role}/preview", data={"user_id": str(colleague.user_id)}
    )
    assert answer.status_code == 303, answer.text
    return person.client


def narrow_sales(acme: Workspace, reach: Reach = Reach.TEAM) -> None:
    """Let sales reps read and change accounts of theirs, or of their team."""
    sales = role_by_key(acme.actor().session, "sales_rep")
    grants = {("account", "read"): reach, ("account", "update"): Reach.OWN}
    write_rights(acme.actor(), sales, grants, {("account", "phone"): FieldAccess.HIDDEN})


def put_in_team(acme: Workspace, name: str, *people: Person) -> Team:
    by = acme.actor()
    team = create_team(by, name=name)
    for one in people:
        by.session.get_one(User, one.user_id).team_id = team.id
    return team


def names(client: HostClient) -> list[str]:
    """What the list of accounts holds, as a program reads it in the same session."""
    return sorted(one["name"] for one in client.get("/api/v1/accounts?limit=50").json["data"])


def test_the_numbers_are_those_that_the_colleague_sees(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.scope():
        narrow_sales(acme)
        put_in_team(acme, "North", bob, dora)
        put_in_team(acme, "Head office", alice)
        for owner in (alice, bob, dora):
            make_account(
                acme.actor(), f"Of {owner.name}", owner_id=owner.user_id, phone="020 7946 0301"
            )
    theirs = names(bob.client)
    assert theirs == ["Of Bob Baker", "Of Dora Dunn"]
    client = look_as(alice, bob)
    assert names(client) == theirs
    assert names_of_mine(client) == ["Of Bob Baker"]  # "Me" is the colleague.
    listed = client.get("/accounts").text
    assert "You are looking as Bob Baker (Sales rep)." in listed
    assert "79460301" not in listed.replace(" ", "")


def names_of_mine(client: HostClient) -> list[str]:
    listed = client.get("/api/v1/accounts?owner_id=me").json
    return sorted(one["name"] for one in listed["data"])


def test_the_role_alone_says_what_own_and_team_mean(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope() as session:
        narrow_sales(acme)
        session.get_one(User, alice.user_id).team = None
    role = bob.user.role_id
    client = alice.client
    client.post(f"/settings/roles/{role}/preview")
    assert "mean your own records, as you are in no team" in client.get("/accounts").text
    client.post("/preview/end")
    with acme.scope():
        put_in_team(acme, "Head office", alice)
    client.post(f"/settings/roles/{role}/preview")
    assert "those of your team Head office and below" in client.get("/accounts").text


def test_nothing_personal_of_the_colleague_is_shown(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope():
        accounts = registry().type("account")
        save_view(
            acme.actor(bob), accounts, Wish("Bob's secret plan", PRIVATE, "kind=organisation")
        )
        save_view(acme.actor(alice), accounts, Wish("For all", EVERYONE, "kind=organisation"))
        tell(acme.actor(), bob.user_id, "For Bob alone", url="/accounts")
        seen = make_account(acme.actor(bob), "Opened by Bob")
        path = f"/accounts/{seen.id}"
    assert bob.client.get(path).status_code == 200
    assert path in bob.client.get("/search?fmt=palette").text
    assert "For Bob alone" in bob.client.get("/notices").text
    assert "secret plan" in bob.client.get("/accounts").text
    client = look_as(alice, bob)
    shown = client.get("/accounts").text
    assert "For all" in shown
    assert "secret plan" not in shown
    assert "secret plan" not in client.get("/accounts/views").text
    assert "For Bob alone" not in client.get("/notices").text
    assert path not in client.get("/search?fmt=palette").text


def test_columns_sort_and_filters_are_chosen_meanwhile(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    client = look_as(alice, bob)
    form = {"query": "", "col": ["name", "city"]}
    answer = client.post("/accounts/columns", data=form)
    assert answer.status_code == 303, answer.text
    assert client.get(answer.location).status_code == 200
    for path in (
        "/accounts?sort=-name",
        "/accounts?kind=organisation",
        "/accounts/filter",
        "/accounts/columns",
        "/accounts?group=lifecycle",
    ):
        assert client.get(path).status_code == 200, path


def test_what_writes_says_so_kindly_with_a_way_out(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    client = look_as(alice, bob)
    answer = client.post("/accounts/new", data={"name": "New"})
    assert answer.status_code == 403
    assert "You are looking as Bob Baker (Sales rep). Leave the preview to change" in answer.text
    assert 'action="/preview/end"' in answer.text
    part = client.post("/accounts/new", data={"name": "New"}, headers={"HX-Request": "true"})
    assert part.status_code == 403
    assert 'data-hx-post="/preview/end"' in part.text
    assert "Leave the preview</button>" in part.text


def test_nobody_sees_more_by_looking_as_a_colleague(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    """Bob may edit roles and reads his own accounts only, as do his colleagues at the desk."""
    with acme.scope() as session:
        owner = acme.actor(alice)
        grants = {("role", "manage"): Reach.ALL, ("account", "read"): Reach.OWN}
        editors = create_role(owner, label="Editors")
        set_rights(owner, editors, grants=grants, fields={})
        desk = create_role(owner, label="Desk")
        set_rights(owner, desk, grants={("account", "read"): Reach.OWN}, fields={})
        session.get_one(User, bob.user_id).role = editors
        session.get_one(User, dora.user_id).role = desk
        make_account(owner, "Dora's own", owner_id=dora.user_id)
        session.flush()
        desk_id, editors_id = desk.id, editors.id
    tried = bob.client.post(
        f"/settings/roles/{desk_id}/preview", data={"user_id": str(dora.user_id)}
    )
    assert tried.status_code == 403
    assert "Dora Dunn" not in bob.client.get(f"/settings/roles/{desk_id}").text
    # Alice looks as Dora, and loses her rights meanwhile: what she could see is closed at once.
    client = look_as(alice, dora)
    assert names(client) == ["Dora's own"]
    with acme.scope() as session:
        session.get_one(User, alice.user_id).role = session.get_one(Role, editors_id)
    assert client.get("/api/v1/accounts").status_code == 403


def test_only_a_colleague_with_the_role_who_signs_in_is_looked_as(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    role = bob.user.role_id
    path = f"/settings/roles/{role}/preview"
    assert alice.client.post(path, data={"user_id": str(dora.user_id)}).status_code == 422
    assert alice.client.post(path, data={"user_id": str(new_id())}).status_code == 404
    assert "Bob Baker" in alice.client.get(f"/settings/roles/{role}").text
    assert "Look as Bob Baker" in alice.client.get(f"/settings/people/{bob.user_id}").text
    assert "Look as Alice" not in alice.client.get(f"/settings/people/{alice.user_id}").text
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    assert alice.client.post(path, data={"user_id": str(bob.user_id)}).status_code == 422
    assert "Bob Baker" not in alice.client.get(f"/settings/roles/{role}").text


def test_home_greets_as_who_is_looked_as(acme: Workspace, alice: Person, bob: Person) -> None:
    greeted = re.compile(r"<h1>Good \w+, ([^<]+)</h1>")
    client = look_as(alice, bob)
    assert greeted.findall(client.get("/").text) == [bob.name]
    client.post("/preview/end")
    assert greeted.findall(client.get("/").text) == [alice.name]
    client.post(f"/settings/roles/{bob.user.role_id}/preview", data={"user_id": ""})
    assert greeted.findall(client.get("/").text) == [alice.name]
