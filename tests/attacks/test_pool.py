"""The pool, used by those who want more of it than they may have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.identity.models import Grant, User
from app.identity.operations.roles import role_by_key
from app.jobs.enqueue import enqueue
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.records.access import fetch
from app.records.bulk.models import BulkChange
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field, retire_field
from app.records.custom.wish import Wish as FieldWish
from app.records.door import perform
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.pages.state import read_state
from app.records.pool.capping import save_cap
from app.records.pool.choose import change_choice
from app.records.pool.policy import choice_of
from app.records.pool.reclaim import JOB
from app.records.pool.rules import Wish, create_rule, switch_rule
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.views.operations import Wish as ViewWish
from app.records.views.operations import save_view
from tests.attacks.program import Programs
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_contact
from tests.records.exports.conftest import allow, export

POOL = "/accounts?owner_id__isnull=true"
PHONE = "7946 0011"
MARK = "Larkspur"


def cap(by: Actor, owned: str = "", views: str = "") -> None:
    group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    save_cap(by, "account", group=group, most_owned=owned, most_views=views, spared="")


def wait_days(acme: Workspace, alice: Person, days: int = 7) -> None:
    with acme.acting(alice) as by:
        change_choice(by, "account", hidden=["phone"], hold_days=str(days))


def free(acme: Workspace, alice: Person, name: str = "Free Fences", **values: Any) -> UUID:
    with acme.acting(alice) as by:
        return make_account(by, name, owner_id=None, **values).id


def mine(acme: Workspace, person: Person, name: str = "Owned Oaks") -> UUID:
    with acme.acting(person) as by:
        return make_account(by, name).id


def claim(by: Actor, record_id: UUID) -> None:
    perform("account", "claim", fetch(registry().type("account"), record_id, by, "claim"), by=by)


def owner_of(acme: Workspace, record_id: UUID) -> UUID | None:
    with acme.scope() as session:
        return session.scalar(select(Account.owner_id).where(Account.id == record_id))


def owned(acme: Workspace, person: Person) -> int:
    with acme.scope() as session:
        asked = select(Account.id).where(
            Account.owner_id == person.user_id, Account.deleted_at.is_(None)
        )
        return len(session.scalars(asked).all())


# Waiting before the same person claims again


@pytest.mark.parametrize("way", ["form", "inline", "api", "bulk", "return"])
def test_who_gives_a_record_up_waits_however_they_did(
    acme: Workspace, alice: Person, bob: Person, program: Programs, way: str
) -> None:
    wait_days(acme, alice)
    firm = mine(acme, bob)
    client = bob.client
    if way == "form":
        client.post(f"/accounts/{firm}/edit", data={"name": "Owned Oaks", "owner_id": ""})
    elif way == "inline":
        client.post(f"/accounts/{firm}/fields/owner_id", data={"owner_id": ""})
    elif way == "api":
        program(bob).patch(f"accounts/{firm}", {"owner_id": None})
    elif way == "bulk":
        data = {"verb": "update", "id": str(firm), "set": "owner_id", "owner_id": ""}
        client.post("/accounts/bulk", data=data)
    else:
        client.post(f"/accounts/{firm}/pool/return", data={"reason": "other"})
    assert owner_of(acme, firm) is None
    with acme.acting(bob) as by, pytest.raises(Refused, match="yours until lately"):
        claim(by, firm)


# Caps


def test_the_cap_holds_where_a_deleted_record_comes_back(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    first = mine(acme, bob)
    other = free(acme, alice)
    with acme.acting(alice) as by:
        cap(by, owned="1")
    bob.client.post(f"/accounts/{first}/delete")
    with acme.acting(bob) as by:
        claim(by, other)
    with acme.acting(bob) as by:
        record = by.session.get_one(Account, first)
        assert record.deleted_at is not None
        with pytest.raises(Refused, match="own 1 of at most 1"), by.session.begin_nested():
            perform("account", "restore", record, by=by)
    bob.client.post("/settings/trash/restore", data={"kind": "account", "id": str(first)})
    assert owned(acme, bob) == 1


def test_the_cap_holds_where_a_merge_is_taken_back(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    first, second = mine(acme, bob, "One"), mine(acme, bob, "Two")
    other = free(acme, alice)
    with acme.acting(alice) as by:
        cap(by, owned="2")
    with acme.acting(bob) as by:
        merge = merge_records("account", first, [second], by=by)
        merge_id = merge.id
    with acme.acting(bob) as by:
        claim(by, other)
    with acme.acting(bob) as by, pytest.raises(Refused, match="at most 2"):
        undo_merge(merge_id, by=by)
    assert owned(acme, bob) == 2


def test_a_change_of_many_that_is_undone_keeps_within_the_cap(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    first = mine(acme, bob)
    other = free(acme, alice)
    with acme.acting(alice) as by:
        cap(by, owned="1")
    data = {"verb": "return", "id": str(first), "reason": "other"}
    answer = bob.client.post("/accounts/bulk", data=data)
    assert owner_of(acme, first) is None, answer.text
    with acme.acting(bob) as by:
        claim(by, other)
        change = by.session.scalars(select(BulkChange.id)).one()
    bob.client.post(f"/accounts/bulk/{change}/undo")
    assert owned(acme, bob) == 1
    assert owner_of(acme, first) is None


# Looking


def test_no_page_or_call_tells_what_is_hidden_before_a_claim(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    firm = free(acme, alice, phone="+44 20 7946 0011", city="York")
    with acme.acting(alice) as by:
        make_contact(by, "Larkspur", account_id=str(firm))
        make_activity(by, body="Larkspur lunch", account_id=str(firm))
    api = program(bob)
    paths = [
        f"/accounts/{firm}",
        f"/accounts/{firm}/edit",
        f"/accounts/{firm}/link",
        f"/accounts/{firm}/why",
        f"/accounts/{firm}/followers",
        f"/accounts/{firm}/merge",
        f"/accounts/{firm}/delete",
        f"/accounts/{firm}/files",
        f"/accounts/{firm}/pool/reassign",
        f"/accounts/{firm}/pool/return",
        f"/accounts/{firm}/history/phone",
        f"/accounts/{firm}/history/name",
        f"/accounts/{firm}?show=notes",
        f"/accounts/{firm}?show=changes",
        f"{POOL}&q=79460011",
        f"{POOL}&cols=name,phone,description,city",
        f"{POOL}&sort=phone&cols=name,phone",
        f"{POOL}&group=phone",
        f"{POOL}&lens=board",
        f"{POOL}&peek={firm}",
        "/accounts/duplicates",
        "/search?q=79460011",
        "/search?q=79460011&fmt=palette",
        "/contacts?account_id.owner_id__isnull=true",
        f"/contacts?account_id={firm}",
        f"/activities?account_id={firm}",
    ]
    for path in paths:
        text = bob.client.get(path).text
        for word in (PHONE, "+442079460011", "Larkspur"):
            assert word not in text, path
    for headers in (
        {"HX-Request": "true", "HX-Target": "timeline"},
        {"HX-Request": "true", "HX-Target": "peek_body"},
    ):
        text = bob.client.get(f"/accounts/{firm}", headers=headers).text
        assert "Larkspur" not in text
        assert PHONE not in text
    for path in (
        f"accounts/{firm}",
        "accounts?owner_id__isnull=true",
        "accounts?owner_id__isnull=true&fields=name,phone",
        "accounts?owner_id__isnull=true&q=79460011",
        "accounts?owner_id__isnull=true&sort=phone",
        f"accounts/{firm}/events",
        f"accounts/{firm}/timeline",
        f"accounts/{firm}/history",
        f"accounts/{firm}/files",
        f"accounts/{firm}/followers",
        f"contacts?account_id={firm}",
    ):
        text = api.get(path).text
        for word in (PHONE, "+442079460011", "Larkspur"):
            assert word not in text, path
    for url, data in (
        (f"/accounts/{firm}/follow", {}),
        (f"/accounts/{firm}/favourite", {"on": "1"}),
        (f"/accounts/{firm}/move", {"field": "status", "value": "customer"}),
        (f"/accounts/{firm}/pool/return", {"reason": "other"}),
        (f"/accounts/{firm}/pool/reassign", {"owner_id": str(bob.user_id)}),
        (f"/accounts/{firm}/fields/owner_id", {"owner_id": str(bob.user_id)}),
        (f"/accounts/{firm}/delete", {}),
    ):
        assert bob.client.post(url, data=data).status_code in (403, 404, 405), url
    assert owner_of(acme, firm) is None


def test_no_lens_group_or_file_of_the_pool_tells_what_is_hidden(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    free(acme, alice, MARK, phone="+44 20 7946 0011")
    allow(acme, "sales_rep", "export")
    asked = "owner_id__isnull=true"
    for path in (
        f"/accounts/board?{asked}",
        f"/accounts/calendar?{asked}",
        f"/accounts?{asked}&group=phone",
        f"/accounts?{asked}&group=owner_id&sums=phone",
        f"/accounts?{asked}&phone__isnull=false",
        f"/accounts/link?{asked}&phone__contains=7946",
        f"/accounts?filter=%7B%22or%22%3A%5B%7B%22{asked}%22%7D%5D%7D",
    ):
        assert PHONE not in bob.client.get(path).text, path
    for columns in ("shown", "every"):
        for asked_too in ("", "&cols=name,phone"):
            query = f"{asked}{asked_too}"
            file = export(bob, list=query, all="1", columns=columns)
            assert b"79460011" not in file.data.replace(b" ", b"")


def test_what_is_opened_of_the_timeline_counts_too(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    ids = [free(acme, alice, f"Free {one}") for one in range(2)]
    with acme.acting(alice) as by:
        cap(by, views="1")
    assert bob.client.get(f"/accounts/{ids[0]}").status_code == 200
    assert bob.client.get(f"/accounts/{ids[1]}").status_code == 429
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    assert bob.client.get(f"/accounts/{ids[1]}", headers=headers).status_code == 429
    assert bob.client.get(f"/accounts/{ids[1]}/history/name").status_code == 429
    assert bob.client.get(f"/accounts/{ids[0]}", headers=headers).status_code == 200
    assert bob.client.get(f"/accounts/{ids[0]}/history/name").status_code == 200


# Odd inputs


@pytest.mark.parametrize(
    "inputs",
    [
        {"reason": "rule", "rule": "0"},
        {"reason": "rule"},
        {"reason": ["other"]},
        {"reason": {"a": 1}},
        {"reason": "other", "note": "a\x00b"},
        {"reason": "other", "note": "\ud800"},
        {"reason": "other", "note": 7},
        {"reason": "other", "note": "x" * 501},
        {"reason": "other", "owner_id": "me"},
        {"reason": None},
        {},
    ],
)
def test_odd_reasons_are_refused(
    acme: Workspace, bob: Person, program: Programs, inputs: dict[str, Any]
) -> None:
    firm = mine(acme, bob)
    assert program(bob).post(f"accounts/{firm}/return", inputs).status_code == 422
    assert owner_of(acme, firm) == bob.user_id
    many = {"verb": "return", "records": [{"id": str(firm), **inputs}]}
    assert program(bob).post("accounts/bulk", many).status_code == 422
    assert owner_of(acme, firm) == bob.user_id


@pytest.mark.parametrize("to", ["", "x", 7, [], {"a": 1}, "00000000-0000-0000-0000-000000000000"])
def test_nobody_passes_on_to_nobody(
    acme: Workspace, alice: Person, program: Programs, to: Any
) -> None:
    firm = mine(acme, alice)
    assert program(alice).post(f"accounts/{firm}/reassign", {"owner_id": to}).status_code == 422
    assert owner_of(acme, firm) == alice.user_id


def test_nothing_is_passed_on_to_a_stranger_or_who_has_left(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs
) -> None:
    firm = mine(acme, alice)
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    for person in (bob, charlie):
        inputs = {"owner_id": str(person.user_id)}
        assert program(alice).post(f"accounts/{firm}/reassign", inputs).status_code == 422
    assert owner_of(acme, firm) == alice.user_id


@pytest.mark.parametrize("number", ["٣", "-1", "1e3", "9" * 40, "1.5", "\u200f1", "½"])
def test_odd_numbers_in_the_settings_are_refused_beside_their_field(
    acme: Workspace, alice: Person, number: str
) -> None:
    with acme.scope() as session:
        role = role_by_key(session, "sales_rep").id
    group = f"role:{role}"
    for url, data in (
        ("/settings/pool/account/caps", {"group": group, "most_owned": number}),
        ("/settings/pool/account", {"hold_days": number}),
        ("/settings/pool/account/rules", {"name": "Odd", "kind": "idle", "days": number}),
    ):
        answer = alice.client.post(url, data=data)
        assert answer.status_code in (404, 422), (url, answer.status_code)


def test_a_rule_that_can_tell_no_more_what_it_spares_takes_nothing(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        wish = FieldWish({"en": "Strategic"}, is_filterable=True)
        field = define_field(by, tailored("account", by), "flag", wish)
        account = tailored("account", by)
        asked = read_state(account, {field.key: "true"}).query()
        view = save_view(by, account, ViewWish("Strategic", "private", asked))
        rule = create_rule(by, "account", Wish("Kept", "kept", "10", spared=str(view.id)))
        switch_rule(by, rule, is_on=True)
        retired = field.id
    with acme.acting(bob) as by:
        firm = make_account(by, "Larkspur", **{field.key: True}).id
    with acme.acting(alice) as by:
        retire_field(by, by.session.get_one(CustomField, retired))
    clock.shift(timedelta(days=11))
    with acme.acting() as by:
        enqueue(by, JOB, {})
    worker.drain()
    assert owner_of(acme, firm) == bob.user_id


def test_who_decides_shows_nobody_what_they_may_not_see_themselves(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope() as session:
        role = role_by_key(session, "sales_rep")
        session.add(Grant(id=new_id(), role_id=role.id, record_type="pool", verb="manage", reach=3))
        role.stamp = new_id()
    hide(acme, bob, "account", "phone")
    answer = bob.client.post("/settings/pool", data={"hold_days": "1", "shown": "website"})
    assert answer.status_code == 303
    with acme.acting(alice) as by:
        hidden = choice_of(registry().type("account"), by).hidden
    assert "phone" in hidden
    assert "website" not in hidden


def test_strangers_and_colleagues_without_the_right_manage_no_pool(
    acme: Workspace, bob: Person, charlie: Person
) -> None:
    for url in ("/settings/pool",):
        assert bob.client.get(url).status_code == 403
    assert "Acme" not in charlie.client.get("/settings/pool").text
