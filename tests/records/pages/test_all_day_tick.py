"""A date with an hour and a tick for the whole day, as a form without script sends them."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

from app.crm.models import Activity
from app.records.door import perform
from tests.cast import Person

DAY = "2030-05-06"


@pytest.mark.parametrize(
    ("stood", "typed", "ticked", "wanted"),
    [
        (DAY, "09:30", True, "09:30"),  # The tick stands as it did: the hour is what is new.
        (DAY, "", True, "day"),
        (f"{DAY}T14:00", "14:00", True, "day"),  # The tick is what is new.
        (f"{DAY}T14:00", "15:00", False, "15:00"),
    ],
)
def test_what_is_new_of_the_two_holds(
    bob: Person, stood: str, typed: str, ticked: bool, wanted: str
) -> None:
    with bob.workspace.acting(bob) as by:
        task = {"kind": "task", "subject": "Call", "due_at": stood}
        task_id = perform("activity", "create", by=by, **task).id
    page = bob.client.get(f"/activities/{task_id}/edit").text
    (said,) = re.findall(r'type="checkbox" name="due_at" value="(\w+)"', page)
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    parts = [DAY, typed, *([said] if ticked else [])]
    form = MultiDict(
        [("version", version), ("subject", "Call")] + [("due_at", one) for one in parts]
    )
    answer = bob.client.post(f"/activities/{task_id}/edit", data=form)
    assert answer.status_code in (200, 303), answer.text
    assert stands(bob, task_id) == wanted


def stands(person: Person, task_id: UUID) -> str:
    with person.workspace.acting(person) as by:
        found = by.session.get_one(Activity, task_id)
        assert found.due_at is not None
        return "day" if found.all_day else f"{found.due_at.astimezone(by.zone):%H:%M}"
