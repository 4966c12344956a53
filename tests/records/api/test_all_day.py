"""Days without an hour over the API: in as they go out, whoever reads them."""

from __future__ import annotations

from typing import Any

import pytest

from app.identity.models import User
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in

END = "2026-11-24T23:59:59.999999Z"
TASK = {"kind": "task", "subject": "Stocktaking"}


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Pacific/Auckland"])
def test_a_day_goes_out_as_it_comes_in(
    acme: Workspace, alice: Person, program: Programs, zone: str
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).zone = zone
    api = program(alice)
    made = api.post("activities", {**TASK, "due_at": "2026-11-24"})
    assert made.status_code == 201
    assert (made.json["due_at"], made.json["all_day"]) == (END, True)
    again = {key: made.json[key] for key in ("kind", "subject", "due_at", "all_day")}
    twin = api.post("activities", again)
    assert (twin.json["due_at"], twin.json["all_day"]) == (END, True)
    one = f"activities/{made.json['id']}"
    same = api.patch(one, again)
    assert (
        same.json["version" if "version" in same.json else "due_at"]
        == (made.json["version" if "version" in made.json else "due_at"])
    )
    found = api.get("activities?due_at=2026-11-24&all_day=true")
    assert len(found.json["data"]) == 2
    assert api.get("activities?due_at=2026-11-25").json["data"] == []
    assert api.get("activities?all_day=false&kind=task").json["data"] == []


def test_the_flag_makes_a_day_of_a_moment_and_an_hour_ends_it(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    made = api.post("activities", {**TASK, "due_at": "2026-11-24T09:30:00Z", "all_day": True})
    assert (made.json["due_at"], made.json["all_day"]) == (END, True)
    one = f"activities/{made.json['id']}"
    timed = api.patch(one, {"due_at": "2026-11-24T09:30:00Z"})
    assert (timed.json["due_at"], timed.json["all_day"]) == ("2026-11-24T09:30:00Z", False)
    whole = api.patch(one, {"all_day": True})
    assert (whole.json["due_at"], whole.json["all_day"]) == (END, True)
    assert fields_in(api.patch(one, {"all_day": False})) == ["all_day"]
    assert fields_in(api.patch(one, {"all_day": True, "due_at": None})) == ["due_at"]


def test_a_next_step_may_be_a_day(alice: Person, program: Programs) -> None:
    api = program(alice)
    made = api.post("activities", {**TASK, "due_at": "2026-11-24"})
    api.post(
        f"activities/{made.json['id']}/complete", {"next": {"kind": "call", "due_at": "2026-11-24"}}
    )
    (planned,) = api.get("activities?done_at__isnull=true").json["data"]
    assert (planned["due_at"], planned["all_day"]) == (END, True)


@pytest.mark.parametrize(
    ("step", "due_at", "all_day"),
    [
        ({"due_at": "2026-11-24T09:30:00Z", "all_day": True}, END, True),
        ({"due_at": "2026-11-24T09:30:00Z", "all_day": False}, "2026-11-24T09:30:00Z", False),
        ({"due_at": "2026-11-24", "all_day": False}, END, True),
    ],
)
def test_a_next_step_may_say_that_it_is_one(
    alice: Person, program: Programs, step: dict[str, Any], due_at: str, all_day: bool
) -> None:
    api = program(alice)
    made = api.post("activities", {**TASK, "due_at": "2026-11-24"})
    api.post(f"activities/{made.json['id']}/complete", {"next": {"kind": "call", **step}})
    (planned,) = api.get("activities?done_at__isnull=true").json["data"]
    assert (planned["due_at"], planned["all_day"]) == (due_at, all_day)


def test_a_next_step_that_says_what_can_not_be_is_refused_and_nothing_is_done(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    made = api.post("activities", {**TASK, "due_at": "2026-11-24"})
    step = {"kind": "call", "due_at": "2026-11-25", "all_day": "perhaps"}
    done = api.post(f"activities/{made.json['id']}/complete", {"next": step})
    assert fields_in(done) == ["next.all_day"]
    assert api.get(f"activities/{made.json['id']}").json["done_at"] is None


def test_the_description_names_the_flag(alice: Person, program: Programs) -> None:
    described = program(alice).get("openapi.json").json
    assert '"all_day"' in str(described).replace("'", '"')
