"""Signing in and out by the real form."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.visitor import Windows, ready
from tests.cast import Person


def type_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail or phone number").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password", exact=True).press("Enter")


def test_a_wrong_password_is_told_and_the_address_stays(windows: Windows, alice: Person) -> None:
    windows.watch.expect(422)
    page = ready(windows.open(), "/login")
    type_in(page, alice.email, "not-the-password")
    told = "This e-mail or phone number and password don't match."
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_label("E-mail or phone number")).to_have_value(alice.email)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_the_right_password_leads_home_and_signing_out_leads_back(
    windows: Windows, alice: Person
) -> None:
    page = ready(windows.open(), "/")
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/login")
    type_in(page, alice.email, alice.password)
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/")
    page.get_by_role("button", name=f"Your account: {alice.name}").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/login")
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.goto("/accounts")
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/login?next=/accounts")


def test_who_is_sent_to_sign_in_comes_back_to_where_they_wanted(
    windows: Windows, alice: Person
) -> None:
    page = ready(windows.open(), "/accounts?q=fence")
    type_in(page, alice.email, alice.password)
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/accounts?q=fence")
    expect(page.get_by_role("searchbox")).to_have_value("fence")


def test_an_address_elsewhere_is_not_followed_after_signing_in(
    windows: Windows, alice: Person
) -> None:
    page = ready(windows.open(), "/login?next=//elsewhere.example/")
    type_in(page, alice.email, alice.password)
    expect(page).to_have_url(f"{windows.site.workspace('acme')}/")


def test_a_password_can_be_looked_at(windows: Windows) -> None:
    page = ready(windows.open(), "/login")
    word = page.get_by_label("Password", exact=True)
    word.fill("what I typed")
    page.get_by_role("button", name="Show the password").click()
    expect(word).to_have_attribute("type", "text")
    page.get_by_role("button", name="Show the password").click()
    expect(word).to_have_attribute("type", "password")


def test_a_session_of_one_workspace_is_nothing_in_another(
    windows: Windows, alice: Person, charlie: Person
) -> None:
    page = windows.open(alice)
    token = next(one for one in page.context.cookies() if one["name"] == "session")
    there = windows.site.workspace("globex")
    page.context.add_cookies([{"name": "session", "value": token["value"], "url": there}])
    page.goto(f"{there}/accounts")
    expect(page).to_have_url(f"{there}/login?next=/accounts")


def test_a_page_whose_session_ended_leads_to_sign_in_at_the_next_press(
    windows: Windows, alice: Person
) -> None:
    windows.watch.expect(401)
    page = ready(windows.open(alice), "/accounts")
    page.context.clear_cookies(name="session")
    page.get_by_role("searchbox").fill("fence")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
