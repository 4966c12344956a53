"""Lists: rows, search, order, pages, tabs, and how little they ask of the database."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.records.pages import counts, listing
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import Fence

BUDGET = 8
HTMX = {"HX-Request": "true", "HX-Target": "section#list"}


def names(html: str) -> list[str]:
    return re.findall(r'<a class="who-name"[^>]*>([^<]*)</a>', html)


@pytest.mark.parametrize("collection", ["accounts", "contacts", "activities"])
def test_a_list_takes_few_statements(
    collection: str, fence: Fence, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    assert count_statements(alice, f"/{collection}") <= BUDGET


def test_a_list_takes_no_more_statements_with_more_rows(
    acme: Workspace, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    few = count_statements(alice, "/contacts")
    with acme.acting(alice) as by:
        for number in range(20):
            account = make_account(by, f"Firm {number}")
            make_contact(by, f"Person {number}", account_id=str(account.id))
    assert count_statements(alice, "/contacts") == few


def test_htmx_gets_the_rows_alone(fence: Fence, alice: Person) -> None:
    whole = alice.client.get("/accounts")
    part = alice.client.get("/accounts", headers=HTMX)
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert names(part.text) == names(whole.text) == ["Fence &amp; Sons"]


def test_an_empty_list_offers_to_make_the_first_record(acme: Workspace, alice: Person) -> None:
    page = alice.client.get("/accounts")
    assert "Nothing here yet" in page.text
    assert page.text.count('href="/accounts/new"') >= 2


def test_a_reader_who_may_not_create_is_not_offered_to(fence: Fence, dora: Person) -> None:
    page = dora.client.get("/accounts")
    assert names(page.text) == ["Fence &amp; Sons"]
    assert 'href="/accounts/new"' not in page.text
    assert "data-edit=" not in page.text
    assert "/delete" not in page.text


def test_the_search_box_finds_a_part_of_a_name(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "北风贸易")
        make_account(by, "Southwind")
    assert names(alice.client.get("/accounts?q=风").text) == ["北风贸易"]
    assert names(alice.client.get("/accounts?q=thwi").text) == ["Southwind"]
    assert "Nothing found" in alice.client.get("/accounts?q=nowhere").text


def test_pages_lead_forth_and_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in range(120):
            make_account(by, f"Firm {number:03}")
    first = alice.client.get("/accounts?sort=name")
    assert "1–50 of 120" in words(first.text)
    second = alice.client.get(follow(first.text, "next"))
    assert names(second.text)[0] == "Firm 050"
    assert "51–100 of 120" in words(second.text)
    third = alice.client.get(follow(second.text, "next"))
    assert names(third.text)[-1] == "Firm 119"
    assert 'rel="next"' not in third.text
    back = alice.client.get(follow(third.text, "prev"))
    assert names(back.text) == names(second.text)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_what_a_search_leaves_is_counted_beside_its_rows(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in range(60):
            make_account(by, f"Firm {number:03}")
        make_account(by, "Southwind")
    page = alice.client.get("/accounts?q=firm")
    assert "1–50 of …" in words(page.text)
    assert 'data-count="/accounts/count?q=firm"' in page.text
    assert words(alice.client.get("/accounts/count?q=firm").text).strip() == "60"
    second = alice.client.get(follow(page.text, "next"))
    assert "51–60 of 60" in words(second.text), "the last row's number is the total"
    few = alice.client.get("/accounts?q=south")
    assert 'data-total="1 of 61 accounts"' in few.text


def test_a_total_beyond_the_cap_is_exact_on_request(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        for number in range(6):
            make_account(by, f"Firm {number:03}")
    monkeypatch.setattr(listing, "COUNT_CAP", 5)
    monkeypatch.setattr(counts, "COUNT_CAP", 5)
    monkeypatch.setattr(counts, "_beyond", OrderedDict())
    page = alice.client.get("/accounts")
    assert 'data-total="5+ accounts"' in page.text
    asked = re.search(r'href="(/accounts/count[^"]+)"', page.text)
    assert asked is not None
    exact = alice.client.get(asked[1])
    assert words(exact.text).strip() == "6"
    assert "count?" not in exact.text


def test_a_count_is_of_what_its_reader_may_see(
    acme: Workspace, alice: Person, bob: Person, fence: Fence
) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Bob's own")
    everybody = words(alice.client.get("/accounts/count").text).strip()
    own = words(bob.client.get("/accounts/count").text).strip()
    assert (everybody, own) == ("2", "1")


def follow(html: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_mine_is_a_tab_with_its_number(fence: Fence, bob: Person, acme: Workspace) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Bob's own")
    page = bob.client.get("/accounts?owner_id=me")
    assert names(page.text) == ["Bob&#39;s own"]
    assert re.search(r'href="/accounts\?owner_id=me" aria-current="page">Mine.*?>1<', page.text)


def test_a_filter_stands_as_a_chip_that_can_be_taken_away(fence: Fence, alice: Person) -> None:
    page = alice.client.get("/accounts?lifecycle=prospect&q=fence")
    assert "<b>Prospect</b>" in page.text
    assert 'href="/accounts?q=fence"' in page.text


@pytest.mark.parametrize(
    ("due", "look"),
    [
        ("2026-11-23T08:00", 'class="next is-late"'),
        ("2026-11-23T23:30", 'class="next is-today"'),
        ("2026-11-24T00:10", 'class="next"'),
        (None, 'class="is-without"'),
    ],
)
def test_the_next_step_is_red_when_late_green_today_grey_later_and_yellow_when_there_is_none(
    acme: Workspace, alice: Person, clock: Clock, due: str | None, look: str
) -> None:
    clock.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))
    with acme.acting(alice) as by:
        account = make_account(by)
        if due:
            make_activity(by, "task", subject="Ring", due_at=due, account_id=str(account.id))
    assert look in alice.client.get("/accounts").text


def test_what_is_late_is_counted_and_red(acme: Workspace, alice: Person, fence: Fence) -> None:
    alice.client.post(
        f"{fence.account_url}/activities",
        data={"kind": "task", "subject": "Ring them", "due_at": "2020-01-01T09:00"},
    )
    page = alice.client.get("/accounts")
    assert "1 needs attention" in page.text
    assert "is-late" in page.text
    late = alice.client.get("/accounts?next_step_at__lt=now&sort=next_step_at")
    assert names(late.text) == ["Fence &amp; Sons"]


@pytest.mark.parametrize(
    "query", ["sort=tags", "cursor=nonsense", "secret=1", "owner_id=nobody", "lifecycle__like=x"]
)
def test_a_made_up_address_is_refused_and_not_an_error(query: str, alice: Person) -> None:
    assert alice.client.get(f"/accounts?{query}").status_code == 422


def test_what_a_tenant_wrote_is_only_text(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "<script>alert(1)</script>{{ 7 * 7 }}")
    page = alice.client.get("/accounts")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page.text


def test_both_languages_keep_rows_of_their_own(fence: Fence, alice: Person) -> None:
    english = alice.client.get("/accounts").text
    alice.client.set_cookie("lang", "zh-CN", domain=alice.client.host)
    chinese = alice.client.get("/accounts").text
    assert 'data-label="Owner"' in english
    assert 'data-label="负责人"' in chinese


@pytest.mark.parametrize("place", ["/contacts", "/contacts/calendar", "/contacts/export"])
def test_a_filter_that_an_address_gives_twice_is_refused_by_its_name(
    alice: Person, place: str
) -> None:
    answer = alice.client.get(f"{place}?owner_id=my_team&owner_id=me")
    assert answer.status_code == 422
    assert "Give this parameter once." in answer.text
    assert alice.client.get("/contacts?owner_id=me&q=a&q=b").status_code == 200


@pytest.mark.parametrize("written", ["{", "[]", '{"city": "York"}', '{"f": 1}', '{"or": []}'])
@pytest.mark.parametrize("lens", ["", "/board"])
def test_filters_that_cannot_be_read_are_told_without_the_words_of_programs(
    alice: Person, written: str, lens: str
) -> None:
    answer = alice.client.get(f"/accounts{lens}", query_string={"filter": written})
    assert answer.status_code == 422
    assert "The filters in this address can’t be read." in answer.text
    assert 'href="/accounts">' in answer.text
    assert "JSON" not in answer.text


def test_a_value_that_does_not_fit_is_told_with_its_field(alice: Person) -> None:
    answer = alice.client.get("/accounts?created_at__gte=soonish")
    assert answer.status_code == 422
    assert "Created: " in answer.text
