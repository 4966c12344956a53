"""Bulk changes, undo, filters, own fields and views, by people who want more than they may."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.identity.models import FieldRule, Role, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.views.models import SavedView
from tests.factories import make_account
from tests.records.bulk.conftest import cities, last_change

BIG = "9" * 5000


@pytest.fixture
def two(acme, alice):
    with acme.acting(alice) as by:
        make_account(by, "Empty")
        make_account(by, "Full", city="York")


def bulk(person, **data):
    return person.client.post("/accounts/bulk", data=data)


# 1 a filter with an empty value is lost on the way to a bulk change, a view, the columns


def test_all_of_a_list_by_an_empty_value_changes_no_other_record(acme, alice, two):
    page = alice.client.get("/accounts?city=").text
    assert "Full" not in page
    assert 'name="list" value="city="' in page
    bulk(alice, verb="update", all="1", list="city=", set="city", city="Leeds")
    assert cities(acme) == {"Empty": "Leeds", "Full": "York"}


@pytest.mark.parametrize("listed", ["city=", "city__in="])
def test_deleting_all_of_such_a_list_spares_the_others(acme, alice, two, listed):
    bulk(alice, verb="delete", all="1", list=listed)
    assert cities(acme) == {"Full": "York"}


def test_a_view_of_such_a_list_keeps_its_filter(acme, alice, two):
    form = {"query": "city=", "name": "No city", "audience": "private"}
    alice.client.post("/accounts/views/new", data=form)
    with acme.scope() as session:
        assert session.scalars(select(SavedView.query)).one() == "city="


def test_choosing_columns_keeps_such_a_filter(acme, alice, two):
    form = {"query": "city=", "col": "name", "order": "name"}
    assert "city=" in alice.client.post("/accounts/columns", data=form).headers["Location"]


# 2 undoing acts with the rights of an owner


def demote(acme, person, key="viewer"):
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == key)).one()
        session.get_one(User, person.user_id).role_id = role.id
        role.stamp = new_id()


def test_who_may_no_longer_change_anything_undoes_nothing(acme, bob, firms):
    ids = firms(bob, 2, city="York")
    bulk(bob, verb="update", id=ids, set="city", city="Leeds")
    made = last_change(acme)
    demote(acme, bob)
    browser = bob.sign_in()
    assert browser.post(f"/accounts/{ids[0]}/fields/city", data={"city": "Hull"}).status_code == 403
    answer = browser.post(f"/accounts/bulk/{made.id}/undo")
    assert set(cities(acme).values()) == {"Leeds"}
    assert answer.status_code == 403


def test_nor_brings_back_what_they_deleted(acme, bob, firms):
    bulk(bob, verb="delete", id=firms(bob, 1))
    made = last_change(acme)
    demote(acme, bob)
    bob.sign_in().post(f"/accounts/bulk/{made.id}/undo")
    assert cities(acme) == {}


@pytest.mark.parametrize("access", [FieldAccess.READ, FieldAccess.HIDDEN])
def test_a_field_that_may_not_be_written_is_not_undone(acme, bob, firms, access):
    bulk(bob, verb="update", id=firms(bob, 1, city="York"), set="city", city="Leeds")
    made = last_change(acme)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.add(
            FieldRule(role_id=role.id, record_type="account", field="city", access=int(access))
        )
        role.stamp = new_id()
    bob.client.post(f"/accounts/bulk/{made.id}/undo")
    assert set(cities(acme).values()) == {"Leeds"}


# 3 who reaches nothing of a change uses its undo up


def test_undoing_by_who_reaches_nothing_leaves_the_undo_to_its_maker(acme, alice, bob, firms):
    bulk(alice, verb="update", id=firms(alice, 2, city="York"), set="city", city="Leeds")
    made = last_change(acme)
    bob.client.post(f"/accounts/bulk/{made.id}/undo")
    assert alice.client.post(f"/accounts/bulk/{made.id}/undo").status_code == 303
    assert set(cities(acme).values()) == {"York"}


# 4 a receipt tells the name of a record that its reader may not open


def test_a_receipt_names_no_record_out_of_reach(acme, alice, bob, define):
    define("text", "Code", is_unique=True)
    with acme.acting(alice) as by:
        make_account(by, "Secretmark Ltd", x_code="K7")
        other = str(make_account(by, "Other").id)
    bulk(alice, verb="update", id=other, set="x_code", x_code="K7")
    told = bob.client.get(f"/accounts/bulk/{last_change(acme).id}")
    assert "Secretmark" not in told.text


# 5 failures for bad input


@pytest.mark.parametrize("kind", ["number", "money", "percent"])
@pytest.mark.parametrize("way", ["filter", "cell", "api"])
def test_a_number_of_28_digits_in_an_own_field(acme, alice, define, program, kind, way):
    define(kind, "N", is_filterable=True)
    with acme.acting(alice) as by:
        rid = make_account(by, "A").id
    nines = "9" * 28
    if way == "filter":
        answer = alice.client.get(f"/accounts?x_n={nines}")
    elif way == "cell":
        answer = alice.client.post(f"/accounts/{rid}/fields/x_n", data={"x_n": nines})
    else:
        answer = program(alice).patch(f"accounts/{rid}", {"x_n": int(nines)})
    assert answer.status_code == 422


TREES = ['{"f":"\\ud800","v":"x"}', '{"f":"city","op":"\\ud800","v":"x"}']


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("page", ["", "/count", "/columns", "/views/new"])
def test_half_a_letter_as_the_field_or_operator_of_a_filter(dora, tree, page):
    answer = dora.client.get(f"/accounts{page}?" + urlencode({"filter": tree}))
    assert answer.status_code < 500


@pytest.mark.parametrize("page", ["/filter", "/columns"])
def test_half_a_letter_as_a_value(dora, page):
    tree = '{"f":"city","v":"\\ud800"}'
    assert dora.client.get(f"/accounts{page}?" + urlencode({"filter": tree})).status_code < 500


def test_a_version_of_5000_digits(alice):
    form = {"query": "city=York", "name": "V", "audience": "private"}
    made = alice.client.post("/accounts/views/new", data=form).headers["Location"]
    url = f"/accounts/views/{UUID(made.partition('view=')[2])}/edit"
    answer = alice.client.post(url, data={"name": "V", "audience": "private", "version": BIG})
    assert answer.status_code in (303, 409, 422)


def test_decimals_of_5000_digits(alice):
    form = {"kind": "number", "label.en": "N", "decimals": BIG}
    assert alice.client.post("/settings/fields/accounts/new", data=form).status_code == 422


def test_a_row_of_conditions_with_a_number_of_5000_digits(alice):
    form = {"kind": "text", "label.en": "N", f"visible.{BIG}.field": "name", "add": "visible"}
    assert alice.client.post("/settings/fields/accounts/new", data=form).status_code < 500


def test_a_number_of_days_in_raised_digits(dora):
    tree = '{"f":"created_at","op":"stale","v":"\u00b2"}'
    assert dora.client.get("/accounts/filter?" + urlencode({"filter": tree})).status_code < 500


# 6 full-width signs at the head of a cell


@pytest.mark.parametrize("sign", ["\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_of_the_audit_begins_with_no_full_width_sign(acme, alice, sign):
    with acme.acting(alice) as by:
        make_account(by, f"{sign}1+1")
    assert f",{sign}1+1," not in alice.client.get("/settings/audit.csv").text


# 7 whoever reads a record keeps it by following it


def test_following_oneself_does_not_outlive_the_reach(acme, alice, bob, firms):
    from app.records.door import perform

    (rid,) = firms(bob, 1)
    bob.client.post(f"/accounts/{rid}/followers", data={"user_id": str(bob.user_id)})
    with acme.acting(alice) as by:
        record = by.session.get_one(Account, UUID(rid))
        perform("account", "update", record, by=by, owner_id=str(alice.user_id))
    assert bob.client.get(f"/accounts/{rid}").status_code == 404
