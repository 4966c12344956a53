"""What names a record by its id in a text names the survivor: views, sharing rules, defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.identity.models import User
from app.kernel.actor import Actor
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish as FieldWish
from app.records.filters import Filter
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.registry import registry
from app.records.sharing.models import SharingRule
from app.records.sharing.operations import create_rule
from app.records.tailored import tailored
from app.records.views.models import SavedView
from app.records.views.operations import Wish, save_view
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


@pytest.fixture
def by(acme: Workspace, alice: Person, bob: Person) -> Iterator[Actor]:
    """Alice at work."""
    with acme.acting(alice) as actor:
        yield actor


def test_views_name_the_survivor_and_after_an_undo_what_they_did(by: Actor) -> None:
    fence, double, third, wall = (make_account(by, name) for name in ("F", "D", "T", "W"))
    tree = {"or": [{"f": "account_id", "op": "in", "v": [str(double.id), str(third.id)]}]}
    queries = [
        f"account_id={double.id}&sort=name",
        f"filter={json.dumps(tree)}",
        f"account_id={wall.id}",
    ]
    views = [
        save_view(by, registry().type("contact"), Wish(f"View {n}", "private", query))
        for n, query in enumerate(queries)
    ]
    merge = merge_records("account", fence.id, [double.id, third.id], by=by)
    stand = [by.session.get_one(SavedView, one.id).query for one in views]
    assert stand[0].startswith(f"account_id={fence.id}&")
    assert str(double.id) not in stand[1]
    assert str(third.id) not in stand[1]
    assert stand[1].count(str(fence.id)) == 2
    assert stand[2] == queries[2]
    views[0].query = f"account_id={fence.id}&sort=-name"  # Somebody saves it anew.
    by.session.flush()
    undo_merge(merge.id, by=by)
    stand = [by.session.get_one(SavedView, one.id).query for one in views]
    assert stand[0] == f"account_id={fence.id}&sort=-name"
    assert str(double.id) in stand[1]
    assert str(third.id) in stand[1]
    assert str(fence.id) not in stand[1]
    assert stand[2] == queries[2]


def test_who_has_a_view_open_while_it_is_moved_is_told_that_it_changed(by: Actor) -> None:
    fence, double = make_account(by, "Fence"), make_account(by, "Double")
    wish = Wish("Theirs", "private", f"account_id={double.id}")
    view = save_view(by, registry().type("contact"), wish)
    stood = view.version
    merge_records("account", fence.id, [double.id], by=by)
    assert by.session.get_one(SavedView, view.id).version == stood + 1


def test_a_rule_goes_on_sharing_what_is_of_the_merged_firm(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        fence, double = make_account(by, "Fence"), make_account(by, "Double")
        person = make_contact(by, account_id=str(double.id))
        role = by.session.get_one(User, bob.user_id).role_id
        rule = create_rule(
            by,
            "contact",
            filters=(Filter("account_id", "eq", str(double.id)),),
            access="read",
            group=f"role:{role}",
        )
        rule_id, person_id = rule.id, person.id
    assert bob.client.get(f"/contacts/{person_id}").status_code == 200
    with acme.acting(alice) as by:
        merge = merge_records("account", fence.id, [double.id], by=by)
        assert str(fence.id) in json.dumps(by.session.get_one(SharingRule, rule_id).conditions)
    assert bob.client.get(f"/contacts/{person_id}").status_code == 200
    with acme.acting(alice) as by:
        undo_merge(merge.id, by=by)
        assert str(double.id) in json.dumps(by.session.get_one(SharingRule, rule_id).conditions)
    assert bob.client.get(f"/contacts/{person_id}").status_code == 200


def test_the_default_of_an_own_field_is_the_survivor(by: Actor) -> None:
    fence, double = make_account(by, "Fence"), make_account(by, "Double")
    wish = FieldWish({"en": "Depot"}, to="account", default=str(double.id))
    field = define_field(by, tailored("contact", by), "reference", wish)
    merge = merge_records("account", fence.id, [double.id], by=by)
    assert by.session.get_one(CustomField, field.id).default == str(fence.id)
    assert make_contact(by).custom["x_depot"] == str(fence.id)
    undo_merge(merge.id, by=by)
    assert by.session.get_one(CustomField, field.id).default == str(double.id)
