"""Twelve steps from an enquiry to the money: nothing that a record before said is typed again.

Enquiry, lead, conversion, follow-up, the board, a quote beyond the limit, its approval on the
phone, acceptance by link, order, contract with two instalments, payment, and the account that links
all of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.kernel.localized import pick
from app.sales.terms.kept import save_terms
from tests.browser.hand import Hand
from tests.browser.rep import ENQUIRY, Rep
from tests.browser.test_accessibility import RULES
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_product
from tests.sales.conftest import usual
from tests.sales.test_quotes import switched_on

# A fence at £50 the metre, 400 m of it, ten percent off, a fifth tax on it.
NET, TOTAL, FIRST, REST = "£18,000.00", "£21,600.00", "£6,480.00", "£15,120.00"
MOST_INTERACTIONS = 45

places = pytest.mark.parametrize(
    ("lang", "on_phone"),
    [
        pytest.param("en", False, id="en-1440"),
        pytest.param("zh-CN", True, id="zh-CN-390"),
    ],
)


@pytest.fixture
def fence(acme: Workspace, alice: Person) -> None:
    """A product, and terms that know nothing of new customers yet."""
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        words = {"en": "Green fence", "zh-CN": "Green fence"}
        make_product(by, words, list_price="50", tax_rate="20", number="F-1")


def hand_of(windows: Windows, who: Person, **place: Any) -> Hand:
    on_phone = place["on_phone"]
    return Hand(windows.open(who, **place), place["lang"], on_phone=on_phone)


@places
def test_from_the_enquiry_to_the_money(
    windows: Windows,
    acme: Workspace,
    alice: Person,
    bob: Person,
    fence: None,
    lang: str,
    on_phone: bool,
) -> None:
    rep = Rep(hand_of(windows, bob, lang=lang, on_phone=on_phone))
    rep.writes_the_enquiry_down()
    rep.finds_the_lead()
    rep.converts_it("20000")
    rep.follows_up("They want green, and an offer by Friday.")
    with acme.acting(alice) as by:
        stage = usual(by).in_use[2]
        called = pick(stage.name, lang, "en")
    rep.moves_it_on(stage.id, called)
    rep.quotes("F-1", "400", "10%", "30")
    rep.says(NET, TOTAL, FIRST)
    rep.sends_the_quote()
    approve(hand_of(windows, alice, lang=lang, on_phone=True), TOTAL)
    accept(windows.open(lang=lang, on_phone=True), rep.makes_the_link(), rep.hand)
    rep.confirms_the_order(NET, TOTAL, FIRST)
    rep.makes_the_contract(TOTAL, FIRST, REST)
    rep.asks_for_the_invoice()
    rep.says(FIRST, "£1,080.00", ENQUIRY["company"])
    boss = Rep(hand_of(windows, alice, lang=lang, on_phone=on_phone), dict(rep.paths))
    receive(boss)
    assert rep.hand.count <= MOST_INTERACTIONS, rep.hand.count
    links_all(rep, boss)


def approve(boss: Hand, total: str) -> None:
    """The other person, on the phone, in one tap."""
    ready(boss.page, "/approvals")
    card = boss.page.locator("[data-approval]")
    expect(card).to_contain_text(total)
    assert overflow(boss.page) <= 0
    clean(boss.page)
    boss.press(card.locator("[data-approve]"))
    expect(card).to_have_count(0)


def accept(customer: Page, path: str, hand: Hand) -> None:
    """The customer, who has the link and no session, says yes in their name."""
    ready(customer, path)
    expect(customer.locator("main")).to_contain_text(TOTAL)
    expect(customer.locator("main")).to_contain_text("Green fence")
    assert overflow(customer) <= 0
    form = customer.locator("form[action$='/accept']")
    form.locator("#name").fill("Olive Hart")
    form.get_by_role("checkbox").check()
    with arriving(customer):
        form.get_by_role("button").tap()
    expect(form).to_have_count(0)
    clean(customer)


def receive(boss: Rep) -> None:
    """Alice issues the invoice and records what came in on it, with all of it filled."""
    boss.opens("invoice")
    boss.begins(boss.link("Issue…"))
    boss.sends(boss.drawer.locator(".form-save"))
    boss.begins(boss.link("Record a payment", "main").first)
    boss.holds(amount="6480.00", currency="GBP", part="6480.00")
    boss.sends(boss.drawer.locator(".form-save"))
    boss.opens("invoice")
    boss.says(boss.hand.says("Settled"))
    boss.opens("contract")
    boss.says("1/2", "30%")


def links_all(rep: Rep, boss: Rep) -> None:
    """The customer's page leads to every record of the way, and to the payment."""
    ready(rep.hand.page, rep.paths["opportunity"])
    with arriving(rep.hand.page):
        rep.hand.press(
            rep.hand.page.locator("#record-head, #record-details")
            .get_by_role("link", name=ENQUIRY["company"])
            .first
        )
    account = rep.keeps("account")
    assert account.startswith("/accounts/")
    ready(boss.hand.page, account)
    titles = {
        "lead": "Came from",
        "opportunity": "Opportunities",
        "quote": "Quotes",
        "order": "Orders",
        "contract": "Contracts",
        "invoice": "Invoices",
    }
    for record, title in titles.items():
        linked = boss.panel(title).locator(f'a[href="{rep.paths[record]}"]')
        expect(linked).to_be_visible()
    paid = boss.panel("Payments received").locator(".related-item")
    expect(paid).to_contain_text(FIRST)
    expect(boss.panel("Contacts").get_by_role("link", name="Olive Hart")).to_be_visible()
    timeline = boss.hand.page.locator("#timeline")
    expect(timeline).to_contain_text("They want green, and an offer by Friday.")
    for path in (account, *rep.paths.values()):
        clean(ready(boss.hand.page, path))
        assert overflow(boss.hand.page) <= 0, path


def clean(page: Page) -> None:
    """Axe finds nothing on the page."""
    found = Axe().run(settled(page), options=RULES).response["violations"]
    assert found == [], [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
