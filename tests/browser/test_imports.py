"""Importing in a real browser: a file is given, its columns are looked at, its rows come in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select

from app.crm.models import Contact
from app.jobs.worker import Worker
from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace

pytestmark = pytest.mark.usefixtures("no_files")

PEOPLE = (
    "Last Name,First Name,E-mail,Shoe Size\n"
    "Archer,Ann,ann@north.example,38\n"
    "Baker,Ben,none,44\n"
    "Chen,Cai,none,41\n"
)


def file(text: str, name: str = "people.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def give(page: Page, text: str = PEOPLE) -> Page:
    """Choose a file on the page of contacts, which leads to its columns by itself."""
    ready(page, "/contacts")
    with arriving(page):
        page.get_by_role("link", name="Import", exact=True).click()
    with arriving(page):
        page.locator("#import-file").set_input_files(file(text))
    expect(page.get_by_role("heading", level=1)).to_have_text("Import: Contacts")
    return page


def count(page: Page, label: str) -> Any:
    return page.locator(".import-counts li").filter(has_text=label).locator("b")


def surnames(acme: Workspace) -> list[str | None]:
    with acme.scope() as session:
        return list(session.scalars(select(Contact.last_name).order_by(Contact.last_name)))


def test_a_usual_file_is_chosen_looked_at_and_started(page: Page, acme: Workspace) -> None:
    give(page, "Last Name,E-mail\nArcher,ann@north.example\nBaker,ben@north.example\n")
    expect(count(page, "new records")).to_have_text("2")
    expect(page.get_by_label("Last Name")).to_have_value("last_name")
    with arriving(page):
        page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("All rows were dealt with.")).to_be_visible()
    assert surnames(acme) == ["Archer", "Baker"]


def test_a_file_is_dropped_onto_the_page(page: Page) -> None:
    ready(page, "/contacts/import")
    dropped = page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], 'people.csv', { type: 'text/csv' }));
            return data;
        }""",
        PEOPLE,
    )
    with arriving(page):
        page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    expect(page.get_by_text("people.csv").first).to_be_visible()
    expect(page.get_by_label("First Name")).to_have_value("first_name")


def test_rows_of_a_spreadsheet_are_pasted(page: Page) -> None:
    ready(page, "/contacts/import")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData('text/plain', 'Last Name\\tPhone\\nArcher\\t+44 20 7946 0123\\n');
            document.body.dispatchEvent(
                new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.get_by_label("Rows as they are copied")).to_have_value(
        "Last Name\tPhone\nArcher\t+44 20 7946 0123\n"
    )
    with arriving(page):
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Phone", exact=True)).to_have_value("phone")


def test_a_choice_is_worked_out_at_once_and_survives_loading_anew(page: Page) -> None:
    give(page)
    expect(count(page, "failed")).to_have_text("2")
    page.get_by_label("E-mail", exact=True).select_option("")
    expect(count(page, "failed")).to_have_text("0")
    expect(count(page, "new records")).to_have_text("3")
    page.reload()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("")


def test_a_value_that_fails_is_mended_where_it_is_told(page: Page, acme: Workspace) -> None:
    give(page)
    mended = page.get_by_label("Instead of none").first
    mended.fill("same@north.example")
    mended.press("Tab")
    expect(count(page, "failed")).to_have_text("0")
    page.get_by_label("Rows that seem to be there already").select_option("create")
    expect(count(page, "new records")).to_have_text("3")
    with arriving(page):
        page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("All rows were dealt with.")).to_be_visible()
    assert surnames(acme) == ["Archer", "Baker", "Chen"]


def test_a_field_is_made_of_a_column(page: Page) -> None:
    give(page)
    page.get_by_label("Shoe Size").select_option("new:number")
    expect(page.get_by_text("The field is made when the import starts.")).to_be_visible()
    with arriving(page):
        page.get_by_role("button", name="Start the import").click()
    with arriving(page):
        page.get_by_role("link", name="To the list").click()
    with arriving(page):
        page.get_by_role("link", name="Ann Archer").first.click()
    expect(page.get_by_text("Shoe Size")).to_be_visible()
    expect(page.get_by_text("38", exact=True)).to_be_visible()


