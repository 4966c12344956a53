"""What somebody opened or changed lately comes first where records are looked for."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.kernel import clock
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.recents import operations
from app.records.recents.models import OpenedRecord
from app.records.recents.operations import KEPT, note_opened, recent
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.pages.conftest import Fence, statements


def found(person: Person, words: str = "") -> list[str]:
    page = person.client.get("/search", query_string={"q": words, "fmt": "palette"})
    assert page.status_code == 200
    return re.findall(r'href="(/[a-z]+/[0-9a-f-]{36})"', page.text)


def rows(acme: Workspace) -> int:
    with acme.scope() as session:
        return session.scalar(select(func.count()).select_from(OpenedRecord)) or 0


def test_an_empty_palette_shows_what_was_opened_lately(
    acme: Workspace, fence: Fence, alice: Person, bob: Person
) -> None:
    assert found(bob) == []
    for path in (fence.contact_url, fence.account_url):
        assert alice.client.get(path).status_code == 200
    assert found(alice)[:2] == [fence.account_url, fence.contact_url]
    assert found(bob) == []  # What Alice opened is Alice's affair.
    page = alice.client.get("/search").text
    assert "Recent" in page
    assert fence.account_url in page


def test_opening_a_record_again_brings_it_to_the_front_once(
    acme: Workspace, fence: Fence, alice: Person
) -> None:
    now = clock.now()
    with acme.engine_app.app_context():
        for minutes, one in ((1, fence.account), (2, fence.contact), (3, fence.account)):
            kind = "account" if one == fence.account else "contact"
            at = now + timedelta(minutes=minutes)
            note_opened(acme.facts, alice.user_id, kind, one, at)
    assert found(alice)[:2] == [fence.account_url, fence.contact_url]
    assert rows(acme) == 2


def test_what_was_changed_elsewhere_comes_first_too_unless_it_was_among_many(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        first = make_contact(by, "Early")
        late = make_contact(by, "Late")
        perform("contact", "update", first, by=by, title="Buyer")
        perform("contact", "update", late, by=by.in_batch(new_id()), title="Buyer")
        told = recent(by, ("contact",))
        assert {one.record_id for one in told} == {first.id, late.id}
        assert recent(by, ("account",)) == []
        many = [make_account(by.in_batch(new_id()), f"Bulk {n}") for n in range(3)]
        assert recent(by, ("account",)) == []
    paths = found(bob)
    assert f"/contacts/{first.id}" in paths
    assert not {f"/accounts/{one.id}" for one in many} & set(paths)


def test_words_find_what_was_open_before_its_namesakes(acme: Workspace, alice: Person) -> None:
    with acme.scope() as session:
        by = acme.actor()  # The service made them, so none is anybody's own change.
        made = [make_contact(by, "Smith", f"Ann{n}") for n in range(9)]
        session.flush()
        paths = [f"/contacts/{one.id}" for one in made]
    usual = found(alice, "smith")
    assert len(usual) == 5
    hidden = next(path for path in paths if path not in usual)
    alice.client.get(hidden)
    assert found(alice, "smith") == [hidden, *usual[:4]]
    assert found(alice, "smith ann1") == [paths[1]]  # It fits no better for having been open.


def test_what_may_no_longer_be_read_is_not_told(
    acme: Workspace, fence: Fence, bob: Person, alice: Person
) -> None:
    with acme.acting(alice) as by:
        theirs = make_account(by, "Secret Plc")
        path = f"/accounts/{theirs.id}"
    assert bob.client.get(path).status_code == 404
    assert rows(acme) == 0  # What was not shown was not opened.
    with acme.engine_app.app_context():
        note_opened(acme.facts, bob.user_id, "account", theirs.id, clock.now())
    assert found(bob) == []
    assert found(bob, "secret") == []


def test_a_deleted_record_is_told_no_more(acme: Workspace, fence: Fence, alice: Person) -> None:
    alice.client.get(fence.contact_url)
    assert fence.contact_url in found(alice)
    alice.client.post(f"{fence.contact_url}/delete")
    assert fence.contact_url not in found(alice)


def test_a_bounded_number_is_kept_for_each(acme: Workspace, alice: Person, bob: Person) -> None:
    now = clock.now()
    with acme.engine_app.app_context():
        note_opened(acme.facts, bob.user_id, "contact", new_id(), now - timedelta(days=9))
        for n in range(KEPT + 20):
            note_opened(
                acme.facts, alice.user_id, "contact", UUID(int=n), now + timedelta(minutes=n)
            )
    assert KEPT + 1 <= rows(acme) <= KEPT + 2  # One of them is Bob's.


def test_opening_a_record_costs_its_page_one_statement_more_and_a_list_none(
    fence: Fence, alice: Person
) -> None:
    alice.client.get(fence.contact_url)
    with statements() as seen:
        alice.client.get(fence.contact_url)
    assert sum("opened_records" in one for one in seen) == 1
    with statements() as seen:
        alice.client.get("/contacts")
    assert not [one for one in seen if "opened_records" in one]


def test_noting_waits_for_no_disk(acme: Workspace, alice: Person) -> None:
    seen = {"user_id": alice.user_id, "record_type": "contact", "record_id": new_id()}
    with acme.scope() as session:
        session.execute(text("SET LOCAL synchronous_commit TO on"))
        session.execute(operations._NOTE, {**seen, "at": clock.now()})
        assert session.scalar(text("SHOW synchronous_commit")) == "off"


def test_recent_records_take_a_statement_for_each_type_however_many_they_are(
    acme: Workspace, alice: Person
) -> None:
    def taken() -> int:
        with statements() as seen:
            found(alice)
        return len(seen)

    with acme.acting(alice) as by:
        make_contact(by)
    found(alice)
    few = taken()
    with acme.acting(alice) as by:
        for n in range(12):
            make_contact(by, f"Many {n}")
    assert taken() == few


@pytest.mark.parametrize("words", ["0018", "7946 0018", "+44 20 7946 0018", "02079460018"])
def test_a_part_of_a_telephone_number_finds_its_record(
    acme: Workspace, alice: Person, words: str
) -> None:
    with acme.acting(alice) as by:
        path = f"/accounts/{make_account(by, phone='020 7946 0018').id}"
        make_account(by, "Gate", phone="020 7946 9999")
    assert found(alice, words) == [path]


def test_the_palette_finds_saved_views(acme: Workspace, alice: Person, bob: Person) -> None:
    sent = {"name": "Leeds firms", "query": "city=Leeds", "audience": "private"}
    assert alice.client.post("/accounts/views/new", data=sent).status_code in (200, 204, 303)
    page = alice.client.get("/search?q=leeds&fmt=palette").text
    assert "/accounts?view=" in page
    assert "/accounts?view=" not in bob.client.get("/search?q=leeds&fmt=palette").text


def test_pages_are_found_by_pinyin_and_by_their_english_names(alice: Person) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    page = alice.client.get("/palette").text
    found_by = re.search(r'href="/contacts"[^>]*data-find="([^"]*)"', page)
    assert found_by is not None
    assert "lianxiren" in found_by.group(1)
    assert "lxr" in found_by.group(1)
    assert "Contacts" in found_by.group(1)
