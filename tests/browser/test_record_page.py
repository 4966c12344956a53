"""A record's page: fields edited where they stand, what is written and planned, deleting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_picklist

FAR = "2031-05-06"
FAR_TOLD = re.compile(r"6 May 2031")


@pytest.fixture
def fence(page: Page, acme: Workspace, alice: Person) -> str:
    """The address of an account's page, which is open in Alice's window."""
    with acme.acting(alice) as by:
        account = make_account(by, phone="020 7946 0018", city="York")
    ready(page, f"/accounts/{account.id}")
    return f"/accounts/{account.id}"


@pytest.fixture
def ways(acme: Workspace, alice: Person) -> None:
    """Ways of following up, as a starter brings them."""
    with acme.acting(alice) as by:
        labels = {"phone": {"en": "Phone"}, "wechat": {"en": "WeChat"}}
        make_picklist(by, "activity", "way", labels)


@pytest.fixture
def timeline(page: Page, fence: str) -> Locator:
    """The timeline of that account."""
    return page.locator("#timeline")


def choose(page: Page, kind: str) -> Locator:
    """Turn the composer to a kind of activity; answers with its form."""
    page.get_by_role("tab", name=kind).click()
    return page.get_by_role("tabpanel", name=kind)


def detail(page: Page, key: str) -> Locator:
    return page.locator(f"#field-{key}")


def edit(page: Page, key: str) -> Locator:
    """Open a detail for editing; answers with its control."""
    detail(page, key).hover()
    detail(page, key).get_by_role("button").click()
    control = detail(page, key).get_by_role("textbox")
    expect(control).to_be_focused()
    return control


def test_what_can_be_written_and_what_the_timeline_shows_stand_in_one_row_each(
    page: Page, fence: str
) -> None:
    for items in (page.locator(".composer [role=tab]"), page.locator(".tl-filter .tl-show")):
        expect(items.first).to_be_visible()
        tops = items.evaluate_all("all => all.map((one) => one.offsetTop)")
        assert len(tops) > 6
        assert len(set(tops)) == 1


def test_enter_saves_a_field_where_it_stands(page: Page, fence: str) -> None:
    edit(page, "city").fill("Leeds")
    page.keyboard.press("Enter")
    expect(detail(page, "city").locator(".value")).to_have_text("Leeds")
    expect(detail(page, "city").get_by_role("button")).to_be_focused()
    settled(page).reload()
    expect(detail(page, "city").locator(".value")).to_have_text("Leeds")


def test_escape_puts_the_old_value_back(page: Page, fence: str) -> None:
    edit(page, "city").fill("Leeds")
    page.keyboard.press("Escape")
    expect(detail(page, "city").locator(".value")).to_have_text("York")
    settled(page).reload()
    expect(detail(page, "city").locator(".value")).to_have_text("York")


def test_a_refused_value_stays_with_the_reason_beside_it(
    page: Page, fence: str, windows: Windows
) -> None:
    windows.watch.expect(422)
    edit(page, "phone").fill("not a number")
    page.keyboard.press("Enter")
    control = detail(page, "phone").get_by_role("textbox")
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_have_value("not a number")
    expect(control).to_have_accessible_description(re.compile(r"\w+"))
    expect(control).to_be_focused()
    page.keyboard.press("Escape")
    expect(detail(page, "phone").locator(".value")).to_have_text("020 7946 0018")


def test_tab_saves_a_field_and_opens_the_next(page: Page, fence: str) -> None:
    edit(page, "phone").fill("020 7946 0999")
    page.keyboard.press("Tab")
    expect(detail(page, "phone").locator(".value")).to_have_text("020 7946 0999")
    expect(page.locator(".props .edit-form")).to_have_count(1)


def test_a_choice_is_saved_when_it_is_made(page: Page, fence: str) -> None:
    detail(page, "lifecycle").hover()
    detail(page, "lifecycle").get_by_role("button").click()
    detail(page, "lifecycle").get_by_role("combobox").select_option(label="Customer")
    expect(detail(page, "lifecycle").locator(".value")).to_have_text("Customer")
    expect(page.locator(".record-head .pill")).to_have_text("Customer")
    expect(page.locator("#timeline")).to_contain_text("changed Lifecycle")


def test_a_note_is_written_and_stands_on_the_timeline(page: Page, timeline: Locator) -> None:
    form = choose(page, "Note")
    form.get_by_role("textbox").fill("They like green fences.\nAnd gates.")
    page.keyboard.press("Control+Enter")
    expect(timeline.locator(".is-note")).to_contain_text("Alice Archer wrote a note")
    expect(timeline.locator(".is-note")).to_contain_text("They like green fences.")
    expect(form.get_by_role("textbox")).to_have_value("")


def test_words_not_yet_saved_survive_a_reload(page: Page, timeline: Locator) -> None:
    choose(page, "Note").get_by_role("textbox").fill("Half a thought")
    settled(page).reload()
    expect(choose(page, "Note").get_by_role("textbox")).to_have_value("Half a thought")


def test_nothing_said_is_refused_beside_the_box(
    page: Page, timeline: Locator, windows: Windows
) -> None:
    windows.watch.expect(422)
    form = choose(page, "Note")
    form.get_by_role("button", name="Save note").click()
    expect(form.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    expect(form).to_contain_text("Write a few words.")


def test_a_follow_up_with_its_next_time_becomes_the_next_step(
    page: Page, ways: None, timeline: Locator
) -> None:
    form = choose(page, "Follow-up")
    form.get_by_text("WeChat").click()
    form.get_by_role("textbox", name="What was said?").fill("Wants a quote for gates")
    form.get_by_label("Next follow-up").fill(FAR)
    form.get_by_label("Time of day").fill("10:00")
    form.get_by_role("button", name="Save follow-up").click()
    done = timeline.locator(".is-follow_up", has_text="Alice Archer followed up")
    expect(done).to_contain_text("WeChat")
    expect(done.locator(".tl-next")).to_contain_text(FAR_TOLD)
    expect(timeline.get_by_role("heading", name="Upcoming")).to_be_visible()
    ready(page, "/accounts")
    step = page.get_by_role("row", name="Fence & Sons").locator(".next")
    expect(step).to_contain_text("Wants a quote for gates")
    expect(step).to_contain_text(FAR_TOLD)


def test_a_usual_next_time_is_one_press(page: Page, timeline: Locator) -> None:
    form = choose(page, "Follow-up")
    form.get_by_role("textbox", name="What was said?").fill("Call again")
    quick = form.get_by_role("button", name="Next week")
    quick.click()
    day, _sep, time = (quick.get_attribute("data-value") or "").partition("T")
    expect(form.get_by_label("Next follow-up")).to_have_value(day)
    expect(form.get_by_label("Time of day")).to_have_value(time)
    form.get_by_role("button", name="Save follow-up").click()
    expect(timeline.locator(".tl-next")).to_be_visible()


def test_a_call_is_planned_done_and_reopened(page: Page, timeline: Locator) -> None:
    form = choose(page, "Call")
    form.get_by_role("textbox", name="What was said").fill("Ask about the gate")
    form.get_by_label("Planned for").fill(FAR)
    form.get_by_role("button", name="Save call").click()
    card = timeline.locator(".is-call")
    expect(timeline.get_by_role("heading", name="Upcoming")).to_be_visible()
    expect(card).to_contain_text("Ask about the gate")
    card.get_by_role("button", name="Done").click()
    expect(timeline.get_by_role("heading", name="Upcoming")).to_be_hidden()
    expect(card).to_contain_text("called")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(timeline.get_by_role("heading", name="Upcoming")).to_be_visible()


def test_a_task_due_today_stands_on_home_and_is_ticked_off_there(page: Page, fence: str) -> None:
    form = choose(page, "Task")
    form.get_by_role("textbox", name="What is to be done?").fill("Send the fence")
    form.get_by_label("Due by").fill("2020-01-01")
    form.get_by_role("button", name="Add task").click()
    expect(page.locator("#timeline .is-task")).to_contain_text("Send the fence")
    ready(page, "/")
    expect(page.get_by_role("region", name="Overdue")).to_contain_text("Send the fence")
    page.get_by_role("button", name="Done: Send the fence").click()
    expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()


def test_a_promise_stands_beside_the_timeline_as_soon_as_it_is_written(
    page: Page, fence: str
) -> None:
    form = choose(page, "Task")
    promises = page.locator("#record-panels .promises li")
    for number, told in enumerate(("Send the fence", "Send the gate"), 1):
        form.get_by_role("textbox", name="What is to be done?").fill(told)
        form.get_by_label("Due by").fill(FAR)
        form.get_by_label("Promised").check()
        form.get_by_role("button", name="Add task").click()
        expect(promises).to_have_count(number)
        expect(promises.last).to_contain_text(told)
        expect(form.get_by_label("Promised")).not_to_be_checked()


def test_a_record_is_deleted_after_a_question_and_brought_back(page: Page, fence: str) -> None:
    page.get_by_role("button", name="More actions", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete Fence & Sons?")
    question.get_by_role("button", name="Delete").click()
    told = page.get_by_role("status")
    expect(told).to_contain_text("Fence & Sons was deleted.")
    expect(page).to_have_url(re.compile(r"/accounts$"))
    expect(page.locator("#list .who-name")).to_have_count(0)
    told.get_by_role("button", name="Undo").click()
    expect(page.locator("#list .who-name")).to_have_text(["Fence & Sons"])


def test_what_was_asked_about_is_deleted_though_the_form_became_anothers_meanwhile(
    page: Page, fence: str, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, name="Gate & Daughters")
    page.get_by_role("button", name="More actions", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    question = page.locator("#confirm")
    expect(question.get_by_role("heading")).to_have_text("Delete Fence & Sons?")
    # What renews itself beneath a question may make the pressed button one of the next row.
    page.locator("#record-menu form[action$='/delete']").evaluate(
        "form => { form.action = '/accounts/other/delete'; }"
    )
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("Fence & Sons was deleted.")
    expect(page.locator("#list .who-name")).to_have_text(["Gate & Daughters"])


def test_a_change_stands_in_the_history_with_before_and_after(page: Page, fence: str) -> None:
    edit(page, "city").fill("Leeds")
    page.keyboard.press("Enter")
    expect(detail(page, "city").locator(".value")).to_have_text("Leeds")
    page.get_by_role("button", name="More actions", exact=True).click()
    page.get_by_role("menuitem", name="History").click()
    line = page.locator("#timeline .tl-line", has_text="changed City:")
    expect(line.locator("del")).to_have_text("York")
    expect(line.locator("ins")).to_have_text("Leeds")


def test_the_question_before_a_deletion_is_told_what_goes_along(page: Page, fence: str) -> None:
    page.get_by_role("button", name="More actions", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    told = page.locator("#confirm-text")
    expect(told).to_have_text("You can undo this.")  # Nothing lies below it, as the server says.
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    expect(told).to_be_hidden()
    ready(page, "/accounts")
    page.locator('tbody [popovertarget="row-menu"]').first.click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(told).to_have_text("You can undo this.")
