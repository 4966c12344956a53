"""Merges, duplicates, files and answers of receivers, used by people who mean harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.automation.webhooks.outcome import _asked_for
from app.identity.models import FieldRule, Grant, User
from app.kernel.actor import Reach
from app.kernel.ids import new_id
from app.kernel.outgoing import Heard
from app.records.duplicates.models import NotDuplicate
from app.records.files import operations
from app.records.files.models import File
from app.records.merge.operations import merge_records
from app.records.registry import registry
from app.records.sharing.models import SharingRule
from app.records.sharing.operations import create_rule
from config.settings import Settings
from tests.attacks.program import Programs, program
from tests.attacks.test_files_and_merges import grant
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_file
from tests.records.core.test_sharing import share
from tests.records.core.test_sharing_filters import Filter
from tests.records.files.conftest import on_disk
from tests.records.imports.conftest import allow
from tests.records.pages.conftest import statements

pytestmark = pytest.mark.usefixtures("no_files")

__all__ = ["program"]


def hide(workspace: Workspace, person: Person, kind: str, key: str) -> None:
    with workspace.scope() as session:
        role = session.get_one(User, person.user_id).role
        session.add(FieldRule(role_id=role.id, record_type=kind, field=key, access=0))
        role.stamp = new_id()


# What a merge shares


def test_who_merges_two_firms_of_their_own_widens_no_rule_of_sharing(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    """People of one firm of Bob's are shared with his role; those of his other firm are not."""
    for verb in ("read", "update", "delete"):
        allow(acme, "sales_rep", verb)
    for kind in ("contact", "account"):
        grant(acme, bob, kind, Reach.OWN)
    with acme.acting(bob) as by:
        shared, other = make_account(by, "Fence").id, make_account(by, "Gate").id
    with acme.acting(alice) as by:
        hers = make_contact(by, account_id=str(other)).id
        role = by.session.get_one(User, bob.user_id).role_id
        filters = (Filter("account_id", "eq", str(shared)),)
        create_rule(by, "contact", filters=filters, access="update", group=f"role:{role}")
    api = program(bob)
    before = api.patch(f"contacts/{hers}", {"title": "Mine"}).status_code
    assert before in (403, 404)
    with acme.acting(bob) as by:
        merge_records("account", other, [shared], by=by)
    assert api.patch(f"contacts/{hers}", {"title": "Mine"}).status_code == before


