"""On a slow line nothing is lost: what is typed or pressed stands however late an answer comes."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from app.crm.models import Account
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.browser.held import held
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

EARLY = "2020-01-01T09:00"


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> list[UUID]:
    """Three firms, by their ids in the order of their names."""
    with acme.acting(alice) as by:
        return [
            make_account(by, name, city="York").id
            for name in ("Alder & Co", "Birch Ltd", "Cedar Works")
        ]


@pytest.fixture
def birch(firms: list[UUID]) -> UUID:
    return firms[1]


def new_account(page: Page) -> Locator:
    """The drawer with the form of a new account."""
    ready(page, "/accounts")
    page.keyboard.press("n")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Name")).to_be_focused()
    return drawer


def change_elsewhere(page: Page) -> None:
    """Let the list hear that its records have changed."""
    page.evaluate("() => document.dispatchEvent(new CustomEvent('records-changed'))")


def test_a_form_that_is_sent_twice_makes_one_record(page: Page, acme: Workspace) -> None:
    drawer = new_account(page)
    drawer.get_by_label("Name").fill("Fence & Sons")
    with held(page, "POST", "/accounts/new") as line:
        page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    line.let_go()
    expect(page.locator("#main h1")).to_contain_text("Fence & Sons")
    settled(page)
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_refused_form_keeps_what_was_typed_after_it_was_sent(
    page: Page, windows: Windows
) -> None:
    windows.watch.expect(422)
    drawer = new_account(page)
    drawer.get_by_label("Phone").fill("020 7946 0018")
    with held(page, "POST", "/accounts/new") as line:
        page.keyboard.press("Control+Enter")
    drawer.get_by_label("Phone").fill("020 7946 0019")
    line.let_go()
    expect(drawer.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(drawer.get_by_label("Phone")).to_have_value("020 7946 0019")


def test_a_note_begun_while_the_last_one_is_saved_stays(page: Page, birch: UUID) -> None:
    ready(page, f"/accounts/{birch}").get_by_role("tab", name="Note").click()
    note = page.get_by_role("tabpanel", name="Note").get_by_role("textbox")
    note.fill("The first.")
    with held(page, "POST", "/activities") as line:
        page.keyboard.press("Control+Enter")
    note.fill("The second.")
    line.let_go()
    expect(page.locator("#timeline .is-note")).to_contain_text("The first.")
    settled(page)
    expect(note).to_have_value("The second.")
    page.keyboard.press("Control+Enter")
    expect(note).to_have_value("")
    expect(page.locator("#timeline .is-note")).to_have_count(2)


def test_the_drawer_shows_the_form_that_was_asked_for_last(page: Page) -> None:
    ready(page, "/accounts")
    with held(page, "GET", "/accounts/new") as line:
        page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.keyboard.press("f")
    heading = page.locator("#drawer").get_by_role("heading", name="Filter: Accounts")
    expect(heading).to_be_visible()
    line.let_go()
    settled(page)
    expect(heading).to_be_visible()


def test_a_field_opened_twice_keeps_what_is_typed_into_it(page: Page, birch: UUID) -> None:
    field = ready(page, f"/accounts/{birch}").locator("#field-city")
    field.hover()
    with held(page, "GET", "/fields/city") as line:
        field.get_by_role("button").click()
    field.get_by_role("button").click()
    line.let_one_go()
    expect(field.get_by_role("textbox")).to_be_focused()
    field.get_by_role("textbox").fill("Leeds")
    line.let_go()
    settled(page)
    expect(field.get_by_role("textbox")).to_have_value("Leeds")


def test_a_field_that_comes_late_leaves_the_focus_where_it_is(page: Page, birch: UUID) -> None:
    field = ready(page, f"/accounts/{birch}").locator("#field-city")
    field.hover()
    with held(page, "GET", "/fields/city") as line:
        field.get_by_role("button").click()
    page.get_by_role("tab", name="Note").click()
    note = page.get_by_role("tabpanel", name="Note").get_by_role("textbox")
    expect(note).to_be_focused()
    line.let_go()
    settled(page)
    page.keyboard.type("They called.")
    expect(note).to_have_value("They called.")
    expect(field.get_by_role("textbox")).to_have_count(0)
    field.hover()
    field.get_by_role("button").click()
    expect(field.get_by_role("textbox")).to_be_focused()


def test_a_menu_stays_open_while_what_is_around_it_is_read_anew(page: Page, birch: UUID) -> None:
    field = ready(page, f"/accounts/{birch}").locator("#field-city")
    field.hover()
    field.get_by_role("button").click()
    field.get_by_role("textbox").fill("Leeds")
    with held(page, "GET", f"/accounts/{birch}$") as line:
        page.keyboard.press("Enter")
    page.get_by_role("button", name="More actions", exact=True).click()
    item = page.get_by_role("menuitem", name="History")
    expect(item).to_be_visible()
    before = item.bounding_box()
    line.let_go()
    expect(page.locator("#timeline")).to_contain_text("changed City")
    settled(page)
    expect(item).to_be_visible()
    assert item.bounding_box() == before


@pytest.mark.usefixtures("firms")
def test_a_cell_keeps_what_is_typed_while_its_list_is_loaded_anew(page: Page) -> None:
    ready(page, "/accounts?sort=name&cols=name,city")
    with held(page, "GET", "/accounts[?]") as line:
        change_elsewhere(page)
    cell = page.get_by_role("row", name="Birch Ltd").locator("td[data-edit=city]")
    line_of_form = cell.get_by_role("textbox")
    cell.dblclick()
    expect(line_of_form).to_be_focused()
    line_of_form.fill("Leeds")
    line.let_go()
    settled(page)
    expect(line_of_form).to_have_value("Leeds")
    expect(line_of_form).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell).to_have_text("Leeds")


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("first", ["order", "change"])
def test_rows_that_were_asked_for_earlier_come_too_late(page: Page, first: str) -> None:
    ready(page, "/accounts")
    rows = page.locator("#list .who-name")
    with held(page, "GET", "sort=name" if first == "order" else "/accounts$") as line:
        if first == "order":
            page.get_by_role("columnheader", name="Name").get_by_role("link").click()
        else:
            change_elsewhere(page)
    page.get_by_role("searchbox").fill("cedar")
    expect(rows).to_have_text(["Cedar Works"])
    line.let_go()
    settled(page)
    expect(rows).to_have_text(["Cedar Works"])
    expect(page).to_have_url(re.compile(r"[?]q=cedar"))


@pytest.mark.usefixtures("firms")
def test_a_change_elsewhere_does_not_undo_a_search_that_is_on_its_way(page: Page) -> None:
    ready(page, "/accounts")
    with held(page, "GET", "q=cedar") as line:
        page.get_by_role("searchbox").fill("cedar")
    change_elsewhere(page)
    line.let_go()
    expect(page.locator("#list .who-name")).to_have_text(["Cedar Works"])
    settled(page)
    expect(page.locator("#list .who-name")).to_have_text(["Cedar Works"])
    expect(page).to_have_url(re.compile(r"[?]q=cedar"))


def test_tasks_ticked_off_one_after_another_are_all_told(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        tasks = [
            make_activity(by, "task", subject=f"Task {number}", due_at=EARLY).id
            for number in range(3)
        ]
    ready(page, "/")
    told = page.locator("[data-toast]")
    with held(page, "POST", f"{tasks[0]}/complete") as line:
        page.get_by_role("button", name="Done: Task 0").click()
    page.get_by_role("button", name="Done: Task 1").click()
    expect(page.locator(".due-tick")).to_have_count(2)
    line.let_go()
    expect(told.get_by_role("button", name="Undo")).to_have_count(2)
    expect(page.locator(".due-tick")).to_have_count(1)
    told.filter(has_text="Task 0").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Done: Task 0")).to_be_visible()


@pytest.mark.usefixtures("firms")
def test_enter_waits_for_what_a_lookup_finds(page: Page) -> None:
    ready(page, "/contacts/new")
    page.get_by_label("Last name").fill("Fence")
    box = page.get_by_role("combobox", name="Account")
    box.click()
    expect(page.get_by_role("option", name="Alder & Co")).to_be_visible()
    with held(page, "GET", "q=birch") as line:
        box.fill("birch")
    page.keyboard.press("Enter")  # What stands below the box is still the answer to nothing typed.
    expect(box).to_have_value("birch")
    line.let_go()
    offered = page.locator(".lookup-list").get_by_role("option")
    expect(offered).to_have_text([re.compile("Birch Ltd")])
    page.keyboard.press("Enter")
    expect(box).to_have_value("Birch Ltd")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#main h1")).to_contain_text("Fence")
    expect(page.get_by_role("link", name="Birch Ltd").first).to_be_visible()


def test_results_that_come_late_leave_the_choice_of_the_palette(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Accrington Stone")
    ready(page, "/")
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    chosen = palette.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Accrington Stone")  # What was changed lately comes first.
    with held(page, "GET", "q=acc") as line:
        page.keyboard.type("acc")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text("Accounts")
    line.let_go()
    settled(page)
    expect(palette.get_by_role("option", name="Accrington Stone")).to_be_visible()
    expect(chosen).to_have_text("Accounts")
    page.keyboard.press("Enter")
    expect(page.locator("#main h1")).to_have_text("Accounts")


def test_a_card_moved_twice_in_a_row_ends_in_the_second_column(
    page: Page, acme: Workspace, birch: UUID
) -> None:
    ready(page, "/accounts/board?sort=name").get_by_role("link", name="Birch Ltd").focus()
    with held(page, "POST", "/move") as line:
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    line.let_go()
    expect(page.locator("#column-head-former .badge")).to_have_text("1")
    settled(page)
    expect(page.locator('[data-column="former"] .card-title')).to_have_text(["Birch Ltd"])
    expect(page.get_by_role("link", name="Birch Ltd")).to_be_focused()
    with acme.scope() as session:
        assert session.get_one(Account, birch).lifecycle == "former"


def test_an_entry_is_not_moved_on_before_it_stands_on_its_day(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ring them", due_at="2030-05-22T10:00").id
    ready(page, "/activities/calendar?on=2030-05-20")
    page.locator(f"#entry-{task} .entry-link").focus()
    with held(page, "POST", "/move") as line:
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    line.let_go()
    expect(page.locator(f'[data-day="2030-05-23"] #entry-{task}')).to_be_visible()
    expect(page.locator(f"#entry-{task} .entry-link")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f'[data-day="2030-05-24"] #entry-{task}')).to_be_visible()


def test_the_last_of_many_orders_is_the_one_that_is_kept(
    page: Page, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = tailored("account", by)
        for name in ("Ash", "Beech", "Cedar", "Dogwood"):
            define_field(by, account, "text", Wish({"en": name}))
    ready(page, "/settings/fields/accounts")
    page.get_by_role("button", name="Move down: Ash").focus()
    with held(page, "POST", "/order") as line:
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    line.let_go()
    settled(page)
    with acme.scope() as session:
        rows = session.scalars(select(CustomField).order_by(CustomField.position))
        assert [row.label["en"] for row in rows] == ["Beech", "Cedar", "Dogwood", "Ash"]
