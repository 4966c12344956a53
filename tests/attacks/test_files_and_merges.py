"""Files, merges and lists, as those meet them who should get nothing."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from app.crm.models import Account
from app.identity.models import Grant, User
from app.kernel.actor import Reach
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.merge.operations import merge_records
from tests.attacks.program import Programs
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.records.exports.conftest import allow, export

SECRET = "Larkspur"
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


# Merging


@pytest.fixture
def lost(acme: Workspace, alice: Person, bob: Person) -> tuple[UUID, UUID]:
    """A merge that Bob made, and its firm, which is Alice's by now and called otherwise."""
    with acme.acting(bob) as by:
        firm, double = make_account(by, "Gate").id, make_account(by, "Gate Ltd").id
    with acme.acting(bob) as by:
        merge = merge_records("account", firm, [double], by=by).id
    with acme.acting(alice) as by:
        given = {"owner_id": str(alice.user_id), "name": SECRET}
        perform("account", "update", by.session.get_one(Account, firm), by=by, **given)
    return merge, firm


def test_an_undo_names_no_firm_that_went_out_of_reach(
    acme: Workspace, alice: Person, bob: Person, program: Programs, lost: tuple[UUID, UUID]
) -> None:
    merge, firm = lost
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, firm), by=by)
    for answer in (
        bob.client.post(f"/accounts/merges/{merge}/undo"),
        program(bob).post(f"merges/{merge}/undo"),
    ):
        assert answer.status_code in (403, 404, 422)
        assert SECRET not in answer.text


def test_who_made_a_merge_undoes_it_by_api_too_where_it_went_out_of_reach(
    acme: Workspace, bob: Person, program: Programs, lost: tuple[UUID, UUID]
) -> None:
    merge, _firm = lost
    answer = program(bob).post(f"merges/{merge}/undo")
    assert answer.status_code < 300, answer.text
    assert SECRET not in answer.text
    with acme.scope() as session:
        living = select(Account.name).where(Account.deleted_at.is_(None)).order_by(Account.name)
        assert session.scalars(living).all() == ["Gate Ltd", SECRET]


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