def test_who_manages_sharing_widens_no_rule_to_what_they_do_not_reach(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Bob may make rules, and reaches his own people alone."""
    for verb in ("read", "update", "delete"):
        allow(acme, "sales_rep", verb)
    for kind in ("contact", "account"):
        grant(acme, bob, kind, Reach.OWN)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.add(
            Grant(id=new_id(), role_id=role.id, record_type="sharing", verb="manage", reach=3)
        )
        role.stamp = new_id()
    with acme.acting(bob) as by:
        shared, other = make_account(by, "Fence").id, make_account(by, "Gate").id
    with acme.acting(alice) as by:
        filters = (Filter("account_id", "eq", str(shared)),)
        group = f"role:{by.session.get_one(User, bob.user_id).role_id}"
        rule = create_rule(by, "contact", filters=filters, access="read", group=group).id
    with acme.acting(bob) as by:
        merge_records("account", other, [shared], by=by)
    with acme.scope() as session:
        stands = str(session.get_one(SharingRule, rule).conditions)
    assert str(shared) in stands
    assert str(other) not in stands


# Duplicates


def test_duplicates_are_not_narrowed_by_an_owner_that_may_not_be_seen(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        for _number in range(2):
            make_account(by, "Larkspur")
    grant(acme, bob, "account", Reach.ALL)
    hide(acme, bob, "account", "owner_id")
    pages = [
        bob.client.get(f"/accounts/duplicates?owner={one.user_id}").text for one in (alice, bob)
    ]
    api = program(bob)
    told = [api.get(f"accounts/duplicates?owner_id={one.user_id}").text for one in (alice, bob)]
    assert ("Larkspur" in pages[0]) is ("Larkspur" in pages[1])
    assert ("Larkspur" in told[0]) is ("Larkspur" in told[1])


def test_who_sees_no_sign_takes_back_nothing_that_was_said_by_it(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    """Two people share an address that Bob may not see: he learns nothing of it by taking back."""
    with acme.acting(alice) as by:
        ids = [
            str(make_contact(by, last, first, email="one@north.example").id)
            for last, first in (("Archer", "Ann"), ("Baker", "Ben"))
        ]
    mine = program(alice)
    assert mine.post("contacts/not-duplicates", {"ids": ids}).json == {"pairs": 1}
    grant(acme, bob, "contact", Reach.ALL)
    hide(acme, bob, "contact", "email")
    answer = program(bob).post("contacts/not-duplicates/undo", {"ids": ids})
    assert answer.json != {"pairs": 1}
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(NotDuplicate)) == 1


def test_who_sees_no_sign_at_all_says_nothing_of_records_by_any(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        firm = str(make_account(by, "Larkspur").id)
        ids = [str(make_contact(by, "Archer", "Ann", account_id=firm).id) for _number in range(2)]
    grant(acme, bob, "contact", Reach.ALL)
    signs = registry().type("contact").signs
    for key in {part.key for sign in signs for part in sign.needs}:
        hide(acme, bob, "contact", key)
    assert program(bob).post("contacts/not-duplicates", {"ids": ids}).status_code == 422
    assert program(alice).post("contacts/not-duplicates", {"ids": ids}).status_code == 200
    assert program(bob).post("contacts/not-duplicates/undo", {"ids": ids}).json == {"pairs": 0}


def test_nobody_says_of_a_colleague_s_or_a_stranger_s_records_what_they_are(
    acme: Workspace, alice: Person, bob: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_account(by, "Larkspur").id) for _number in range(2)]
    grant(acme, bob, "account", Reach.OWN)
    for person in (bob, dora, charlie):
        api = program(person)
        for path in ("not-duplicates", "not-duplicates/undo"):
            assert api.post(f"accounts/{path}", {"ids": ids}).status_code in (403, 404, 422)
        for verb in ("deny", "undeny"):
            person.client.post(f"/accounts/duplicates/{verb}", data={"ids": ids})
    assert "Larkspur" not in bob.client.get("/accounts/duplicates").text
    assert "Larkspur" not in program(bob).get("accounts/duplicates").text
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(NotDuplicate)) == 0


@pytest.mark.parametrize(
    "query",
    [
        "after=ffffffffffffffff",
        "after=7fffffffffffffff",
        "after=" + "f" * 500,
        "after=-1",
        "owner=" + "9" * 400,
        "owner[]=me&reason[]=email",
        "reason=' OR 1=1--",
        "show=denied&show=x",
        "ids=%ff%fe",
    ],
)
def test_odd_questions_after_duplicates_are_answered(
    alice: Person, program: Programs, query: str
) -> None:
    for path in ("contacts/duplicates", "contacts/duplicates/count"):
        assert alice.client.get(f"/{path}?{query}").status_code < 500
    cursor = query.replace("after", "cursor").replace("owner", "owner_id")
    assert program(alice).get(f"contacts/duplicates?{cursor}").status_code < 500
    for verb in ("deny", "undeny", "compare"):
        answer = alice.client.post(f"/contacts/duplicates/{verb}?{query}", data={"ids": "\u0661"})
        assert answer.status_code < 500


def test_the_statements_of_the_page_of_duplicates_do_not_grow_with_shared_records(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Bob reads and changes firms of others by a rule alone."""
    grant(acme, bob, "account", Reach.OWN)
    with acme.acting(alice) as by:
        share(by, "update")
    numbers = []
    for letter in "abcd":
        with acme.acting(alice) as by:
            for _twice in range(2):
                make_account(by, f"Larkspur {letter * 4}", lifecycle="customer")
        with statements() as seen:
            page = bob.client.get("/accounts/duplicates")
        assert f"Larkspur {letter * 4}" in page.text
        numbers.append(len(seen))
    assert numbers[1] == numbers[3], numbers


# What a receiver answers


@pytest.mark.parametrize(
    "asked",
    [
        "Fri, 01 Jan 2027 00:00:00 +99999999999999999999",
        "Fri, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "-1",
        "\u0661\u0662",
    ],
)
def test_an_odd_retry_after_is_a_failure_like_any_other(asked: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    wait = _asked_for(Heard(503, {"retry-after": asked}, b"", 0.1), now)
    assert timedelta() <= wait <= timedelta(hours=10)


# Files


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30, "9" * 5000])
def test_a_version_that_no_file_can_have_is_not_there(
    acme: Workspace, alice: Person, program: Programs, number: str
) -> None:
    with acme.acting(alice) as by:
        file = make_file(by, "account", make_account(by).id).id
    assert alice.client.get(f"/files/{file}/versions/{number}").status_code == 404
    answer = program(alice).get(f"files/{file}/content?number={number}")
    assert answer.status_code in (404, 422)


def test_bringing_files_back_does_not_pass_the_most_that_a_record_has(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST", 2)
    with acme.acting(alice) as by:
        firm = make_account(by).id
        gone = make_file(by, "account", firm, "a.txt").id
    assert alice.client.post(f"/files/{gone}/delete").status_code == 303
    with acme.acting(alice) as by:
        for name in ("b.txt", "c.txt"):
            make_file(by, "account", firm, name)
    alice.client.post(f"/files/{gone}/restore")
    with acme.scope() as session:
        standing = select(func.count()).where(File.deleted_at.is_(None))
        assert session.scalar(standing.select_from(File)) <= 2


def test_a_file_stays_when_something_smaller_of_its_request_is_undone(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with acme.acting(alice) as by:
        file = make_file(by, "account", make_account(by).id)
        by.session.begin_nested().rollback()
    assert [one.name for one in on_disk(settings, acme)] == [file.stored]


def test_a_file_goes_with_its_request_though_a_part_of_it_was_kept(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with pytest.raises(RuntimeError, match="cut"), acme.acting(alice) as by:  # noqa: PT012
        with by.session.begin_nested():
            make_file(by, "account", make_account(by).id)
        raise RuntimeError("cut")
    assert list(on_disk(settings, acme)) == []


def test_a_file_goes_with_the_part_of_a_request_in_which_it_was_added(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    """A part within the part was kept, and then the part was not."""
    with acme.acting(alice) as by:
        firm = make_account(by).id
        stays = make_file(by, "account", firm, "a.txt")
        part = by.session.begin_nested()
        with by.session.begin_nested():
            make_file(by, "account", firm, "b.txt")
        part.rollback()
        after = make_file(by, "account", firm, "c.txt")
    assert {one.name for one in on_disk(settings, acme)} == {stays.stored, after.stored}
