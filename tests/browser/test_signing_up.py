"""A stranger signs up, confirms and takes the first steps, in both languages, by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.jobs.worker import Worker
from tenants import resolve
from tenants.control import Job
from tests.browser.site import Site
from tests.browser.visitor import Windows, arriving, overflow, ready, settled

PASSWORD = "nine green fir trees"
WORDS = {
    "en": {
        "firm": "Name of the firm",
        "slug": "Address of the workspace",
        "name": "Your name",
        "email": "E-mail",
        "password": "Choose a password",
        "trade": "Trade",
        "hotel": "Hotel",
        "begin": "Begin the 14 days",
        "free": "fir-sons is free.",
        "steps": "The first steps",
        "bar": "Confirm your e-mail by the link that we sent you.",
        "confirm": "Confirm",
        "one": "Enter one",
        "qr": "By QR code",
        "invite": "Invite",
        "scan": "QR code of the invitation",
        "away": "Put away",
        "join": "Join",
    },
    "zh-CN": {
        "firm": "公司名称",
        "slug": "企业地址",
        "name": "姓名",
        "email": "邮箱",
        "password": "设置密码",
        "trade": "行业",
        "begin": "开始 14 天试用",
        "free": "fir-sons 可以使用。",
        "steps": "快速上手",
        "bar": "请通过邮件中的链接确认邮箱。",
        "confirm": "确认",
        "one": "录入一个",
        "qr": "通过二维码",
        "away": "收起",
    },
}


@pytest.fixture
def at_work(site: Site, owner: Engine, windows: Windows) -> Iterator[None]:
    """A worker with the owner's login, beside the browser."""
    done = Event()
    settings = site.app.extensions["settings"]
    worker = Worker(site.app, settings, owner, threads=1, grace=5)

    def work() -> None:
        while not done.wait(0.1):
            worker.drain()

    thread = Thread(target=work, name="worker")
    thread.start()
    yield
    done.set()
    thread.join()


def proof(owner: Engine, email: str) -> str:
    """The link of the latest mail to an address."""
    with Session(owner) as session:
        mails = session.scalars(select(Job.payload).where(Job.kind == "send_mail")).all()
    texts = [mail["text"] for mail in mails if mail.get("to") == email]
    found = re.search(r"http://\S+/settings/me/email/\S+", texts[-1])
    assert found is not None
    return found[0]


def sign_up(windows: Windows, lang: str, *, on_phone: bool = False) -> Page:
    """Fill the form in, as a stranger does; the page is Home of the new workspace."""
    words = WORDS[lang]
    page = ready(windows.open(slug=None, lang=lang, on_phone=on_phone), "/signup")
    page.get_by_label(words["firm"]).fill("Fir Sons")
    page.get_by_label(words["firm"]).press("Tab")
    expect(page.get_by_label(words["slug"])).to_have_value("fir-sons")
    expect(page.get_by_text(words["free"])).to_be_visible()
    expect(page.locator("#zone")).to_have_value("Europe/London")
    page.locator("#trade").select_option("hotel")
    page.locator("#name").fill("Fiona Fir")
    page.locator("#email").fill("fiona@fir.example")
    page.locator("#password").fill(PASSWORD)
    assert overflow(page) <= 0
    page.get_by_role("button", name=words["begin"]).click()
    expect(page).to_have_url(f"{windows.site.workspace('fir-sons')}/")
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_stranger_is_at_work_in_a_minute(
    windows: Windows, at_work: None, owner: Engine, lang: str
) -> None:
    words = WORDS[lang]
    page = sign_up(windows, lang)
    expect(page.get_by_role("heading", name=words["steps"])).to_be_visible()
    expect(page.get_by_text(words["bar"])).to_be_visible()
    ready(page, proof(owner, "fiona@fir.example"))
    with arriving(page):
        page.locator("main").get_by_role("button", name=words["confirm"]).click()
    expect(page.get_by_text(words["bar"])).to_have_count(0)
    done = page.locator(".first-step.is-done")
    expect(done).to_have_count(1)
    page.get_by_role("link", name=words["one"]).click()
    page.locator("#drawer-body [name=name]").first.fill("Fence & Sons")
    with arriving(page):
        page.keyboard.press("Control+Enter")
    ready(page, f"{windows.site.workspace('fir-sons')}/")
    expect(done).to_have_count(2)
    assert overflow(page) <= 0


def test_a_colleague_joins_by_the_code_on_the_screen(windows: Windows, at_work: None) -> None:
    page = sign_up(windows, "en")
    page.get_by_role("link", name="By QR code").click()
    expect(page.locator("#role_id")).to_be_visible()
    page.locator("#role_id").select_option(index=page.locator("#role_id option").count() - 1)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("img", name="QR code of the invitation")).to_be_visible()
    link = page.locator(".secret code").inner_text()
    phone = ready(windows.open(slug="fir-sons", on_phone=True), link)
    phone.get_by_label("E-mail").fill("gus@fir.example")
    phone.get_by_label("Your name").fill("Gus Green")
    phone.get_by_label("Choose a password").fill("seven tall green trees")
    assert overflow(phone) <= 0
    with arriving(phone):
        phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("Gus Green")).not_to_have_count(0)
    expect(phone.get_by_text("Confirm your e-mail by the link")).to_be_visible()
    expect(phone.get_by_role("heading", name="The first steps")).to_have_count(0)
    ready(page, f"{windows.site.workspace('fir-sons')}/")
    step = page.locator(".first-step", has_text="Invite your colleagues")
    expect(step).to_have_class(re.compile("is-done"))


def test_what_was_typed_survives_a_refusal(windows: Windows, at_work: None) -> None:
    windows.watch.expect(422)
    page = ready(windows.open(slug=None), "/signup")
    page.get_by_label("Name of the firm").fill("Acme Ltd")
    page.locator("#slug").fill("acme")
    expect(page.get_by_text("This address is taken.")).to_be_visible()
    page.locator("#name").fill("Fiona Fir")
    page.locator("#email").fill("info@fir.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    settled(page)
    expect(page.locator("#slug")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#slug")).to_be_focused()
    expect(page.locator("#name")).to_have_value("Fiona Fir")
    expect(page.locator("#password")).to_have_value(PASSWORD)


def test_it_works_without_script(windows: Windows, at_work: None) -> None:
    page = windows.open(slug=None, java_script_enabled=False)
    page.goto("/signup")
    for name, text in (
        ("firm", "Fir Sons"),
        ("slug", "fir-sons"),
        ("name", "Fiona Fir"),
        ("email", "fiona@fir.example"),
        ("password", PASSWORD),
    ):
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="Begin the 14 days").click()
    link = page.get_by_role("link", name="Open the workspace")
    expect(link).to_be_visible()  # The browser loads the page again by itself.
    resolve.forget()
    link.click()
    page.get_by_role("link", name="Sign in with your password").click()
    page.get_by_label("E-mail or phone number").fill("fiona@fir.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Fiona Fir").first).to_be_attached()


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("path", ["/", "/terms", "/status", "/find", "/signup"])
def test_the_services_pages_fit_a_phone(windows: Windows, path: str, lang: str) -> None:
    page = ready(windows.open(slug=None, lang=lang, on_phone=True), path)
    assert overflow(page) <= 0


def test_the_settings_are_searched_while_typing(page: Page) -> None:
    ready(page, "/settings")
    page.get_by_role("searchbox", name="Search the settings").fill("holidays")
    expect(page.locator("#pages .card")).to_have_count(1)
    page.get_by_role("searchbox", name="Search the settings").fill("nothing like it")
    expect(page.get_by_text("No setting is called so")).to_be_visible()
