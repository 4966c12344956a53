"""Exports in a real browser: a file of few rows at once, one of many by a worker."""

from __future__ import annotations

import csv

import pytest
from playwright.sync_api import Download, Page, expect
from sqlalchemy import update

from app.jobs.worker import Worker
from app.records.exports.models import Export
from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account

pytestmark = pytest.mark.usefixtures("no_files")


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> list[str]:
    """The names of three firms, in their order."""
    names = ["Ash Ltd", "北风贸易有限公司", "Birch Ltd"]  # By pinyin.
    with acme.acting(alice) as by:
        for name in names:
            make_account(by, name)
    return names


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are too many for a request."""
    monkeypatch.setattr("app.records.routes.exports.AT_ONCE", 1)


def names_in(file: Download) -> list[str]:
    """What stands under "Name" in a CSV file that was saved."""
    with file.path().open(encoding="utf-8-sig", newline="") as text:
        return [row["Name"] for row in csv.DictReader(text)]


def test_a_list_of_few_rows_is_saved_at_once_and_the_page_stays(
    page: Page, firms: list[str]
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="Export").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading")).to_have_text("Export 3 accounts")
    drawer.get_by_label("CSV").check()
    with page.expect_download() as saved:
        drawer.get_by_role("button", name="Export").click()
    assert saved.value.suggested_filename.startswith("Accounts ")
    assert saved.value.suggested_filename.endswith(".csv")
    assert names_in(saved.value) == firms
    expect(drawer).to_be_hidden()
    expect(page.locator("#list .who-name")).to_have_text(firms)


@pytest.mark.usefixtures("firms")
def test_a_file_keeps_its_name_in_chinese(windows: Windows, alice: Person) -> None:
    page = windows.open(alice, lang="zh-CN")
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="导出").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("CSV").check()
    with page.expect_download() as saved:
        drawer.get_by_role("button", name="导出").click()
    assert saved.value.suggested_filename.startswith("客户 ")


def test_of_a_list_the_ticked_rows_alone_are_saved(page: Page, firms: list[str]) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_label(f"Select {firms[1]}").check()
    page.locator("[data-bulkbar]").get_by_role("button", name="Export").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading")).to_have_text("Export 1 account")
    drawer.get_by_label("CSV").check()
    with page.expect_download() as saved:
        drawer.get_by_role("button", name="Export").click()
    assert names_in(saved.value) == [firms[1]]


def test_a_format_that_is_none_is_said_in_the_drawer(
    windows: Windows, page: Page, firms: list[str]
) -> None:
    windows.watch.expect(422)
    ready(page, "/accounts")
    page.get_by_role("link", name="Export").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("CSV").evaluate("(box) => { box.value = 'papyrus'; box.checked = true; }")
    drawer.get_by_role("button", name="Export").click()
    expect(drawer.get_by_text("Choose one of the formats.")).to_be_visible()
    drawer.get_by_label("CSV").check()
    with page.expect_download() as saved:
        drawer.get_by_role("button", name="Export").click()
    assert sorted(names_in(saved.value)) == sorted(firms)


@pytest.mark.usefixtures("in_background")
def test_a_list_of_many_rows_is_told_and_fetched_from_the_settings(
    page: Page, firms: list[str], worker: Worker
) -> None:
    ready(page, "/accounts?sort=name")
    page.get_by_role("link", name="Export").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("CSV").check()
    with arriving(page):
        drawer.get_by_role("button", name="Export").click()
    expect(page).to_have_url("/settings/exports")
    expect(page.get_by_text("It is being made.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Accounts")
    expect(row.get_by_text("Waiting", exact=True)).to_be_visible()
    worker.drain()
    with page.expect_download() as saved:  # The table has loaded itself again by itself.
        row.get_by_role("link", name="Download Accounts").click()
    assert names_in(saved.value) == firms
    row.get_by_role("button", name="Delete the export of Accounts").click()
    with arriving(page):
        page.locator("#confirm [data-confirm-yes]").click()
    expect(page.get_by_role("heading", name="No exports yet")).to_be_visible()


@pytest.mark.usefixtures("firms", "in_background")
def test_a_file_that_is_not_given_any_more_says_why(
    windows: Windows, page: Page, acme: Workspace, worker: Worker
) -> None:
    windows.watch.expect(404)
    ready(page, "/accounts/export")
    with arriving(page):
        page.locator("#record-form .form-save").click()
    worker.drain()
    link = page.get_by_role("link", name="Download Accounts")
    expect(link).to_be_visible()
    with acme.scope() as session:  # It comes to its end while the page is open.
        session.execute(update(Export).values(expires_at=Export.created_at))
    with arriving(page):
        link.click()
    expect(page.get_by_text("This file is not there any more.")).to_be_visible()


@each_once
@pytest.mark.usefixtures("firms", "in_background")
def test_the_pages_of_exports_are_open_to_all(
    windows: Windows, variant: dict[str, str], alice: Person, worker: Worker
) -> None:
    seen = Findings(windows.open(alice, **variant), {})
    seen.visit("/settings/exports", "/accounts/export", "/accounts/export?q=zebra")
    page = ready(seen.page, "/accounts/export")
    with arriving(page):
        page.locator("#record-form .form-save").click()
    seen.look("/settings/exports, one that waits")
    worker.drain()
    expect(page.locator("a[href$='/file']")).to_be_visible()
    seen.look("/settings/exports, one that is ready")
    assert not seen.found, seen.told()
