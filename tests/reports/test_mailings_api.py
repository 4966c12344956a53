"""Reports by mail over the API: planned, changed and ended, and stopped by who reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in, program

__all__ = ["program"]
BY_COUNTRY = {"record_type": "account", "groups": [{"field": "country"}]}


@pytest.fixture
def report(acme: Workspace, alice: Person, program: Programs) -> str:
    """A report that all see."""
    body = {"name": "By country", "audience": "everyone", "definition": BY_COUNTRY}
    made = program(alice).post("reports", body)
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def planned(api: Any, report: str, **body: Any) -> Any:
    return api.call("PUT", f"reports/{report}/mailing", {"rhythm": "weekly", **body})


def test_a_report_is_mailed_changed_and_ended(
    alice: Person, bob: Person, report: str, program: Programs
) -> None:
    api, place = program(alice), f"reports/{report}/mailing"
    assert api.get(place).status_code == 404
    both = [str(alice.user_id), str(bob.user_id)]
    made = planned(api, report, weekday=2, at="07:30", readers=both)
    assert made.status_code == 200, made.text
    assert (made.json["weekday"], made.json["at"]) == (2, "07:30")
    assert {one["user_id"] for one in made.json["readers"]} == set(both)
    assert all(one["next_at"] for one in made.json["readers"])
    changed = planned(api, report, rhythm="daily", business_days=True).json
    assert (changed["rhythm"], changed["at"], changed["business_days"]) == ("daily", "07:30", True)
    assert len(changed["readers"]) == 2
    (listed,) = api.get("report-mailings").json["data"]
    assert listed == changed == api.get(place).json
    assert program(bob).get("report-mailings").json["data"] == []
    assert api.delete(place).status_code == 204
    assert api.delete(place).status_code == 404
    assert api.get("report-mailings").json["data"] == []


def test_one_that_comes_with_the_product_is_mailed_by_its_key(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    page = alice.client.get("/reports").text
    key = page.split("/reports/ready/")[1].split('"')[0].split("?")[0]
    made = planned(api, key)
    assert made.status_code == 200, made.text
    assert [one["user_id"] for one in made.json["readers"]] == [str(alice.user_id)]
    assert planned(api, "nonsense").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rhythm": "hourly"}, "rhythm"),
        ({"weekday": 7}, "weekday"),
        ({"day": 0}, "day"),
        ({"at": "noon"}, "at"),
        ({"readers": []}, "readers"),
        ({"readers": ["x"]}, "readers"),
        ({"business_days": "yes"}, "business_days"),
        ({"hour": 7}, "hour"),
    ],
)
def test_what_does_not_fit_is_refused(
    alice: Person, report: str, program: Programs, body: dict[str, Any], field: str
) -> None:
    api = program(alice)
    assert fields_in(planned(api, report, **body)) == [field]
    assert api.get("report-mailings").json["data"] == []


def test_a_reader_stops_it_and_has_it_again_and_nobody_else_does(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, report: str, program: Programs
) -> None:
    planned(program(alice), report, readers=[str(bob.user_id)])
    his = program(bob)
    (reading,) = his.get("report-readings").json["data"]
    assert (reading["name"], reading["owner_id"]) == ("By country", str(alice.user_id))
    place = f"report-readings/{reading['id']}"
    for person in (alice, charlie):
        assert program(person).post(f"{place}/stop").status_code == 404
    stopped = his.post(f"{place}/stop")
    assert stopped.json["stopped_at"] is not None
    assert stopped.json["next_at"] is None
    again = his.post(f"{place}/resume")
    assert again.json["stopped_at"] is None
    assert again.json["next_at"] is not None


def test_a_token_that_is_to_read_plans_and_stops_nothing(
    alice: Person, bob: Person, report: str, program: Programs
) -> None:
    reads = program(alice, "account:read")
    assert planned(reads, report).status_code == 403
    assert reads.delete(f"reports/{report}/mailing").status_code == 403
    planned(program(alice), report, readers=[str(bob.user_id)])
    (reading,) = program(bob).get("report-readings").json["data"]
    stop = f"report-readings/{reading['id']}/stop"
    assert program(bob, "account:read").post(stop).status_code == 403


def test_nobody_is_mailed_what_they_may_not_see(
    alice: Person, bob: Person, program: Programs
) -> None:
    body = {"name": "Mine", "audience": "private", "definition": BY_COUNTRY}
    api = program(alice)
    own = api.post("reports", body).json["id"]
    assert fields_in(planned(api, own, readers=[str(bob.user_id)])) == ["readers"]
    assert planned(program(bob), own).status_code == 404
