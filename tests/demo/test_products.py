"""What the demo's workspaces sell fits their starters and is named in both languages."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.crm.models import Product, ProductCategory
from app.demo.people import WORKSPACES, DemoWorkspace
from app.demo.products import load_products
from app.events import Event
from app.modules import install_record_types
from app.records.picklists import load_picklists
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
