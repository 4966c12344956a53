"""Homes: arranged from several windows at once, and by programs in odd shapes."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.home.operations.homes import arrange, home_of
from app.home.placed import Placed
from app.records.pool.choose import change_choice
from tests.attacks.program import Programs
from tests.attacks.together import statuses
from tests.cast import Person, Workspace
from tests.factories import make_account

LIST = {"kind": "list", "of": "account"}
ATTACK = "<script>alert(1)</script>"


def test_of_two_windows_that_put_something_on_home_none_loses_its_own(
    acme: Workspace, alice: Person
) -> None:
    browsers = [alice.sign_in() for _number in range(3)]
    for turn in range(3):
        asks = [
            partial(one.post, "/home/widgets", data={**LIST, "query": f"q={turn}{number}"})
            for number, one in enumerate(browsers)
        ]
        assert statuses(asks) == [303] * 3
    with acme.acting(alice) as by:
        kept = {one.query for one in home_of(by).widgets if one.query.startswith("q=")}
    assert kept == {f"q={turn}{number}" for turn in range(3) for number in range(3)}


def test_putting_on_home_and_going_back_to_the_role_s_at_once_breaks_nothing(
    alice: Person,
) -> None:
    browsers = [alice.sign_in() for _number in range(4)]
    asks = [
        *(partial(one.post, "/home/widgets", data=LIST) for one in browsers[:2]),
        *(partial(one.post, "/home/reset") for one in browsers[2:]),
    ]
    assert statuses(asks) == [303] * 4


@pytest.mark.parametrize(
    "wish",
    [
        None,
        [],
        {},
        {"kind": "list", "of": "user"},
        {"kind": "list", "of": None},
        {"kind": "report", "of": "x" * 500},
        {"kind": "report", "of": str(UUID(int=5))},
        {"kind": "view", "of": str(UUID(int=5))},
        {"kind": "widget", "of": "../x"},
        {"kind": "wall", "of": "account"},
        {**LIST, "rows": True},
        {**LIST, "rows": 10**30},
        {**LIST, "width": "huge"},
        {**LIST, "name": "x" * 81},
        {**LIST, "name": "\ud800"},
        {**LIST, "query": "a\x00b"},
        {**LIST, "query": "filter=%7B"},
        {**LIST, "query": "a" * 4001},
        {**LIST, "query": "nothing=1"},
        {**LIST, "more": 1},
    ],
)
def test_odd_widgets_are_refused(alice: Person, program: Programs, wish: Any) -> None:
    answer = program(alice).call("PUT", "home", {"widgets": [wish]})
    assert answer.status_code in (404, 422), answer.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "wall", "of": "account"},
        {"kind": ATTACK, "of": ATTACK},
        {"kind": "list"},
        {"kind": "list", "of": "user"},
        {"kind": "report", "of": "\x00"},
        {"kind": "view", "of": "x"},
        {"kind": "widget", "of": "x" * 500},
        {**LIST, "name": ATTACK * 9},
        {**LIST, "rows": "4"},
        {**LIST, "query": "filter=%7B"},
        {**LIST, "query": "a" * 4001},
        {**LIST, "query": "nothing=1", "name": "x" * 81},
    ],
)
def test_odd_forms_are_answered_in_words(alice: Person, form: dict[str, str]) -> None:
    answer = alice.client.post("/home/widgets", data=form)
    assert answer.status_code in (404, 422), answer.text
    assert ATTACK not in answer.text


@pytest.mark.parametrize(
    "more",
    [
        {"name": ATTACK},
        {"name": "\u202e" + "x" * 79},
        {"query": f"q={ATTACK}"},
        {"query": "limit=99999999999999999999"},
        {"query": "cursor=zzz"},
        {"query": "created_at__gte=9999-12-31"},
        {"query": f"view={UUID(int=5)}"},
        {"query": "cols=nothing&sort=nothing"},
    ],
)
def test_odd_names_and_lists_are_shown_as_what_they_are(
    alice: Person, program: Programs, more: dict[str, str]
) -> None:
    answer = program(alice).call("PUT", "home", {"widgets": [{**LIST, **more}]})
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        return
    widget = answer.json["widgets"][0]["id"]
    for path in ("/", "/home/wall", "/home/arrange", f"/home/widgets/{widget}"):
        shown = alice.client.get(path)
        assert shown.status_code == 200
        assert ATTACK not in shown.text


def test_a_list_of_the_pool_on_home_tells_no_more_than_the_pool(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        change_choice(by, "account", hidden=["phone"], hold_days="")
        make_account(by, "Free Fences", owner_id=None, phone="+44 20 7946 0011")
    for number, query in enumerate(
        ("cols=name,phone", "sort=phone", "phone__contains=7946", "q=79460011")
    ):
        kept = Placed(f"w{number}", "list", "account", query=f"owner_id__isnull=true&{query}")
        with acme.acting(bob) as by:
            arrange(by, [kept])
        for path in ("/", "/home/wall", f"/home/widgets/w{number}"):
            shown = bob.client.get(path)
            assert shown.status_code == 200
            assert "7946 0011" not in shown.text
        found = "Free Fences" in bob.client.get(f"/home/widgets/w{number}").text
        assert found == (query == "cols=name,phone")
