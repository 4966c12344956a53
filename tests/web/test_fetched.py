"""What a page fetches when it is opened first: the palette's entries and the list of keys."""

from __future__ import annotations

import re

import pytest

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from tests.cast import HostClient, Person, Workspace

PARTS = ("/palette", "/shortcuts")


def address(client: HostClient, part: str) -> str:
    """The address from which a page fetches the part."""
    found = re.search(rf'data-from="({part}\?v=[0-9a-f]+)"', client.get("/settings").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("part", PARTS)
def test_a_browser_keeps_what_stands_at_the_address_that_a_page_names(
    alice: Person, part: str
) -> None:
    there = address(alice.client, part)
    answer = alice.client.get(there, headers={"HX-Request": "true"})
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in answer.headers["Vary"]
    assert "<!doctype" not in answer.text
    for other in (part, f"{part}?v=0123456789abcdef", f"{there}&more"):
        assert alice.client.get(other).headers["Cache-Control"] == "no-store", other


@pytest.mark.parametrize("part", PARTS)
def test_it_stands_elsewhere_in_another_language_and_for_another_keyboard(
    alice: Person, part: str
) -> None:
    client = alice.client
    english = address(client, part)
    client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    chinese = address(client, part)
    assert english != chinese
    assert re.search("全局|操作", client.get(chinese).text)
    assert client.get(english).headers["Cache-Control"] == "no-store", "it is in Chinese now"


def test_keys_are_written_as_the_readers_system_writes_them(alice: Person) -> None:
    mac = {"User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"}
    assert "<kbd>Ctrl+K</kbd>" in alice.client.get("/shortcuts").text
    assert "<kbd>⌘ K</kbd>" in alice.client.get("/shortcuts", headers=mac).text


def test_who_may_do_the_same_shares_it_and_a_right_that_is_taken_moves_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    before, alices = address(bob.client, "/palette"), address(alice.client, "/palette")
    assert before != alices
    assert '"/accounts/new"' in bob.client.get(before).text
    assert '"/settings/audit"' in alice.client.get(alices).text
    # The address of somebody else names nothing that one may not open.
    assert '"/settings/audit"' not in bob.client.get(alices).text
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        write_rights(by, role, {("contact", "read"): Reach.ALL}, {})
    after = address(bob.client, "/palette")
    assert after != before
    for there in (before, after):
        assert '"/accounts' not in bob.client.get(there).text
        assert '"/contacts"' in bob.client.get(there).text
