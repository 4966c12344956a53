"""The audit over the API: what it takes, and how it names views."""

from __future__ import annotations

from tests.cast import Person
from tests.records.api.conftest import Programs


def test_a_program_is_told_which_parameters_the_audit_knows(
    alice: Person, program: Programs
) -> None:
    answer = program(alice).get("audit?person=service")
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["field"] == "person"
    assert "actor_id, record_type, record_id, verb, via, since, until, cursor" in error["message"]


def test_a_shared_view_has_its_name_in_the_audit_and_a_private_one_none(
    alice: Person, program: Programs
) -> None:
    api = program(alice)
    for name, audience in (("Ours", "everyone"), ("Mine", "private")):
        view = {"record_type": "account", "name": name, "audience": audience, "query": "city=York"}
        assert api.post("views", view).status_code == 201
    told = api.get("audit?record_type=view").json["data"]
    assert {one["title"] for one in told} == {"Ours", None}
    page = alice.client.get("/settings/audit?type=view").text
    assert "Ours" in page
    assert "Mine" not in page.partition("<tbody>")[2]
