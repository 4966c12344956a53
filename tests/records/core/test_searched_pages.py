"""Pages of a search: the same rows and order whichever of its three ways finds them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.actor import Actor, Reach, Rights
from app.records.query import Query, kept, page, paging, searched
from app.records.tailored import tailored
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.core.test_paging import ids
from tests.records.pages.conftest import statements

# How many hits are few, and how many rows are looked at on the way.
WAYS = {"sorted": (1_000, 0), "met on the way": (0, 1_000), "gathered": (0, 0), "mixed": (5, 9)}


@pytest.fixture
def crowd(acme: Workspace, alice: Person, bob: Person) -> None:
    """Thirty people, every third a Wang, many of the same name."""
    with acme.acting(alice) as by:
        firm = make_account(by, "北风贸易有限公司")
        for number in range(30):
            last = "王" if number % 3 == 0 else "Archer"
            owner = (alice, bob)[number % 2].user_id
            make_contact(by, last, "小明", account_id=str(firm.id), owner_id=str(owner))


def take(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have searches find their rows in one of the ways."""
    probed, ahead = WAYS[way]
    monkeypatch.setattr(searched, "PROBED", probed)
    monkeypatch.setattr(searched, "AHEAD", ahead)
    # Their numbers stand in the statements, so none is kept for the next way.
    monkeypatch.setattr(paging, "page_of_words", kept.page_of_words.__wrapped__)


def there_and_back(
    by: Actor, record_type: RecordType, asked: Query
) -> tuple[list[UUID], list[UUID]]:
    """All rows of a search, page by page forwards, and then backwards from the last page."""
    found = page(record_type, asked, by, ("name", "account_id"))
    there = ids(found)
    while found.next:
        found = page(record_type, replace(asked, cursor=found.next), by, ())
        there += ids(found)
    back = ids(found)
    while found.previous:
        found = page(record_type, replace(asked, cursor=found.previous), by, ())
        back = ids(found) + back
    return there, back


@pytest.mark.parametrize("way", WAYS)
def test_a_search_has_the_same_pages_whichever_way_its_rows_are_found(
    acme: Workspace,
    alice: Person,
    bob: Person,
    crowd: None,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        grants = {(one, "read"): Reach.ALL for one in ("account", "activity")}
        grants[("contact", "read")] = Reach.OWN
        own = replace(by, user_id=bob.user_id, rights=Rights(grants))
        for who, words, number in (
            (by, "王", 10),
            (by, "archer", 20),
            (by, "xiaoming", 30),
            (by, "北风", 30),
            (by, "王 贸易", 10),
            (by, "qqzz", 0),
            (by, "鑿齾", 0),
            (own, "王", 5),
        ):
            for sort in ("name", "-name", "-last_activity_at", "-created_at"):
                take("gathered", monkeypatch)
                asked = Query(q=words, sort=sort, limit=50)
                whole = ids(page(contact, asked, who, ()))
                assert len(whole) == number, words
                take(way, monkeypatch)
                for limit in (3, 10, 50):
                    there, back = there_and_back(who, contact, replace(asked, limit=limit))
                    assert there == whole
                    assert back == whole


def test_rows_in_order_are_those_of_the_list(
    acme: Workspace, alice: Person, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        for sort in ("name", "-name", "-created_at"):
            listed = page(contact, Query(sort=sort), by, ("last_name",)).rows
            for way in WAYS:
                take(way, monkeypatch)
                found = page(contact, Query(q="王", sort=sort), by, ("last_name",)).rows
                assert [row.id for row in found] == [
                    row.id for row in listed if row.last_name == "王"
                ]


def test_a_page_of_a_search_is_one_statement_with_titles(
    acme: Workspace, alice: Person, crowd: None
) -> None:
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        page(contact, Query(q="王"), by, ())
        with statements() as seen:
            found = page(contact, Query(q="王"), by, ("account_id",))
        assert len(seen) == 1
        assert {row.account_id__title for row in found.rows} == {"北风贸易有限公司"}


def test_the_statement_of_a_search_is_put_together_once_for_all_words_of_a_kind(
    acme: Workspace, alice: Person, crowd: None
) -> None:
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        kept.page_of_words.cache_clear()
        for words, number in (("archer", 20), ("xiaoming", 30), ("qqzzxx", 0), ("%%%", 0)):
            assert len(page(contact, Query(q=words), by, ()).rows) == number
        assert kept.page_of_words.cache_info().misses == 1
