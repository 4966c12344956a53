"""Bob, who sells at Acme: what he does from an enquiry to the contract, at his desk or his phone.

On a phone he taps, and moves cards by their menu. Whatever a record before said already he does not
type: each form is looked at before anything is written in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Locator, expect

from tests.browser.hand import Hand
from tests.browser.test_board import drag
from tests.browser.visitor import arriving, overflow, ready, settled

ENQUIRY = {
    "last_name": "Hart",
    "first_name": "Olive",
    "company": "Harbour Masters",
    "phone": "+442079460018",
    "email": "olive@harbour.example",
    "need": "A fence of 400 m around the east quay",
}
CLOSE_ON = "2031-05-05"


@dataclass
class Rep:
    """Somebody who sells, at one window; `paths` are the records that they came by."""

    hand: Hand
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def drawer(self) -> Locator:
        """The form that is open."""
        return self.hand.page.locator("#drawer-body")

    # What he looks at.

    def panel(self, title: str) -> Locator:
        """The panel of this title on the page."""
        heading = self.hand.page.locator(
            ".panel-title", has_text=re.compile(rf"^{re.escape(self.hand.says(title))}")
        )
        return self.hand.page.locator(".panel", has=heading).last

    def holds(self, **values: str) -> None:
        """The form in the drawer is filled with these already, by their field."""
        for key, value in values.items():
            expect(self.drawer.locator(f"[name={key}]").first).to_have_value(value)

    def refers(self, **titles: str) -> None:
        """The form in the drawer names these records already, by their field."""
        for key, title in titles.items():
            chosen = self.drawer.locator(f"select[name={key}] option:checked")
            expect(chosen).to_have_text(title)

    def says(self, *texts: str) -> None:
        """The page tells these words, whatever their place."""
        for text in texts:
            expect(self.hand.page.locator("main")).to_contain_text(text)

    def keeps(self, record: str) -> str:
        """Remember the page that is open as that of a record; it must fit its window."""
        path = re.sub(r"^https?://[^/]+|[?#].*$", "", self.hand.page.url)
        assert overflow(self.hand.page) <= 0, path
        self.paths[record] = path
        return path

    def opens(self, record: str) -> None:
        """Go to the page of a record that he came by."""
        ready(self.hand.page, self.paths[record])

    # What he does.

    def begins(self, link: Locator) -> None:
        """Press what opens a form, and see it."""
        self.hand.press(link)
        expect(self.hand.page.locator("#drawer-title")).to_be_visible()
        settled(self.hand.page)

    def sends(self, button: Locator) -> None:
        """Press what leads to another page, or to the same with what became of it."""
        with arriving(self.hand.page):
            self.hand.press(button)

    def button(self, name: str, within: str = "#record-head") -> Locator:
        """The button of this name in a part of the page."""
        place = self.hand.page.locator(within)
        return place.get_by_role("button", name=self.hand.says(name), exact=True)

    def link(self, name: str, within: str = "#record-head") -> Locator:
        """The link of this name in a part of the page."""
        place = self.hand.page.locator(within)
        return place.get_by_role("link", name=self.hand.says(name), exact=True)

    def writes_the_enquiry_down(self) -> None:
        """Somebody calls: who it is and what they want is all that is ever typed of them."""
        ready(self.hand.page, "/leads")
        self.begins(self.link("New lead", "main").first)
        for key, text in ENQUIRY.items():
            self.hand.write(key, text)
        self.sends(self.drawer.locator(".form-save"))
        self.keeps("lead")

    def finds_the_lead(self) -> None:
        """In the list, from where its page opens."""
        ready(self.hand.page, "/leads")
        with arriving(self.hand.page):
            self.hand.press(self.hand.page.locator("#list").get_by_role("link", name="Olive Hart"))
        self.says(ENQUIRY["company"], ENQUIRY["need"], ENQUIRY["email"])

    def converts_it(self, amount: str) -> None:
        """One press with all of it chosen already; how much and when is new."""
        self.begins(self.link("Convert…"))
        for kind in ("account", "contact", "opportunity"):
            expect(self.drawer.locator(f"[name={kind}][value=new]")).to_be_checked()
        self.holds(opportunity_name=ENQUIRY["company"])
        self.hand.write("amount", amount)
        self.hand.write("close_on", CLOSE_ON)
        self.sends(self.drawer.locator(".form-save"))
        self.keeps("opportunity")
        self.says(ENQUIRY["company"], "Olive Hart", ENQUIRY["need"])
        expect(self.panel("Came from").get_by_role("link")).to_contain_text("Olive Hart")

    def follows_up(self, words: str) -> None:
        """What was said, and that he calls again tomorrow."""
        form = self.hand.page.locator("#form-follow_up")
        self.hand.type_into(form.get_by_role("textbox").first, words)
        tomorrow = self.hand.says("Tomorrow")
        self.hand.press(form.get_by_role("button", name=tomorrow, exact=True))
        self.hand.press(form.locator("button[type=submit]"))
        expect(self.hand.page.locator("#timeline .is-follow_up").first).to_contain_text(words)
        settled(self.hand.page)

    def moves_it_on(self, stage_id: str, stage: str) -> None:
        """To a stage that asks for an amount and a day, both of which are known."""
        page, card = self.hand.page, self.paths["opportunity"].rsplit("/", 1)[1]
        ready(page, "/opportunities/board")
        if self.hand.on_phone:
            moving = self.hand.says("Move %(name)s", name=ENQUIRY["company"])
            self.hand.press(page.get_by_role("button", name=moving, exact=True))
            self.hand.press(page.locator("[role=menuitem]:visible", has_text=stage))
        else:
            self.hand.count += 1
            drag(page, f"#card-{card}", f'[data-column="{stage_id}"]')
        expect(page.locator(f"#column-head-{stage_id} .badge")).to_have_text("1")
        expect(page.locator("#drawer-title")).to_have_count(0)
        assert overflow(page) <= 0

    def quotes(self, number: str, quantity: str, discount: str, deposit: str) -> None:
        """From the opportunity, whose words the form has; a product brings its own."""
        self.opens("opportunity")
        expect(self.hand.page.locator(".stage-path [aria-current=step]")).to_be_visible()
        quotes = self.panel("Quotes")
        self.begins(quotes.get_by_role("link", name=self.hand.says("Add a quote"), exact=True))
        self.holds(name=ENQUIRY["company"], currency="GBP")
        self.refers(
            account_id=ENQUIRY["company"],
            contact_id="Olive Hart",
            opportunity_id=ENQUIRY["company"],
        )
        self.hand.write("deposit", deposit)
        self.sends(self.drawer.locator(".form-save"))
        self.keeps("quote")
        self.sends(self.link("Edit lines", "main"))
        page = self.hand.page
        expect(page.locator("#deposit")).to_have_value(deposit)
        row = page.locator("tbody [data-row]").first
        self.hand.type_into(row.locator("[data-cell=name]"), number)
        row.locator("[data-cell=name]").press("Tab")
        expect(row.locator("[data-cell=name]")).to_have_value("Green fence")
        for key, value in (("unit_price", "50"), ("tax_rate", "20")):
            expect(row.locator(f"[data-cell={key}]")).to_have_value(value)
        self.hand.type_into(row.locator("[data-cell=quantity]"), quantity)
        self.hand.type_into(row.locator("[data-cell=discount]"), discount)
        row.locator("[data-cell=discount]").press("Tab")
        expect(page.locator("#lines-sums .terms")).to_contain_text(
            self.hand.says("More discount than the terms allow")
        )
        assert overflow(page) <= 0
        settled(page)
        self.sends(page.get_by_role("button", name=self.hand.says("Save"), exact=True))

    def sends_the_quote(self) -> None:
        """Which goes beyond what he may agree to, and waits."""
        self.sends(self.button("Send"))
        self.hand.sees("Beyond it, this waits for the approval of whoever may go beyond the terms.")
        expect(self.hand.page.locator(".record-note").first).to_contain_text("Alice Archer")

    def makes_the_link(self) -> str:
        """For the customer; answers with where it leads."""
        self.opens("quote")
        self.sends(self.button("Link for the customer", ".quote-panel"))
        address = self.hand.page.locator(".secret code").inner_text()
        found = re.search(r"/q/[\w-]{20,}$", address)
        assert found is not None
        return found.group()

    def confirms_the_order(self, *known: str) -> None:
        """Which the customer's yes has made: with its lines, its terms and for whom it is."""
        self.opens("quote")
        self.sends(self.link("Open the order", ".quote-panel"))
        self.keeps("order")
        self.says(*known, "Olive Hart", ENQUIRY["company"])
        self.sends(self.button("Confirm"))
        self.keeps("order")

    def makes_the_contract(self, *known: str) -> None:
        """With both instalments and who signs, as the order says it all; and signs it."""
        self.sends(self.button("Make the contract"))
        self.keeps("contract")
        assert "/contracts/" in self.paths["contract"]
        self.says(*known, "Olive Hart", "Bob Baker")
        plan = self.hand.page.locator(".plan-table tbody tr")
        expect(plan).to_have_count(2)
        self.sends(self.button("Sign"))

    def asks_for_the_invoice(self) -> None:
        """Of the first instalment, at one press; it stands beside the contract."""
        asks = self.hand.page.locator(".plan-table tbody tr").first.locator("form button")
        self.sends(asks)
        self.sends(self.panel("Invoices").locator(".related-item").first)
        self.keeps("invoice")
