"""A country is kept as its code and read as a name, in lists, on pages and in forms."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import update

from app.crm.models import Account
from app.kernel.errors import Refused
from app.kernel.language import using
from app.records.door import perform
from app.records.filters import Filter
from app.records.pages.cell import cell_html
from app.records.query import Query, page
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account


@pytest.fixture
def german(acme: Workspace, alice: Person) -> UUID:
    with acme.acting(alice) as by:
        return make_account(by, "Zaun GmbH", country="DE").id


@pytest.fixture
def old(acme: Workspace, alice: Person) -> UUID:
    """An account whose country was written freely before there were codes."""
    with acme.acting(alice) as by:
        account = make_account(by, "Old Firm")
        by.session.execute(
            update(Account).where(Account.id == account.id).values(country="Kingdom of Fife")
        )
        return account.id


def test_a_page_names_the_country_in_the_readers_language(german: UUID, alice: Person) -> None:
    assert "Germany" in alice.client.get(f"/accounts/{german}").text
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    assert "德国" in alice.client.get(f"/accounts/{german}").text


def test_a_cell_names_the_country(acme: Workspace, alice: Person, german: UUID) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        record = by.session.get_one(Account, german)
        field = account.field("country")
        with using("en"):
            assert cell_html(account, field, record, {}, {}, by) == "Germany"
        with using("zh-CN"):
            assert cell_html(account, field, record, {}, {}, by) == "德国"


def test_a_new_account_stands_in_the_workspaces_country(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        assert make_account(by).country == "GB"
        assert make_account(by, country="").country is None
    form = alice.client.get("/accounts/new").text
    assert '<option value="GB" selected>United Kingdom</option>' in form
    assert '<option value="DE">Germany</option>' in form


def test_a_country_is_taken_by_name_or_code_and_nothing_else_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        assert make_account(by, country="德国").country == "DE"
        assert make_account(by, country="united states").country == "US"
        with pytest.raises(Refused) as answer:
            make_account(by, country="Fife")
        with using("en"):
            assert str(answer.value.errors["country"]) == (
                "Enter a country by its name or its code, like China or CN."
            )
        with using("zh-CN"):
            assert "中国" in str(answer.value.errors["country"])


@pytest.mark.parametrize("asked", ["DE", "de", "Germany", "德国"])
def test_a_filter_takes_code_or_name(
    acme: Workspace, alice: Person, german: UUID, asked: str
) -> None:
    with acme.acting(alice) as by:
        make_account(by)
        for operator in ("eq", "in"):
            query = Query(filters=(Filter("country", operator, asked),))
            rows = page(registry().type("account"), query, by, ["name"]).rows
            assert [row.name for row in rows] == ["Zaun GmbH"]
    assert "Germany" in alice.client.get(f"/accounts?country={asked}").text


def test_a_text_from_before_is_shown_kept_and_found(
    acme: Workspace, alice: Person, old: UUID
) -> None:
    assert "Kingdom of Fife" in alice.client.get(f"/accounts/{old}").text
    form = alice.client.get(f"/accounts/{old}/edit").text
    assert '<option value="Kingdom of Fife" selected>Kingdom of Fife</option>' in form
    sent = {"name": "Old Firm Ltd", "country": "Kingdom of Fife", "version": "1"}
    answer = alice.client.post(f"/accounts/{old}/edit", data=sent)
    assert answer.status_code in (204, 302, 303), answer.text
    with acme.acting(alice) as by:
        account = by.session.get_one(Account, old)
        assert (account.name, account.country) == ("Old Firm Ltd", "Kingdom of Fife")
        query = Query(filters=(Filter("country", "eq", "Kingdom of Fife"),))
        assert len(page(registry().type("account"), query, by, ["name"]).rows) == 1
        perform("account", "update", account, by=by, country="GB")
    changes = alice.client.get(f"/accounts/{old}?show=changes").text
    assert "<del>Kingdom of Fife</del>" in changes
    assert "<ins>United Kingdom</ins>" in changes


def test_the_box_offers_countries_by_name_and_pinyin(alice: Person) -> None:
    offered = alice.client.get("/lookup/country?q=germ").text
    assert 'data-value="DE" data-text="Germany"' in offered
    assert "Nothing found" in alice.client.get("/lookup/country?q=fife").text
    own_first = alice.client.get("/lookup/country").text
    assert re.findall(r'data-value="(\w\w)"', own_first)[0] == "GB"
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    assert 'data-text="德国"' in alice.client.get("/lookup/country?q=deguo").text
