"""Files, merges and lists, as those meet them who should get nothing."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from app.crm.models import Account
from app.events import Event
from app.identity.models import FieldRule, Grant, User
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.kernel.actor import Reach
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.exports.models import Export
from app.records.merge.operations import merge_records
from tests.attacks.previewing import preview
from tests.attacks.program import Programs
from tests.attacks.together import together
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.exports.conftest import allow, export, in_background, last_export

__all__ = ["in_background"]

HERS = "Larkspur"
TASK = "Larkspur lunch"


def grant(workspace: Workspace, person: Person, kind: str, reach: Reach | None) -> None:
    """Let somebody's role reach as far with every verb on a type, or with none."""
    with workspace.scope() as session:
        role = session.get_one(User, person.user_id).role
        mine = (Grant.role_id == role.id, Grant.record_type == kind)
        if reach is None:
            session.execute(delete(Grant).where(*mine))
        else:
            session.execute(update(Grant).where(*mine).values(reach=reach))
        role.stamp = new_id()


def look_as(workspace: Workspace, person: Person, colleague: Person) -> HostClient:
    """A browser in which somebody looks at the workspace as a colleague."""
    with workspace.scope() as session:
        role = session.get_one(User, colleague.user_id).role_id
    client = person.sign_in()
    data = {"user_id": str(colleague.user_id)}
    assert client.post(f"/settings/roles/{role}/preview", data=data).status_code == 303
    return client


def fetched(workspace: Workspace) -> list[UUID | None]:
    """Who fetched a colleague's export, as the audit tells it."""
    with workspace.scope() as session:
        asked = select(Event.actor_id).where(
            Event.record_type == "export", Event.verb == "downloaded"
        )
        return list(session.scalars(asked))


def file_of(client: HostClient, made: Export) -> TestResponse:
    return client.get(f"/settings/exports/{made.id}/file", buffered=True)


# Whose file it is


@pytest.fixture
def made(acme: Workspace, bob: Person, worker: Worker, in_background: None) -> Export:
    """An export of Bob's own firms."""
    allow(acme, "sales_rep", "export")
    with acme.acting(bob) as by:
        make_account(by, HERS)
        make_account(by, "Gate Ltd")
    assert export(bob).status_code == 303
    worker.drain()
    return last_export(acme)


def test_whoever_looks_as_a_colleague_fetches_none_of_their_files(
    acme: Workspace, alice: Person, bob: Person, made: Export
) -> None:
    """The files are personal, as notices and work are; and nothing would tell of it."""
    assert file_of(bob.client, made).status_code == 200
    client = look_as(acme, alice, bob)
    assert file_of(client, made).status_code in (403, 404)
    assert str(made.id) not in client.get("/settings/exports").text


def test_whoever_looks_as_a_colleague_is_shown_their_own_files_and_fetches_none(
    acme: Workspace, alice: Person, bob: Person, named: Export
) -> None:
    allow(acme, "sales_rep", "export", kind="contact")
    client = look_as(acme, alice, bob)
    assert str(named.id) in client.get("/settings/exports").text
    answer = file_of(client, named)
    assert answer.status_code == 403
    assert "Leave the preview" in answer.text
    assert HERS.encode() in file_of(alice.client, named).data


def test_nobody_fetches_a_colleague_s_file_unnoted_while_looking_as_a_role(
    acme: Workspace, alice: Person, made: Export
) -> None:
    answer = file_of(preview(acme, alice, "admin"), made)
    assert answer.status_code in (403, 404) or fetched(acme) == [alice.user_id]


@pytest.fixture
def named(acme: Workspace, alice: Person, worker: Worker, in_background: None) -> Export:
    """Alice's export of contacts, in which the name of her firm stands."""
    with acme.acting(alice) as by:
        account = make_account(by, HERS).id
        for name in ("Fence", "Gate"):
            make_contact(by, last_name=name, account_id=str(account))
    assert export(alice, "contacts", columns="every").status_code == 303
    worker.drain()
    return last_export(acme)


