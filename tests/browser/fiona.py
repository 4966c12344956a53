"""Fiona, who owns Fir Sons and rents: what she does at her desk, step by step."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

from playwright.sync_api import Locator, Page, expect

from app.demo.stripe.words import words_for
from tests.browser.hand import Hand
from tests.browser.provider import Provider
from tests.browser.visitor import Windows, arriving, overflow, ready

SLUG, EMAIL, PASSWORD = "fir-sons", "fiona@fir.example", "nine green fir trees"
GOOD, FAILS_LATER = "4242 4242 4242 4242", "4000 0000 0000 0341"
BILLING = "/settings/billing"


@dataclass
class Fiona:
    """A stranger with a browser, and later the owner of a workspace."""

    hand: Hand
    windows: Windows
    provider: Provider
    currency: str
    picture: bytes  # The logo of her firm.

    @property
    def page(self) -> Page:
        """Her window."""
        return self.hand.page

    @property
    def stripe(self) -> dict[str, str]:
        """What stands on Stripe's pages in her language."""
        return words_for(self.hand.lang)  # type: ignore[return-value]

    # Signing up and the checklist.

    def signs_up(self) -> None:
        """From the front page to Home of the new workspace."""
        hand = self.hand
        hand.go("Try it free for 14 days", "main")
        hand.fill("firm", "Fir Sons")
        self.page.locator("#firm").press("Tab")
        expect(self.page.locator("#slug")).to_have_value(SLUG)
        hand.choose("trade", "hotel")
        hand.fill("name", "Fiona Fir")
        hand.fill("email", EMAIL)
        hand.fill("password", PASSWORD)
        expect(self.page.locator("#language")).to_have_value(hand.lang)
        if self.page.locator("#currency").input_value() != self.currency:
            hand.choose("currency", self.currency)
        hand.press_button("Begin the 14 days")
        expect(self.page).to_have_url(f"{self.windows.site.workspace(SLUG)}/")
        self.page.locator("html[data-ready]").wait_for(state="attached")
        hand.sees("The first steps")

    def confirms_her_mail(self) -> None:
        """By the link that she was sent."""
        self.hand.open(self.provider.link(EMAIL, "/settings/me/email/"))
        with arriving(self.page):
            self.hand.press(
                self.page.locator("main").get_by_role("button", name=self.hand.says("Confirm"))
            )
        self.has_done(1)

    def says_who_she_is(self) -> None:
        """Logo, colour and address, for documents and mails."""
        self.hand.go("Letterhead", ".first-steps")
        self.hand.attach("logo", "fir.png", self.picture)
        self.hand.fill("colour", "#0b6b3a")
        self.hand.fill(f"address.{self.hand.lang}", "1 Forest Road, Oxford")
        self.hand.send("Save")
        self.goes_home()
        self.has_done(2)

    def says_when_she_works(self) -> None:
        """The usual hours with her country's holidays, and a fiscal year from April."""
        self.hand.go("Business hours", ".first-steps")
        self.hand.choose("first_month", "4")
        self.hand.send("Save")
        self.has_done(3)  # On Home, where saving led.
        self.hand.go("Business hours", ".first-steps")
        self.hand.go("Change", "main")
        self.hand.fill("name", "Front desk")
        self.hand.send("Save")
        self.has_done(3)

    def keeps_her_modules(self) -> None:
        """All of them, as the trial has them."""
        self.hand.send("Keep all as it is")
        self.has_done(4)

    def brings_a_customer(self) -> None:
        """The first one by hand."""
        self.opens("Enter one")
        self.hand.write("name", "Fence & Sons")
        self.saves_the_drawer()
        self.has_done(5)

    def plans_a_step(self) -> None:
        """A task with a date."""
        self.opens("New task")
        self.hand.write("subject", "Call Fence & Sons")
        self.saves_the_drawer()
        self.has_done(6)

    def invites_by_code(self) -> str:
        """A colleague who scans the screen; answers with what the code says."""
        self.opens("By QR code")
        self._chooses_the_last_role()
        self.hand.press_button("Invite")
        code = self.page.get_by_role("img", name=self.hand.says("QR code of the invitation"))
        expect(code).to_be_visible()
        link = self.page.locator(".secret code").inner_text()
        self.hand.go("Done", "#drawer-body")
        self.has_done(7)
        return link

    def invites_by_mail(self, email: str) -> str:
        """One more, by mail; answers with the link in it."""
        self.opens("By e-mail")
        self.hand.fill("email", email)
        self._chooses_the_last_role()
        self.hand.send("Invite")
        self.has_done(7)
        return self.provider.link(email, "/invitations/")

    # Plan and bill.

    def opens_the_bill(self) -> None:
        """The page of plan and bill, where she signs in again if it has been long."""
        ready(self.page, f"{self.windows.site.workspace(SLUG)}{BILLING}")
        if "/login" in self.page.url:
            self.hand.fill("email", EMAIL)
            self.hand.fill("password", PASSWORD)
            self.hand.send("Sign in")
        expect(self.page).to_have_url(re.compile(rf"{BILLING}$"))
        assert overflow(self.page) <= 0

    def asks_for(self, seats: int, plan: str = "starter", interval: str = "month") -> None:
        """What so many seats cost, before anything happens."""
        self.opens_the_bill()
        self.hand.press(self.page.locator(f"input[type=radio][name=plan][value={plan}]"))
        self.hand.choose("interval", interval)
        self.hand.fill("seats", str(seats))
        self.hand.send("See what it costs")

    def pays_at_the_checkout(self) -> None:
        """With a good card, on Stripe's page."""
        self.hand.press_button("Pay by card")
        self.page.wait_for_url("**/checkout/**")
        self.fills_in_the_card(GOOD, "subscribe")
        self.page.wait_for_url(f"**{BILLING}?paid=1")
        self.provider.rest()

    def changes_it(self) -> Decimal:
        """For the price that is shown, which is answered."""
        shown = self.page.locator(".billing-due").inner_text()
        self.hand.send("Change it")
        self.provider.rest()
        return Decimal(re.findall(r"[\d,]+\.\d\d", shown)[0].replace(",", ""))

    def gives_a_card_that_fails(self) -> None:
        """In Stripe's portal, where she sees her bills as well."""
        self.opens_the_bill()
        self.hand.press_button("Card and invoices")
        self.page.wait_for_url("**/portal/**")
        self.fills_in_the_card(FAILS_LATER, "replace")
        expect(self.page.get_by_role("status")).to_have_text(self.stripe["saved"])
        self.hand.press(self.page.get_by_role("link", name=self.stripe["back"]))
        self.page.wait_for_url(f"**{BILLING}?paid=1")

    def pays_the_open_bill(self) -> None:
        """From the words about it, on Stripe's page, with a good card."""
        self.opens_the_bill()
        self.hand.press(self.page.get_by_role("link", name=self.hand.says("Pay the bill")).first)
        self.page.wait_for_url("**/invoice/**")
        self.fills_in_the_card(GOOD, "card")
        expect(self.page.get_by_text(self.stripe["status"]["paid"])).to_be_visible()  # type: ignore[index]
        self.provider.rest()

    def fills_in_the_card(self, number: str, button: str) -> None:
        """On any of Stripe's pages."""
        name = self.stripe["ways"]["card"] if button == "card" else self.stripe[button]  # type: ignore[index]
        self.hand.fill("number", number)
        self.hand.press(self.page.get_by_role("button", name=name, exact=True))

    # Leaving.

    def takes_everything_along(self) -> dict[str, int]:
        """One file with everything; answers with its parts and how many rows they have."""
        ready(self.page, f"{self.windows.site.workspace(SLUG)}/settings/leaving")
        self.hand.send("Put everything into one file")
        self.provider.rest()
        button = self.page.get_by_role("button", name=self.hand.says("Download"))
        expect(button).to_be_visible()
        with self.page.expect_download() as download:
            self.hand.press(button)
        with ZipFile(BytesIO(download.value.path().read_bytes())) as file:
            manifest = json.loads(file.read("manifest.json"))
        return {one["path"]: one.get("rows", 0) for one in manifest["parts"]}

    def asks_for_the_end(self) -> None:
        """With the address typed and the password."""
        self.hand.press(
            self.page.locator("summary", has_text=self.hand.says("Erase this workspace…"))
        )
        self.hand.fill("slug", SLUG)
        self.hand.fill("password", PASSWORD)
        self.hand.fill("reason", "The forest is sold.")
        self.hand.send("Erase in %(days)s days", days=14)
        self.hand.sees("This workspace is to be erased")

    # What she does again and again.

    def goes_home(self) -> None:
        """By the rail."""
        with arriving(self.page):
            self.hand.press(self.page.locator('.rail a[href="/"]').first)

    def opens(self, way: str) -> None:
        """A form of the checklist, beside it."""
        steps = self.page.locator(".first-steps")
        self.hand.press(steps.get_by_role("link", name=self.hand.says(way), exact=True))
        expect(self.page.locator("#drawer-title")).to_be_visible()

    def saves_the_drawer(self) -> None:
        """By the keyboard, and stands before the checklist again."""
        with arriving(self.page):
            self.hand.count += 1
            self.page.keyboard.press("Control+Enter")

    def has_done(self, steps: int) -> None:
        """So many steps of the checklist are ticked."""
        expect(self._ticked()).to_have_count(steps)
        assert overflow(self.page) <= 0

    def _ticked(self) -> Locator:
        return self.page.locator(".first-step.is-done")

    def _chooses_the_last_role(self) -> None:
        roles = self.page.locator("#role_id option")
        self.hand.choose("role_id", str(roles.last.get_attribute("value")))
