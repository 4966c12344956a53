"""A timeline tells no more of activities than the reader's role sees, and offers no more."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete

from app.identity.models import FieldRule, Grant, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

KINDS = ["Follow-ups", "Calls", "Meetings", "Visits", "Mails", "Tasks", "Notes"]


@pytest.fixture
def url(acme: Workspace, bob: Person) -> str:
    """The page of Bob's account, with a call that he made and one that is overdue."""
    with acme.acting(bob) as by:
        account = make_account(by)
        make_activity(by, "call", body="They answered.", account_id=account.id)
        make_activity(by, "call", subject="Again", due_at="2020-01-02T09:00", account_id=account.id)
        return f"/accounts/{account.id}"


def hide(acme: Workspace, bob: Person, key: str) -> None:
    """Keep a field of activities from Bob's role."""
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        access = int(FieldAccess.HIDDEN)
        session.add(FieldRule(role_id=role.id, record_type="activity", field=key, access=access))
        role.stamp = new_id()


def chips(page: str) -> list[str]:
    return re.findall(r'<a class="tl-show"[^>]*>([^<]*)</a>', page)


def test_filters_by_kind_are_offered_to_who_reads_activities(bob: Person, url: str) -> None:
    assert chips(bob.client.get(url).text) == ["All", *KINDS, "Business", "Changes"]


def test_no_filter_by_kind_is_offered_to_who_may_not_read_activities(
    acme: Workspace, bob: Person, url: str
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        mine = (Grant.role_id == role.id, Grant.record_type == "activity", Grant.verb == "read")
        session.execute(delete(Grant).where(*mine))
        role.stamp = new_id()
    for address in (url, f"{url}?show=call"):
        page = bob.client.get(address).text
        assert chips(page) == ["All", "Business", "Changes"]
        assert "They answered." not in page


def test_who_may_not_see_the_kind_can_not_filter_by_it(
    acme: Workspace, bob: Person, url: str
) -> None:
    hide(acme, bob, "kind")
    page = bob.client.get(f"{url}?show=meeting").text
    assert chips(page) == ["All", "Business", "Changes"]
    assert "They answered." in page
    assert "is-call" not in page
    assert "</b> <span>called" not in page


def test_who_may_not_see_the_time_of_a_plan_is_not_told_that_it_is_late(
    acme: Workspace, bob: Person, url: str
) -> None:
    assert "Overdue" in bob.client.get(url).text
    hide(acme, bob, "due_at")
    page = bob.client.get(url).text
    assert "Again" in page
    timeline = page[page.index('id="timeline"') :]
    assert "Overdue" not in timeline
    assert "2020-01-02" not in timeline
    assert "Jan 2020" not in timeline


def test_who_may_not_see_who_did_it_is_told_of_a_colleague(
    acme: Workspace, bob: Person, url: str
) -> None:
    assert "<b>Bob Baker</b> <span>called" in bob.client.get(url).text
    hide(acme, bob, "done_by_id")
    assert "<b>A colleague</b> <span>called" in bob.client.get(url).text
