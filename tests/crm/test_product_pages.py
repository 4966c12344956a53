"""The pages of products: forms in several languages, what is offered, what a category holds."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.crm.models import Product
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_category, make_product
from tests.records.pages.conftest import statements

DRILL = {"en": "Hammer drill", "zh-CN": "冲击钻"}


@pytest.fixture
def drill(acme: Workspace, alice: Person) -> UUID:
    with acme.acting(alice) as by:
        tools = make_category(by, {"en": "Tools", "zh-CN": "工具"})
        make_category(by, {"en": "Drills"}, parent_id=str(tools.id))
        return make_product(
            by, DRILL, number="BF-18", category_id=str(tools.id), list_price="469", cost="268"
        ).id


def test_a_form_sends_a_line_for_each_language(acme: Workspace, alice: Person) -> None:
    form = alice.client.get("/products/new").text
    assert form.count('name="name"') == 3
    assert 'lang="zh-CN"' in form
    sent = {"name": ["Saw", "电锯", ""], "list_price": "12.50"}
    assert alice.client.post("/products/new", data=sent).status_code == 303
    with acme.acting(alice) as by:
        saw = by.session.query(Product).one()
        assert saw.name.texts == {"en": "Saw", "zh-CN": "电锯"}
        assert saw.status == "active"


def test_a_refused_form_keeps_what_was_typed_in_every_language(alice: Person) -> None:
    sent = {"name": ["Saw", "电锯", ""], "tax_rate": "200"}
    answer = alice.client.post("/products/new", data=sent)
    assert answer.status_code == 422
    assert 'value="Saw"' in answer.text
    assert 'value="电锯"' in answer.text
    assert "Enter a rate from 0 to 100 percent." in answer.text


def test_a_name_is_edited_where_it_stands(acme: Workspace, alice: Person, drill: UUID) -> None:
    cell = f"/products/{drill}/fields/name"
    assert 'value="冲击钻"' in alice.client.get(cell).text
    data = {"name": ["Hammer drill", "锤钻", ""], "version": "1"}
    answer = alice.client.post(cell, data=data, headers={"HX-Request": "true"})
    assert "锤钻" in answer.text
    with acme.acting(alice) as by:
        assert by.session.get_one(Product, drill).name.texts["zh-CN"] == "锤钻"
    page = alice.client.get(f"/products/{drill}").text
    assert "Hammer drill / 锤钻" in page  # The timeline tells a change in any language.


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [("en", "Hammer drill", "冲击钻"), ("zh-CN", "冲击钻", "Hammer drill")],
)
def test_a_list_shows_names_in_the_language_of_its_reader(
    alice: Person, drill: UUID, language: str, shown: str, hidden: str
) -> None:
    alice.client.set_cookie("lang", language, domain=alice.client.host)
    for path in ("/products", "/search?q=BF-18", "/lookup/product?q=BF"):
        text = alice.client.get(path).text
        assert shown in text, path
        assert hidden not in text, path
    assert ("工具" if language == "zh-CN" else "Tools") in alice.client.get("/products").text


def test_a_discontinued_product_is_found_and_not_offered(
    acme: Workspace, alice: Person, drill: UUID
) -> None:
    assert "Hammer drill" in alice.client.get("/lookup/product?q=hammer").text
    with acme.acting(alice) as by:
        product = by.session.get_one(Product, drill)
        perform("product", "update", product, by=by, status="discontinued")
    assert "Hammer drill" not in alice.client.get("/lookup/product?q=hammer").text
    assert "Hammer drill" in alice.client.get("/search?q=hammer").text
    assert "Hammer drill" in alice.client.get("/products").text
    assert "Hammer drill" not in alice.client.get("/products?status=active").text


def test_a_category_shows_its_products_and_the_categories_below(
    acme: Workspace, alice: Person, drill: UUID
) -> None:
    with acme.acting(alice) as by:
        tools = by.session.get_one(Product, drill).category_id
    page = alice.client.get(f"/product_categories/{tools}").text
    assert "Hammer drill" in page
    assert "469.00" in page
    assert "Drills" in page
    assert "Drills" not in alice.client.get(f"/products/{drill}").text


def test_who_may_not_see_costs_meets_them_nowhere(dora: Person, drill: UUID) -> None:
    for path in ("/products", f"/products/{drill}", f"/products/{drill}/history/cost"):
        text = dora.client.get(path).text
        assert "£268" not in text, path
        assert "268.00" not in text, path
    assert dora.client.get("/products?cost__gt=1").status_code == 422
    assert dora.client.get("/products?sort=cost").status_code == 422
    assert dora.client.get(f"/products/{drill}/history/cost").status_code == 404


def test_a_category_with_products_says_kindly_why_it_stays(
    acme: Workspace, alice: Person, drill: UUID
) -> None:
    with acme.acting(alice) as by:
        tools = by.session.get_one(Product, drill).category_id
    answer = alice.client.post(f"/product_categories/{tools}/delete")
    assert answer.status_code == 422
    assert "Move or delete them first." in answer.text


def test_the_pages_of_products_take_few_statements(alice: Person, drill: UUID) -> None:
    for path in ("/products", f"/products/{drill}", "/product_categories"):
        alice.client.get(path)
        with statements() as seen:
            assert alice.client.get(path).status_code == 200
        assert len(seen) <= 25, path


def test_notes_and_tasks_are_written_on_a_product(alice: Person, drill: UUID) -> None:
    page = alice.client.get(f"/products/{drill}").text
    assert 'id="form-note"' in page
    assert 'id="form-task"' in page
    assert 'id="form-follow_up"' not in page
    sent = {"kind": "note", "body": "The next batch has a longer cable."}
    assert alice.client.post(f"/products/{drill}/activities", data=sent).status_code == 303
    page = alice.client.get(f"/products/{drill}")
    assert "The next batch has a longer cable." in page.text


def test_a_filter_by_name_stands_in_the_builder_and_above_the_list(
    alice: Person, drill: UUID
) -> None:
    for path in ("/products", "/products/filter"):
        text = alice.client.get(f"{path}?name__contains=冲击").text
        assert 'value="冲击"' in text or "contains 冲击" in text, path
    assert "Hammer drill" in alice.client.get("/products?name__contains=冲击").text
    assert "Hammer drill" not in alice.client.get("/products?name__contains=锤").text


def test_many_products_are_discontinued_at_once_and_taken_back(
    acme: Workspace, alice: Person, drill: UUID
) -> None:
    with acme.acting(alice) as by:
        saw = make_product(by, {"en": "Saw"}).id
    sent = {"verb": "update", "id": [str(drill), str(saw)], "set": "status"}
    sent["status"] = "discontinued"
    answer = alice.client.post("/products/bulk", data=sent)
    assert answer.status_code == 303, answer.text
    with acme.acting(alice) as by:
        states = {one.status for one in by.session.query(Product)}
        assert states == {"discontinued"}
    receipt = alice.client.get(answer.location).text
    assert "2 products" in receipt


def test_a_catalogue_has_no_tab_of_what_is_one_s_own_and_can_be_filtered_by_it(
    alice: Person, drill: UUID
) -> None:
    for collection in ("products", "product_categories"):
        page = alice.client.get(f"/{collection}").text
        assert 'class="view"' in page
        assert ">Mine<" not in page
    narrowed = alice.client.get("/products?owner_id=me").text
    assert 'class="chip-open"' in narrowed
    assert ">Mine<" in alice.client.get("/accounts").text
