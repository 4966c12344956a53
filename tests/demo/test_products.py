"""What the demo's workspaces sell fits their starters and is named in both languages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import func, select

from app.crm.models import Product, ProductCategory
from app.demo.corpora import rows
from app.demo.people import WORKSPACES, DemoWorkspace
from app.demo.products import OLDEST, load_products
from app.demo.rates import COLUMNS
from app.events import Event
from app.modules import install_record_types
from app.records.money.models import Source
from app.records.money.operations import keep_rates
from app.records.money.reading import Quote
from app.records.picklists import load_picklists
from app.records.tailored import tailored
from tenants.starters import load_starter
from tests.cast import Person, Workspace

install_record_types()

each_workspace = pytest.mark.parametrize("demo", WORKSPACES, ids=lambda one: one.slug)


@each_workspace
def test_every_product_has_both_names_a_category_and_a_known_unit(
    acme: Workspace, alice: Person, demo: DemoWorkspace
) -> None:
    with acme.acting() as by:
        load_products(by, alice.user_id, demo.slug, load_starter(demo.starter))
        units = {one.value for one in load_picklists(by.session, "product")["unit"]}
        products = by.session.query(Product).all()
        assert len(products) > 20
        for product in products:
            assert {"en", "zh-CN"} <= set(product.name.texts), product.number
            assert product.category_id is not None, product.number
            assert product.unit in units, product.number
            assert product.kind in ("goods", "service"), product.number
            assert product.search_text, product.number
            assert product.created_at < by.now, product.number
        assert {one.status for one in products} == {"active", "discontinued"}
        told = select(func.count()).where(Event.record_type == "product", Event.verb == "created")
        assert by.session.scalar(told) == len(products)


@each_workspace
def test_the_categories_are_those_of_the_starter_and_made_once(
    acme: Workspace, alice: Person, demo: DemoWorkspace
) -> None:
    starter = load_starter(demo.starter)
    with acme.acting() as by:
        load_products(by, alice.user_id, demo.slug, starter)
        by.session.query(Product).delete()
        load_products(by, alice.user_id, demo.slug, starter)
        made = by.session.query(ProductCategory).all()
        assert len(made) == len(starter.product_categories)
        names = {one.key: one.name["en"] for one in starter.product_categories}
        below = {one.name.texts["en"]: one.parent_id for one in made}
        by_name = {one.name.texts["en"]: one.id for one in made}
        for one in starter.product_categories:
            assert below[names[one.key]] == (by_name[names[one.below]] if one.below else None)


def test_some_have_a_price_in_another_currency_by_the_rate_of_their_day(
    acme: Workspace, alice: Person
) -> None:
    """Acme stands for 北风: what it sells abroad is in dollars and euros, of which it has rates."""
    with acme.acting() as by:
        for currency, worth in (("USD", "0.80"), ("EUR", "0.85")):
            quote = Quote(currency, date(2020, 1, 1), Decimal(worth))
            keep_rates(by, [quote], Source.SHIPPED)
        beifeng = WORKSPACES[0]
        load_products(by, alice.user_id, beifeng.slug, load_starter(beifeng.starter))
        product = tailored("product", by)
        abroad = select(Product).where(Product.currency.in_(("USD", "EUR")))
        found = by.session.scalars(abroad).all()
        assert {one.currency for one in found} == {"USD", "EUR"}
        for one in found:
            price = product.field("list_price").value(one)
            assert one.rate == {"USD": Decimal("0.80"), "EUR": Decimal("0.85")}[one.currency]
            assert one.rate_on <= one.created_at.date() + timedelta(days=1)
            assert price.own == (one.list_price * one.rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_each_price_abroad_has_a_rate_of_the_day_on_which_it_was_entered() -> None:
    days = [date.fromisoformat(row[0]) for row in rows("rates_beifeng")]
    entered_from = date(2026, 11, 23) - OLDEST
    assert any(entered_from - timedelta(days=120) <= day <= entered_from for day in days)
    named = {row[10] for row in rows("products_beifeng") if len(row) > 10}
    assert named == set(COLUMNS)
