"""Duplicates of a type by the API: read by who reads, said by who may change."""

from __future__ import annotations

from tests.cast import Person, Workspace
from tests.factories import make_contact
from tests.records.api.conftest import Programs, program

__all__ = ["program"]


def twins(acme: Workspace, alice: Person, count: int = 1) -> list[list[str]]:
    with acme.acting(alice) as by:
        return [
            [
                str(make_contact(by, f"{name} {n}", name, email=f"f{n}@fence.example").id)
                for name in ("Fence", "Wall")
            ]
            for n in range(count)
        ]


def test_groups_are_listed_page_by_page(acme: Workspace, alice: Person, program: Programs) -> None:
    made = twins(acme, alice, 3)
    api, met, cursor = program(alice), [], ""
    for left in (1, 0):
        found = api.get(
            f"contacts/duplicates?limit=2&cursor={cursor}"
            if cursor
            else "contacts/duplicates?limit=2"
        ).json
        met += found["data"]
        cursor = found["next"]
        assert bool(cursor) is bool(left)
    assert sorted(sorted(one["id"] for one in group["records"]) for group in met) == sorted(
        map(sorted, made)
    )
    assert {tuple(group["reasons"]) for group in met} == {("email",)}
    assert met[0]["records"][0]["owner_id"] == str(alice.user_id)
    assert api.get("products/duplicates").json == {"data": [], "next": None}


def test_what_is_said_is_said_once_and_taken_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    ids = twins(acme, alice)[0]
    api = program(alice)
    said = api.post("contacts/not-duplicates", {"ids": ids})
    assert (said.status_code, said.json) == (200, {"pairs": 1})
    assert api.post("contacts/not-duplicates", {"ids": ids}).json == {"pairs": 0}
    assert api.get("contacts/duplicates").json["data"] == []
    assert len(api.get("contacts/duplicates?denied=true").json["data"]) == 1
    assert api.post("contacts/not-duplicates/undo", {"ids": ids}).json == {"pairs": 1}
    assert len(api.get("contacts/duplicates").json["data"]) == 1


def test_what_means_nothing_is_refused(acme: Workspace, alice: Person, program: Programs) -> None:
    ids = twins(acme, alice)[0]
    api = program(alice)
    for query in ("cursor=x", "reason=smell", "owner_id=x", "denied=perhaps", "colour=1"):
        assert api.get(f"contacts/duplicates?{query}").status_code == 422, query
    for body in ({}, {"ids": "x"}, {"ids": [1]}, {"ids": ["x", "y"]}, {"ids": ids[:1]}, {"id": 1}):
        assert api.post("contacts/not-duplicates", body).status_code == 422, body
    assert api.post("products/not-duplicates", {"ids": ids}).status_code == 404


def test_a_program_says_no_more_than_its_person_and_its_scopes_allow(
    acme: Workspace, alice: Person, dora: Person, charlie: Person, program: Programs
) -> None:
    ids = twins(acme, alice)[0]
    assert len(program(dora).get("contacts/duplicates").json["data"]) == 1
    assert program(dora).post("contacts/not-duplicates", {"ids": ids}).status_code == 403
    reading = program(alice, "contact:read")
    assert len(reading.get("contacts/duplicates").json["data"]) == 1
    assert reading.post("contacts/not-duplicates", {"ids": ids}).status_code == 403
    assert program(charlie).get("contacts/duplicates").json["data"] == []
    assert program(charlie).post("contacts/not-duplicates", {"ids": ids}).status_code == 404
