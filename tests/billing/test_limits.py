"""Limits: exact whoever comes at the same moment, told before they are reached, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.billing.jobs import JOBS
from app.billing.notices import tell_of_limits
from app.crm.models import Account
from app.identity.models import Invitation, Notice, User
from app.identity.operations.invitations import invite, revoke_invitation
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user, disable_user, enable_user
from app.identity.usage import seats, slots
from app.identity.usage.models import UsageSlot
from app.jobs.enqueue import enqueue
from app.jobs.registry import Registry
from app.jobs.room import waiting
from app.jobs.schedule import enqueue_due
from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, OverLimit
from app.kernel.ids import new_id
from app.records import usage
from app.records.door import perform
from app.records.many import perform_many
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Person, Workspace, visitor

Fresh = Callable[[str], Workspace]


@pytest.fixture
def fresh(fresh: Fresh, app: Flask) -> Fresh:
    """As everywhere, inside the whole application, which can send mails."""
    return lambda slug: Workspace(fresh(slug).facts, app)


def bounded(workspace: Workspace, **limits: int) -> Workspace:
    """The same workspace with other limits."""
    facts = replace(workspace.facts, limits={**workspace.facts.limits, **limits})
    return Workspace(facts, workspace.engine_app)


def apart(house: Workspace) -> Workspace:
    """The same workspace for another thread, which opens a scope of its own."""
    return Workspace(house.facts, house.engine_app)


def somebody(by: Actor) -> Actor:
    """The same actor as a person, whom limits refuse."""
    return replace(by, user_id=by.session.scalars(select(User.id).limit(1)).one())


def at_once(n: int, work: Callable[[int], object]) -> list[object]:
    """What `work` answers for each number, all at the same moment; answers are told, not raised."""
    start = Barrier(n)

    def run(number: int) -> object:
        start.wait()
        try:
            return work(number)
        except (OverLimit, Conflict) as answer:
            return answer

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


def test_people_who_are_invited_at_the_same_moment_never_exceed_the_seats(fresh: Fresh) -> None:
    house = bounded(fresh("initech"), seats=4)

    def ask(number: int) -> str:
        with apart(house).acting() as by:
            if number % 2:
                email = f"p{number}@initech.example"
                invite(by, way="mail", role=role_by_key(by.session, "viewer"), email=email)
            else:
                role = role_by_key(by.session, "viewer")
                create_user(by, email=f"p{number}@initech.example", name="P", role=role)
        return "in"

    answers = at_once(6, ask)
    assert answers.count("in") == 3  # The owner has the first seat.
    with house.scope():
        assert seats.taken(house.actor()) == 4


def test_seats_given_back_and_people_invited_at_the_same_moment_never_cross(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        seats.follow(house.actor(), 3)

    def ask(number: int) -> str:
        with apart(house).acting() as by:
            if number == 0:
                seats.hold(by, 1)
            else:
                email = f"p{number}@initech.example"
                invite(by, way="mail", role=role_by_key(by.session, "viewer"), email=email)
        return "in"

    at_once(4, ask)
    with house.scope():
        by = house.actor()
        assert seats.taken(by) <= (seats.most(by) or 0)


def test_a_seat_is_free_again_once_somebody_is_disabled_or_an_invitation_withdrawn(
    fresh: Fresh,
) -> None:
    house = bounded(fresh("initech"), seats=2)
    with house.scope():
        by = house.actor()
        role = role_by_key(by.session, "viewer")
        made = invite(by, way="mail", role=role, email="new@initech.example")
        with pytest.raises(OverLimit, match="All 2 seats"):
            create_user(by, email="third@initech.example", name="Third", role=role)
        revoke_invitation(by, made.invitation.id)
        third = create_user(by, email="third@initech.example", name="Third", role=role)
        disable_user(by, third)
        fourth = create_user(by, email="fourth@initech.example", name="Fourth", role=role)
        with pytest.raises(OverLimit):
            enable_user(by, third)
        disable_user(by, fourth)
        enable_user(by, third)


def test_who_is_invited_already_gets_the_seat_that_was_kept(fresh: Fresh) -> None:
    house = bounded(fresh("initech"), seats=2)
    with house.scope():
        by = house.actor()
        role = role_by_key(by.session, "viewer")
        made = invite(by, way="mail", role=role, email="new@initech.example")
        made.invitation.uses = 1  # As accepting claims it, before the user is made.
        by.session.flush()
        create_user(by, email="new@initech.example", name="New", role=role)
        assert seats.taken(by) == 2


def test_a_person_who_comes_by_a_link_when_no_seat_is_free_is_told_so(
    acme: Workspace, app: Flask
) -> None:
    with Workspace(acme.facts, app).acting() as by:
        link = invite(by, way="link", role=role_by_key(by.session, "viewer"), max_uses=5)
        seats.follow(by, seats.taken(by))
    guest = visitor(app, acme)
    path = link.url[link.url.index("/invitations/") :]
    typed = {"name": "Late", "email": "late@acme.example", "password": "a long Phrase 2026"}
    assert guest.get(path).status_code == 200
    answer = guest.post(path, data=typed)
    assert answer.status_code == 402
    assert "seats of your workspace are taken" in answer.text
    assert "late@acme.example" in answer.text  # What was typed is kept.
    with acme.scope():
        session = acme.actor().session
        assert session.scalar(select(User.id).where(User.name == "Late")) is None
        assert session.scalars(select(Invitation.uses)).one() == 0


def test_records_that_are_made_at_the_same_moment_never_exceed_the_plan(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        before = usage.used_records(house.actor())
    house = bounded(house, records=before + 5)
    with house.scope():
        perform("account", "create", by=somebody(house.actor()), name="First")

    def make(number: int) -> str:
        with apart(house).acting() as by:
            perform("account", "create", by=somebody(by), name=f"Firm {number}")
        return "made"

    answers = at_once(6, make)
    made = answers.count("made")
    with house.scope():
        by = house.actor()
        assert usage.count_records(by) == before + 1 + made == usage.used_records(by)
        assert made == 4  # And nobody was refused while there was room.


def test_nobody_waits_for_another_who_makes_records_meanwhile(fresh: Fresh) -> None:
    house = bounded(fresh("initech"), records=10_000)
    with house.scope():
        perform("account", "create", by=somebody(house.actor()), name="First")

    def other(_number: int) -> str:
        with apart(house).acting() as by:
            by.session.connection().exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
            perform("account", "create", by=somebody(by), name="Second")
        return "made"

    with house.scope():
        perform("account", "create", by=somebody(house.actor()), name="Held")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(other, 1).result(10) == "made"


def test_a_refused_record_leaves_nothing_and_says_what_to_do(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.scope():
        before = usage.used_records(acme.actor())
    monkeypatch.setattr(usage, "limit_of", lambda _by: before)
    alice.client.get("/accounts/new")
    answer = alice.client.post("/accounts/new", data={"name": "One too many"})
    assert answer.status_code == 402
    assert "choose a larger plan" in answer.text
    assert "One too many" in answer.text
    told = alice.client.post(
        "/accounts/new",
        data={"name": "One too many"},
        headers={"Accept-Language": "zh-CN", "Cookie": "lang=zh-CN"},
    )
    assert told.status_code == 402
    with acme.scope():
        by = acme.actor()
        assert by.session.scalar(select(Account.id).where(Account.name == "One too many")) is None
        assert usage.used_records(by) == before


def test_deleting_makes_room_and_bringing_back_takes_it(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        by = somebody(house.actor())
        first = perform("account", "create", by=by, name="First")
        tight = replace(by, tenant=replace(by.tenant, limits={"records": usage.used_records(by)}))
        with pytest.raises(OverLimit):
            perform("account", "create", by=tight, name="Second")
        perform("account", "delete", first, by=tight)
        perform("account", "create", by=tight, name="Second")
        with pytest.raises(OverLimit):
            perform("account", "restore", first, by=tight)
        assert usage.used_records(by) == usage.count_records(by)


def test_many_at_once_are_counted_once_and_refused_as_a_whole(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        by = somebody(house.actor())
        room = usage.used_records(by) + 5
        tight = replace(by, tenant=replace(by.tenant, limits={"records": room}))
        perform_many("account", "create", [{"name": f"F{n}"} for n in range(5)], by=tight)
        assert usage.used_records(by) == usage.count_records(by) == room
        with pytest.raises(OverLimit, match="so 2 more do not fit"):
            perform_many("account", "create", [{"name": "A"}, {"name": "B"}], by=tight)


def test_what_arrives_by_itself_is_let_in_and_counted(fresh: Fresh) -> None:
    house = bounded(fresh("initech"), records=1)
    with house.scope():
        by = house.actor()  # The service itself.
        for number in range(3):
            perform("account", "create", by=by, name=f"Arrived {number}")
        assert usage.used_records(by) == usage.count_records(by) > 1
        with pytest.raises(OverLimit):
            perform("account", "create", by=somebody(by), name="By hand")


def test_a_smaller_and_a_larger_plan_hold_at_once(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        by = house.actor()
        for most, fits in (
            (None, True),
            (3, True),
            (3, True),
            (2, False),
            (None, True),
            (4, False),
        ):
            assert slots.take(by, "tried", 1, most, count=lambda: 0) is fits, most
        assert slots.used(by, "tried") == 4


def test_rows_never_give_away_more_room_than_there_is(fresh: Fresh) -> None:
    house = fresh("initech")
    for most in (100, 100, 90, 120):
        with house.scope():
            by = house.actor()
            for _n in range(7):
                slots.take(by, "tried", 2, most, count=lambda: 0)
            slots.give_back(by, "tried", 3)
            rows = by.session.scalars(
                select(UsageSlot)
                .where(UsageSlot.kind == "tried")
                .execution_options(populate_existing=True)
            ).all()
            assert sum(row.used + row.room for row in rows) <= most


def test_the_number_is_put_right_by_what_there_is(fresh: Fresh) -> None:
    house = fresh("initech")
    with house.scope():
        by = house.actor()
        perform("account", "create", by=by, name="Firm")
        by.session.add(_past_the_door(by))
        by.session.flush()
        assert usage.used_records(by) != usage.count_records(by)
        usage.count_anew(by)
        assert usage.used_records(by) == usage.count_records(by)


def _past_the_door(by: Actor) -> Account:
    known = by.session.scalars(select(Account).limit(1)).one()
    columns = {
        one.key: getattr(known, one.key)
        for one in Account.__mapper__.column_attrs
        if one.key != "id"
    }
    return Account(id=new_id(), **columns)


def test_those_who_look_after_the_plan_are_told_at_80_percent_and_at_100_once_each(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    def tell(most: int) -> list[str]:
        with acme.scope():
            by = acme.actor()
            tight = {"records": most}
            return tell_of_limits(replace(by, tenant=replace(by.tenant, limits=tight)))

    with acme.scope():
        by = acme.actor()
        for number in range(9):
            perform("account", "create", by=by, name=f"Firm {number}")
        there = usage.used_records(by)
    assert tell(there * 10) == []
    assert tell(there * 100 // 85) == ["records"]
    assert tell(there * 100 // 85) == []
    assert tell(there) == ["records"]
    assert tell(there * 10) == []
    assert tell(there) == ["records"]
    with acme.scope():
        session = acme.actor().session
        told = session.execute(select(Notice.user_id, func.count()).group_by(Notice.user_id)).all()
        assert {user_id for user_id, _n in told} == {alice.user_id}
        assert dict(told)[alice.user_id] == 3


def test_the_page_shows_every_limit_to_who_looks_after_the_plan(alice: Person, bob: Person) -> None:
    answer = alice.client.get("/settings/usage")
    assert answer.status_code == 200
    for word in ("Seats", "Records", "Storage", "E-mails this month", "API calls today"):
        assert word in answer.text
    assert bob.client.get("/settings/usage").status_code == 403
    chinese = alice.client.get("/settings/usage", headers={"Cookie": "lang=zh-CN"})
    assert chinese.status_code == 200


def test_the_service_s_own_recurring_work_is_not_the_workspace_s(
    acme: Workspace, alice: Person, app: Flask
) -> None:
    with app.app_context(), control_session() as session:
        assert enqueue_due(session, Registry(JOBS), clock.now())
        mine = (Job.tenant_id == acme.facts.id, Job.state == "ready")
        assert session.scalar(select(func.count()).select_from(Job).where(*mine))
    with app.app_context():
        assert waiting(acme.facts) == 0
    with acme.acting(alice) as by:
        enqueue(by, "watch_limits", {})
    with app.app_context():
        assert waiting(acme.facts) == 1


@pytest.mark.parametrize("days", [0, 40])
def test_mails_are_counted_in_the_month_in_which_they_go(fresh: Fresh, days: int) -> None:
    from app.mail.quota import give_back_mail, take_mail

    house = bounded(fresh("initech"), mails_month=2)
    with house.scope():
        by = house.actor()
        at = by.now + timedelta(days=days)
        take_mail(by, at)
        take_mail(by, at)
        with pytest.raises(OverLimit, match="sent the 2 e-mails"):
            take_mail(by, at)
        take_mail(by, at + timedelta(days=70))
        give_back_mail(by, at)
        take_mail(by, at)
