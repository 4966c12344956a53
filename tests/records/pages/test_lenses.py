"""Saved views keep what a list is looked at through, and a switch keeps the list."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.records.views.models import SavedView
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import Fence


def save(person: Person, collection: str, query: str, **more: str) -> str:
    """Save a list as a view; where the reader is led then."""
    form = person.client.get(f"/{collection}/views/new?{query}")
    assert form.status_code == 200
    kept = re.search(r'name="query" value="([^"]*)"', form.text)
    assert kept is not None
    sent = {"name": "Mine", "audience": "private", "query": unescape(kept[1]), **more}
    answer = person.client.post(f"/{collection}/views/new", data=sent)
    assert answer.status_code == 303
    return str(answer.location)


def saved(acme: Workspace) -> str:
    with acme.scope() as session:
        return session.scalars(select(SavedView.query)).one()


@pytest.mark.parametrize(
    ("query", "lens", "kept"),
    [
        ("lens=board&city=Leeds", "board", "lens=board&city=Leeds"),
        ("lens=board&by=customer_kind", "board", "lens=board&by=customer_kind"),
        ("lens=calendar&span=week&on=2026-11-20", "calendar", "lens=calendar&span=week"),
        ("lens=nonsense&city=Leeds", "", "city=Leeds"),
        ("lens=board&span=week&by=%3Cscript%3E", "board", "lens=board"),
    ],
)
def test_a_view_keeps_what_it_is_looked_at_through(
    acme: Workspace, alice: Person, fence: Fence, query: str, lens: str, kept: str
) -> None:
    plain = save(alice, "accounts", query)
    assert saved(acme) == kept
    view = plain.partition("view=")[2]
    answer = alice.client.get(plain)
    if lens:
        assert answer.status_code == 303
        assert answer.location == f"/accounts/{lens}?view={view}"
        answer = alice.client.get(str(answer.location))
    assert answer.status_code == 200
    assert "Unsaved changes" not in answer.text
    here = f"/accounts/{lens}" if lens else "/accounts"
    assert f'href="{here}?view={view}" aria-current="page">Mine' in answer.text


def test_a_view_of_a_board_can_be_looked_at_as_a_list_and_back(alice: Person, fence: Fence) -> None:
    view = save(alice, "accounts", "lens=board&city=Leeds").partition("view=")[2]
    board = alice.client.get(f"/accounts/board?view={view}").text
    assert f'href="/accounts?view={view}&amp;city=Leeds"' in board
    rows = alice.client.get(f"/accounts?view={view}&city=Leeds").text
    assert 'class="who-name"' in rows
    assert "Unsaved changes" in rows
    assert f'href="/accounts/board?view={view}"' in rows


def test_a_board_of_a_view_without_its_filters_is_not_the_view_again(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Southwind")
    view = save(alice, "accounts", "lens=board&city=Leeds").partition("view=")[2]
    board = alice.client.get(f"/accounts/board?view={view}").text
    assert "Southwind" not in board
    away = re.search(r'href="([^"]+)" aria-label="Remove the filter City"', board)
    assert away is not None
    assert "Southwind" in alice.client.get(unescape(away[1])).text


def test_a_list_that_begins_with_a_board_leads_there_and_lets_go(
    alice: Person, fence: Fence
) -> None:
    view = save(alice, "accounts", "lens=board&city=Leeds", default="1").partition("view=")[2]
    first = alice.client.get("/accounts")
    assert first.status_code == 303
    assert first.location == f"/accounts/board?view={view}"
    everything = alice.client.get("/accounts?view=all")
    assert everything.status_code == 200
    assert 'class="who-name"' in everything.text
    assert alice.client.get("/accounts/board?view=all").status_code == 200


def test_a_pinned_view_of_a_board_leads_straight_to_it(alice: Person, fence: Fence) -> None:
    view = save(alice, "accounts", "lens=board", pin="1").partition("view=")[2]
    page = alice.client.get(f"/accounts/board?view={view}").text
    pinned = re.search(
        r'<a class="nav-item" href="(/accounts/board\?view=[^"]+)" aria-current', page
    )
    assert pinned is not None


def test_a_record_opened_from_a_board_leads_back_to_it(alice: Person, fence: Fence) -> None:
    board = alice.client.get("/accounts/board?city=Leeds")
    link = re.search(rf'href="({fence.account_url}\?[^"]+)"', board.text)
    assert link is not None
    record = alice.client.get(unescape(link[1]))
    assert 'href="/accounts/board?city=Leeds"' in record.text


def test_filters_chosen_on_a_board_lead_back_to_it(alice: Person, fence: Fence) -> None:
    board = alice.client.get("/accounts/board?by=customer_kind").text
    link = re.search(r'href="(/accounts/filter\?[^"]+)"', board)
    assert link is not None
    rest = quote(unescape(link[1]).partition("?")[2])
    asked = "c.how=and&c.0.key=city&c.0.way=eq&c.0.v=Leeds"
    applied = alice.client.get(f"/accounts/filter?rest={rest}&do=apply&{asked}")
    assert applied.status_code == 303
    assert str(applied.location).startswith("/accounts/board?")
    assert "by=customer_kind" in str(applied.location)
