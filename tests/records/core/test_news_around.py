"""Followers hear of what is written on the record that they follow, as far as they may see it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Activity
from app.identity.models import Notice, User
from app.identity.news import lines
from app.identity.operations.notices import choose_news, notices_of, read_all
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, FieldAccess, Reach
from app.records.door import perform
from app.records.registry import registry
from app.records.sharing import around
from app.records.sharing.operations import follow, unfollow
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_contact, make_product
from tests.records.pages.conftest import statements


@pytest.fixture
def firm(acme: Workspace, alice: Person, dora: Person) -> UUID:
    """Alice's account, which Dora follows."""
    with acme.acting(alice) as by:
        account = make_account(by)
        let_follow(by, "account", account.id, dora)
        return account.id


def let_follow(by: Actor, kind: str, record_id: UUID, person: Person) -> None:
    record_type = registry().type(kind)
    record = by.session.get_one(record_type.model, record_id)
    follow(record_type, record, by.session.get_one(User, person.user_id), by)


def told(acme: Workspace, person: Person) -> list[str]:
    """What the bell tells somebody, the newest first."""
    with acme.acting(person) as by:
        return [one.text for one in lines(notices_of(by), by)]


def do(acme: Workspace, person: Person, verb: str, activity_id: UUID, **inputs: object) -> None:
    with acme.acting(person) as by:
        perform("activity", verb, by.session.get_one(Activity, activity_id), by=by, **inputs)


def test_followers_hear_of_a_note_a_task_and_what_becomes_of_it(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ring them", account_id=str(firm)).id
    assert told(acme, dora) == ["Alice Archer added “Ring them” to Fence & Sons"]
    with acme.acting(dora) as by:
        [notice] = notices_of(by)
        assert notice.url == f"/accounts/{firm}"
        read_all(by)
    for verb, inputs, expected in (
        ("update", {"subject": "Call them"}, "Alice Archer changed “Call them” of Fence & Sons"),
        ("complete", {}, "Alice Archer completed this: “Call them” of Fence & Sons"),
        ("delete", {}, "Alice Archer deleted “Call them” of Fence & Sons"),
        ("restore", {}, "Alice Archer brought “Call them” of Fence & Sons back"),
    ):
        clock.shift(timedelta(minutes=1))
        do(acme, alice, verb, task, **inputs)
        assert told(acme, dora)[0] == expected
        clock.shift(timedelta(minutes=1))
        with acme.acting(dora) as by:
            read_all(by)


def test_one_line_for_a_record_however_often_its_own_changes_among_them(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        for number in range(3):
            make_activity(by, subject=f"Note {number}", account_id=str(firm))
        account = registry().type("account")
        record = by.session.get_one(account.model, firm)
        perform("account", "update", record, by=by, city="York")
    assert told(acme, dora) == [
        "Alice Archer changed Fence & Sons: City;"
        " Alice Archer added or changed 3 activities of Fence & Sons"
    ]


def test_who_follows_the_person_and_the_firm_is_told_once_on_the_nearest(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        person = make_contact(by, "Ash", "Ann", account_id=str(firm))
        let_follow(by, "contact", person.id, dora)
        let_follow(by, "contact", person.id, bob)
        make_activity(by, subject="On Ann", about_type="contact", about_id=str(person.id))
        product = make_product(by, "Post")
        for one in (bob, dora):
            let_follow(by, "product", product.id, one)
        make_activity(by, subject="On posts", about_type="product", about_id=str(product.id))
    assert set(told(acme, dora)) == {
        "Alice Archer added “On Ann” to Ann Ash",
        "Alice Archer added “On posts” to Post",
    }
    # Bob reads what is about a person that he follows, and not what Alice wrote of a product.
    assert told(acme, bob) == ["Alice Archer added “On Ann” to Ann Ash"]


def test_whose_task_it_is_is_told_of_the_task_alone(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        make_activity(
            by, "task", subject="Ring them", account_id=str(firm), owner_id=str(dora.user_id)
        )
    assert told(acme, dora) == ["Alice Archer added Ring them for you"]


def test_who_may_not_read_activities_hears_nothing_of_them(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ring them", account_id=str(firm))
        perform("activity", "update", task, by=by, subject="Call them")
        viewer = role_by_key(by.session, "viewer")
        write_rights(by, viewer, {("account", "read"): Reach.ALL}, {})
    assert told(acme, dora) == []


def test_a_change_of_a_hidden_field_alone_is_not_told(
    acme: Workspace, alice: Person, dora: Person, firm: UUID, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ring them", account_id=str(firm)).id
        viewer = role_by_key(by.session, "viewer")
        grants = {(kind, "read"): Reach.ALL for kind in ("account", "activity")}
        write_rights(by, viewer, grants, {("activity", "minutes"): FieldAccess.HIDDEN})
    clock.shift(timedelta(minutes=1))
    with acme.acting(dora) as by:
        read_all(by)
    do(acme, alice, "update", task, minutes="5")
    assert len(told(acme, dora)) == 1  # Of before; this one is no line.
    do(acme, alice, "update", task, subject="Call them")
    assert told(acme, dora)[0] == "Alice Archer changed “Call them” of Fence & Sons"


def test_who_follows_no_longer_or_wants_none_of_it_is_told_nothing(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        let_follow(by, "account", firm, bob)
        choose_news(by, by.session.get_one(User, bob.user_id), ["owned", "given"])
        account = registry().type("account")
        unfollow(account, by.session.get_one(account.model, firm), dora.user_id, by)
        make_activity(by, account_id=str(firm))
        assert by.session.query(Notice).count() == 0


def test_a_notice_remembers_the_latest_only(
    acme: Workspace, alice: Person, dora: Person, firm: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "MOST", 3)
    with acme.acting(alice) as by:
        made = [make_activity(by, subject=f"Note {n}", account_id=str(firm)) for n in range(5)]
        perform("activity", "update", made[3], by=by, subject="Note three")
        beside = by.session.scalars(select(Notice.beside)).one()
        assert beside == [f"activity:{made[number].id}" for number in (3, 4, 2)]


def test_it_costs_one_statement_and_none_where_nobody_follows_anything(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    def about_notices() -> int:
        with statements() as seen:
            make_activity(by, account_id=str(account.id))
        return len([one for one in seen if "notices" in one])

    with acme.acting(alice) as by:
        account = make_account(by)
        assert about_notices() == 0
        let_follow(by, "account", make_account(by, "Other").id, dora)
        first = about_notices()
        let_follow(by, "account", account.id, dora)
        assert about_notices() == first == 2  # Of the note's own followers, and of the firm's.


def test_many_lines_take_no_more_statements_than_one(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    def asked() -> int:
        with acme.acting(dora) as by, statements() as seen:
            lines(notices_of(by), by)
        return len(seen)

    with acme.acting(alice) as by:
        make_activity(by, account_id=str(firm))
    few = asked()
    with acme.acting(alice) as by:
        for number in range(6):
            account = make_account(by, f"Firm {number}")
            let_follow(by, "account", account.id, dora)
            for _note in range(3):
                make_activity(by, account_id=str(account.id))
    assert asked() == few
    assert len(told(acme, dora)) == 7
