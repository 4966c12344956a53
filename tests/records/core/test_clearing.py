"""The daily job that removes what was kept for a time only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from app.crm.models import Account, Activity, Contact
from app.events import Event
from app.modules import job_registry
from app.records.door import perform
from app.records.jobs import clear_records
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


def test_after_thirty_days_the_deleted_is_gone_and_its_history_stays(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        kept = make_account(by, "Kept")
        gone = make_account(by, "Gone")
        below = make_account(by, "Below", parent_id=gone.id)
        person = make_contact(by, account_id=gone.id)
        make_activity(by, contact_id=person.id)
        for one in (gone, below):
            perform("account", "delete", one, by=by)
    with acme.acting() as by:
        clear_records.run(replace(by, now=by.now + timedelta(days=29)), {})
        assert by.session.scalar(select(func.count()).select_from(Account)) == 3
        clear_records.run(replace(by, now=by.now + timedelta(days=31)), {})
        assert by.session.scalars(select(Account.id)).all() == [kept.id]
        for model in (Contact, Activity):
            assert by.session.scalar(select(func.count()).select_from(model)) == 0
        told = select(func.count()).where(Event.verb == "deleted").select_from(Event)
        assert by.session.scalar(told) == 4


def test_the_job_is_known_and_comes_every_day() -> None:
    assert clear_records in job_registry().recurring()
