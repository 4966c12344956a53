"""Olga, who runs the service: what she sees at the console, where she signs in with two steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.hand import Hand
from tests.browser.provider import Provider
from tests.browser.visitor import arriving, overflow, ready
from tests.cast import PASSWORD

EMAIL = "olga@zuke.example"


@dataclass
class Olga:
    """An operator at her window."""

    hand: Hand
    provider: Provider
    secret: str = ""

    @property
    def page(self) -> Page:
        """Her window."""
        return self.hand.page

    def looks(self, path: str = "/operator") -> Page:
        """At a page of the console; she signs in where her session is over."""
        ready(self.page, path)
        if "/operator/login" in self.page.url:
            self._signs_in()
            ready(self.page, path)
        assert overflow(self.page) <= 0
        return self.page

    def sees_firm(self, slug: str, state: str, plan: str) -> None:
        """The workspace in the list, with its state and plan."""
        row = self.looks().locator("tbody tr", has_text=slug)
        expect(row.locator(".pill").first).to_have_text(self.hand.says(state))
        expect(row).to_contain_text(plan)

    def sees_revenue(self, amount: str) -> None:
        """What recurs in a month, in all."""
        figure = self.looks().locator(".console-figures dd").first
        expect(figure).to_have_text(amount)

    def sees_history(self, slug: str, message: str) -> None:
        """A line in what happened to a workspace."""
        page = self.looks(f"/operator/workspaces/{slug}")
        history = page.get_by_role("region", name=self.hand.says("History"))
        expect(history.get_by_text(self.hand.says(message)).first).to_be_visible()

    def sees_debt(self, slug: str, *, is_owed: bool) -> None:
        """Whether a workspace has a day by which it is to pay."""
        told = self.looks(f"/operator/workspaces/{slug}").get_by_text(
            self.hand.says("To be paid by")
        )
        expect(told).to_have_count(int(is_owed))

    def _signs_in(self) -> None:
        self.hand.fill("email", EMAIL)
        self.hand.fill("password", PASSWORD)
        self.hand.send("Sign in")
        self.hand.sees("Two-factor sign-in")
        is_first = not self.secret
        if is_first:
            self.secret = self.page.locator(".help code").inner_text()
        else:
            self.provider.time.shift(timedelta(minutes=1))  # A code works once.
        self.hand.fill("code", pyotp.TOTP(self.secret).at(datetime.now(UTC)))
        self.hand.send("Sign in")
        if is_first:
            with arriving(self.page):
                self.hand.press(
                    self.page.get_by_role("link", name=self.hand.says("I have saved them"))
                )
