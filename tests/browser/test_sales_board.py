"""The board of opportunities in a real browser: dragged, by keys, won, lost, taken back."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app.records.access import fetch
from app.records.tailored import tailored
from app.sales.models import Opportunity
from tests.browser.test_board import drag
from tests.browser.visitor import Windows, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_opportunity
from tests.sales.conftest import usual

BOARD = "/opportunities/board"


@pytest.fixture
def fences(acme: Workspace, alice: Person) -> UUID:
    """A sale in the first stage, between two others there."""
    with acme.acting(alice) as by:
        make_opportunity(by, "Alder hedge", amount="100")
        found = make_opportunity(by, "Birch fence", amount="200").id
        make_opportunity(by, "Cedar gate")
        return found


@pytest.fixture
def stages(acme: Workspace, alice: Person) -> list[str]:
    """The ids of the stages in their order."""
    with acme.acting(alice) as by:
        return [one.id for one in usual(by).in_use]


def sale(acme: Workspace, alice: Person, record_id: UUID) -> Opportunity:
    with acme.acting(alice) as by:
        return fetch(tailored("opportunity", by), record_id, by)  # type: ignore[return-value]


def test_a_card_is_dragged_to_the_next_stage_and_taken_back(
    page: Page, acme: Workspace, alice: Person, fences: UUID, stages: list[str]
) -> None:
    ready(page, f"{BOARD}?sort=name")
    first, second = stages[:2]
    expect(page.locator(f"#column-head-{first} .badge")).to_have_text("3")
    drag(page, f"#card-{fences}", f'[data-column="{second}"]')
    expect(page.locator(f'[data-column="{second}"] .card-title')).to_have_text(["Birch fence"])
    expect(page.locator(f"#column-head-{first}")).to_contain_text("£100")
    expect(page.locator(f"#column-head-{second}")).to_contain_text("£200")
    assert sale(acme, alice, fences).stage_id == second
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#column-head-{first} .badge")).to_have_text("3")
    assert sale(acme, alice, fences).stage_id == first


def test_cards_are_moved_by_keys_from_stage_to_stage(
    page: Page, acme: Workspace, alice: Person, fences: UUID, stages: list[str]
) -> None:
    ready(page, f"{BOARD}?sort=name")
    page.get_by_role("link", name="Alder hedge").focus()
    page.keyboard.press("ArrowDown")
    card = page.get_by_role("link", name="Birch fence")
    expect(card).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f"#column-head-{stages[1]} .badge")).to_have_text("1")
    expect(card).to_be_focused()
    assert sale(acme, alice, fences).stage_id == stages[1]


def test_a_stage_that_asks_for_more_opens_the_form_with_it(
    page: Page,
    windows: Windows,
    acme: Workspace,
    alice: Person,
    fences: UUID,
    stages: list[str],
) -> None:
    windows.watch.expect(422)
    ready(page, f"{BOARD}?sort=name")
    drag(page, f"#card-{fences}", f'[data-column="{stages[2]}"]')
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Expected close")).to_be_visible()
    drawer.get_by_label("Expected close").fill("2031-05-05")
    drawer.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(f'[data-column="{stages[2]}"] .card-title')).to_have_text(["Birch fence"])
    assert sale(acme, alice, fences).stage_id == stages[2]


def lift(page: Page, card: UUID) -> None:
    """Take a card up, so that the zones stand."""
    page.locator(f"#card-{card}").hover()
    page.mouse.down()
    page.mouse.move(600, 500, steps=4)


def let_go(page: Page, zone: str) -> None:
    place = page.locator(f'[data-zone="{zone}"]')
    expect(place).to_be_visible()
    box = place.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=8)
    page.mouse.up()


def test_a_card_that_is_won_asks_why_and_is_taken_back(
    page: Page, acme: Workspace, alice: Person, fences: UUID, stages: list[str]
) -> None:
    ready(page, f"{BOARD}?sort=name")
    lift(page, fences)
    let_go(page, "win")
    drawer = page.locator("#drawer")
    won = drawer.get_by_role("button", name="Mark as won")
    expect(won).to_be_visible()
    settled(page)
    won.click()
    expect(page.locator(f"#column-head-{stages[0]} .badge")).to_have_text("2")
    expect(page.locator(f"#card-{fences}")).to_have_count(0)
    assert sale(acme, alice, fences).outcome == "won"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#column-head-{stages[0]} .badge")).to_have_text("3")
    assert sale(acme, alice, fences).outcome == "open"


def test_a_card_that_is_lost_asks_why_and_is_taken_back(
    page: Page,
    windows: Windows,
    acme: Workspace,
    alice: Person,
    fences: UUID,
    stages: list[str],
) -> None:
    windows.watch.expect(422)
    ready(page, f"{BOARD}?sort=name")
    lift(page, fences)
    let_go(page, "lose")
    drawer = page.locator("#drawer")
    lose = drawer.get_by_role("button", name="Mark as lost")
    expect(lose).to_be_visible()
    lose.click()
    expect(drawer.get_by_text("Please fill in this field.")).to_be_visible()
    settled(page)
    drawer.get_by_label("Reason for losing").select_option("price")
    drawer.get_by_label("In your words").fill("A neighbour builds it.")
    drawer.get_by_role("button", name="Mark as lost").click()
    expect(page.locator(f"#column-head-{stages[0]} .badge")).to_have_text("2")
    lost = sale(acme, alice, fences)
    assert (lost.outcome, lost.lost_reason) == ("lost", "price")
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#column-head-{stages[0]} .badge")).to_have_text("3")
    assert sale(acme, alice, fences).outcome == "open"


def test_on_a_phone_a_card_is_moved_and_lost_by_its_menu(
    windows: Windows, acme: Workspace, alice: Person, fences: UUID, stages: list[str]
) -> None:
    phone = windows.open(alice, on_phone=True)
    ready(phone, f"{BOARD}?sort=name")
    assert overflow(phone) == 0
    with acme.acting(alice) as by:
        name = usual(by).in_use[1].name["en"]
    phone.get_by_role("button", name="Move Birch fence").tap()
    phone.get_by_role("menuitem", name=f"Move to {name}").tap()
    expect(phone.locator(f"#column-head-{stages[1]} .badge")).to_have_text("1")
    assert sale(acme, alice, fences).stage_id == stages[1]
    settled(phone)
    phone.get_by_role("button", name="Move Birch fence").tap()
    phone.get_by_role("menuitem", name="Mark as lost").tap()
    drawer = phone.locator("#drawer")
    drawer.get_by_label("Reason for losing").select_option("no_budget")
    assert overflow(phone) == 0
    drawer.get_by_role("button", name="Mark as lost").tap()
    expect(phone.locator(f"#column-head-{stages[1]} .badge")).to_have_text("0")
    assert sale(acme, alice, fences).outcome == "lost"


def test_the_path_of_stages_follows_what_is_edited_below_it(
    page: Page, acme: Workspace, alice: Person, fences: UUID
) -> None:
    with acme.acting(alice) as by:
        first, second = (one.name["en"] for one in usual(by).in_use[:2])
    ready(page, f"/opportunities/{fences}")
    here = page.locator('.stage-path [aria-current="step"]')
    expect(here).to_contain_text(first)
    stage = page.locator("#field-stage_id")
    stage.hover()
    stage.get_by_role("button").click()
    chosen = stage.get_by_role("combobox")
    expect(chosen).to_be_focused()
    chosen.select_option(label=second)
    page.keyboard.press("Enter")
    expect(here).to_contain_text(second)
