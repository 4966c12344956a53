"""Templates and documents in a real browser: a field inserted, a letter made and passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.documents.papers.find import find_document
from app.documents.papers.letterhead import Wish as Head
from app.documents.papers.letterhead import save_letterhead
from app.documents.papers.links import make_link
from app.documents.texts.operations import Wish, save_template
from tests.browser.test_accessibility import Findings, each_once, looker
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.documents.test_papers import made, picture
from tests.factories import make_account, make_contact

__all__ = ["looker"]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def fence(acme: Workspace, alice: Person) -> str:
    """The path of a firm, for which there is a template."""
    with acme.acting(alice) as by:
        words = "Dear {{ account.name }},\n\nwelcome to {{ account.city }}."
        save_template(by, None, Wish("Welcome", "account", "part", {}, {"en": words}))
        return f"/accounts/{make_account(by).id}"


def test_a_field_is_found_by_words_and_inserted_where_the_caret_was(
    page: Page, windows: Windows, acme: Workspace, alice: Person
) -> None:
    windows.watch.expect(422)
    with acme.acting(alice) as by:
        make_contact(by, first_name="Grace", title="Buyer")
    ready(page, "/settings/templates/new?record_type=contact")
    page.locator("#name").fill("Greeting")
    page.get_by_label("Subject").first.fill("Hello")
    text = page.locator("[id='body.en']")
    text.fill("Dear ,")
    text.press("End")
    text.press("ArrowLeft")
    search = page.get_by_role("searchbox", name="Find a field")
    search.fill("first name")
    expect(page.get_by_role("button", name="Last name")).to_have_count(0)
    search.press("Enter")
    expect(text).to_have_value("Dear {{ contact.first_name }},")
    expect(text).to_be_focused()
    expect(page.locator("#template-preview")).to_contain_text("Dear Grace,")
    search.fill("no such field")
    expect(page.locator("[data-field-none]")).to_be_visible()
    text.fill("{{ contact.nose }}")
    with arriving(page):
        page.locator("#template-form").get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("[id='body.en-error']")).to_contain_text("There is no “contact.nose”.")
    expect(text).to_have_value("{{ contact.nose }}")
    text.fill("{{ contact.title }}")
    with arriving(page):
        page.locator("#template-form").get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Greeting")).to_be_visible()


def test_a_letter_is_filled_in_looked_at_made_and_passed_on(
    page: Page, windows: Windows, acme: Workspace, alice: Person, fence: str
) -> None:
    ready(page, fence)
    page.get_by_role("link", name="Make a document").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Text template").select_option("Welcome")
    expect(drawer.get_by_label("Text", exact=False).last).to_have_value(
        "Dear Fence & Sons,\n\nwelcome to ."
    )
    expect(drawer.get_by_text("account.city is empty on this record.")).to_be_visible()
    drawer.get_by_label("Subject").fill("Welcome")
    drawer.get_by_role("button", name="Preview").click()
    expect(drawer.get_by_role("img", name="Page 1")).to_be_visible()
    with arriving(page):
        drawer.get_by_role("button", name="Make PDF").click()
    page.locator("#record-panels").get_by_role("link", name="Welcome").first.click()
    drawer.get_by_role("button", name="Make a public link").click()
    address = drawer.locator(".secret code")
    expect(address).to_contain_text("/d/")
    expect(drawer.get_by_role("img", name="QR code of the address")).to_be_visible()
    outside = windows.open(None)
    ready(outside, "/d/" + (address.text_content() or "").rpartition("/")[2])
    expect(outside.get_by_role("heading", level=1, name="Welcome")).to_be_visible()
    with outside.expect_download() as fetched:
        outside.get_by_role("link", name="Download PDF").click()
    assert fetched.value.suggested_filename == "Welcome.pdf"


def test_the_sample_of_the_letterhead_follows_what_is_typed(page: Page, alice: Person) -> None:
    ready(page, "/settings/documents")
    sample = page.get_by_role("img", name="A sample letter with your letterhead")
    expect(sample).to_be_visible()
    before = sample.get_attribute("src") or ""
    page.get_by_label("At the foot of each page").first.fill("Registered in England")
    expect(sample).not_to_have_attribute("src", before)


@each_once
def test_axe_finds_nothing_on_pages_of_templates_and_documents(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    fence: str,
) -> None:
    with acme.acting(alice) as by:
        save_letterhead(by, Head({"bank": {"en": "Bank 1"}}, seal=picture(), logo=picture()))
        words = Wish("Thanks", "contact", "mail", {"en": "Hi"}, {"en": "{{ contact.title }}"})
        template_id = save_template(by, None, words).id
        make_contact(by, title=None)
        document = made(by, make_account(by, "Other"))
        link = make_link(*find_document(document.id, by), by)
    secret = link.url.rpartition("/")[2]
    seen = looker(alice, variant)
    seen.visit(
        "/settings/templates",
        "/settings/templates/new",
        f"/settings/templates/{template_id}",
        f"/settings/templates/{template_id}/versions",
        f"/accounts/{document.record_id}/documents",
        f"/accounts/{document.record_id}/documents/new",
        f"/documents/{document.id}",
    )
    page = seen.page
    ready(page, "/settings/documents")
    expect(page.locator("#letterhead-sample img")).to_be_visible()
    seen.look("/settings/documents")
    windows.watch.expect(404)
    outside = looker(None, variant)
    outside.visit(f"/d/{secret}", "/d/nothing")
    assert overflow(settled(page)) == 0
    assert not seen.found, seen.told()
    assert not outside.found, outside.told()
