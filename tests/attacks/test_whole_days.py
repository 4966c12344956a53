"""Whole days at the edges of time, for readers at the edges of the world."""

from __future__ import annotations

from typing import Any

import pytest

from app.identity.models import User
from tests.attacks.program import Programs
from tests.cast import Person

PAGES = (
    "/",
    "/activities?group=due_at",
    "/activities?due_at__gte=1900-01-01",
    "/activities?due_at__lte=2200-12-31",
    "/activities/calendar?on=2200-12-31",
    "/activities/calendar?on=1900-01-01",
    "/activities/calendar?on=2200-12-31&span=week",
)


def live_in(person: Person, zone: str) -> None:
    with person.workspace.scope() as session:
        session.get_one(User, person.user_id).zone = zone


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Santiago"])
def test_the_first_and_the_last_day_are_that_day_on_every_page(
    alice: Person, program: Programs, zone: str
) -> None:
    api = program(alice)
    made = {}
    for day in ("1900-01-02", "2026-09-05", "2200-12-31"):  # In 2026 a clock changes at midnight.
        task = {"kind": "task", "subject": "Ring", "due_at": day, "minutes": 100_000}
        answer = api.post("activities", task)
        assert (answer.status_code, answer.json["all_day"]) == (201, True)
        made[day] = answer.json["id"]
    live_in(alice, zone)
    client = alice.sign_in()
    for path in PAGES:
        assert client.get(path).status_code == 200, path
    for day, one in made.items():
        assert client.get(f"/activities/{one}").status_code == 200
        assert f'value="{day}"' in client.get(f"/activities/{one}/edit").text
        moved = {"field": "due_at", "day": "9999-12-31", "all_day": "1"}
        assert client.post(f"/activities/{one}/move", data=moved).status_code in (303, 422)
        assert f'value="{day}"' in client.get(f"/activities/{one}/edit").text


@pytest.mark.parametrize("all_day", [True, False, None])
@pytest.mark.parametrize(
    "due_at",
    ["0000-01-01", "0001-01-01", "1899-12-31", "9999-12-31", "2026-02-29", "+2026-11-22", 7, True],
)
def test_days_beyond_are_refused_beside_their_field(
    alice: Person, program: Programs, due_at: Any, all_day: bool | None
) -> None:
    task = {"kind": "task", "subject": "Ring", "due_at": due_at}
    flag = {} if all_day is None else {"all_day": all_day}
    answer = program(alice).post("activities", {**task, **flag})
    assert answer.status_code == 422, answer.text
    assert "due_at" in [one["field"] for one in answer.json["errors"]]
