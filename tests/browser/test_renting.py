"""A stranger rents: signs up, sets up, pays, fails to pay, leaves; the operator sees each step."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tenants import resolve
from tenants.billing.models import SubscriptionInvoice
from tenants.control import Tenant
from tenants.database import control_session
from tenants.plans import plan_of
from tests.browser.fiona import EMAIL, SLUG, Fiona
from tests.browser.hand import Hand
from tests.browser.olga import Olga
from tests.browser.provider import Provider, providing
from tests.browser.site import Site
from tests.browser.visitor import Windows, arriving, overflow, ready
from tests.cast import Person, Workspace

MOST_INTERACTIONS = 40
CHECKLIST = {
    "/",
    "/signup",
    "/signup/wait",
    "/welcome",
    "/settings/documents",
    "/settings/business-hours",
    "/settings/business-hours/new",
}
languages = pytest.mark.parametrize("lang", ["en", "zh-CN"])
CURRENCIES = {"en": "USD", "zh-CN": "CNY"}


@pytest.fixture
def provider(
    site: Site, owner: Engine, windows: Windows, no_files: None, tmp_path: Path
) -> Iterator[Provider]:
    """The provider's side; Stripe and the mail server are of this story alone."""
    with providing(site, owner, tmp_path / "mails") as made:
        yield made


@pytest.fixture
def fiona(windows: Windows, provider: Provider, lang: str) -> Fiona:
    """A stranger at the front page."""
    page = ready(windows.open(slug=None, lang=lang), "/")
    return Fiona(Hand(page, lang), windows, provider, CURRENCIES[lang], picture())


@pytest.fixture
def olga(windows: Windows, provider: Provider, operator: str, lang: str) -> Olga:
    """Who runs the service, at a window of her own."""
    return Olga(Hand(windows.open(slug=None, lang=lang), lang), provider)


def picture() -> bytes:
    """A logo."""
    made = BytesIO()
    Image.new("RGB", (240, 80), "#0b6b3a").save(made, "PNG")
    return made.getvalue()


def join(fiona: Fiona, link: str, name: str, email: str | None = None) -> None:
    """A colleague follows an invitation on the phone; by a code the e-mail is told."""
    phone = fiona.windows.open(slug=SLUG, lang=fiona.hand.lang, on_phone=True)
    hand = Hand(ready(phone, link), fiona.hand.lang)
    if email is not None:
        hand.fill("email", email)
    hand.fill("name", name)
    hand.fill("password", "seven tall green trees")
    assert overflow(phone) <= 0
    with arriving(phone):
        hand.press_button("Join")
    expect(phone.get_by_text(name)).not_to_have_count(0)
    phone.context.close()


def set_up(fiona: Fiona) -> tuple[str, str]:
    """Sign up and go through the checklist; answers with the two invitations."""
    fiona.signs_up()
    fiona.confirms_her_mail()
    fiona.says_who_she_is()
    fiona.says_when_she_works()
    fiona.keeps_her_modules()
    fiona.brings_a_customer()
    fiona.plans_a_step()
    return fiona.invites_by_code(), fiona.invites_by_mail("hal@fir.example")


@languages
def test_a_stranger_sets_up_pays_fails_a_bill_settles_it_and_leaves(
    fiona: Fiona, olga: Olga, provider: Provider, owner: Engine, lang: str
) -> None:
    code, mail = set_up(fiona)
    fiona.hand.sees("You are all set")
    assert fiona.hand.count <= MOST_INTERACTIONS, fiona.hand.count
    elsewhere = [path for path in fiona.hand.seen if not is_of_the_checklist(path)]
    assert elsewhere == []
    join(fiona, code, "Gus Green", "gus@fir.example")
    join(fiona, mail, "Hal Hill")
    olga.sees_firm(SLUG, "Trial", plan_name("trial", lang))
    olga.sees_revenue("–")
    pays_and_adds_a_seat(fiona, olga, provider)
    fails_and_settles(fiona, olga, provider)
    assert_books_agree(provider, owner)
    leaves(fiona, olga, provider)
    assert_books_agree(provider, owner)


def pays_and_adds_a_seat(fiona: Fiona, olga: Olga, provider: Provider) -> None:
    """For three at the checkout, and ten days later for a fourth at the price that is shown."""
    each = plan_of("starter").price(fiona.currency, "month")  # type: ignore[arg-type]
    fiona.asks_for(3)
    fiona.pays_at_the_checkout()
    fiona.opens_the_bill()
    expect(fiona.page.locator(".billing-now")).to_contain_text(f"{each * 3}")
    olga.sees_firm(SLUG, "Active", plan_name("starter", fiona.hand.lang))
    olga.sees_revenue(f"{fiona.currency} {each * 3}")
    provider.pass_days(10)
    fiona.asks_for(4)
    charged = fiona.changes_it()
    assert 0 < charged < each
    assert charged == bills_at_stripe(provider)[0][2]
    olga.sees_revenue(f"{fiona.currency} {each * 4}")


