"""The front page leads to workspaces that there are."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.front.doors import slug_of
from config.settings import Settings
from tenants.control import Tenant
from tests.cast import HostClient, Workspace


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("acme", "acme"),
        ("ACME", "acme"),
        ("acme.zuke.test", "acme"),
        ("http://acme.zuke.test:8000/login?x=1", "acme"),
        ("acme.zuke.test/accounts", "acme"),
        ("acme.evil.example", None),
        ("https://evil.example/acme", None),
        ("a b", None),
        ("../acme", None),
        ("http://[::1", None),
        ("北风", None),
        ("-acme", None),
        ("x" * 400, None),
    ],
)
def test_people_type_a_slug_or_a_whole_address(
    settings: Settings, typed: str, slug: str | None
) -> None:
    assert slug_of(typed, settings) == slug


def test_the_front_page_promises_no_workspace(guest: HostClient, acme: Workspace) -> None:
    answer = guest.get("/")
    assert answer.status_code == 200
    assert "Go to your workspace" in answer.text
    assert "Acme" not in answer.text
    assert "demo-Zuke-2026" not in answer.text


def test_it_answers_with_a_link_to_go_on_by(guest: HostClient, acme: Workspace) -> None:
    answer = guest.get("/?workspace=Acme")
    assert answer.status_code == 200
    assert 'href="http://acme.zuke.test/login"' in answer.text
    assert "Continue to Acme Ltd" in answer.text


@pytest.mark.parametrize("typed", ["nobody", "evil.example", "a%00b", "%3Cscript%3E"])
def test_it_says_when_there_is_none(guest: HostClient, acme: Workspace, typed: str) -> None:
    answer = guest.get(f"/?workspace={typed}")
    assert answer.status_code in (404, 422)
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_the_demo_shows_its_workspaces_and_how_to_sign_in(
    guest: HostClient, acme: Workspace, owner: Engine, demo: Settings
) -> None:
    with Session(owner) as session, session.begin():
        row = update(Tenant).where(Tenant.id == acme.facts.id)
        session.execute(row.values(slug="beifeng", skeleton="beifeng", name="北风贸易有限公司"))
    page = guest.get("/").text
    assert 'href="http://beifeng.zuke.test/login"' in page
    assert "owner@beifeng.example" in page
    assert "demo-Zuke-2026" in page
    assert "harbor" not in page


def test_it_speaks_the_visitors_language(guest: HostClient, clean: None) -> None:
    answer = guest.get("/", headers={"Accept-Language": "zh-CN"})
    assert 'lang="zh-Hans-CN"' in answer.text
