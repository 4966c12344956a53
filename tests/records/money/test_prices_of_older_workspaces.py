"""Workspaces from before products had a currency: it is the firm's, also for older code."""

from __future__ import annotations

from sqlalchemy import Engine

from app.crm.models import Product
from tenants.engine import kind_of
from tenants.history import TENANT, handed
from tests.cast import Person, Workspace
from tests.factories import make_product

OLDER, NEWER = "0080", "0081"
NEW = ("currency", "rate", "rate_on", "own_digits")


def test_products_of_before_are_in_the_firm_s_currency(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Drill", list_price="12.5")
    with owner.connect() as connection, connection.begin() as transaction:
        run = kind_of(connection).run
        path = f'SET LOCAL search_path TO "{acme.facts.schema}", ext'
        before = [f"ALTER TABLE products DROP COLUMN {one}" for one in NEW]
        run(connection, [path, *before])
        steps = handed(TENANT.upgrade(OLDER, to=NEWER), currency=acme.facts.currency)
        run(connection, [path, *(one for one in steps if "products" in one)])
        known = [one for one in Product.__table__.columns.keys() if one not in NEW]  # noqa: SIM118
        kept = ", ".join(known)
        made = ", ".join("gen_random_uuid()" if one == "id" else one for one in known)
        write = f"INSERT INTO products ({kept}) SELECT {made} FROM products"
        run(connection, [write])
        ask = "SELECT currency, rate::text, own_digits, rate_on IS NOT NULL FROM products"
        rows = [tuple(one) for one in connection.exec_driver_sql(ask)]
        transaction.rollback()
    assert rows == [("GBP", "1.000000000000", 2, True)] * 2