def fails_and_settles(fiona: Fiona, olga: Olga, provider: Provider) -> None:
    """A card that is declined when the month is renewed, the grace, and paying after all."""
    fiona.gives_a_card_that_fails()
    olga.sees_debt(SLUG, is_owed=False)
    provider.pass_days(22)
    fiona.opens_the_bill()
    expect(fiona.page.locator(".alert")).to_contain_text(words_of_grace(fiona))
    assert words_of_grace(fiona) in provider.mail(EMAIL, "Fir Sons")
    olga.sees_firm(SLUG, "In grace: a bill is open", plan_name("starter", fiona.hand.lang))
    olga.sees_debt(SLUG, is_owed=True)
    fiona.pays_the_open_bill()
    fiona.opens_the_bill()
    expect(fiona.page.locator(".alert")).to_have_count(0)
    olga.sees_debt(SLUG, is_owed=False)


def leaves(fiona: Fiona, olga: Olga, provider: Provider) -> None:
    """Cancelled, taken along, and erased after the notice, with a certificate."""
    fiona.hand.send("Cancel at the end of the period")
    goes_on = fiona.page.get_by_role("button", name=fiona.hand.says("Go on after all"))
    expect(goes_on).to_be_visible()
    olga.sees_history(SLUG, "Subscription is to end")
    parts = fiona.takes_everything_along()
    assert parts["people.csv"] == 3
    assert parts["records/accounts.csv"] == 1
    fiona.asks_for_the_end()
    provider.rest()
    olga.sees_history(SLUG, "The firm asks to be erased")
    provider.pass_days(14)
    assert "SHA-256" in provider.mail(EMAIL, "SHA-256")
    expect(olga.looks().locator("tbody tr", has_text=SLUG)).to_have_count(0)
    olga.sees_revenue("–")
    (living,) = provider.world.all("subscription")
    assert living["status"] == "canceled"


@languages
def test_a_bill_that_is_sent_begins_the_year_once_it_is_paid(
    fiona: Fiona, olga: Olga, provider: Provider, owner: Engine, lang: str
) -> None:
    fiona.signs_up()
    fiona.confirms_her_mail()
    fiona.asks_for(3, plan="business", interval="year")
    fiona.hand.send("Get a bill: Alipay, WeChat Pay or card")
    fiona.hand.sees("A bill waits to be paid")
    expect(fiona.page.locator("#now")).to_have_text(plan_name("trial", lang))
    olga.sees_firm(SLUG, "Trial", plan_name("trial", lang))
    olga.sees_revenue("–")
    fiona.pays_the_open_bill()
    fiona.opens_the_bill()
    expect(fiona.page.locator("#now")).to_have_text(plan_name("business", lang))
    olga.sees_firm(SLUG, "Active", plan_name("business", lang))
    assert_books_agree(provider, owner)


def test_where_the_plan_has_no_room_the_form_says_so_and_keeps_what_was_typed(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with windows.site.app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).limits = {"records": 0}
    resolve.forget()
    windows.watch.expect(402)
    page = ready(windows.open(alice), "/accounts/new")
    page.locator("[name=name]").first.fill("Fence & Sons")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main .alert-bad")).to_contain_text("Your plan holds 0 records")
    expect(page.locator("[name=name]").first).to_have_value("Fence & Sons")


def is_of_the_checklist(path: str) -> bool:
    """Whether a page is the list, one that it leads to, or what a mail leads to."""
    made = "/settings/business-hours/"
    return path in CHECKLIST or path.startswith(("/settings/me/email/", made))


def plan_name(key: str, lang: str) -> str:
    """A plan as its file calls it."""
    found = plan_of(key)
    return found.text(found.name, lang)


def words_of_grace(fiona: Fiona) -> str:
    """How the page and the mail begin that tell of a bill that could not be collected."""
    told = fiona.hand.says(
        "The last bill could not be collected. Pay it by %(day)s: from then on your workspace can "
        "only be read.",
        day="|",
    )
    return told.partition("|")[0]


def bills_at_stripe(provider: Provider) -> list[tuple[str, str, Decimal, Decimal]]:
    """Number, status, due and paid of each bill, the newest first."""
    cent = Decimal("0.01")
    return [
        (one["number"], one["status"], one["amount_due"] * cent, one["amount_paid"] * cent)
        for one in provider.world.all("invoice")
    ]


def assert_books_agree(provider: Provider, owner: Engine) -> None:
    """Every bill of Stripe's is ours, to the cent."""
    with Session(owner) as session:
        rows = session.scalars(select(SubscriptionInvoice)).all()
    ours = {(row.number, row.status, row.due, row.paid) for row in rows}
    assert ours == set(bills_at_stripe(provider))
    assert len(rows) == len(ours) > 0
