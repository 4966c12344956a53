"""Merging: one record stays, has what was chosen, and everything that named the others names it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.records.access import fetch
from app.records.door import perform
from app.records.merge.models import Merge
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.query import Query, count
from app.records.recents.models import OpenedRecord
from app.records.recycle import read_bin
from app.records.registry import registry
from app.records.sharing.models import Follower
from app.records.sharing.operations import follow
from tests.cast import Person, Workspace
from tests.factories import (
    make_account,
    make_activity,
    make_category,
    make_contact,
    make_product,
)


@pytest.fixture
def by(acme: Workspace, alice: Person, bob: Person, dora: Person) -> Iterator[Actor]:
    """Alice, who owns the workspace, at work in it."""
    with acme.acting(alice) as actor:
        yield actor


def merge(
    by: Actor, survivor: Account | Contact, *others: Account | Contact, **choices: str
) -> Merge:
    kind = "account" if isinstance(survivor, Account) else "contact"
    return merge_records(kind, survivor.id, [one.id for one in others], by=by, choices=choices)


def events(by: Actor, record_id: UUID) -> list[str]:
    rows = select(Event.verb).where(Event.record_id == record_id).order_by(Event.id)
    return list(by.session.scalars(rows))


def test_the_one_that_stays_keeps_its_values_and_gets_what_it_lacks(by: Actor) -> None:
    fence = make_account(by, city="York", tags=["vip"])
    double = make_account(by, "Fence Ltd", city="Leeds", phone="020 7946 0123", tags=["old"])
    merge(by, fence, double)
    assert (fence.name, fence.city, fence.phone) == ("Fence & Sons", "York", "+442079460123")
    assert fence.tags == ("vip", "old")
    assert events(by, fence.id) == ["created", "updated", "merged"]
    assert events(by, double.id) == ["created", "merged_into"]


def test_a_value_is_taken_from_where_it_was_chosen(by: Actor) -> None:
    fence = make_account(by, city="York", tax_profile="Fence, York")
    double = make_account(by, "Fence Ltd", city="Leeds", tax_profile="Fence, Leeds", tags=["old"])
    merge(by, fence, double, city=str(double.id), tax_profile="all", tags=str(fence.id))
    assert (fence.city, fence.tags) == ("Leeds", None)
    assert fence.tax_profile == "Fence, York\n\nFence, Leeds"


def test_what_was_merged_is_in_no_list_search_count_or_bin(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Fence Limited")
    accounts = registry().type("account")
    before = count(accounts, Query(), by)
    merge(by, fence, double)
    assert count(accounts, Query(), by) == before - 1
    assert count(accounts, Query(q="Limited"), by) == 0
    assert [one.title for one in read_bin(by)] == []
    with pytest.raises(Missing):
        fetch(accounts, double.id, by)


def test_people_and_activities_move_with_their_timeline_and_next_step(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Wall Ltd")
    frank = make_contact(by, account_id=str(double.id))
    call = make_activity(
        by, "call", account_id=str(double.id), due_at="2030-01-02T09:00:00Z", subject="Call them"
    )
    note = make_activity(by, about_type="account", about_id=str(double.id))
    merge(by, fence, double)
    assert frank.account_id == call.account_id == note.account_id == note.about_id == fence.id
    by.session.expire_all()
    assert "fence & sons" in frank.search_text
    assert "wall ltd" not in frank.search_text
    assert fence.next_step == "Call them"
    linked = by.session.scalars(
        select(ActivityLink.activity_id).where(ActivityLink.record_id == fence.id)
    )
    assert set(linked) == {call.id, note.id}
    assert events(by, frank.id) == ["created", "updated"]
    assert frank.version == 2


def test_an_undo_gives_everything_back(by: Actor) -> None:
    fence = make_account(by, city="York")
    double = make_account(by, "Wall Ltd", phone="020 7946 0123")
    frank = make_contact(by, account_id=str(double.id))
    note = make_activity(by, about_type="account", about_id=str(double.id))
    call = make_activity(
        by, "call", account_id=str(double.id), due_at="2030-01-02T09:00:00Z", subject="Call them"
    )
    done = merge(by, fence, double, city=str(double.id), name=str(double.id))
    undone = undo_merge(done.id, by=by)
    by.session.expire_all()
    assert undone.spared == ""
    assert (fence.name, fence.city, fence.phone) == ("Fence & Sons", "York", None)
    assert (fence.next_step, double.next_step) == (None, "Call them")
    assert double.deleted_at is None
    assert frank.account_id == note.account_id == note.about_id == call.account_id == double.id
    assert "wall ltd" in frank.search_text
    linked = by.session.scalars(
        select(ActivityLink.activity_id).where(ActivityLink.record_id == double.id)
    )
    assert set(linked) == {call.id, note.id}
    assert events(by, fence.id)[-2:] == ["updated", "unmerged"]
    assert events(by, double.id)[-1] == "restored"


def test_an_undo_spares_what_was_touched_since(by: Actor) -> None:
    fence, other = make_account(by), make_account(by, "Hedge Ltd")
    double = make_account(by, "Wall Ltd", city="Leeds", phone="020 7946 0123")
    frank = make_contact(by, account_id=str(double.id))
    frida = make_contact(by, first_name="Frida", account_id=str(double.id))
    done = merge(by, fence, double)
    perform("account", "update", fence, by=by, city="Hull")
    perform("contact", "update", frank, by=by, account_id=str(other.id))
    undone = undo_merge(done.id, by=by)
    by.session.expire_all()
    assert undone.spared == "City"
    assert (fence.city, fence.phone) == ("Hull", None)
    assert (frank.account_id, frida.account_id) == (other.id, double.id)


def test_what_was_undone_is_not_undone_again(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Fence Ltd")
    done = merge(by, fence, double)
    undo_merge(done.id, by=by)
    with pytest.raises(Refused, match="undone already"):
        undo_merge(done.id, by=by)
    assert merge(by, fence, double).undone_at is None  # They can be merged anew.


def test_of_two_merges_the_later_one_is_undone_first(by: Actor) -> None:
    fence, double, wall = make_account(by), make_account(by, "Fence Ltd"), make_account(by, "Wall")
    frank = make_contact(by, account_id=str(double.id))
    first = merge(by, fence, double)
    second = merge(by, wall, fence)
    with pytest.raises(Refused, match="merged into another record since"):
        undo_merge(first.id, by=by)
    undo_merge(second.id, by=by)
    undo_merge(first.id, by=by)
    by.session.expire_all()
    assert frank.account_id == double.id


def test_followers_and_what_was_opened_follow_once(by: Actor, bob: Person, dora: Person) -> None:
    fence, double, third = make_account(by), make_account(by, "Fence Ltd"), make_account(by, "F.")
    accounts = registry().type("account")
    for record, user_id in (
        (fence, bob.user_id),
        (double, bob.user_id),
        (double, dora.user_id),
        (third, dora.user_id),
    ):
        follow(accounts, record, by.session.get_one(User, user_id), by)
    for record in (double, third):
        by.session.add(
            OpenedRecord(user_id=bob.user_id, record_type="account", record_id=record.id, at=by.now)
        )
    done = merge(by, fence, double, third)

    def kept(model: type[Follower | OpenedRecord]) -> set[tuple[UUID, UUID]]:
        return {tuple(row) for row in by.session.execute(select(model.user_id, model.record_id))}  # type: ignore[misc]

    assert kept(Follower) == {(bob.user_id, fence.id), (dora.user_id, fence.id)}
    assert kept(OpenedRecord) == {(bob.user_id, fence.id)}
    undo_merge(done.id, by=by)
    assert kept(Follower) == {
        (bob.user_id, fence.id),
        (bob.user_id, double.id),
        (dora.user_id, double.id),
        (dora.user_id, third.id),
    }
    assert kept(OpenedRecord) == {(bob.user_id, double.id), (bob.user_id, third.id)}


def test_a_number_that_none_may_share_can_be_taken_over(by: Actor) -> None:
    drill, double = make_product(by, number="D-1"), make_product(by, "Drill", number="D-2")
    done = merge_records(
        "product", drill.id, [double.id], by=by, choices={"number": str(double.id)}
    )
    assert drill.number == "D-2"
    undo_merge(done.id, by=by)
    assert (drill.number, double.number) == ("D-1", "D-2")


def test_a_firm_below_what_it_is_merged_with_stands_where_that_one_stood(by: Actor) -> None:
    top, wall = make_account(by, "Top"), make_account(by, "Wall")
    perform("account", "update", wall, by=by, parent_id=str(top.id))
    fence = make_account(by, parent_id=str(wall.id))
    done = merge(by, fence, wall)
    assert fence.parent_id == top.id
    undo_merge(done.id, by=by)
    assert (fence.parent_id, wall.parent_id) == (wall.id, top.id)


def test_no_circle_comes_of_a_merge(by: Actor) -> None:
    tools = make_category(by)
    below = make_category(by, "Drills", parent_id=str(tools.id))
    lowest = make_category(by, "Bits", parent_id=str(below.id))
    with pytest.raises(Refused, match="can't stand below itself"):
        merge_records("product_category", lowest.id, [tools.id], by=by)
    assert tools.deleted_at is None


def test_a_category_that_holds_products_can_be_merged(by: Actor) -> None:
    tools, double = make_category(by), make_category(by, "Tools, old")
    drill = make_product(by, category_id=str(double.id))
    merge_records("product_category", tools.id, [double.id], by=by)
    assert drill.category_id == tools.id


def test_what_can_t_be_merged_is_refused_with_the_reason(by: Actor) -> None:
    fence, gone = make_account(by), make_account(by, "Gone")
    frank = make_contact(by)
    perform("account", "delete", gone, by=by)
    for others, said in (
        ([fence.id], "into itself"),
        ([], "at least two"),
        ([gone.id], "is deleted"),
        ([frank.id], "one kind"),
        ([make_account(by, str(n)).id for n in range(5)], "At most 5"),
    ):
        with pytest.raises(Refused, match=said):
            merge_records("account", fence.id, others, by=by)
    notes = [make_activity(by).id for _n in range(2)]
    with pytest.raises(Refused, match="can't be merged: Activities"):
        merge_records("activity", notes[0], notes[1:], by=by)
    wall = make_account(by, "Wall")
    merge(by, fence, wall)
    with pytest.raises(Refused, match="merged into another record already"):
        merge(by, fence, wall)


def test_what_somebody_changed_meanwhile_is_looked_at_again(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Fence Ltd")
    perform("account", "update", double, by=by, city="York")
    with pytest.raises(Conflict, match="Fence Ltd"):
        merge_records("account", fence.id, [double.id], by=by, versions={double.id: 1})
    assert double.deleted_at is None


def test_who_may_not_delete_the_others_or_change_the_one_does_not_merge(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        shown, hidden = make_account(by, "Hers"), make_account(by, "Hidden").id
        follow(registry().type("account"), shown, by.session.get_one(User, bob.user_id), by)
        hers = shown.id
    with acme.acting(bob) as by:
        his = make_account(by, "His").id
        with pytest.raises(NotPermitted, match="may not delete “Hers”"):
            merge_records("account", his, [hers], by=by)
        with pytest.raises(NotPermitted, match="may not change “Hers”"):
            merge_records("account", hers, [his], by=by)
        with pytest.raises(Missing):
            merge_records("account", his, [hidden], by=by)


def test_the_activity_of_one_who_deleted_it_moves_too(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Fence Ltd")
    note = make_activity(by, account_id=str(double.id))
    perform("activity", "delete", note, by=by)
    merge(by, fence, double)
    assert by.session.get_one(Activity, note.id, populate_existing=True).account_id == fence.id
