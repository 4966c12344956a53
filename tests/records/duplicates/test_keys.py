"""Keys: equal where people would call two records the same, and kept by every way in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, event, select

from app.demo.load import Amounts, load
from app.identity.models import FieldRule, User
from app.jobs.worker import Worker
from app.kernel.actor import Actor, FieldAccess
from app.kernel.ids import new_id
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.duplicates import jobs
from app.records.duplicates.deny import deny
from app.records.duplicates.keep import keep_keys
from app.records.duplicates.keys import how_of, keys_of, range_of
from app.records.duplicates.match import match_many
from app.records.duplicates.models import DuplicateKey, NotDuplicate, SharedKey
from app.records.many import perform_many
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.registry import registry
from app.records.trash import purge_deleted
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.duplicates.kept import agree

FIRM = "00000000-0000-7000-8000-000000000001"
OTHER_FIRM = "00000000-0000-7000-8000-000000000002"


@pytest.fixture
def by(acme: Workspace, alice: Person, bob: Person) -> Iterator[Actor]:
    """Alice at work."""
    with acme.acting(alice) as actor:
        yield actor


def meet(kind: str, one: dict[str, str], other: dict[str, str]) -> list[str]:
    """By which signs two records meet."""
    record_type = registry().type(kind)
    return [how_of(key) for key in keys_of(record_type, one) if key in keys_of(record_type, other)]


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ({"name": "Fence & Sons, Ltd."}, {"name": "FENCE AND SONS inc"}, "firm"),
        ({"name": "北京云杉智能科技有限公司"}, {"name": "北京云杉智能科技"}, "firm"),
        ({"name": "云杉智能有限公司"}, {"name": "Yunshan Zhineng Co., Ltd."}, "firm"),
        ({"name": "绿洲贸易"}, {"name": "LV ZHOU MAO YI"}, None),
        ({"name": "绿洲贸易"}, {"name": "Lu Zhou Mao Yi"}, "firm"),
        ({"name": "Fence"}, {"name": "Fences"}, None),
        ({"name": "AB"}, {"name": "ab"}, None),  # Too short to say anything.
        ({"email": "Info@Fence.example"}, {"email": "info@fence.example"}, "email"),
        ({"email": "info"}, {"email": "info"}, None),
        ({"phone": "+442079460123"}, {"phone": "+442079460123"}, "phone"),
        ({"phone": "+442079460123 x12"}, {"phone": "+442079460123 x13"}, None),
        ({"phone": "x12"}, {"phone": "x12"}, None),
        ({"business_id": "91110-ma01"}, {"business_id": "91110MA01"}, "number"),
        ({"business_id": "12"}, {"business_id": "12"}, None),
    ],
)
def test_firms_meet_by_what_tells_them(
    by: Actor, one: dict[str, str], other: dict[str, str], how: str | None
) -> None:
    assert meet("account", one, other) == ([how] if how else [])


def person(last: str, first: str, firm: str = FIRM) -> dict[str, str]:
    return {"last_name": last, "first_name": first, "account_id": firm}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (person("陈", "思远"), person("思远", "陈"), True),
        (person("陈", "思远"), person("", "陈思远"), True),
        (person("陈", "思远"), person("陈思远", ""), True),
        (person("欧阳", "明"), person("欧阳明", ""), True),
        (person("陈", "思远"), person("Chen", "Siyuan"), True),
        (person("Chen", "Si Yuan"), person("SIYUAN", "chen"), True),
        (person("曾", "丽"), person("Zeng", "Li"), True),  # As a surname is read.
        (person("吕", "芳"), person("Lu", "Fang"), True),
        (person("Smith", "John A."), person("Smith", "John"), True),
        (person("Muñoz", "José"), person("Munoz", "Jose"), True),
        (person("Smith", "John"), person("Smith", "Joan"), False),
        (person("Smith", ""), person("Smith", ""), False),  # Half a name is that of many.
        (person("", ""), person("", ""), False),
        (person("Smith", "John", FIRM), person("Smith", "John", FIRM), True),
        (person("Smith", "John", FIRM), person("Smith", "John", OTHER_FIRM), False),
        (person("Smith", "John", FIRM), person("Smith", "John", ""), False),
        (person("Smith", "John", ""), person("Smith", "John", ""), False),  # There are many.
    ],
)
def test_people_meet_by_both_names_within_a_firm(
    by: Actor, one: dict[str, str], other: dict[str, str], is_same: bool
) -> None:
    assert meet("contact", one, other) == (["person"] if is_same else [])


@pytest.mark.parametrize(
    ("name", "is_same"),
    [
        (("陈", "思远"), True),
        (("陈", "经理"), True),  # Of the same number and surname.
        (("Wall", "Siyuan"), True),
        (("王", "芳"), False),  # The number of the house, then.
        (("", "Fang"), False),
    ],
)
def test_people_meet_by_a_number_and_one_of_their_names(
    by: Actor, name: tuple[str, str], is_same: bool
) -> None:
    phone = {"phone": "+8613812345678"}
    met = meet("contact", {**person("陈", "思远", FIRM), **phone}, {**person(*name, ""), **phone})
    assert set(met) == ({"phone"} if is_same else set())


def test_the_surest_key_is_the_least_and_no_key_shows_what_it_was_made_of(by: Actor) -> None:
    known = {**person("Fence", "Frank"), "phone": "+442079460123", "email": "frank@fence.example"}
    keys = keys_of(registry().type("contact"), known)
    assert [how_of(key) for key in keys] == ["email", "phone", "phone", "person"]
    assert all(range_of(how_of(key))[0] <= key < range_of(how_of(key))[1] for key in keys)
    assert all(0 < key < 2**63 for key in keys)


def test_a_sign_with_a_hidden_field_has_no_key_for_that_reader(by: Actor) -> None:
    known = {**person("Fence", "Frank"), "email": "frank@fence.example"}
    seen = {"last_name", "first_name", "email"}
    keys = keys_of(registry().type("contact"), known, seen)
    assert [how_of(key) for key in keys] == ["email"]  # A name is compared beside the firm.


def test_what_is_created_changed_deleted_and_restored_has_its_keys(by: Actor) -> None:
    firm = str(make_account(by).id)
    frank = make_contact(by, email="frank@fence.example", account_id=firm)
    also = {"email": "FRANK@fence.example", "phone": "020 7946 0123"}
    double = make_contact(by, "Double", account_id=firm, **also)
    assert agree(by) == 1
    perform("contact", "update", double, by=by, email="double@fence.example")
    assert agree(by) == 0
    perform("contact", "update", double, by=by, last_name="Fence")
    assert agree(by) == 1
    perform("contact", "delete", frank, by=by)
    assert agree(by) == 0
    perform("contact", "restore", frank, by=by)
    assert agree(by) == 1
    perform("contact", "update", double, by=by, title="Chief")
    assert agree(by) == 1
    perform("contact", "update", double, by=by, account_id=None)
    assert agree(by) == 0


def test_what_goes_and_comes_back_with_a_firm_does_so_with_its_keys(by: Actor) -> None:
    firm = make_account(by)
    for _each in range(2):
        make_contact(by, account_id=str(firm.id))
    assert agree(by) == 1
    perform("account", "delete", firm, by=by)
    assert agree(by) == 0
    perform("account", "restore", firm, by=by)
    assert agree(by) == 1


def test_many_rows_at_once_meet_each_other_and_what_stands(by: Actor) -> None:
    make_contact(by, "Wall", email="wall@fence.example")
    rows = [
        {"last_name": f"No {n}", "first_name": "Ann", "email": f"a{n % 3}@b.example"}
        for n in range(6)
    ]
    perform_many(
        "contact", "create", [*rows, {"last_name": "W", "email": "wall@fence.example"}], by=by
    )
    assert agree(by) == 4


def test_a_change_of_many_rows_and_its_undoing_keep_their_keys(by: Actor) -> None:
    firms = [make_account(by, f"Firm {n}", phone="020 7946 0123" if n else None) for n in range(3)]
    assert agree(by) == 1
    chosen = Selection(tuple(one.id for one in firms))
    change = begin_change(
        registry().type("account"), "update", chosen, {"phone": "020 7946 0999"}, by
    )
    assert agree(by) == 1
    begin_undo(change.id, by)
    assert agree(by) == 1
    begin_change(registry().type("account"), "delete", chosen, {}, by)
    assert agree(by) == 0


def test_a_merge_and_its_undoing_keep_keys_of_the_records_and_of_those_that_move(by: Actor) -> None:
    fence, double = make_account(by), make_account(by, "Fence and Sons Ltd", phone="020 7946 0123")
    for firm in (fence, double):
        make_contact(by, account_id=str(firm.id))
    assert agree(by) == 1  # The firms; of the people each is of another one.
    merge = merge_records("account", fence.id, [double.id], by=by)
    assert agree(by) == 1  # The people, who are of one firm now.
    undo_merge(merge.id, by=by)
    assert agree(by) == 1
    perform("account", "update", double, by=by, name="Wall")
    assert agree(by) == 0


def test_what_is_removed_for_good_leaves_nothing(by: Actor) -> None:
    frank, double = make_contact(by), make_contact(by)
    for one in (frank, double):
        perform("contact", "delete", one, by=by)
    assert purge_deleted(registry().type("contact"), by.now.replace(year=2999), by) == 2
    assert by.session.scalar(select(DuplicateKey.key)) is None


def test_the_demo_s_rows_have_the_keys_that_the_door_would_have_written(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting() as by:
        amounts = Amounts(accounts=60, contacts=200, activities=20, seed=7, workspace="mixed")
        for _written in load(by, [alice.user_id], amounts):
            pass
        agree(by)


def test_two_who_enter_one_person_at_the_same_moment_are_both_found(
    acme: Workspace, alice: Person
) -> None:
    def enter() -> None:
        with Workspace(acme.facts, acme.engine_app).acting(alice) as by:
            make_contact(by, email="frank@fence.example")

    with ThreadPoolExecutor(1) as pool, acme.acting(alice) as by:
        make_contact(by, email="frank@fence.example")
        pool.submit(enter).result(timeout=30)  # It doesn't wait for this one, and sees nothing.
    with acme.acting(alice) as by:
        assert agree(by) == 1


def test_what_bulks_could_not_see_of_each_other_is_noted_by_the_day_s_job(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        for _each in range(2):
            make_contact(by, email="frank@fence.example")
        by.session.execute(delete(SharedKey))
        by.session.add(SharedKey(record_type="contact", key=1))  # Nobody has it any more.
        jobs.note_shared_keys.run(by, {})
        assert agree(by) == 1


def test_records_from_before_the_keys_get_theirs(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 2)
    with acme.acting(alice) as by:
        for number in range(5):
            make_contact(by, email=f"frank{number % 2}@fence.example")
            make_account(by, f"Firm {number % 2}00")
        perform("contact", "delete", make_contact(by, "Gone"), by=by)
        by.session.execute(delete(DuplicateKey))
        by.session.execute(delete(SharedKey))
        jobs.note_shared_keys.run(by, {})  # The day's job sees that there are none.
    worker.drain()
    with acme.acting(alice) as by:
        assert agree(by) == 4


def test_keys_by_a_name_alone_from_before_it_told_nothing_go_and_what_was_said_of_them(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        firm = str(make_account(by).id)
        pair = sorted(make_contact(by).id for _each in range(2))
        of_firm = [make_contact(by, account_id=firm).id for _each in range(2)]
        key = range_of("person")[0] + 1
        by.session.add_all(DuplicateKey(record_type="contact", record_id=i, key=key) for i in pair)
        by.session.add(SharedKey(record_type="contact", key=key))
        said = {"record_type": "contact", "user_id": alice.user_id, "at": by.now}
        by.session.add(NotDuplicate(key=key, one_id=pair[0], other_id=pair[1], **said))
        by.session.flush()
        deny(registry().type("contact"), of_firm, by=by)
        jobs.note_shared_keys.run(by, {})
    worker.drain()
    with acme.acting(alice) as by:
        assert agree(by) == 1  # Of the two in the firm.
        assert len(by.session.scalars(select(NotDuplicate)).all()) == 1
    queued = worker.drain()
    with acme.acting(alice) as by:
        jobs.note_shared_keys.run(by, {})
    assert worker.drain() == queued == 0  # What is right is not gone through again.


def test_of_many_rows_each_is_told_what_there_is_already(by: Actor) -> None:
    firm = str(make_account(by).id)
    known = {"email": "frank@fence.example", "phone": "020 7946 0123", "account_id": firm}
    frank = make_contact(by, **known)
    ann = make_contact(by, "Wall", "Ann", email="ann@wall.example")
    gone = make_contact(by, "Gone", "Gus", email="gone@wall.example")
    perform("contact", "delete", gone, by=by)
    rows: list[dict[str, Any]] = [
        {"email": "ANN@wall.example", "last_name": "Fence", "phone": "+442079460123"},
        {"email": "gone@wall.example"},
        {"last_name": "Frank", "first_name": "Fence", "account_id": firm},
        {"last_name": "Frank", "first_name": "Fence"},
        {},
    ]
    contact = registry().type("contact")
    assert match_many(contact, rows, by) == [[ann.id, frank.id], [], [frank.id], [], []]
    assert match_many(contact, rows, by, ("phone",)) == [[frank.id], [], [], [], []]
    assert match_many(registry().type("product"), rows, by) == [[], [], [], [], []]


@pytest.mark.parametrize(
    ("also", "is_same"),
    [
        ({}, True),
        ({"email": "f.fence@fence.example"}, True),  # Their other address, it may be.
        ({"phone": "+442079460999"}, True),
        ({"email": "F@fence.example", "phone": "+442079460999"}, True),
        ({"email": "f.fence@fence.example", "phone": "+442079460123"}, True),
        ({"email": "f.fence@fence.example", "phone": "+442079460999"}, False),
    ],
)
def test_another_mail_and_another_phone_speak_against_one_name_in_one_firm(
    by: Actor, also: dict[str, str], *, is_same: bool
) -> None:
    firm = str(make_account(by).id)
    frank = make_contact(by, account_id=firm, email="f@fence.example", phone="020 7946 0123")
    row = {"last_name": "Fence", "first_name": "Frank", "account_id": firm, **also}
    found = match_many(registry().type("contact"), [row], by)
    assert found == [[frank.id] if is_same else []]


def test_a_chunk_of_rows_takes_one_statement(by: Actor) -> None:
    for number in range(30):
        make_contact(by, "Fence", f"Frank {number:02}", email=f"f{number}@fence.example")
    rows = [{"email": f"f{number}@fence.example"} for number in range(30)]
    seen: list[str] = []
    connection = by.session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    found = match_many(registry().type("contact"), rows, by)
    event.remove(connection, "before_cursor_execute", note)
    assert [len(one) for one in found] == [1] * 30
    assert len(seen) == 1


def test_what_half_the_firm_shares_tells_nobody_from_others(by: Actor) -> None:
    for number in range(21):
        make_contact(by, "Fence", f"F{number:02}x", phone="020 7946 0123")
    row = {"last_name": "Fence", "phone": "+442079460123"}
    assert match_many(registry().type("contact"), [row], by) == [[]]


def test_a_row_is_told_of_no_record_and_no_field_that_is_not_theirs_to_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        make_account(by, "Fence", email="info@fence.example")
    with acme.acting(bob) as by:
        mine = make_account(by, "Wall", email="info@wall.example").id
        rows = [{"email": "info@fence.example"}, {"email": "info@wall.example"}]
        assert match_many(account, rows, by) == [[], [mine]]
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(role_id=role.id, record_type="account", field="email")
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()
    with acme.acting(bob) as by:
        assert match_many(account, rows, by) == [[], []]


def test_keys_that_are_right_already_are_left_alone(by: Actor) -> None:
    frank = make_contact(by, email="frank@fence.example")
    place = select(DuplicateKey.key).where(DuplicateKey.record_id == frank.id)
    before = sorted(by.session.scalars(place))
    keep_keys(registry().type("contact"), [frank.id, new_id()], by)
    assert sorted(by.session.scalars(place)) == before
