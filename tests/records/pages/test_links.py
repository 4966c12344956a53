"""The address of a record or a list as a text and a QR code, to be passed on."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from app.identity.routes.qr import qr_image
from app.records.pages.link import LONGEST_CODE
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.test_sharing_pages import let_reps_see_their_own
from tests.records.pages.test_views import keep, view_of

HERE = "http://acme.zuke.test"


def given(person: Person, path: str) -> str:
    """The address that a page about one gives."""
    answer = person.client.get(path)
    assert answer.status_code == 200, answer.text
    found = re.search(r'data-copy="([^"]+)"', answer.text)
    assert found is not None
    return html.unescape(found[1])


def test_a_records_link_is_its_own_address_with_a_code(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Fence & Sons")
    address = f"{HERE}/accounts/{account.id}"
    told = alice.client.get(f"/accounts/{account.id}/link").text
    assert given(alice, f"/accounts/{account.id}/link") == address
    assert str(qr_image(address)) in told
    assert "Fence &amp; Sons" in told
    assert "style=" not in told.partition('class="qr"')[2].partition("</figure>")[0]
    assert f"/accounts/{account.id}/link" in alice.client.get(f"/accounts/{account.id}").text


def test_whoever_may_not_see_a_record_gets_no_link_to_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    let_reps_see_their_own(acme)
    with acme.acting(alice) as by:
        account = make_account(by)
    assert bob.client.get(f"/accounts/{account.id}/link").status_code == 404


def test_a_lists_link_holds_its_filters_order_and_words(alice: Person) -> None:
    asked = "city=Leeds&q=fence&sort=name"
    assert given(alice, f"/accounts/link?{asked}") == f"{HERE}/accounts?{asked}"
    assert given(alice, "/accounts/link") == f"{HERE}/accounts"
    assert "/accounts/link?city=Leeds" in alice.client.get("/accounts?city=Leeds").text


def test_a_board_leads_back_to_a_board(alice: Person) -> None:
    board = alice.client.get("/accounts/board").text
    found = re.search(r'href="([^"]+)" data-drawer data-of-list data-page-link', board)
    assert found is not None
    assert given(alice, html.unescape(found[1])) == f"{HERE}/accounts/board"


def test_a_shared_views_link_names_the_view_and_a_private_ones_says_what_it_shows(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    shared = view_of(keep(alice, "All of Leeds", audience="everyone"))
    private = view_of(keep(alice, "Mine of Leeds"))
    assert given(alice, f"/accounts/link?view={shared}") == f"{HERE}/accounts?view={shared}"
    address = given(alice, f"/accounts/link?view={private}")
    assert private not in address
    assert "city=Leeds" in address
    assert "yours alone" in alice.client.get(f"/accounts/link?view={private}").text
    assert bob.client.get(address.removeprefix(HERE)).status_code == 200
    assert bob.client.get(f"/accounts/link?view={private}").status_code == 404


def test_an_address_too_long_for_a_camera_has_no_code(alice: Person) -> None:
    told = alice.client.get(f"/accounts/link?q={quote('x' * LONGEST_CODE)}").text
    assert 'class="qr"' not in told
    assert "too long for a code" in told


def test_a_list_that_can_t_be_shown_has_no_link(alice: Person) -> None:
    assert alice.client.get("/accounts/link?nothing=1").status_code == 422
