"""Done and next, activity plans, the bell and the messages, as somebody at a screen meets them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from app.crm.operations.plans import save_plan
from app.records.door import perform
from tests.browser.test_accessibility import Findings, each_once
from tests.browser.visitor import Windows, arriving, ready
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

EARLY = "2020-01-01T09:00"
STEP = {"kind": "call", "days": "2", "unit": "working_days", "who": "owner"}


@dataclass(frozen=True)
class Work:
    """A firm of Alice's with tasks that are overdue, and a plan."""

    firm: str
    task: str
    plan: str


@pytest.fixture
def work(acme: Workspace, alice: Person) -> Work:
    with acme.acting(alice) as by:
        firm = make_account(by)
        tasks = [
            make_activity(
                by, "task", subject=f"Task {number}", body="", due_at=EARLY, account_id=firm.id
            )
            for number in range(6)
        ]
        steps = [{**STEP, "subject": {"en": "Ring them", "zh-CN": "致电"}}]
        name = {"en": "New client", "zh-CN": "新客户跟进"}
        plan = save_plan(by, None, name=name, record_types=["account"], steps=steps)
        return Work(
            f"/accounts/{firm.id}", f"/activities/{tasks[0].id}", f"/settings/plans/{plan.id}"
        )


def messages(page: Page) -> Locator:
    return page.locator("[data-toast]")


@each_once
def test_axe_finds_nothing_on_the_pages_of_what_is_done_and_planned(
    windows: Windows,
    alice: Person,
    bob: Person,
    acme: Workspace,
    work: Work,
    variant: dict[str, object],
) -> None:
    with acme.acting(bob) as by:
        theirs = make_account(by, "Theirs")
    with acme.acting(alice) as by:
        perform("account", "update", by.session.get_one(type(theirs), theirs.id), by=by, city="A")
    seen = Findings(windows.open(alice, **variant), {})  # type: ignore[arg-type]
    seen.visit("/", f"{work.task}/done", f"{work.firm}/plan", "/settings/plans", work.plan)
    seen.visit("/settings/plans/new", "/settings/me")
    ready(seen.page, f"{work.firm}/plan").locator(".form-save").click()
    expect(seen.page.locator(".plan-runs")).to_be_visible()
    seen.look("a plan under way")
    ready(seen.page, "/").locator(".due-next").first.click()
    expect(seen.page.locator("#done-form")).to_be_visible()
    seen.look("done and next, in the drawer")
    assert not seen.found, seen.told()
    bell = Findings(windows.open(bob, **variant), {})  # type: ignore[arg-type]
    bell.visit("/notices")
    assert not bell.found, bell.told()


def test_what_is_done_plans_the_next_step_without_a_mouse(
    windows: Windows, alice: Person, work: Work
) -> None:
    windows.watch.expect(422)
    page = windows.open(alice)
    ready(page, "/").locator(".due-next").first.press("Enter")
    form = page.locator("#done-form")
    expect(form.get_by_label("Subject")).to_be_focused()  # A step of the same kind is proposed.
    expect(form.get_by_label("Subject")).to_have_value("")
    expect(form.get_by_label("Kind")).to_have_value("task")
    page.keyboard.press("Shift+Tab")  # By the kind to the moment that is proposed.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(form.get_by_label("How did it go?")).to_be_focused()
    page.keyboard.type("They said yes.")
    page.keyboard.press("Tab")
    form.get_by_label("None", exact=True).press("ArrowLeft")  # From the first choice to the last.
    expect(form.get_by_label("On a date…")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(form.get_by_label("Due")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("How did it go?")).to_have_value("They said yes.")
    form.get_by_label("On a date…").press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(form.get_by_label("Tomorrow")).to_be_checked()
    expect(form.get_by_label("Due")).to_be_hidden()
    expect(form.get_by_label("Subject")).to_have_attribute("placeholder", "Follow up: Task 0")
    page.keyboard.press("Control+Enter")
    expect(form).to_have_count(0)
    expect(page.locator("#due")).to_contain_text("Follow up: Task 0")
    messages(page).get_by_role("button", name="Undo").click()
    expect(page.locator("#due")).not_to_contain_text("Follow up: Task 0")
    expect(page.locator("#due")).to_contain_text("Task 0")


def test_what_is_done_plans_the_next_step_without_a_script(
    windows: Windows, alice: Person, work: Work
) -> None:
    page = windows.open(alice, java_script_enabled=False)
    page.goto(work.firm)
    page.get_by_role("link", name="Done, and next…").first.click()
    page.get_by_text("None", exact=True).click()
    expect(page.get_by_label("Subject")).to_be_hidden()
    page.get_by_label("How did it go?").fill("They said yes.")
    page.get_by_text("In 3 days").click()
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page).to_have_url(re.compile(work.firm))
    expect(page.locator("#timeline")).to_contain_text("They said yes.")
    expect(page.locator("#timeline")).to_contain_text("Follow up: Task 0")


