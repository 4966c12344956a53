"""The way of a quote in a browser: approval, the link, what the customer answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from playwright.sync_api import expect
from sqlalchemy import func, select

from app.events import Event
from app.records.door import perform
from app.sales.models import Quote
from app.sales.operations.quote_links import make_link
from app.sales.terms.kept import save_terms
from tests.browser.test_accessibility import Findings, each_once, every_pair, looker
from tests.browser.visitor import Windows, arriving, overflow, ready
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.test_quotes import FENCE, make_quote, switched_on

__all__ = ["looker"]


def written(acme: Workspace, who: Person, *lines: dict[str, Any], **given: Any) -> UUID:
    """A draft with these lines."""
    with acme.acting(who) as by:
        return make_quote(by, *lines, **given).id


def sent(acme: Workspace, who: Person, *lines: dict[str, Any]) -> tuple[UUID, str]:
    """A quote that was sent, and the path of its link."""
    with acme.acting(who) as by:
        quote = make_quote(by, *lines)
        perform("quote", "send", quote, by=by)
        return quote.id, "/q/" + make_link(quote, by).rsplit("/", 1)[1]


def state_of(acme: Workspace, who: Person, quote_id: UUID) -> Quote:
    with acme.acting(who) as by:
        quote = by.session.get_one(Quote, quote_id)
        by.session.expunge(quote)
        return quote


def test_beyond_the_terms_a_quote_waits_for_whoever_may_go_beyond_them(
    windows: Windows, acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
        good = make_account(by, payment_record="good", owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        quote_id = make_quote(by, {**FENCE, "discount": "8"}, account=good, payment_days="30").id
    page = windows.open(bob)
    ready(page, f"/quotes/{quote_id}")
    expect(page.get_by_text("More discount than the terms allow")).to_be_visible()
    with arriving(page):
        page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It waits for")).to_be_visible()
    assert state_of(acme, alice, quote_id).status == "draft"
    boss = windows.open(alice, on_phone=True)
    ready(boss, "/approvals")
    boss.locator("[data-approval] [data-approve]").click()
    expect(boss.locator("[data-approval]")).to_have_count(0)
    ready(page, f"/quotes/{quote_id}")
    assert state_of(acme, alice, quote_id).status == "sent"
    expect(page.get_by_role("button", name="Link for the customer")).to_be_visible()


def test_the_link_is_shown_once_and_its_customer_accepts(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        quote = make_quote(by)
        perform("quote", "send", quote, by=by)
        quote_id = quote.id
    page = windows.open(alice)
    ready(page, f"/quotes/{quote_id}")
    with arriving(page):
        page.get_by_role("button", name="Link for the customer").click()
    address = page.locator(".secret code").inner_text()
    path = re.search(r"/q/[\w-]{20,}$", address)
    assert path is not None
    expect(page.get_by_role("img", name="QR code of the address")).to_be_visible()
    customer = windows.open(on_phone=True)
    ready(customer, path.group())
    assert overflow(customer) == 0
    windows.watch.expect(422)
    accept = customer.locator("form[action$='/accept']")
    with arriving(customer):
        accept.get_by_role("button", name="Accept").click()
    expect(customer.get_by_text("Please enter your name.")).to_be_visible()
    accept.get_by_label("Your name").fill("Frank Fence")
    accept.get_by_role("checkbox").check()
    with arriving(customer):
        accept.get_by_role("button", name="Accept").click()
    expect(customer.get_by_text("Accepted by Frank Fence")).to_be_visible()
    expect(accept).to_have_count(0)
    ready(page, f"/quotes/{quote_id}")
    expect(page.locator(".quote-panel")).to_contain_text("Accepted by Frank Fence on ")
    assert state_of(acme, alice, quote_id).status == "accepted"


def test_two_windows_that_accept_at_once_have_one_effect(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    quote_id, path = sent(acme, alice)
    pages = [windows.open(), windows.open(lang="zh-CN")]
    for number, page in enumerate(pages):
        ready(page, path)
        form = page.locator("form[action$='/accept']")
        form.locator("#name").fill(f"Frank {number}")
        form.get_by_role("checkbox").check()
    for page in pages:  # Both were opened before either was answered.
        with arriving(page):
            page.locator("form[action$='/accept'] button").click()
        expect(page.get_by_text("Frank 0")).to_be_visible()
    with acme.acting(alice) as by:
        times = select(func.count()).where(Event.record_id == quote_id, Event.verb == "accepted")
        assert by.session.scalar(times) == 1


def test_the_customer_declines_and_says_why(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    quote_id, path = sent(acme, alice)
    customer = windows.open()
    ready(customer, path)
    customer.get_by_text("Decline it").click()
    form = customer.locator("form[action$='/decline']")
    windows.watch.expect(422)
    with arriving(customer):
        form.get_by_role("button", name="Decline").click()
    expect(form).to_contain_text("Please say why.")
    form.get_by_label("Why?").fill("Too dear")
    with arriving(customer):
        form.get_by_role("button", name="Decline").click()
    expect(form).to_have_count(0)
    page = windows.open(alice)
    ready(page, f"/quotes/{quote_id}")
    expect(page.locator(".quote-panel")).to_contain_text("Reason: Too dear")


def test_links_that_are_over_and_ended_say_so(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    quote_id, path = sent(acme, alice)
    customer = windows.open()
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        quote.valid_until, quote.is_decided = by.today() - timedelta(days=1), True
    ready(customer, path)
    expect(customer.get_by_text("can’t be accepted any more")).to_be_visible()
    expect(customer.locator("form[action$='/accept']")).to_have_count(0)
    page = windows.open(alice)
    ready(page, f"/quotes/{quote_id}")
    page.get_by_role("button", name="End the link").click()
    with arriving(page):
        page.get_by_role("dialog").get_by_role("button", name="End the link").click()
    expect(page.get_by_text("The link was ended.")).to_be_visible()
    windows.watch.expect(404)
    ready(customer, path)
    expect(customer.locator("form[action$='/accept']")).to_have_count(0)


@every_pair
def test_axe_finds_nothing_in_editor_page_and_terms(
    looker: Callable[..., Findings], acme: Workspace, alice: Person, variant: dict[str, Any]
) -> None:
    with acme.acting(alice) as by:
        save_terms(by, switched_on())
    lines = ({**FENCE, "discount": "8"}, {"name": "Freight", "unit_price": "12.345"})
    draft = written(acme, alice, *lines)
    given, path = sent(acme, alice, *lines)
    findings = looker(alice, variant)
    findings.visit(
        "/quotes",
        f"/quotes/{draft}",
        f"/quotes/{draft}/lines",
        f"/quotes/{given}",
        f"/quotes/{given}/accept",
        f"/quotes/{given}/decline",
        path,
        "/settings/terms",
    )
    assert not findings.found, findings.told()


@each_once
def test_axe_finds_nothing_in_the_answers_of_a_link(
    looker: Callable[..., Findings], acme: Workspace, alice: Person, variant: dict[str, Any]
) -> None:
    paths = []
    for verb, given in (("accept", {"name": "F"}), ("decline", {"reason": "No"})):
        quote_id, path = sent(acme, alice)
        paths.append(path)
        with acme.acting(alice) as by:
            perform("quote", verb, by.session.get_one(Quote, quote_id), by=by, **given)
    findings = looker(None, variant)
    findings.visit(*paths)
    assert not findings.found, findings.told()
