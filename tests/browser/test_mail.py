"""A mail is written, taken back and gone on with, in a browser; what came as HTML runs nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from config.settings import Settings
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_contact, make_mail_in


def test_a_mail_is_taken_back_and_gone_on_with(
    windows: Windows, acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        path = f"/contacts/{make_contact(by, email='frank@fence.example').id}"
    page = ready(windows.open(bob), path)
    page.locator("#tab-mail").click()
    form = page.locator("#compose-mail form.mail-form")
    expect(form.get_by_label("To", exact=True)).to_have_value("Frank Fence <frank@fence.example>")
    form.get_by_label("Subject").fill("Our fences")
    body = form.get_by_label("Text", exact=True)
    body.fill("Dear Frank")
    body.select_text()
    form.get_by_role("button", name="Bold").click()
    expect(body).to_have_value("**Dear Frank**")
    form.get_by_role("button", name="Send", exact=True).click()
    card = page.locator(".mail-item")
    expect(card.locator("strong", has_text="Dear Frank")).to_be_visible()
    expect(body).to_have_value("")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    page.locator("[data-toast]").get_by_role("link", name="Go on writing").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label("Subject")).to_have_value("Our fences")
    expect(drawer.get_by_label("Text", exact=True)).to_have_value("**Dear Frank**")


def test_what_is_typed_survives_a_reload(windows: Windows, acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        path = f"/contacts/{make_contact(by, email='frank@fence.example').id}/mail"
    page = ready(windows.open(bob), path)
    page.get_by_label("Subject").fill("Our fences")
    page.get_by_label("Text", exact=True).fill("Dear Frank")
    ready(page, path)
    expect(page.get_by_label("Subject")).to_have_value("Our fences")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Dear Frank")


def test_somebody_is_added_by_name(windows: Windows, acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        path = f"/contacts/{make_contact(by, email='frank@fence.example').id}/mail"
        make_contact(by, "Ash", "Ann", email="ann@other.example")
    page = ready(windows.open(bob), path)
    box = page.get_by_role("combobox", name="Add an address")
    box.fill("Ann")
    page.get_by_role("option", name="Ann Ash").click()
    line = page.get_by_label("To", exact=True)
    both = "Frank Fence <frank@fence.example>, Ann Ash <ann@other.example>"
    expect(line).to_have_value(both)
    expect(box).to_have_value("")


def test_html_of_a_stranger_runs_and_loads_nothing(
    windows: Windows, acme: Workspace, bob: Person, settings: Settings
) -> None:
    html = (
        "<p>Hello</p><script>parent.document.title='evil'</script>"
        '<img src=x onerror="parent.document.title=\'evil\'"><svg onload="alert(1)"></svg>'
    )
    with acme.acting(bob) as by:
        make_contact(by, email="frank@fence.example")
        mail = make_mail_in(by, settings, html=html)
    page = ready(windows.open(bob), f"/messages/{mail.message_ref}")
    expect(page.frame_locator("[data-mail-frame]").locator("p")).to_have_text("Hello")
    settled(page)
    expect(page).to_have_title("Green fences · Acme Ltd")
    windows.watch.forgive("Blocked script execution")  # That of the watch itself.