def test_what_was_opened_stays_open_when_something_is_chosen(page: Page) -> None:
    give(page)
    column = page.locator("#column-0")
    column.get_by_text("How its values are read").click()
    column.get_by_text("Fill in or put together").click()
    filled = column.get_by_label("Where it is empty")
    filled.fill("Nobody")
    filled.press("Tab")
    page.get_by_label("Shoe Size").select_option("new:number")
    expect(page.get_by_text("The field is made when the import starts.")).to_be_visible()
    expect(column.get_by_label("Where it is empty")).to_be_visible()
    expect(column.get_by_label("Where it is empty")).to_have_value("Nobody")


def test_what_stands_against_a_file_is_told_on_its_page(windows: Windows, page: Page) -> None:
    windows.watch.expect(422)
    ready(page, "/contacts/import")
    with arriving(page):
        page.locator("#import-file").set_input_files(file("%PDF-1.7", "scan.pdf"))
    expect(page.get_by_role("alert")).to_contain_text("This is not a table.")


def test_a_long_import_is_followed_and_its_failed_rows_are_fetched(
    page: Page, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.imports.begin.AT_ONCE", 1)
    give(page)
    with arriving(page):
        page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("You can leave this page.")).to_be_visible()
    worker.drain()
    expect(page.get_by_text("some rows failed")).to_be_visible()
    expect(count(page, "new records")).to_have_text("1")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download the failed rows").click()
    assert "Baker,Ben,none,44" in saved.value.path().read_text("utf-8-sig")


def test_an_import_is_stopped_though_the_page_renewed_itself_while_one_thought(
    page: Page, acme: Workspace, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.imports.begin.AT_ONCE", 1)
    give(page)
    with arriving(page):
        page.get_by_role("button", name="Start the import").click()
    pressed = page.get_by_role("button", name="Stop").element_handle()
    pressed.click()
    dialog = page.locator("#confirm")
    expect(dialog.get_by_role("button", name="Keep importing")).to_be_visible()
    page.wait_for_function("pressed => !pressed.isConnected", arg=pressed)
    with arriving(page):
        dialog.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("It was stopped before it began.")).to_be_visible()
    worker.drain()
    assert surnames(acme) == []


def test_it_works_without_script(windows: Windows, alice: Person, acme: Workspace) -> None:
    page = windows.open(alice, java_script_enabled=False)
    page.goto("/contacts/import")
    page.locator("#import-file").set_input_files(file(PEOPLE))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail", exact=True).select_option("")
    page.get_by_role("button", name="Check again").click()
    expect(count(page, "failed")).to_have_text("0")
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("All rows were dealt with.")).to_be_visible()
    assert surnames(acme) == ["Archer", "Baker", "Chen"]


def test_the_palette_leads_to_it_in_both_languages(windows: Windows, alice: Person) -> None:
    for lang, words, label in (
        ("en", "migrate", "Import: Contacts"),
        ("zh-CN", "上传", "导入：联系人"),
    ):
        page = windows.open(alice, lang=lang)
        ready(page, "/")
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        expect(page.get_by_role("option", name=label)).to_be_visible()


@each_once
def test_its_pages_are_sound(windows: Windows, alice: Person, variant: dict[str, str]) -> None:
    windows.watch.expect(422)
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit("/contacts/import", "/settings/imports")
    page = ready(seen.page, "/contacts/import")
    with arriving(page):
        page.locator("#import-file").set_input_files(file(PEOPLE))
    seen.look("/contacts/import, its columns")
    assert not overflow(settled(page))
    page.locator("select[name=c1]").select_option("last_name")
    expect(page.locator("#column-1-error")).to_be_visible()
    seen.look("/contacts/import, refused")
    page.locator("select[name=c1]").select_option("first_name")
    expect(page.locator(".import-counts")).to_be_visible()
    with arriving(page):
        page.locator("button[value=start]").click()
    seen.look("/contacts/import, its receipt")
    seen.visit("/settings/imports")
    assert not seen.found, seen.told()
