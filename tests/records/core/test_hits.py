"""What the palette finds of many types at once: the first rows that each of their lists shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.records.pages import everywhere
from app.records.pages.everywhere import find_everywhere
from app.records.query import Query, first_hits, hits, page
from app.records.tailored import switched_on
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements

WORDS = (
    "王",
    "小明",
    "archer",
    "wxm",
    "北风",
    "贸易有限",
    "7946",
    "ring",
    "qqzzxxv",
    "王 贸易",
    "%_%",
)


@pytest.fixture
def street(acme: Workspace, alice: Person, bob: Person) -> list[UUID]:
    """A dozen people of a firm, and calls to them; every other one is Bob's."""
    with acme.acting(alice) as by:
        firm = make_account(by, "北风贸易有限公司", owner_id=str(bob.user_id))
        made = []
        for number in range(12):
            owner = str((alice, bob)[number % 2].user_id)
            person = make_contact(
                by,
                "王" if number % 3 == 0 else "Archer",
                "小明",
                account_id=str(firm.id),
                phone=f"+4420794600{number:02}",
                owner_id=owner,
            )
            make_activity(by, body=f"Ring 王 {number}", account_id=str(firm.id), owner_id=owner)
            made.append(person.id)
        return made


def readers(by: Actor, bob: Person) -> list[Actor]:
    """Who reads all, who reads their own, and one to whom phones and firms are hidden."""
    kinds = ("account", "contact", "activity")
    own = Rights({(one, "read"): Reach.OWN for one in kinds})
    barred = Rights(
        {("contact", "read"): Reach.ALL, ("activity", "read"): Reach.OWN},
        {("contact", "phone"): FieldAccess.HIDDEN},
    )
    return [
        by,
        replace(by, user_id=bob.user_id, rights=own),
        replace(by, user_id=bob.user_id, rights=barred),
    ]


def types_of(by: Actor) -> list[RecordType]:
    return [one for one in switched_on(by) if by.may(one.key, "read")]


def listed(record_type: RecordType, words: str, by: Actor, limit: int) -> Sequence[UUID]:
    """The first rows of the list, those named by the first word before the rest."""
    found = page(record_type, Query(q=words, limit=200), by, (record_type.title.key,)).rows
    first = words.split(maxsplit=1)[0]
    later = [row for row in found if f" {first}" not in f" {record_type.title_of(row)}".lower()]
    return [row.id for row in sorted(found, key=later.__contains__)][:limit]


@pytest.mark.parametrize("words", WORDS)
def test_the_first_hits_are_the_first_rows_of_each_list(
    acme: Workspace, alice: Person, bob: Person, street: list[UUID], words: str
) -> None:
    with acme.acting(alice) as owner:
        for by in readers(owner, bob):
            types = types_of(by)
            found = first_hits(types, words, by, {}, 5)
            for one in types:
                held = found[one.key].first if one.key in found else []
                assert held == listed(one, words, by, 5), (one.key, words)


@pytest.mark.parametrize("words", WORDS)
def test_of_a_word_that_many_bear_the_first_rows_of_the_list_are_shown(
    acme: Workspace,
    alice: Person,
    bob: Person,
    street: list[UUID],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with acme.acting(alice) as owner:
        for by in readers(owner, bob):
            with monkeypatch.context() as patched:
                patched.setattr(everywhere, "recent", lambda _by, _kinds: [])
                patched.setattr(hits, "PROBED", 2)
                patched.setattr(hits, "_statement", hits._statement.__wrapped__)
                groups = find_everywhere(words, by)
            shown = {group.url: [UUID(one.id) for one in group.items] for group in groups}
            for one in types_of(by):
                whole = page(one, Query(q=words, limit=200), by, ()).rows
                first = [row.id for row in whole][:5]
                named = listed(one, words, by, 5)
                found = shown.get(f"/{one.collection}", [])
                assert found == (first if len(whole) > 2 else named), one.key


def test_of_what_was_opened_lately_only_what_fits_and_may_be_read_is_told(
    acme: Workspace, alice: Person, bob: Person, street: list[UUID]
) -> None:
    with acme.acting(alice) as owner:
        for by, told in zip(readers(owner, bob), ({0, 3, 6, 9}, {3, 9}, {0, 3, 6, 9}), strict=True):
            found = first_hits(types_of(by), "王", by, {"contact": street}, 1)
            assert found["contact"].lately == {street[place] for place in told}
            assert first_hits(types_of(by), "qqzzxxv", by, {"contact": street}, 1) == {}


def test_one_statement_asks_all_types_and_one_more_fetches_each_that_was_hit(
    acme: Workspace, alice: Person, street: list[UUID]
) -> None:
    with acme.acting(alice) as by:
        for words, number in (("qqzzxxv", 0), ("archer", 1), ("王", 2)):
            find_everywhere(words, by)
            with statements() as seen:
                groups = find_everywhere(words, by)
            assert len(groups) == number
            assert sum("best_0" in one for one in seen) == 1
            assert sum("version" in one for one in seen) == number


def test_those_called_so_come_before_those_whose_name_only_holds_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        called = make_contact(by, "Scott", "Walter").id
        holding = make_contact(by, "Prescott", "Ann").id
        chinese = make_contact(by, "陈", "斯科").id
        types = types_of(by)
        assert first_hits(types, "scott", by, {}, 5)["contact"].first == [called, holding]
        assert first_hits(types, "chen", by, {}, 5)["contact"].first[0] == chinese
