"""Axe finds nothing: every kind of page, both languages, light and dark, at a desk and on a phone.

Four variants are enough for every pair of language, theme and width to meet; two, for pages made of
the same parts, still show each language, theme and width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.handover.operations.begin import begin_handover
from app.handover.rules import Plan
from app.identity.models import User
from app.identity.news_links import make_link
from app.jobs.progress import begin_work
from app.records.door import perform
from app.records.lenses.lens import SPANS
from config.settings import Settings
from tests.browser.visitor import Windows, arriving, overflow, ready, settled
from tests.cast import PASSWORD, Person, Workspace
from tests.factories import (
    make_account,
    make_activity,
    make_category,
    make_contact,
    make_file,
    make_mail,
    make_mail_in,
    make_product,
)

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
EN_LIGHT_DESK = pytest.param({"lang": "en", "theme": "light"}, id="en-light-1440")
EN_DARK_PHONE = pytest.param({"lang": "en", "theme": "dark", "on_phone": True}, id="en-dark-390")
ZH_LIGHT_PHONE = pytest.param(
    {"lang": "zh-CN", "theme": "light", "on_phone": True}, id="zh-CN-light-390"
)
ZH_DARK_DESK = pytest.param({"lang": "zh-CN", "theme": "dark"}, id="zh-CN-dark-1440")
ZH_DARK_PHONE = pytest.param(
    {"lang": "zh-CN", "theme": "dark", "on_phone": True}, id="zh-CN-dark-390"
)
every_pair = pytest.mark.parametrize(
    "variant", [EN_LIGHT_DESK, EN_DARK_PHONE, ZH_LIGHT_PHONE, ZH_DARK_DESK]
)
each_once = pytest.mark.parametrize("variant", [EN_LIGHT_DESK, ZH_DARK_PHONE])


# Icons are drawn from a file of symbols: what is not in it leaves an empty place.
EMPTY_ICONS = """async () => {
  const seen = new Map();
  const empty = [];
  for (const use of document.querySelectorAll('use')) {
    const [file, name] = use.getAttribute('href').split('#');
    if (!seen.has(file)) seen.set(file, await fetch(file).then((answer) => answer.text()));
    if (!seen.get(file).includes(`id="${name}"`)) empty.push(`no symbol for the icon ${name}`);
  }
  return [...new Set(empty)];
}"""


@dataclass
class Findings:
    """What axe found, by place."""

    page: Page
    found: dict[str, list[str]]

    def look(self, place: str) -> None:
        """Let axe look at the page as it stands; its icons are there and it fits its window."""
        result = Axe().run(settled(self.page), options=RULES)
        violations = [
            f"{one['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:240]})"
            for one in result.response["violations"]
            for node in one["nodes"][:3]
        ]
        violations += self.page.evaluate(EMPTY_ICONS)
        if excess := overflow(self.page):
            violations.append(f"{excess} pixels wider than the window")
        if violations:
            self.found[place] = violations

    def visit(self, *paths: str) -> None:
        """Look at each of these pages."""
        for path in paths:
            ready(self.page, path)
            self.look(path)

    def told(self) -> str:
        """Everything found, for the reader of a failure."""
        return "\n".join(f"{place}\n  " + "\n  ".join(one) for place, one in self.found.items())


@pytest.fixture
def looker(windows: Windows) -> Callable[..., Findings]:
    """Opens a window whose pages axe looks at."""

    def opened(person: Person | None, variant: dict[str, Any], **options: Any) -> Findings:
        return Findings(windows.open(person, **variant, **options), {})

    return opened


@pytest.fixture
def firm(acme: Workspace, alice: Person) -> str:
    """The path of a firm with everything that a record's page can show."""
    with acme.acting(alice) as by:
        account = make_account(
            by, phone="020 7946 0018", email="post@fence.example", city="York", lifecycle="customer"
        )
        make_account(by, name="北风贸易有限公司", lifecycle="former")
        contact = make_contact(by, account_id=account.id, title="Head of procurement")
        about = {"account_id": account.id, "contact_id": contact.id}
        make_activity(by, **about)
        make_activity(by, "follow_up", next_at="2031-05-06T10:00", **about)
        late = {"due_at": "2020-01-01T09:00", "is_promise": "1"}
        make_activity(by, "task", subject="Send the fence", **late, **about)
        make_activity(by, "call", due_at="2031-01-01T09:00", **about)
        note = make_activity(by, body="Ask @Bob Baker and @Alice Archer.", **about)
        make_file(by, "activity", note.id)
        make_file(by, "account", account.id, "A long name of an offer for a very long fence.txt")
    return f"/accounts/{account.id}"


