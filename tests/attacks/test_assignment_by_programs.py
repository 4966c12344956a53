"""Rules of assignment, sent by programs in odd shapes and at one moment."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.identity.operations.roles import role_by_key
from tests.attacks.program import Programs
from tests.attacks.together import statuses
from tests.cast import Person, Workspace

RULES = "assignment-rules"
NOBODY = str(UUID(int=5))


@pytest.fixture
def wish(acme: Workspace) -> dict[str, Any]:
    """A rule that gives accounts to the sales reps."""
    with acme.scope() as session:
        role = str(role_by_key(session, "sales_rep").id)
    return {"record_type": "account", "name": "Reps", "group_kind": "role", "group_id": role}


def deep(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"f": "city", "op": "eq", "v": "York"}
    for _level in range(levels):
        tree = {"and": [tree]}
    return tree


ODD: list[tuple[str, Any]] = [
    *(("name", value) for value in ("", " ", "x" * 101, "a\x00b", "\ud800", None, 7, [])),
    *(("group_kind", value) for value in ("x", None, 7)),
    *(("group_id", value) for value in ("x", None, NOBODY, 7)),
    *(("user_ids", value) for value in (None, "x", [7], ["x"], [NOBODY], {"a": 1})),
    *(("strategy", value) for value in ("x", None, 7)),
    *(("capacity", value) for value in (0, -1, 1.5, True, "9", 10**40)),
    *(("in_hours", value) for value in ("yes", 1)),
    *(("calendar_id", value) for value in ("x", NOBODY, 7)),
    *(("conditions", value) for value in ([], "x", 7, {"nope": 1}, {"and": 1}, deep(200))),
    ("conditions", {"f": "nothing", "op": "eq", "v": "x"}),
    ("conditions", {"f": "city", "op": "eq", "v": "\ud800"}),
    *(("is_on", value) for value in ("x", 1)),
    *(("position", value) for value in ("1", 1.5, True)),
    *(("record_type", value) for value in ("activity", "x", None, 7)),
    ("id", NOBODY),
    ("turns", {}),
]


def test_odd_rules_are_refused_by_the_name_of_what_is_odd(
    alice: Person, charlie: Person, program: Programs, wish: dict[str, Any]
) -> None:
    api = program(alice)
    for key, value in [*ODD, ("user_ids", [str(charlie.user_id)])]:
        answer = api.post(RULES, {**wish, key: value})
        assert answer.status_code in (400, 404, 422), (key, value, answer.text)
    assert api.get(RULES).json["data"] == []


def test_nobody_else_reads_or_changes_them(
    alice: Person, bob: Person, charlie: Person, program: Programs, wish: dict[str, Any]
) -> None:
    made = program(alice).post(RULES, wish).json["id"]
    blind = program(alice, "account:read", "account:update")
    for api, status in ((program(bob), 403), (blind, 403), (program(charlie), 404)):
        assert api.get(f"{RULES}/{made}").status_code == status
        assert api.patch(f"{RULES}/{made}", {"name": "Mine"}).status_code == status
        assert api.delete(f"{RULES}/{made}").status_code == status
    assert program(alice).get(f"{RULES}/{made}").json["name"] == "Reps"


def test_rules_that_are_put_elsewhere_at_once_keep_each_a_place(
    alice: Person, program: Programs, wish: dict[str, Any]
) -> None:
    api = program(alice)
    assert statuses([partial(api.post, RULES, wish) for _number in range(4)]) == [201] * 4
    ids = [one["id"] for one in api.get(RULES).json["data"]]
    moves = [
        *(partial(api.patch, f"{RULES}/{one}", {"position": 1}) for one in ids[:3]),
        partial(api.delete, f"{RULES}/{ids[0]}"),
    ]
    assert set(statuses(moves)) <= {200, 204, 404, 409}
    places = [one["position"] for one in api.get(RULES).json["data"]]
    assert places == sorted(places)