def test_a_file_names_no_firm_to_an_admin_who_may_not_see_it(
    acme: Workspace, dora: Person, named: Export
) -> None:
    """All contacts are hers to export, and everyone's files to fetch; of the firms, her own are."""
    allow(acme, "viewer", "export", kind="contact")
    allow(acme, "viewer", "manage", kind="export")
    grant(acme, dora, "account", Reach.OWN)
    assert HERS not in dora.client.get("/contacts").text
    assert HERS.encode() not in file_of(dora.client, named).data


def test_a_token_fetches_no_file_that_tells_more_than_its_scopes(
    alice: Person, program: Programs, named: Export
) -> None:
    narrow = program(alice, "contact:read", "contact:export")
    assert HERS not in narrow.get("contacts").text
    assert narrow.get("exports").json["data"] == []
    with narrow.get(f"exports/{named.id}/file") as answer:
        assert answer.status_code == 404
        assert HERS.encode() not in answer.data


def test_a_token_without_the_right_sees_no_exports(
    alice: Person, program: Programs, named: Export
) -> None:
    for scopes in (("contact:read",), ("account:*",), ("contact:export",)):
        api = program(alice, *scopes)
        assert api.get("exports").json["data"] == []
        assert api.get(f"exports/{named.id}/file").status_code == 404


@pytest.mark.parametrize("is_work_told", [True, False])
def test_an_export_that_is_deleted_twice_at_once_is_gone(
    acme: Workspace, bob: Person, made: Export, is_work_told: bool
) -> None:
    if not is_work_told:  # Forgotten by then, so that nothing but the row itself can be held.
        with acme.scope() as session:
            session.execute(delete(Work).where(Work.id == made.id))
    calls = [partial(bob.sign_in().post, f"/settings/exports/{made.id}/delete") for _ in range(3)]
    assert {one.status_code for one in together(calls)} <= {303, 404, 409}
    with acme.scope() as session:
        assert session.get(Export, made.id) is None


def test_a_field_that_is_hidden_by_now_keeps_one_s_own_file(
    acme: Workspace, bob: Person, program: Programs, made: Export
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        key = next(one for one in made.keys if one != "name")
        session.add(FieldRule(role_id=role.id, record_type="account", field=key, access=0))
        role.stamp = new_id()
    assert str(made.id) in bob.client.get("/settings/exports").text
    for language, told in (("en", "no longer shows one of these"), ("zh-CN", "字段")):
        bob.client.set_cookie("lang", language, domain=bob.client.host)
        answer = file_of(bob.client, made)
        assert answer.status_code == 422
        assert told in answer.text
        assert HERS not in answer.text
    with program(bob).get(f"exports/{made.id}/file") as answer:
        assert answer.status_code == 404


def test_a_token_with_the_scopes_fetches_the_file(
    alice: Person, program: Programs, named: Export
) -> None:
    whole = program(alice, "contact:read", "contact:export", "account:read", "activity:read")
    with whole.get(f"exports/{named.id}/file") as answer:
        assert HERS.encode() in answer.data


def test_an_admin_who_sees_every_firm_fetches_a_colleague_s_file(
    acme: Workspace, dora: Person, named: Export
) -> None:
    allow(acme, "viewer", "export", kind="contact")
    allow(acme, "viewer", "manage", kind="export")
    assert HERS.encode() in file_of(dora.client, named).data
    assert fetched(acme) == [dora.user_id]


def test_whoever_looks_as_a_colleague_keeps_their_own_calendar_address(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    place, told = "/settings/me/calendar", "There is an address since"
    assert bob.client.post(place).status_code == 200
    client = look_as(acme, alice, bob)
    assert told not in client.get(place).text
    assert alice.client.post(place).status_code == 200
    assert told in client.get(place).text


# Merging


@pytest.fixture
def lost(acme: Workspace, alice: Person, bob: Person) -> tuple[UUID, UUID]:
    """A merge that Bob made, and its firm, which is Alice's by now and called otherwise."""
    with acme.acting(bob) as by:
        firm, double = make_account(by, "Gate").id, make_account(by, "Gate Ltd").id
    with acme.acting(bob) as by:
        merge = merge_records("account", firm, [double], by=by).id
    with acme.acting(alice) as by:
        given = {"owner_id": str(alice.user_id), "name": HERS}
        perform("account", "update", by.session.get_one(Account, firm), by=by, **given)
    return merge, firm


def test_an_undo_names_no_firm_that_went_out_of_reach(
    acme: Workspace, alice: Person, bob: Person, program: Programs, lost: tuple[UUID, UUID]
) -> None:
    merge, firm = lost
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, firm), by=by)
    for answer in (
        bob.client.post(f"/accounts/merges/{merge}/undo", follow_redirects=True),
        program(bob).post(f"merges/{merge}/undo"),
    ):
        assert answer.status_code in (200, 403, 404, 422)
        assert HERS not in answer.text
        assert "The record that stayed is deleted." in answer.text