def press(page: Page, key: str, after: str) -> None:
    """Press a key that closes what lies over the page, then one that the page listens to."""
    page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(":is(input, textarea, select):focus")).to_have_count(0)
    page.keyboard.press(after)


@each_once
def test_pages_before_signing_in(
    looker: Callable[..., Findings], windows: Windows, variant: dict[str, Any], acme: Workspace
) -> None:
    windows.watch.expect(404, 422)
    seen = looker(None, variant)
    seen.visit("/login", "/password/forgot", "/password/reset/nothing", "/nowhere")
    ready(seen.page, "/login").locator("#email").fill("nobody@acme.example")
    seen.page.locator("#password").fill("wrong")
    seen.page.keyboard.press("Enter")
    seen.page.locator("[aria-invalid=true]").first.wait_for()
    seen.look("/login, refused")
    assert not seen.found, seen.told()


@each_once
def test_the_page_that_stops_mails_of_news(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    acme: Workspace,
    dora: Person,
    settings: Settings,
) -> None:
    windows.watch.expect(404)
    with acme.acting() as by:
        by.session.get_one(User, dora.user_id).mailed = {"mentioned": "once"}
        link = make_link(dora.user_id, by.now, acme.facts.id, settings.keys)
    seen = looker(None, variant)
    seen.visit("/news/stop/nothing", f"/news/stop/{link}")
    seen.page.locator("form.auth-form button").click()
    expect(seen.page.locator("form.auth-form")).to_have_count(0)
    seen.look("/news/stop, stopped")
    assert not seen.found, seen.told()


@each_once
def test_pages_of_the_service(
    looker: Callable[..., Findings], windows: Windows, variant: dict[str, Any], operator: str
) -> None:
    windows.watch.expect(404, 422)
    seen = looker(None, variant, slug=None)
    seen.visit("/", "/?workspace=nobody", "/?workspace=acme", "/nowhere", "/operator/login")
    seen.page.locator("#email").fill(operator)
    seen.page.locator("#password").fill(PASSWORD)
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("main.console h1")).to_be_visible()
    seen.look("/operator")
    assert not seen.found, seen.told()


@each_once
def test_pages_of_an_empty_workspace(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person
) -> None:
    seen = looker(alice, variant)
    seen.visit("/", "/accounts", "/activities", "/search?q=nothing")
    assert not seen.found, seen.told()


@every_pair
def test_the_pages_of_every_day(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person, firm: str
) -> None:
    seen = looker(alice, variant)
    seen.visit("/", "/accounts", firm, "/accounts/new")
    assert not seen.found, seen.told()


@each_once
def test_other_pages_of_records(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    alice: Person,
    firm: str,
) -> None:
    windows.watch.expect(404)
    filters = "?owner_id=me&account_id.lifecycle__in=customer&created_at=this_week&title__ne=x"
    seen = looker(alice, variant)
    seen.visit("/accounts?q=zebra&lifecycle=customer", "/contacts", "/activities", "/nowhere")
    seen.visit(
        f"{firm}/edit", f"{firm}?show=changes", f"{firm}/files", f"{firm}/digest", "/search?q=fence"
    )
    seen.visit(f"/contacts{filters}", f"/contacts/filter{filters}")
    seen.visit("/reports", "/reports/ready/accounts-by-industry", "/reports/ready/new-contacts")
    seen.visit("/reports/build?type=account&g0=lifecycle&g1=owner_id&m0=count&shape=bar")
    seen.visit("/reports/mail?report=new-contacts", "/reports/ready/new-accounts")
    seen.visit("/reports/build?type=account&m0=rate&m0p.0.f=city&m0p.0.w=filled&do=m0p|show.0")
    assert not seen.found, seen.told()


@each_once
def test_mails_and_what_came_in(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    settings: Settings,
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by, email="frank@fence.example")
        sent = make_mail(by, contact, settings)
        came = make_mail_in(by, settings, html="<p>Hello</p><img src='https://x.example/p.gif'>")
        make_mail_in(by, settings, sender="eve@evil.example")
    path = f"/contacts/{contact.id}"
    seen = looker(alice, variant)
    seen.visit(path, f"{path}/mail", f"{path}/mail?reply={came.message_ref}")
    seen.visit(f"/messages/{sent.id}", f"/messages/{came.message_ref}", "/search?q=fences")
    seen.visit("/settings/me/mail", "/settings/me/mail-in", "/settings/mail-in")
    seen.visit("/settings/senders", "/settings/senders/new", "/settings/me/senders")
    seen.visit("/settings/mail-server")
    tab = ready(seen.page, path).locator("#tab-mail")
    tab.click()
    expect(seen.page.locator("#compose-mail textarea.mail-write")).to_be_visible()
    seen.look("the composer's tab")
    windows.watch.forgive("Blocked script execution")  # The watch's own, in the frame of a mail.
    assert not seen.found, seen.told()