def test_a_plan_is_made_started_and_stopped(windows: Windows, alice: Person, work: Work) -> None:
    page = windows.open(alice)
    ready(page, work.plan)
    page.get_by_role("button", name="Add a step").click()
    row = page.locator("#step-rows > li").nth(1)
    row.locator("input[lang=en]").fill("Visit them")
    row.get_by_role("button", name=re.compile("Move up")).click()
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#main")).to_contain_text("Visit them (at once)")
    ready(page, work.firm).get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Start a plan…").click()
    with arriving(page):
        page.locator("#plan-form").get_by_role("button", name="Start").click()
    expect(page.locator(".plan-runs")).to_contain_text("0 of 2 done")
    page.locator(".plan-runs").get_by_role("button", name="Stop").click()
    page.locator("#confirm").get_by_role("button", name="Stop").click()
    expect(page.locator(".plan-runs")).to_have_count(0)
    messages(page).get_by_role("button", name="Undo").click()
    expect(page.locator(".plan-runs")).to_contain_text("0 of 2 done")


def test_a_step_that_is_done_in_the_timeline_moves_its_plan_on(
    windows: Windows, alice: Person, work: Work
) -> None:
    page = windows.open(alice)
    ready(page, f"{work.firm}/plan").locator(".form-save").click()
    expect(page.locator(".plan-runs")).to_contain_text("0 of 1 done")
    step = page.locator("#timeline .tl-item").filter(has_text="Ring them").first
    step.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator(".plan-runs")).to_have_count(0)
    done = messages(page).filter(has_text="Ring them")
    done.get_by_role("button", name="Undo").click()
    expect(page.locator(".plan-runs")).to_contain_text("0 of 1 done")


def test_no_more_than_three_messages_stand_at_once(
    windows: Windows, alice: Person, work: Work
) -> None:
    page = windows.open(alice)
    ready(page, "/")
    for left in (5, 4, 3, 2):
        page.locator(".due-tick").first.click()
        expect(page.locator(".due-tick")).to_have_count(left)
    expect(messages(page)).to_have_count(3)
    expect(messages(page).last).to_contain_text("Task 3")


def test_a_refused_form_is_not_read_beside_what_was_done_before(
    windows: Windows, alice: Person, work: Work
) -> None:
    windows.watch.expect(422)
    page = windows.open(alice)
    ready(page, work.firm)
    note = page.locator("#form-note")
    page.get_by_role("tab", name="Note").click()
    note.get_by_role("textbox").fill("A note.")
    note.get_by_role("button", name="Save note").click()
    expect(messages(page)).to_have_text(re.compile("Saved"))
    note.get_by_role("button", name="Save note").click()
    expect(note.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    expect(messages(page)).to_have_count(0)


def test_every_tab_of_the_composer_is_in_sight(windows: Windows, alice: Person, work: Work) -> None:
    for on_phone in (True, False):
        page = windows.open(alice, on_phone=on_phone)
        ready(page, work.firm)
        width = page.viewport_size["width"] if page.viewport_size else 0
        for tab in page.locator(".composer [role=tab]").all():
            box = tab.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width
        seg = page.locator(".composer [role=tablist]")
        assert seg.evaluate("one => one.scrollWidth <= one.clientWidth")
