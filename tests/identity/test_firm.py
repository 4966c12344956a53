"""What the firm says of itself is changed by who may, for everybody, and for no other firm."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.records.door import perform
from tenants import resolve
from tenants.control import Tenant
from tests.cast import Person, Workspace

FIRM = {
    "name": "Acme International",
    "language": "zh-CN",
    "zone": "Asia/Shanghai",
    "country": "CN",
    "currency": "CNY",
}


def kept(owner: Engine, slug: str = "acme") -> tuple[str, ...]:
    with Session(owner) as session:
        row = session.scalars(select(Tenant).where(Tenant.slug == slug)).one()
        return (row.name, row.language, row.zone, row.country, row.currency)


def test_the_owner_changes_it_for_everybody_here(
    alice: Person, bob: Person, globex: Workspace, owner: Engine
) -> None:
    before = kept(owner, "globex")
    assert alice.client.post("/settings/workspace", data=FIRM).status_code == 303
    assert kept(owner) == tuple(FIRM.values())
    assert kept(owner, "globex") == before
    page = bob.client.get("/").text
    assert "Acme International" in page
    assert 'lang="zh-Hans-CN"' in page  # Bob never chose a language.
    assert "Acme International" in alice.client.get("/settings/audit").text


def test_others_may_not(bob: Person, owner: Engine) -> None:
    before = kept(owner)
    assert bob.client.get("/settings/workspace").status_code == 403
    assert bob.client.post("/settings/workspace", data=FIRM).status_code == 403
    assert kept(owner) == before


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", " ", "Enter a name."),
        ("language", "tlh", "Choose one of the languages."),
        ("zone", "Mars/Olympus", "Choose one of the time zones."),
        ("country", "ZZ", "Choose one of the countries."),
        ("currency", "XXX", "Choose one of the currencies."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    alice: Person, owner: Engine, field: str, typed: str, told: str
) -> None:
    before = kept(owner)
    answer = alice.client.post("/settings/workspace", data={**FIRM, field: typed})
    assert answer.status_code == 422
    assert told in answer.text
    assert kept(owner) == before


def test_the_currency_stays_once_amounts_may_stand_in_it(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    with acme.acting(alice) as by:
        perform("account", "create", by=by, name="Fence & Sons")
    assert "Amounts are kept in it already" in alice.client.get("/settings/workspace").text
    answer = alice.client.post("/settings/workspace", data=FIRM)
    assert answer.status_code == 422
    assert kept(owner)[-1] == "GBP"
    same = {**FIRM, "currency": "GBP"}
    assert alice.client.post("/settings/workspace", data=same).status_code == 303


def opened(person: Person) -> dict[str, str]:
    """The form as its page has it, with what stood in it."""
    page = person.client.get("/settings/workspace").text
    was = dict(re.findall(r'name="(was_[a-z]+)" value="([^"]*)"', page))
    return {**{key.removeprefix("was_"): value for key, value in was.items()}, **was}


def test_what_somebody_else_changed_meanwhile_stays(alice: Person, owner: Engine) -> None:
    form = opened(alice)
    answer = alice.client.post("/settings/workspace", data={**form, "zone": "Asia/Shanghai"})
    assert answer.status_code == 303
    late = alice.client.post("/settings/workspace", data={**form, "name": "Acme International"})
    assert late.status_code == 303
    assert kept(owner)[:3:2] == ("Acme International", "Asia/Shanghai")


def test_what_both_changed_is_asked_for_once_more(alice: Person, owner: Engine) -> None:
    form = opened(alice)
    alice.client.post("/settings/workspace", data={**form, "zone": "Asia/Shanghai"})
    late = alice.client.post("/settings/workspace", data={**form, "zone": "Europe/Berlin"})
    assert late.status_code == 409
    assert "it is now: Asia/Shanghai" in late.text
    assert 'name="was_zone" value="Asia/Shanghai"' in late.text
    assert kept(owner)[2] == "Asia/Shanghai"
    again = {**form, "zone": "Europe/Berlin", "was_zone": "Asia/Shanghai"}
    assert alice.client.post("/settings/workspace", data=again).status_code == 303
    assert kept(owner)[2] == "Europe/Berlin"


def test_nothing_changes_while_the_workspace_is_read_only(alice: Person, owner: Engine) -> None:
    alice.client.get("/settings/workspace")
    with Session(owner) as session, session.begin():
        session.scalars(select(Tenant).where(Tenant.slug == "acme")).one().state = "past_due"
    resolve.forget()
    answer = alice.client.post("/settings/workspace", data=FIRM)
    assert answer.status_code == 422
    assert "read-only" in answer.text
    assert kept(owner)[0] == "Acme Ltd"


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("zone", "/settings/workspace"),
        ("时区", "/settings/workspace"),
        ("shiqu", "/settings/workspace"),
        ("sq", "/settings/workspace"),
        ("holidays", "/settings/business-hours"),
        ("两步验证", "/settings/me"),
        ("two-factor phone", None),
        ("recycle", "/settings/trash"),
        ("HUISHOU", "/settings/trash"),
    ],
)
def test_the_settings_are_searched_in_every_language(
    alice: Person, word: str, url: str | None
) -> None:
    page = alice.client.get("/settings", query_string={"q": word}).text
    cards = page.partition('id="pages"')[2].partition("</main>")[0]
    if url is None:
        assert "No setting is called so" in cards
    else:
        assert f'href="{url}"' in cards
        assert 'href="/settings/tokens"' not in cards


def test_a_search_finds_no_page_that_is_not_for_the_reader(bob: Person) -> None:
    page = bob.client.get("/settings?q=roles").text
    cards = page.partition('id="pages"')[2].partition("</main>")[0]
    assert "/settings/roles" not in cards
