"""Owners and followers learn what others do with their records, and never what they may not see."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Account, Activity
from app.identity.models import FieldRule, Notice, User
from app.identity.news import KINDS, lines
from app.identity.operations.notices import choose_news, notices_of, read_all
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.users import disable_user
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.many import perform_many
from app.records.registry import registry
from app.records.sharing.operations import follow, unfollow
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements


@pytest.fixture
def firm(acme: Workspace, bob: Person) -> UUID:
    """Bob's account."""
    with acme.acting(bob) as by:
        return make_account(by).id


def told(acme: Workspace, person: Person) -> list[str]:
    """What the bell tells somebody, the newest first."""
    with acme.acting(person) as by:
        return [one.text for one in lines(notices_of(by), by)]


def change(acme: Workspace, person: Person, account_id: UUID, **values: object) -> None:
    with acme.acting(person) as by:
        perform("account", "update", by.session.get_one(Account, account_id), by=by, **values)


def let_follow(acme: Workspace, by_whom: Person, person: Person, account_id: UUID) -> None:
    with acme.acting(by_whom) as by:
        record = by.session.get_one(Account, account_id)
        follow(registry().type("account"), record, by.session.get_one(User, person.user_id), by)


def rows(acme: Workspace) -> int:
    with acme.scope() as session:
        return session.scalar(select(func.count()).select_from(Notice)) or 0


def unread(by: Actor) -> int:
    """How many notices somebody has not read, whatever the bell can say of them."""
    mine = (Notice.user_id == by.user_id, Notice.read_at.is_(None))
    return by.session.scalar(select(func.count()).select_from(Notice).where(*mine)) or 0


def hide(acme: Workspace, person: Person, key: str) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        session.add(
            FieldRule(role_id=role.id, record_type="account", field=key, access=FieldAccess.HIDDEN)
        )
        role.stamp = new_id()


