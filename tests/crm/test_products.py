"""Products and their categories: names in several languages, numbers, prices, who sees the cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.crm.models import Product
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.identity.seeds import BUILT_IN
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import using
from app.kernel.localized import LocalText
from app.modules import install_record_types
from app.records.access import sees
from app.records.api.shape import shape
from app.records.door import perform
from app.records.filters import Filter
from app.records.many import perform_many
from app.records.query import Query, page
from app.records.recycle import read_bin
from app.records.registry import registry
from tests.cast import PASSWORD, Person, Workspace
from tests.factories import make_category, make_product

install_record_types()

DRILL = {"en": "Hammer drill", "zh-CN": "冲击钻"}
ALL = {("product", "read"): Reach.ALL}
SAW = {"en": "Circular saw", "zh-CN": "电圆锯"}


def names(by: Actor, q: str = "", *filters: Filter, sort: str = "") -> list[str]:
    product = registry().type("product")
    rows = page(product, Query(q=q, filters=filters, sort=sort), by, ["name"]).rows
    return [str(row.name) for row in rows]


@pytest.mark.parametrize(
    "words", ["hammer", "DRILL", "冲击", "钻", "cjz", "chongjizuan", "bf-18", "bf"]
)
def test_a_product_is_found_in_every_language_by_pinyin_and_by_its_number(
    acme: Workspace, alice: Person, words: str
) -> None:
    with acme.acting(alice) as by:
        make_product(by, DRILL, number="BF-18")
        make_product(by, SAW, number="XX-1")
        assert names(by, words) == ["Hammer drill"]


def test_numbers_are_sorted_as_people_count(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in ("P-10", "P-2", "P-002-9", "P-2-10", "A-100", "100", "9"):
            make_product(by, {"en": number}, number=number)
        whole = ["9", "100", "A-100", "P-2", "P-002-9", "P-2-10", "P-10"]
        assert names(by, sort="number") == whole
        assert names(by, sort="-number") == whole[::-1]


def test_a_name_is_shown_and_sorted_in_the_language_of_its_reader(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, {"en": "Apron", "zh-CN": "围裙"})
        make_product(by, {"en": "Zip", "zh-CN": "包"})
        make_product(by, {"en": "Mug"})
    with acme.acting(alice) as by:
        assert names(by) == ["Apron", "Mug", "Zip"]
        with using("zh-CN"):
            assert names(by) == ["包", "Mug", "围裙"]
        assert names(by, sort="-name") == ["Zip", "Mug", "Apron"]


def test_a_name_in_one_language_is_the_workspaces_own(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        assert make_product(by, "Mug").name.texts == {"en": "Mug"}


@pytest.mark.parametrize(
    "name",
    [
        {"fr": "Perceuse"},
        {"en": 5},
        {"en": ["Drill"]},
        {"en": "x" * 201},
        {"en": "two\nlines"},
        5,
        [],
        {},
        {"en": "  "},
        "",
    ],
)
def test_a_name_that_is_none_is_refused_at_its_field(
    acme: Workspace, alice: Person, name: Any
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        make_product(by, name)
    assert set(refused.value.errors) == {"name"}


def test_a_change_in_a_language_that_one_does_not_read_is_a_change(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        product = make_product(by, DRILL)
        perform("product", "update", product, by=by, name={**DRILL, "zh-CN": "锤钻"})
        assert product.version == 2
        by.session.expire(product)
        assert product.name.texts == {"en": "Hammer drill", "zh-CN": "锤钻"}
        assert names(by, "锤钻") == ["Hammer drill"]
        perform("product", "update", product, by=by, name=dict(product.name.texts))
        assert product.version == 2


@pytest.mark.parametrize(
    ("operator", "text", "found"),
    [
        ("contains", "冲", ["Hammer drill"]),
        ("contains", "DRILL", ["Hammer drill"]),
        ("starts", "电", ["Circular saw"]),
        ("eq", "电圆锯", ["Circular saw"]),
        ("ne", "电圆锯", ["Hammer drill"]),
        ("in", "Circular saw,冲击钻", ["Circular saw", "Hammer drill"]),
        ("nin", "Circular saw", ["Hammer drill"]),
        ("isnull", "true", []),
    ],
)
def test_a_filter_by_name_asks_every_language(
    acme: Workspace, alice: Person, operator: str, text: str, found: list[str]
) -> None:
    with acme.acting(alice) as by:
        make_product(by, DRILL)
        make_product(by, SAW)
        assert names(by, "", Filter("name", operator, text)) == found


def test_no_two_products_share_a_number_whatever_its_case(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        first = make_product(by, DRILL, number="BF-1")
        other = make_product(by, SAW, number="BF-2")
        for attempt in (
            lambda: make_product(by, "Third", number="bf-1"),
            lambda: perform("product", "update", other, by=by, number="bf-1"),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert str(refused.value.errors["number"]) == "Hammer drill has this already."
        perform("product", "update", first, by=by, number="bf-1")
        perform("product", "delete", first, by=by)
        perform("product", "update", other, by=by, number="BF-1")
        with pytest.raises(Refused, match="check the marked"):
            perform("product", "restore", first, by=by)
        make_product(by, "Without")
        make_product(by, "Without either")


def test_one_batch_does_not_hold_a_number_twice(acme: Workspace, alice: Person) -> None:
    rows = [{"name": "A", "number": "N-1"}, {"name": "B"}, {"name": "C", "number": "n-1"}]
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        perform_many("product", "create", rows, by=by)
    assert set(refused.value.errors) == {"number"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("list_price", "-1"),
        ("cost", "-0.01"),
        ("list_price", "100000000000000"),
        ("list_price", "1.23456"),
        ("tax_rate", "-1"),
        ("tax_rate", "101"),
        ("tax_rate", "1000"),
        ("list_price", {"amount": "5", "currency": "EUR"}),
        ("kind", "bundle"),
        ("category_id", "01a20172-c7fd-73c7-b690-51729345771b"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_field(
    acme: Workspace, alice: Person, key: str, value: Any
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        make_product(by, **{key: value})
    assert set(refused.value.errors) == {key}


def test_the_greatest_price_is_kept_and_sorted(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Dear", list_price="99999999999999")
        make_product(by, "Cheap", list_price="0.5")
        make_product(by, "Unpriced")
        assert names(by, sort="list_price") == ["Unpriced", "Cheap", "Dear"]
        assert names(by, sort="tax_rate")
        by.session.expire_all()
        asked = Query(sort="-list_price", limit=1)
        first = page(registry().type("product"), asked, by, ["name", "list_price"])
        assert first.rows[0].list_price.amount == Decimal(99999999999999)
        asked = Query(sort="-list_price", limit=1, cursor=first.next or "")
        assert page(registry().type("product"), asked, by, ["name"]).rows[0].name == "Cheap"


@pytest.mark.parametrize("role", [seed.key for seed in BUILT_IN])
def test_only_those_who_set_prices_see_what_a_product_costs(acme: Workspace, role: str) -> None:
    with acme.acting() as boss:
        make_product(boss, DRILL, cost="268")
        user = create_user(
            boss,
            email=f"{role}@acme.example",
            name="Sam",
            role=role_by_key(boss.session, role),
            password=PASSWORD,
        )
        by = acme.actor(user)
        product = registry().type("product")
        may = role in ("owner", "admin", "manager")
        assert sees(product, "cost", by) is may
        found = by.session.query(Product).one()
        if by.may("product", "update") and not may:
            with pytest.raises(NotPermitted):
                perform("product", "update", found, by=by, cost="1")


def test_a_category_does_not_stand_below_itself(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        top = make_category(by, "Tools")
        middle = make_category(by, "Power tools", parent_id=str(top.id))
        low = make_category(by, "Drills", parent_id=str(middle.id))
        by.session.commit()
        for above in (low, middle, top):
            with pytest.raises(Refused) as refused:
                perform("product_category", "update", top, by=by, parent_id=str(above.id))
            told = str(refused.value.errors["parent_id"])
            assert told == "A category can't stand below itself."
            by.session.rollback()
        perform("product_category", "update", low, by=by, parent_id=str(top.id))


def test_a_category_that_holds_something_is_not_deleted(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        tools = make_category(by, "Tools")
        drills = make_category(by, "Drills", parent_id=str(tools.id))
        product = make_product(by, DRILL, category_id=str(drills.id))
        by.session.commit()
        with pytest.raises(Refused, match="Products belong"):
            perform("product_category", "delete", drills, by=by)
        by.session.rollback()
        with pytest.raises(Refused, match="stand below"):
            perform("product_category", "delete", tools, by=by)
        by.session.rollback()
        perform("product", "delete", product, by=by)
        perform("product_category", "delete", drills, by=by)
        perform("product_category", "delete", tools, by=by)
        titles = {one.title for one in read_bin(by)}
        assert titles == {"Hammer drill", "Drills", "Tools"}
        with using("zh-CN"):
            assert "冲击钻" in {one.title for one in read_bin(by)}


def test_a_program_sends_and_gets_a_name_by_language(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        product = make_product(by, DRILL, list_price="469", tax_rate="13")
        by.session.expire(product)
        sent = shape(registry().type("product"), product, ["name", "list_price", "tax_rate"], by)
        assert sent == {
            "id": str(product.id),
            "name": DRILL,
            "list_price": {"amount": "469.00", "currency": "GBP"},
            "tax_rate": 13,
        }


def test_texts_are_equal_when_all_languages_are() -> None:
    drill = LocalText(DRILL)
    assert drill == "Hammer drill"
    assert drill == LocalText(dict(reversed(DRILL.items())))
    assert drill != LocalText({**DRILL, "zh-CN": "锤钻"})
    with using("zh-TW"):
        assert LocalText(DRILL) == "冲击钻"
        assert LocalText(DRILL) == drill


def test_a_hidden_number_finds_nothing_and_hides_no_name(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_product(by, DRILL, number="BF-18")
        make_product(by, SAW, number="XX-1")
        fields = {("product", "number"): FieldAccess.HIDDEN}
        reader = replace(by, rights=replace(by.rights, is_owner=False, grants=ALL, fields=fields))
        assert names(by, "bf-18") == ["Hammer drill"]
        assert names(reader, "bf-18") == []
        assert names(reader, "hammer") == ["Hammer drill"]
        assert names(reader, "冲击") == ["Hammer drill"]
        assert names(reader, "电圆锯") == ["Circular saw"]