@each_once
def test_a_handover_its_digests_and_what_it_left_to_do(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    bob: Person,
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, city="York")
        on = {"account_id": str(account.id)}
        make_contact(by, phone="+442079460123", **on)
        make_activity(by, "note", body="They want two more.", **on)
        due = {"due_at": "2020-01-01T09:00", "is_promise": "1"}
        promise = make_activity(by, "task", subject="Send the fence", body="", **due, **on)
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        plan = Plan(False, alice.user_id, ())
        made = begin_handover(by, user, plan, {(promise.id, alice.user_id)})
        begin_work(by, made.id, "hand_over", "Handover", total=900, url=f"/handovers/{made.id}")
    seen = looker(alice, variant)
    seen.visit(f"/handovers/{made.id}", f"/handovers/{made.id}/digests", f"/work/{made.id}")
    seen.visit(f"/accounts/{account.id}/digest", f"/settings/people/{bob.user_id}/handover")
    assert not seen.found, seen.told()


@each_once
def test_boards_and_calendars(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    bob: Person,
    firm: str,
) -> None:
    with acme.acting(alice) as by:
        for kind, day in (("task", "20"), ("call", "20"), ("meeting", "21"), ("visit", "22")):
            due = f"2026-11-{day}T09:00"
            make_activity(by, kind, subject=f"A {kind}", due_at=due)
        make_activity(by, "visit", subject="Fair", due_at="2026-11-20T00:00", minutes=2880)
        for number in range(9):
            make_activity(by, "task", subject=f"Call {number}", due_at="2026-11-20T14:00")
        done = make_activity(by, "task", subject="Done", due_at="2026-11-20T10:00")
        perform("activity", "complete", done, by=by)
    seen = looker(alice, variant)
    seen.visit("/accounts/board", "/activities/board", "/accounts/board?q=zebra")
    seen.visit(*(f"/activities/calendar?on=2026-11-20&span={one}" for one in SPANS))
    people = f"owner_id__in={alice.user_id},{bob.user_id}"
    seen.visit(*(f"/activities/calendar?on=2026-11-20&span={one}&{people}" for one in SPANS))
    seen.visit("/activities/calendar/colleagues?span=day")
    ready(seen.page, "/accounts/board").locator(".card-more").first.click()
    seen.look("a card's menu")
    assert not seen.found, seen.told()


def test_what_stands_half_under_the_top_bar_of_a_phone_is_not_too_small_to_be_met(
    looker: Callable[..., Findings], acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(12):
            day = by.today().replace(day=1 + number)
            for hour in (9, 10, 11):
                make_activity(by, "task", subject="A task", due_at=f"{day}T{hour:02}:00")
    seen = looker(alice, {"lang": "en", "theme": "light", "on_phone": True})
    page = ready(seen.page, "/activities/calendar")
    bar = page.locator(".topbar").bounding_box()
    assert bar is not None
    for place in (-10, 12, bar["height"] - 22, bar["height"] - 8):
        button = page.locator(".card-more").nth(6)
        top = "(one, place) => scrollBy(0, one.getBoundingClientRect().top - place)"
        button.evaluate(top, place)
        seen.look(f"a button that begins {place:g} pixels below the edge of the window")
    assert not seen.found, seen.told()


@each_once
def test_products_and_a_record_beside_its_list(
    looker: Callable[..., Findings],
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    firm: str,
) -> None:
    with acme.acting(alice) as by:
        tools = make_category(by, {"en": "Tools", "zh-CN": "工具"})
        make_category(by, {"en": "Drills", "zh-CN": "钻"}, parent_id=str(tools.id))
        drill = {"en": "Hammer drill", "zh-CN": "冲击钻"}
        product = make_product(by, drill, category_id=str(tools.id), list_price="469", number="1")
    seen = looker(alice, variant)
    seen.visit("/products", f"/products/{product.id}", "/products/new")
    seen.visit("/product_categories", f"/product_categories/{tools.id}")
    for path in ("/products", "/accounts"):
        ready(seen.page, path).locator("#list .who-name").first.focus()
        seen.page.keyboard.press("Space")
        seen.page.locator("[data-peek-rest]").wait_for()
        seen.look(f"{path}, a row beside it")
    assert not seen.found, seen.told()


@each_once
def test_what_opens_over_a_page(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    alice: Person,
    firm: str,
) -> None:
    windows.watch.expect(422)
    seen = looker(alice, variant)
    page = ready(seen.page, "/accounts")
    page.keyboard.press("n")
    expect(page.locator("#drawer [name=name]")).to_be_focused()
    seen.look("drawer")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#drawer [name=name]")).to_have_attribute("aria-invalid", "true")
    seen.look("drawer, refused")
    page.locator("#drawer [name=name]").fill("Fence")
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_visible()
    seen.look("question")
    page.locator("#confirm [data-confirm-yes]").focus()
    press(page, "Enter", "/")
    page.keyboard.type("fence")
    expect(page.locator("#palette-results [role=option]").first).to_be_visible()
    seen.look("palette")
    press(page, "Escape", "?")
    expect(page.locator("#shortcuts")).to_be_visible()
    seen.look("shortcuts")
    press(page, "Escape", "j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulkbar]")).to_be_visible()
    seen.look("bulk bar")
    page.locator("[data-bulk-clear]").click()
    page.locator("#list .c-more button").first.click()
    expect(page.locator("#row-menu [role=menu]")).to_be_visible()
    seen.look("menu of a row")
    ready(page, firm).locator("#tab-note").click()
    page.locator("#form-note textarea").press_sequentially("@")
    expect(page.locator(".mentions-list [role=option]").first).to_be_visible()
    seen.look("a record, with colleagues offered")
    page.keyboard.press("Escape")
    ready(page, firm).locator("#field-city [data-edit-open]").click()
    expect(page.locator("#field-city input[name=city]")).to_be_focused()
    seen.look("field being edited")
    ready(page, firm).locator(".files-list .related-item").first.click()
    expect(page.locator("#file-name")).to_be_focused()
    seen.look("a file")
    assert not seen.found, seen.told()