def test_who_made_a_merge_undoes_it_by_api_too_where_it_went_out_of_reach(
    acme: Workspace, bob: Person, program: Programs, lost: tuple[UUID, UUID]
) -> None:
    merge, _firm = lost
    answer = program(bob).post(f"merges/{merge}/undo")
    assert answer.status_code < 300, answer.text
    assert HERS not in answer.text
    with acme.scope() as session:
        living = select(Account.name).where(Account.deleted_at.is_(None)).order_by(Account.name)
        assert session.scalars(living).all() == ["Gate Ltd", HERS]


# What lists tell


def test_no_list_tells_what_is_planned_to_who_may_not_read_activities(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    """The page of the record keeps it to itself already."""
    grant(acme, dora, "activity", None)
    allow(acme, "viewer", "export")
    with acme.acting(alice) as by:
        firm = make_account(by, "Gate").id
        make_activity(by, "task", subject=TASK, due_at="2030-01-01T09:00", account_id=str(firm))
    assert TASK not in dora.client.get(f"/accounts/{firm}").text
    for path in ("/accounts", "/accounts/board", "/accounts?cols=next_step"):
        assert TASK not in dora.client.get(path).text, path
    assert TASK not in program(dora).get(f"accounts/{firm}").text
    assert TASK.encode() not in export(dora, columns="every").data


@pytest.mark.parametrize("collection", ["accounts", "contacts"])
def test_what_activities_tell_neither_filters_nor_orders_for_who_may_not_read_them(
    acme: Workspace, dora: Person, program: Programs, collection: str
) -> None:
    grant(acme, dora, "activity", None)
    api = program(dora)
    for asked in (
        "next_step__contains=Lark",
        "next_step_at__lt=now",
        "last_activity_at__stale=14",
        "sort=next_step",
        "sort=-last_activity_at",
        "fields=next_step",
    ):
        assert api.get(f"{collection}?{asked}").status_code == 422, asked
    assert api.get(collection).status_code == 200


def test_a_list_keeps_an_order_for_who_may_not_read_activities(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    """The usual one, by the last activity, is not theirs: the newest stand first then."""
    with acme.acting(alice) as by:
        old, new = make_account(by, "Old").id, make_account(by, "New").id
    grant(acme, dora, "activity", None)
    with acme.acting(alice) as by:
        make_activity(by, "note", subject=TASK, account_id=str(old))
    shown = dora.client.get("/accounts").text
    assert shown.index(">New<") < shown.index(">Old<")
    assert 'name="sort" value="-created_at"' in shown
    assert "last_activity_at" not in shown
    first = dora.client.get(f"/accounts/{new}?in=sort%3D-created_at").text
    assert f"/accounts/{old}" in first
    assert "in=sort%3D-created_at" in shown
