"""Filters by a record and all that stand below it: in lists, over the API, as chips."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.filters import Filter, Group, Node
from app.records.query import Query, count, page
from app.records.registry import registry
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_category, make_contact, make_product
from tests.records.api.conftest import Programs, program

__all__ = ["program"]


@pytest.fixture
def shop(acme: Workspace, alice: Person) -> dict[str, UUID]:
    """Tools, below them power tools and drills; garden beside them; one product in each."""
    with acme.acting(alice) as by:
        tools = make_category(by, "Tools")
        power = make_category(by, "Power tools", parent_id=str(tools.id))
        drills = make_category(by, "Drills", parent_id=str(power.id))
        garden = make_category(by, "Garden")
        for one in (tools, power, drills, garden):
            make_product(by, f"Of {one.name}", category_id=str(one.id))
        make_product(by, "Of none")
        return {str(one.name): one.id for one in (tools, power, drills, garden)}


def found(by: Actor, kind: str, *filters: Node) -> list[str]:
    """What the list shows, whose number agrees."""
    record_type = tailored(kind, by)
    asked = Query(filters=filters, sort="created_at", limit=50)
    names = [str(row.name) for row in page(record_type, asked, by, ("name",)).rows]
    assert count(record_type, asked, by) == len(names)
    return names


def below(key: str, record_id: UUID) -> Filter:
    return Filter(key, "below", str(record_id))


def test_products_of_a_category_include_those_of_all_below_it(
    acme: Workspace, alice: Person, shop: dict[str, UUID]
) -> None:
    with acme.acting(alice) as by:
        for name, expected in (
            ("Tools", ["Of Tools", "Of Power tools", "Of Drills"]),
            ("Power tools", ["Of Power tools", "Of Drills"]),
            ("Drills", ["Of Drills"]),
            ("Garden", ["Of Garden"]),
        ):
            assert found(by, "product", below("category_id", shop[name])) == expected
        not_tools = Group("not", (below("category_id", shop["Tools"]),))
        assert found(by, "product", not_tools) == ["Of Garden", "Of none"]
        both = (below("category_id", shop["Tools"]), below("category_id", shop["Power tools"]))
        assert found(by, "product", *both) == ["Of Power tools", "Of Drills"]
        assert found(by, "product", below("category_id", new_id())) == []
        within = found(by, "product_category", below("parent_id", shop["Tools"]))
        assert within == ["Power tools", "Drills"]


def test_what_was_deleted_has_nothing_below_it(
    acme: Workspace, alice: Person, shop: dict[str, UUID]
) -> None:
    with acme.acting(alice) as by:
        [product] = page(
            tailored("product", by), Query(filters=(below("category_id", shop["Drills"]),)), by, ()
        ).rows
        kind = registry().type("product")
        drill = by.session.get_one(kind.model, product.id)
        perform("product", "update", drill, by=by, category_id=str(shop["Garden"]))
        drills = by.session.get_one(registry().type("product_category").model, shop["Drills"])
        perform("product_category", "delete", drills, by=by)
        assert found(by, "product", below("category_id", shop["Tools"])) == [
            "Of Tools",
            "Of Power tools",
        ]


def test_records_out_of_reach_lead_to_nothing_below_them(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Whoever may not open the group and what is between learns nothing of who belongs to it."""
    with acme.acting(alice) as by:
        group = make_account(by, "Group")
        middle = make_account(by, "Middle", parent_id=str(group.id))
        mine = make_account(by, "Mine", parent_id=str(middle.id), owner_id=str(bob.user_id))
        contact = make_contact(by, "Ash", account_id=str(mine.id), owner_id=str(bob.user_id))
        assert found(by, "contact", below("account_id", group.id)) == [contact.name]
        grants = {(kind, "read"): Reach.OWN for kind in ("account", "contact")}
        reader = replace(by, user_id=bob.user_id, rights=Rights(grants=grants))
        for above, expected in ((group, []), (middle, []), (mine, [contact.name])):
            assert found(reader, "contact", below("account_id", above.id)) == expected
        perform("account", "update", group, by=by, owner_id=str(bob.user_id))
        assert found(reader, "contact", below("account_id", group.id)) == []


def test_who_may_not_see_what_stands_below_what_can_not_ask_for_it(
    acme: Workspace, alice: Person, shop: dict[str, UUID]
) -> None:
    with acme.acting(alice) as by:
        reads = {(kind, "read"): Reach.ALL for kind in ("product", "product_category")}
        hidden = {("product_category", "parent_id"): FieldAccess.HIDDEN}
        reader = replace(by, rights=Rights(grants=reads, fields=hidden))
        with pytest.raises(Refused) as caught:
            found(reader, "product", below("category_id", shop["Tools"]))
        assert list(caught.value.errors) == ["category_id__below"]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("category_id", ""),
        ("category_id", "tools"),
        ("name", "tools"),
        ("owner_id", "me"),
        ("status", "active"),
    ],
)
def test_what_has_nothing_below_it_is_refused_beside_its_name(
    acme: Workspace, alice: Person, key: str, text: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as caught:
        found(by, "product", Filter(key, "below", text))
    assert list(caught.value.errors) == [f"{key}__below"]


def test_fields_of_ones_own_ask_for_it_too(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        wish = Wish({"en": "Distributor"}, to="account")
        key = define_field(by, tailored("contact", by), "reference", wish).key
    with acme.acting(alice) as by:
        group = make_account(by, "Group")
        part = make_account(by, "Part", parent_id=str(group.id))
        make_contact(by, "Ash", first_name="", **{key: str(part.id)})
        make_contact(by, "Birch", first_name="", **{key: str(group.id)})
        make_contact(by, "Cedar", first_name="")
        assert found(by, "contact", below(key, group.id)) == ["Ash", "Birch"]


def test_a_page_a_chip_and_a_program_ask_the_same(
    acme: Workspace, alice: Person, shop: dict[str, UUID], program: Programs
) -> None:
    shown = alice.client.get(f"/products?category_id__below={shop['Power tools']}&sort=name").text
    assert "Of Drills" in shown
    assert "Of Tools" not in shown
    assert "Power tools or below" in shown
    listed = (
        program(alice)
        .get(f"products?category_id__below={shop['Power tools']}&sort=created_at")
        .json
    )
    assert [one["name"]["en"] for one in listed["data"]] == ["Of Power tools", "Of Drills"]
    builder = alice.client.get(f"/products/filter?category_id__below={shop['Tools']}").text
    assert '<option value="below" selected>is, or stands below</option>' in builder
    page_of_tools = alice.client.get(f"/product_categories/{shop['Tools']}").text
    assert f'href="/products?category_id__below={shop["Tools"]}"' in page_of_tools
    page_of_drills = alice.client.get(f"/product_categories/{shop['Drills']}").text
    assert "category_id__below" not in page_of_drills
