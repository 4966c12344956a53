"""Under a list's title stands the number of what is shown, in the reader's language."""

from __future__ import annotations

import re

import pytest

from tests.cast import Person, Workspace
from tests.factories import make_contact


def subtitle(person: Person, path: str) -> str:
    found = re.search(r'<span id="list-total">([^<]*)<', person.client.get(path).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("language", "everything", "some"),
    [
        ("en", "3 contacts", "1 of 3 contacts"),
        ("zh-CN", "3 位联系人", "1 / 3 位联系人"),
    ],
)
def test_a_narrowed_list_tells_the_number_that_is_left_of_all(
    acme: Workspace, alice: Person, language: str, everything: str, some: str
) -> None:
    with acme.acting(alice) as by:
        for name in ("Fence", "Gate", "Hedge"):
            make_contact(by, name, title=name)
    alice.client.set_cookie("lang", language, domain=alice.client.host)
    assert subtitle(alice, "/contacts") == everything
    assert subtitle(alice, "/contacts?q=Hedge") == some
    assert subtitle(alice, "/contacts?title__contains=Gate") == some