@each_once
def test_settings(
    looker: Callable[..., Findings], variant: dict[str, Any], alice: Person, bob: Person
) -> None:
    seen = looker(alice, variant)
    handover = f"/settings/people/{bob.user_id}/handover"
    seen.visit("/settings", "/settings/me", "/settings/me/password", "/settings/me/two-factor")
    seen.visit("/settings/people", "/settings/people/invite", f"/settings/people/{bob.user_id}")
    seen.visit(handover, f"{handover}/rule?type=account")
    seen.visit("/settings/roles", "/settings/roles/new", "/settings/teams", "/settings/teams/new")
    seen.visit("/settings/tokens", "/settings/me/tokens/new", "/settings/audit")
    seen.visit(
        "/settings/tags", "/settings/tags/new", "/notices", "/work", "/settings/me/reminders"
    )
    seen.visit("/settings/storage", "/settings/me/reminders")
    seen.visit("/settings/pool", "/settings/pool/caps/new", "/settings/pool/rules/new")
    seen.visit("/settings/currencies", "/settings/currencies/new", "/settings/currencies/import")
    seen.visit("/settings/currencies/USD")
    seen.visit("/settings/business-hours", "/settings/business-hours/new")
    seen.visit("/settings/numbers", "/settings/numbers/product")
    seen.visit("/settings/approvals", "/settings/approvals/new?type=account", "/settings/authority")
    seen.visit("/settings/me/absences", "/approvals")
    seen.visit("/settings/assignment", "/settings/assignment/new")
    seen.visit("/settings/fields/accounts/new?kind=amount")
    seen.visit("/accounts?owner_id__isnull=true")
    assert not seen.found, seen.told()


@each_once
def test_a_role_a_calendar_s_address_and_a_look_as_a_colleague(
    looker: Callable[..., Findings],
    windows: Windows,
    variant: dict[str, Any],
    acme: Workspace,
    alice: Person,
    bob: Person,
) -> None:
    windows.watch.expect(403, 422)
    with acme.scope() as session:
        role_id = session.get_one(User, bob.user_id).role_id
    seen = looker(alice, variant)
    seen.visit(f"/settings/roles/{role_id}", "/settings/me/calendar")
    seen.page.locator("form[action='/settings/me/calendar'] button").click()
    expect(seen.page.locator(".secret")).to_be_visible()
    seen.look("/settings/me/calendar, with a fresh address")
    seen.visit("/settings/audit?verb=nonsense")
    page = ready(seen.page, f"/settings/roles/{role_id}")
    page.locator(".look-as").select_option(str(bob.user_id))
    with arriving(page):
        page.locator("form[action$='/preview'] button").click()
    seen.look("/, as a colleague")
    ready(page, "/accounts")
    seen.look("/accounts, as a colleague")
    assert not seen.found, seen.told()
