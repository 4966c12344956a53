"""The history of one field, and how long history and deleted records are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.events import Event
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, FieldAccess
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.modules import job_registry
from app.records import jobs
from app.records.door import perform
from app.records.retention import Retention, change_retention, forget_events, retention
from tests.cast import Person, Workspace
from tests.factories import make_account


def test_the_history_of_a_field_tells_each_change_from_the_first_value_on(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, lifecycle="prospect", owner_id=str(bob.user_id))
        perform("account", "update", account, by=by, city="York")
    with acme.acting(bob) as by:
        found = by.session.get_one(Account, account.id)
        perform("account", "update", found, by=by, lifecycle="customer", city="Leeds")
    url = f"/accounts/{account.id}"
    told = alice.client.get(f"{url}/history/lifecycle").get_data(as_text=True)
    assert "<del>Prospect</del>" in told
    assert "<ins>Customer</ins>" in told
    assert told.index(bob.name) < told.index("<ins>Prospect</ins>")
    assert "Leeds" not in told
    page = alice.client.get(url).get_data(as_text=True)
    assert f'href="{url}/history/lifecycle" data-drawer' in page


def test_nobody_reads_the_history_of_a_field_or_a_record_that_they_may_not_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        hers = make_account(by)
        his = make_account(by, "His", owner_id=str(bob.user_id), phone="020 7946 0301")
        role = role_by_key(by.session, "sales_rep")
        rules = {("account", "phone"): FieldAccess.HIDDEN}
        write_rights(by, role, acme.actor(bob).rights.grants, rules)
    assert bob.client.get(f"/accounts/{his.id}/history/name").status_code == 200
    assert bob.client.get(f"/accounts/{his.id}/history/phone").status_code == 404
    assert bob.client.get(f"/accounts/{his.id}/history/nothing").status_code == 404
    assert bob.client.get(f"/accounts/{hers.id}/history/name").status_code == 404


def test_a_workspace_decides_what_is_kept_and_the_audit_tells_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        assert retention(by) == Retention(30, None)
        change_retention(by, deleted_days="7", event_months="12")
        change_retention(by, deleted_days="60", event_months="24")
        assert retention(by) == Retention(60, 24)
        told = by.session.scalars(
            select(Event.changes).where(Event.record_type == "retention").order_by(Event.id)
        ).all()
        assert told[1] == {"deleted_days": [7, 60], "event_months": [12, 24]}
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        change_retention(by, deleted_days="7", event_months="")
    assert bob.client.get("/settings/retention").status_code == 403
    shown = alice.client.get("/settings/retention").get_data(as_text=True)
    assert 'value="60"' in shown
    assert '<option value="24" selected>' in shown
    answer = alice.client.post("/settings/retention", data={"deleted_days": "14"})
    assert answer.status_code == 303
    with acme.acting(alice) as by:
        assert retention(by) == Retention(14, None)


@pytest.mark.parametrize(
    ("days", "months", "field"),
    [
        ("6", "", "deleted_days"),
        ("91", "", "deleted_days"),
        ("", "", "deleted_days"),
        ("x", "", "deleted_days"),
        ("９", "", "deleted_days"),
        ("99999999999999999999", "", "deleted_days"),
        ("30", "5", "event_months"),
        ("30", "x", "event_months"),
    ],
)
def test_a_number_that_can_not_be_kept_is_refused_beside_its_field(
    acme: Workspace, alice: Person, days: str, months: str, field: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        change_retention(by, deleted_days=days, event_months=months)
    assert set(refused.value.errors) == {field}
    data = {"deleted_days": days, "event_months": months}
    answer = alice.client.post("/settings/retention", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


def events(by: Actor) -> int:
    return by.session.scalar(select(func.count()).select_from(Event)) or 0


def test_the_job_removes_what_was_deleted_after_the_days_of_the_workspace(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        perform("account", "delete", make_account(by), by=by)
        change_retention(by, deleted_days="7", event_months="")
    with acme.acting() as by:
        later = replace(by, now=by.now + timedelta(days=8))
        jobs.clear_records.run(later, {})
        assert by.session.scalar(select(func.count()).select_from(Account)) == 0


def test_the_job_forgets_old_events_in_chunks_and_comes_again_for_the_rest(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        for number in range(6):
            make_account(by, f"Firm {number}")
        before = events(by)
        assert forget_events(replace(by, now=by.now + timedelta(days=9999))) == 0
        change_retention(by, deleted_days="30", event_months="6")
    asked: list[str] = []
    monkeypatch.setattr(jobs, "CHUNK", 2)
    monkeypatch.setattr(jobs, "CHUNKS", 2)
    monkeypatch.setattr(jobs, "forget_events", lambda by: forget_events(by, 2))
    monkeypatch.setattr(jobs, "enqueue", lambda _by, kind, *_rest, **_more: asked.append(kind))
    with acme.acting() as by:
        jobs.forget_old_events.run(replace(by, now=by.now + timedelta(days=150)), {})
        assert events(by) == before + 1
        jobs.forget_old_events.run(replace(by, now=by.now + timedelta(days=200)), {})
        assert events(by) == before + 1 - 4
        assert asked == [jobs.FORGET]
    assert jobs.forget_old_events in job_registry().recurring()


def test_whoever_is_second_is_told_what_changed_though_old_events_are_forgotten(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        for city in ("York", "Leeds"):
            perform("account", "update", account, by=by, city=city)
        oldest = select(Event).where(Event.record_id == account.id).order_by(Event.id).limit(2)
        for event in by.session.scalars(oldest):
            by.session.delete(event)
        by.session.flush()
        with pytest.raises(Conflict) as conflict:
            perform("account", "update", account, by=by, version=2, city="Bath")
        assert conflict.value.theirs["city"].value == "Leeds"  # type: ignore[attr-defined]
        assert conflict.value.theirs["city"].before == "York"  # type: ignore[attr-defined]
