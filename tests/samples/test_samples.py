"""Sample data: loaded in one press in the language of the workspace, and removed in one step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update

from app.crm.models import Account, Activity, Contact, Product
from app.documents.texts.models import TextTemplate
from app.events import Event
from app.identity.models import User
from app.kernel.errors import Conflict, Missing, NotPermitted
from app.records.custom.models import CustomField
from app.records.door import perform
from app.sales.models import Opportunity, PriceBook
from app.samples.operations import load, remove, standing
from tenants.lifecycle import NewTenant
from tenants.starters import list_starters, load_starter
from tenants.starters.format import StarterError
from tenants.starters.samples import load_samples, read_samples
from tests.cast import Part, Person, Workspace, found

KEYS = [one.key for one in list_starters()]


@pytest.fixture
def lodge(clean: None, owner: Engine, engine_app: Flask) -> Callable[[str, str], Workspace]:
    """A fresh workspace of a trade, in a language."""

    def make(starter: str, language: str) -> Workspace:
        part = Part("Owner of Lodge", "owner@lodge.example", "owner")
        new = NewTenant(
            slug="lodge",
            name="Lodge",
            starter=starter,
            language=language,
            modules=("sales",),
        )
        return Workspace(found(owner, new, part), engine_app)

    return make


@pytest.mark.parametrize("key", KEYS)
def test_every_trade_begins_with_fields_a_price_book_and_templates(
    lodge: Callable[[str, str], Workspace], key: str
) -> None:
    with lodge(key, "zh-CN").acting() as by:
        fields = by.session.scalars(select(CustomField)).all()
        assert len(fields) >= 3
        assert all(one.label["zh-CN"] and one.label["en"] for one in fields)
        (book,) = by.session.scalars(select(PriceBook))
        assert book.name == load_starter(key).price_books[0].name["zh-CN"]
        texts = by.session.scalars(select(TextTemplate)).all()
        assert len(texts) >= 3
        assert all(one.body["en"] and one.body["zh-CN"] for one in texts)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_value_of_a_trades_samples_is_kept(
    lodge: Callable[[str, str], Workspace], key: str, language: str
) -> None:
    with lodge(key, language).acting() as by:
        assert load(by) == len(load_samples(key))
        assert set(standing(by).counts) == {one.record_type for one in load_samples(key)}
        firms = by.session.scalars(select(Account)).all()
        assert all(one.industry and one.size and one.source for one in firms)
        assert all(("示例" in one.name) == (language == "zh-CN") for one in firms)
        assert all(one.custom for one in by.session.scalars(select(Opportunity)))
        assert all(one.account_id for one in by.session.scalars(select(Contact)))
        kept = by.session.scalars(select(Activity)).all()
        assert any(one.done_at is not None for one in kept)
        assert all(one.due_at or one.done_at for one in kept)
        assert all(
            one.unit and one.tax_rate is not None for one in by.session.scalars(select(Product))
        )


def test_they_are_there_once_and_go_in_one_step(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        own = perform("account", "create", by=by, name="Fence & Sons")
        number = load(by)
        with pytest.raises(Conflict):
            load(by)
        assert standing(by).number == number
    with acme.acting(alice) as by:
        assert remove(by) > 0
        assert standing(by).number == 0
        assert by.session.get_one(Account, own.id).deleted_at is None
        living = select(func.count()).select_from(Account).where(Account.deleted_at.is_(None))
        assert by.session.scalar(living) == 1
        batches = select(Event.batch_id).where(Event.verb == "deleted").distinct()
        assert len(by.session.scalars(batches).all()) == 1
        with pytest.raises(Missing):
            remove(by)
    with acme.acting(alice) as by:
        assert load(by) == number  # And back again, as new ones.


def test_they_tick_the_step_that_offers_them_and_no_other_and_lead_back_home(
    acme: Workspace, alice: Person
) -> None:
    with acme.scope() as session:
        mine = update(User).where(User.id == alice.user_id)
        session.execute(mine.values(has_first_steps=True))
    place = "/settings/samples?next=/"
    assert f'href="{place}">Look around with sample data' in alice.client.get("/").text
    shown = alice.client.get(place).text
    assert '<a class="btn" href="/">Back</a>' in shown
    assert alice.client.post("/settings/samples/load", data={"next": "/"}).location == "/"
    page = alice.client.get("/").text
    found = re.findall(r'class="first-step( is-done)?">.*?<b>([^<]+)', page, re.DOTALL)
    done = {label.strip() for done, label in found if done}
    ours = {"Bring your customers along", "Plan the first next step"}
    assert done & ours == {"Bring your customers along"}
    assert 'href="/accounts/import">Import a list' in page  # One's own are to come yet.


def test_whoever_does_not_run_the_firm_neither_loads_nor_removes_them(
    acme: Workspace, bob: Person
) -> None:
    assert bob.client.get("/settings/samples").status_code == 403
    assert bob.client.post("/settings/samples/load").status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        load(by)
    assert "sample data" not in bob.client.get("/accounts").text


def test_the_page_loads_and_removes_them(acme: Workspace, alice: Person) -> None:
    assert "Look around with sample data" in alice.client.get("/accounts").text
    answer = alice.client.post("/settings/samples/load")
    assert answer.status_code == 303
    page = alice.client.get("/settings/samples").text
    assert "Remove the sample data" in page
    assert ">3 accounts<" in page
    assert alice.client.post("/settings/samples/load").status_code == 409
    assert alice.client.post("/settings/samples/remove").status_code == 303
    assert "Load the sample data" in alice.client.get("/settings/samples").text
    assert "Look around with sample data" not in alice.client.get("/accounts").text


def test_where_sales_is_off_there_is_nothing_of_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        without = replace(by, tenant=replace(by.tenant, modules=()))
        load(without)
        assert set(standing(by).counts) == {"product", "account", "contact", "activity"}


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ('[[records]]\nref = "a"', "records[1].type is missing"),
        ('[[records]]\ntype = "contact"\naccount_id = "@b"', "names no earlier record"),
        ('[[records]]\ntype = "account"\nname = { en = "A" }', "name.zh-CN is missing"),
        ("[[others]]", "others is not known"),
    ],
)
def test_a_mistake_is_named_with_its_place(source: str, place: str) -> None:
    with pytest.raises(StarterError, match=place.replace("[", r"\[").replace("]", r"\]")):
        read_samples("florist", source)
