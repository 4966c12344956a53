"""Many rows at once: what one row after the other would have done, in fewer steps."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.crm.models import Account, Activity, ActivityLink, Contact
from app.events import Event, event_row
from app.events.copy import BESIDE, copy_events, copy_rows, events_batch, sending
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.records.access import fetch
from app.records.door import perform
from app.records.many import CHUNK, column_values, perform_many
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account

ACCOUNTS: list[dict[str, Any]] = [
    {"name": "Fence & Sons", "phone": "020 7946 0018", "kind": "individual"},
    {"name": "王小明公司", "city": "上海", "lifecycle": ""},
    {"name": "Bare", "owner_id": None},
    {"name": "Tab\tand \\ and \"quotes\" and 'others'", "tax_profile": "a\nb\\n\tc\r\nd"},
]
NEVER_EQUAL = {"id", "delete_batch_id"}


def state(by: Actor, model: Any, ids: list[UUID]) -> list[dict[str, Any]]:
    by.session.flush()
    rows = {one.id: one for one in by.session.scalars(select(model).where(model.id.in_(ids)))}
    return [
        {key: value for key, value in column_values(rows[one]).items() if key not in NEVER_EQUAL}
        for one in ids
    ]


def history(by: Actor, ids: list[UUID]) -> list[tuple[Any, ...]]:
    events = by.session.scalars(select(Event).where(Event.record_id.in_(ids)))
    found = {one.record_id: one for one in events}
    return [
        (
            found[one].verb,
            found[one].actor_id,
            found[one].via,
            found[one].at,
            found[one].account_id == one,
            found[one].changes,
        )
        for one in ids
    ]


def test_creating_many_equals_creating_one_by_one_with_the_same_events(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        single = [perform("account", "create", by=by, **row).id for row in ACCOUNTS]
        many = perform_many("account", "create", ACCOUNTS, by=by)
        by.session.expunge_all()
        assert state(by, Account, many) == state(by, Account, single)
        assert history(by, many) == history(by, single)
        batches = by.session.scalars(
            select(Event.batch_id).where(Event.record_id.in_(many)).distinct()
        ).all()
        assert len(batches) == 1
        assert batches[0] is not None


def test_activities_made_together_keep_timelines_and_steps_like_single_ones(
    acme: Workspace, alice: Person
) -> None:
    due = "2026-12-01T09:00:00Z"
    with acme.acting(alice) as by:
        outcomes = []
        for together in (False, True):
            account = make_account(by)
            rows: list[dict[str, Any]] = [
                {"kind": "follow_up", "subject": "Old plan", "due_at": due},
                {"kind": "follow_up", "body": "They agreed.", "next_at": "2026-12-24T09:00:00Z"},
                {"kind": "follow_up", "subject": "Later plan", "due_at": due},
                {"kind": "note", "body": "Green fences"},
            ]
            rows = [{**row, "account_id": account.id} for row in rows]
            if together:
                perform_many("activity", "create", rows, by=by)
            else:
                for row in rows:
                    perform("activity", "create", by=by, **row)
            by.session.expire_all()
            made = by.session.scalars(
                select(Activity).where(Activity.account_id == account.id)
            ).all()
            links = by.session.scalar(
                select(func.count()).where(ActivityLink.record_id == account.id)
            )
            plans = sorted((one.subject, one.done_at is not None) for one in made)
            outcomes.append((plans, links, account.next_step, account.last_activity_at))
        assert outcomes[0] == outcomes[1]
        assert ("Later plan", False) in outcomes[0][0]
        assert ("Old plan", True) in outcomes[0][0]


def test_more_than_a_chunk_is_one_batch_and_one_answer(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        rows = ({"last_name": f"N{number}"} for number in range(CHUNK + 5))
        ids = perform_many("contact", "create", rows, by=by)
        assert len(set(ids)) == CHUNK + 5
        assert by.session.scalar(select(func.count()).select_from(Contact)) == CHUNK + 5
        batches = select(func.count(Event.batch_id.distinct())).where(
            Event.record_type == "contact"
        )
        assert by.session.scalar(batches) == 1


def test_one_bad_row_refuses_all(acme: Workspace, alice: Person) -> None:
    with pytest.raises(Refused), acme.acting(alice) as by:
        perform_many("account", "create", [{"name": "Good"}, {"name": ""}], by=by)
    with acme.acting(alice) as by:
        assert by.session.scalar(select(func.count()).select_from(Account)) == 0


def test_changing_many_writes_one_batch_and_stops_at_whoever_was_faster(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        ids = perform_many("account", "create", ACCOUNTS, by=by)
        records = [fetch(account, one, by) for one in ids]
        assert perform_many(account, "update", records, by=by, kind="individual") == ids
        changed = by.session.scalars(select(Event).where(Event.verb == "updated")).all()
        assert len({event.batch_id for event in changed}) == 1
        assert len(changed) == len(ACCOUNTS) - 1  # One was an individual before.

    def overtaken() -> None:
        with acme.acting(alice) as by:
            records = [fetch(account, one, by) for one in ids]
            with_other_session(acme, bob, ids[-1])
            perform_many(account, "update", records, by=by, city="York")

    with pytest.raises(Conflict):
        overtaken()
    with acme.acting(alice) as by:
        cities = by.session.scalars(select(Account.city).where(Account.id.in_(ids[:-1])))
        assert set(cities) == {None, "上海"}


def with_other_session(acme: Workspace, person: Person, account_id: UUID) -> None:
    """Somebody else changes the record in between, in a thread of their own."""
    from threading import Thread

    def work() -> None:
        mine = Workspace(acme.facts, acme.engine_app)
        with mine.acting() as by:
            record = fetch(registry().type("account"), account_id, by)
            perform("account", "update", record, by=by, city="Hull")

    thread = Thread(target=work)
    thread.start()
    thread.join()


NASTY = [
    "tab\there",
    "back\\slash",
    "\\N",
    "\\.",
    "\\t\\n\\x41",
    "line\nbreak\rreturn",
    "\"double\" and 'single'",
    '{curly},{"a":1}',
    ", ,",
    "",
    " ",
    "NULL",
    "王小明 😀 \u2028 \u200f مرحبا",
    "\x0b\x08\x1f",
    "%s %(name)s :name",
]


def test_copy_brings_every_text_back_as_it_was(acme: Workspace, alice: Person) -> None:
    now = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
    with acme.acting(alice) as by:
        model = registry().type("account").model
        blank = perform("account", "create", by=by, name="Model")
        rows = []
        for number, nasty in enumerate(NASTY):
            row = column_values(blank) | {
                "id": UUID(int=number + 1),
                "name": nasty,
                "tax_profile": nasty,
                "search_grams": [nasty, nasty + "x", ""],
                "custom": {"x_a": nasty, nasty: [nasty, None, 1.5, True]},
                "updated_at": now,
            }
            rows.append(row)
        columns = [*rows[0]]
        copy_rows(by.session, "accounts", columns, rows)
        for number, nasty in enumerate(NASTY):
            found = by.session.get_one(model, UUID(int=number + 1))
            assert found.name == nasty  # type: ignore[attr-defined]
            assert found.tax_profile == nasty  # type: ignore[attr-defined]
            assert found.search_grams == [nasty, nasty + "x", ""]
            assert found.custom == {"x_a": nasty, nasty: [nasty, None, 1.5, True]}
            assert found.updated_at == now
            assert found.city is None  # type: ignore[attr-defined]


def test_copied_events_equal_written_ones(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        changes = {f"f{number}": [None, nasty] for number, nasty in enumerate(NASTY)}
        row = event_row(by, "account", UUID(int=9), "created", changes=changes)
        copy_events(by.session, [row])
        found = by.session.get_one(Event, row["id"])
        assert {key: getattr(found, key) for key in row} == row


def test_copy_stays_in_the_schema_of_its_tenant(
    acme: Workspace, alice: Person, globex: Workspace, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        copy_events(by.session, [event_row(by, "account", UUID(int=9), "created")])
    with globex.acting(charlie) as by:
        count = text("SELECT count(*) FROM events WHERE record_type = 'account'")
        assert by.session.scalar(count) == 0


def test_rows_are_sent_while_the_caller_works_and_told_apart_in_their_order(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        rows = [
            event_row(by, "account", UUID(int=number), "created", changes=changes)
            for number, changes in zip(range(2500), cycle(({}, {"name": [None, "A"]})))
        ]
        rows[7]["account_id"] = UUID(int=7)  # One of its column; all others have nothing.
        worked = False
        with sending(by.session, events_batch(rows)):
            worked = True
        assert worked
        found = select(Event.record_id, Event.account_id, Event.changes).order_by(Event.record_id)
        stand = by.session.execute(found.where(Event.record_type == "account")).all()
        assert [tuple(one) for one in stand] == [
            (row["record_id"], row["account_id"], row["changes"]) for row in rows
        ]


@pytest.mark.parametrize("number", [2, BESIDE])
def test_what_the_database_refuses_of_rows_is_raised_when_they_are_waited_for(
    acme: Workspace, alice: Person, number: int
) -> None:
    with acme.acting(alice) as by:
        row = event_row(by, "account", UUID(int=9), "created")
        with (
            pytest.raises(IntegrityError),
            by.session.begin_nested(),
            sending(by.session, events_batch([row] * number)),
        ):
            pass
        assert by.session.get(Event, row["id"]) is None
