"""The service's pages say what holds: prices as they are charged, and how the service does."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.ids import new_id
from config.settings import Settings
from tenants.control import SERVICE, Job
from tenants.engine import LOGIN
from tenants.plans import plans_for_sale
from tests.cast import HostClient

CHINESE = {"Accept-Language": "zh-CN"}


def waiting(owner: Engine, kind: str, since: timedelta) -> None:
    """Let a job of the service wait."""
    with Session(owner) as session, session.begin():
        moment = clock.now() - since
        session.add(
            Job(
                id=new_id(),
                tenant_id=SERVICE,
                db_role=LOGIN,
                kind=kind,
                payload={},
                run_at=moment,
                created_at=moment,
            )
        )


@pytest.mark.parametrize("path", ["/", "/terms", "/status", "/find", "/signup"])
def test_a_search_engine_reads_what_the_service_is(guest: HostClient, path: str) -> None:
    for headers, words in (({}, "Zuke is a CRM that firms rent"), (CHINESE, "租客")):
        page = guest.get(path, headers=headers).text
        (told,) = re.findall(r'<meta name="description" content="([^"]+)">', page)
        assert words in told


def test_prices_are_those_of_the_plans(guest: HostClient) -> None:
    page = guest.get("/").text
    for plan in plans_for_sale():
        assert plan.name["en"] in page
        assert f"${plan.price('USD', 'month'):.0f} month by month" in page
    page = guest.get("/", headers=CHINESE).text
    for plan in plans_for_sale():
        assert plan.summary["zh-CN"] in page
        assert f"¥{plan.price('CNY', 'month'):.0f}" in page


def test_plans_tell_the_modules_that_there_are(guest: HostClient) -> None:
    page = guest.get("/").text
    assert "<span>Modules: Sales</span>" in page
    assert "<span>Modules: Sales, Insight</span>" in page
    assert "<span>模块：销售、客户洞察</span>" in guest.get("/", headers=CHINESE).text
    assert "From the enquiry to the payment" in page


def test_the_terms_promise_what_the_settings_say(guest: HostClient, app: Flask) -> None:
    before: Settings = app.extensions["settings"]
    changes = {
        "provider_name": "Lighthouse CRM Ltd",
        "provider_email": "help@lighthouse.example",
        "promised_availability": Decimal("99.95"),
        "promised_backup_days": 14,
        "promised_answer_days": 2,
        "promised_price_days": 90,
    }
    app.extensions["settings"] = before.model_copy(update=changes)
    try:
        terms, front = guest.get("/terms").text, guest.get("/").text
        chinese = guest.get("/terms", headers=CHINESE).text
        chinese_front = guest.get("/", headers=CHINESE).text
    finally:
        app.extensions["settings"] = before
    for page in (terms, front, chinese, chinese_front):
        assert 'href="mailto:help@lighthouse.example"' in page
    assert "mailto:" not in guest.get("/terms").text
    for told in (
        "Lighthouse CRM Ltd runs it",
        "99.95 percent",
        "14 days, apart",
        "2 working days",
        "90 days before",
    ):
        assert told in terms
    assert "99.95 percent of each month" in front
    assert "within 2 working days" in front
    for told in ("Lighthouse CRM Ltd", "99.95％", "保留 14 天", "2 个工作日", "提前 90 天"):
        assert told in chinese
    assert "99.95％" in chinese_front


def test_prices_are_shown_in_the_other_currency(guest: HostClient) -> None:
    assert 'href="/?currency=CNY#prices"' in guest.get("/").text
    page = guest.get("/?currency=CNY").text
    assert "¥159 month by month" in page
    assert "$" not in page.partition('id="prices"')[2].partition("</section>")[0]
    assert "$28" in guest.get("/?currency=BTC").text


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("/", "Try it free for 14 days", "免费试用 14 天"),
        ("/terms", "Your data is yours", "数据属于您"),
        ("/status", "Everything works.", "一切正常。"),
        ("/find", "Find my workspace", "查找我的企业"),
        ("/signup", "Begin your workspace", "开通企业"),
    ],
)
def test_every_page_speaks_both_languages(
    guest: HostClient, path: str, english: str, chinese: str
) -> None:
    assert english in guest.get(path).text
    page = guest.get(path, headers=CHINESE).text
    assert chinese in page
    assert english not in page


@pytest.mark.parametrize("path", ["/terms", "/status", "/find", "/signup", "/signup/wait"])
def test_at_a_workspace_there_are_no_such_pages(alice: object, path: str) -> None:
    client = alice.client  # type: ignore[attr-defined]
    assert client.get(path).status_code == 404


def test_the_status_tells_of_work_that_waits(guest: HostClient, owner: Engine) -> None:
    waiting(owner, "send_service_mail", timedelta(minutes=5))
    assert "Some of it is slow at the moment." in guest.get("/status").text
    waiting(owner, "found_workspace", timedelta(minutes=20))
    assert "Something is disturbed." in guest.get("/status").text


def test_the_front_page_is_light(guest: HostClient) -> None:
    assert len(guest.get("/").data) < 60_000