def test_an_owner_learns_what_a_colleague_changed_and_nothing_of_their_own_changes(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    change(acme, bob, firm, city="Leeds")
    assert told(acme, bob) == []
    change(acme, alice, firm, city="York", phone="020 7946 0123")
    assert told(acme, bob) == ["Alice Archer changed Fence & Sons: City, Phone"]
    assert told(acme, alice) == []


def test_many_changes_of_one_record_are_one_notice_until_it_is_read(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID, clock: Clock
) -> None:
    let_follow(acme, bob, dora, firm)
    for city in ("York", "Leeds", "Ripon"):
        change(acme, alice, firm, city=city)
        clock.shift(timedelta(minutes=1))
    change(acme, bob, firm, website="https://fence.example")
    assert told(acme, bob) == ["Alice Archer changed Fence & Sons: City"]
    assert told(acme, dora) == ["Bob Baker, Alice Archer changed Fence & Sons: Website, City"]
    assert rows(acme) == 2
    clock.shift(timedelta(minutes=1))
    with acme.acting(bob) as by:
        read_all(by)
    change(acme, alice, firm, lifecycle="customer")
    assert told(acme, bob)[0] == "Alice Archer changed Fence & Sons: Lifecycle"
    with acme.acting(bob) as by:
        assert unread(by) == 1


def test_what_a_colleague_gives_away_adds_completes_or_deletes_is_told_in_words(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        given = make_account(by, "Given Ltd")
        perform("account", "update", given, by=by, owner_id=str(bob.user_id))
        task = make_activity(by, "task", subject="Ring them", body="", owner_id=bob.user_id)
    assert set(told(acme, bob)) == {
        "Alice Archer made you the owner of Given Ltd",
        "Alice Archer added Ring them for you",
    }
    with acme.acting(bob) as by:
        read_all(by)
    with acme.acting(alice) as by:
        perform("activity", "complete", by.session.get_one(Activity, task.id), by=by)
        perform("account", "delete", by.session.get_one(Account, given.id), by=by)
    assert set(told(acme, bob)[:2]) >= {"Alice Archer deleted Given Ltd"}
    assert any("Ring them" in one for one in told(acme, bob)[:2])
    deleted = bob.client.get("/notices").text
    assert "Alice Archer deleted Given Ltd" in deleted


def test_a_follower_is_told_until_they_follow_no_longer(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    let_follow(acme, bob, dora, firm)
    change(acme, alice, firm, city="York")
    assert told(acme, dora) == ["Alice Archer changed Fence & Sons: City"]
    with acme.acting(bob) as by:
        record = by.session.get_one(Account, firm)
        unfollow(registry().type("account"), record, dora.user_id, by)
    with acme.acting(dora) as by:
        read_all(by)
    change(acme, alice, firm, city="Leeds")
    with acme.acting(dora) as by:
        assert unread(by) == 0


def test_a_change_of_nothing_is_no_news(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    change(acme, alice, firm, name="Fence & Sons")
    assert rows(acme) == 0


def test_a_hidden_field_is_not_named_and_a_change_of_it_alone_not_told(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    hide(acme, bob, "phone")
    change(acme, alice, firm, phone="020 7946 0123")
    assert told(acme, bob) == []
    change(acme, alice, firm, phone="020 7946 0124", city="York")
    assert told(acme, bob) == ["Alice Archer changed Fence & Sons: City"]
    bell = bob.client.get("/notices").text
    assert "Phone" not in bell
    assert "7946012" not in bell.replace(" ", "")


def test_a_hidden_owner_is_not_betrayed_by_a_gift(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    hide(acme, bob, "owner_id")
    with acme.acting(alice) as by:
        given = make_account(by, "Given Ltd")
        perform("account", "update", given, by=by, owner_id=str(bob.user_id))
    assert told(acme, bob) == []


def test_who_may_not_open_a_record_any_more_is_told_nothing_of_it(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(dora) as by:  # By themselves: that gives no sight of it.
        me = by.session.get_one(User, dora.user_id)
        follow(registry().type("account"), by.session.get_one(Account, firm), me, by)
    change(acme, alice, firm, city="York")
    assert told(acme, dora) == ["Alice Archer changed Fence & Sons: City"]
    with acme.acting() as by:
        grants = {("account", "read"): Reach.OWN}
        write_rights(by, role_by_key(by.session, "viewer"), grants, {})
    assert told(acme, dora) == []
    assert "Fence" not in dora.client.get("/notices").text
    with acme.acting(dora) as by:  # It was put away, so that the bell does not ring for nothing.
        assert unread(by) == 0


def test_who_may_read_none_of_a_type_is_told_nothing_of_it(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    change(acme, alice, firm, city="York")
    with acme.acting() as by:
        write_rights(by, role_by_key(by.session, "sales_rep"), {}, {})
    assert told(acme, bob) == []


def test_many_records_are_one_notice_for_each_person(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(bob) as by:
        ids = [make_account(by, f"Firm {number}").id for number in range(5)]
    with acme.acting(alice) as by:
        ids.append(make_account(by, "Hers").id)
    let_follow(acme, bob, dora, ids[0])
    with acme.acting(alice) as by:
        account = registry().type("account")
        made = begin_change(
            account, "update", Selection(ids=tuple(sorted(ids))), {"city": "York"}, by
        )
        assert made.done == 6
    assert told(acme, bob) == ["Alice Archer changed 5 accounts: City"]
    assert told(acme, dora) == ["Alice Archer changed 1 account: City"]
    assert told(acme, alice) == []
    assert rows(acme) == 2
    hide(acme, bob, "city")
    assert told(acme, bob) == []
    with acme.acting(alice) as by:
        begin_undo(made.id, by)
    assert rows(acme) == 4


def test_a_bulk_assignment_tells_the_new_owner_how_many(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        ids = tuple(sorted(make_account(by, f"Firm {number}").id for number in range(3)))
        inputs = {"owner_id": str(bob.user_id)}
        begin_change(registry().type("account"), "assign", Selection(ids=ids), inputs, by)
    assert told(acme, bob) == ["Alice Archer made you the owner of 3 accounts"]
    with acme.acting() as by:
        write_rights(by, role_by_key(by.session, "sales_rep"), {("contact", "read"): Reach.OWN}, {})
    assert told(acme, bob) == []


def test_rows_made_for_a_colleague_are_one_notice(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        made = [{"last_name": f"N{number}", "owner_id": str(bob.user_id)} for number in range(3)]
        perform_many("contact", "create", made, by=by)
    assert told(acme, bob) == ["Alice Archer added 3 contacts for you"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["given", "owned", "followed"], 3),
        (["given"], 1),
        (["owned"], 1),
        (["followed"], 1),
        ([], 0),
    ],
)
def test_everybody_chooses_what_they_are_told(
    acme: Workspace, alice: Person, bob: Person, firm: UUID, wanted: list[str], expected: int
) -> None:
    assert bob.client.post("/settings/me/news", data={"news": wanted}).status_code == 303
    with acme.acting(alice) as by:
        hers = make_account(by, "Hers").id
    let_follow(acme, alice, bob, hers)
    change(acme, alice, hers, city="York")
    change(acme, alice, firm, city="York")
    with acme.acting(alice) as by:
        make_account(by, "Given", owner_id=bob.user_id)
    assert len(told(acme, bob)) == expected
    page = bob.client.get("/settings/me").text
    assert page.count('name="news"') == len(KINDS)
    assert page.count("checked") >= len(wanted)


def test_whom_nobody_lets_sign_in_is_told_nothing(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    change(acme, alice, firm, city="York")
    assert rows(acme) == 0


def test_the_service_by_itself_tells_nobody(acme: Workspace, bob: Person, firm: UUID) -> None:
    with acme.acting() as by:
        perform("account", "update", by.session.get_one(Account, firm), by=by, city="York")
    assert rows(acme) == 0


def test_a_notice_leads_to_the_record_and_is_read_then(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    change(acme, alice, firm, city="York")
    with acme.acting(bob) as by:
        [notice] = notices_of(by)
    opened = bob.client.get(f"/notices/{notice.id}")
    assert opened.location == f"/accounts/{firm}"
    with acme.acting(bob) as by:
        assert unread(by) == 0
    assert alice.client.get(f"/notices/{notice.id}").status_code == 404


def writes(by: Actor, account_id: UUID, city: str) -> list[str]:
    """The statements about notices that a change of a record runs."""
    record = by.session.get_one(Account, account_id)
    with statements() as seen:
        perform("account", "update", record, by=by, city=city)
    return [one for one in seen if "notices" in one]


def test_news_cost_one_statement_and_none_where_nobody_can_be_concerned(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(bob) as by:
        assert writes(by, firm, "York") == []
    with acme.acting(alice) as by:
        assert len(writes(by, firm, "Leeds")) == 1
    let_follow(acme, bob, dora, firm)
    with acme.acting(bob) as by:
        assert len(writes(by, firm, "Ripon")) == 1


def test_the_bell_asks_no_more_of_the_database_for_many_notices_than_for_one(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "First", owner_id=bob.user_id)
        make_contact(by, owner_id=bob.user_id)

    def asked() -> int:
        with acme.acting(bob) as by, statements() as seen:
            lines(notices_of(by), by)
        return len(seen)

    few = asked()
    with acme.acting(alice) as by:
        for number in range(8):
            make_account(by, f"Firm {number}", owner_id=bob.user_id)
    assert asked() == few
    assert len(told(acme, bob)) == 10


def test_nobody_is_told_anything_by_a_muted_kind_that_there_is_not(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        user = by.session.get_one(User, bob.user_id)
        choose_news(by, user, ["owned", "nonsense"])
        assert user.muted == [one for one in KINDS if one != "owned"]


def test_a_batch_of_which_nothing_can_be_opened_any_more_is_not_told(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        ids = tuple(sorted(make_account(by, f"Firm {number}").id for number in range(3)))
        inputs = {"owner_id": str(bob.user_id)}
        begin_change(account, "assign", Selection(ids=ids), inputs, by)
    with acme.acting() as by:
        grants = {("account", "read"): Reach.OWN}
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})
    assert len(told(acme, bob)) == 1
    with acme.acting(alice) as by:
        back = {"owner_id": str(alice.user_id)}
        begin_change(account, "assign", Selection(ids=ids), back, by)
    assert told(acme, bob) == []


def test_an_unread_notice_takes_up_what_happens_next_and_leads_to_where_it_is_now(
    acme: Workspace, alice: Person, bob: Person, firm: UUID, clock: Clock
) -> None:
    change(acme, alice, firm, city="York")
    clock.shift(timedelta(minutes=5))
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, firm), by=by)
    with acme.acting(bob) as by:
        [notice] = notices_of(by)
        assert (notice.url, notice.at) == ("/settings/trash", by.now)
    assert told(acme, bob) == ["Alice Archer deleted Fence & Sons"]
