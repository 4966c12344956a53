"""People as cards: what stands in them, escaped, and nothing that the role hides."""

from __future__ import annotations

import pytest
import vobject
from sqlalchemy import select

from app.identity.models import FieldRule, Role
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.exports.conftest import allow, export


def cards(raw: bytes) -> list[vobject.base.Component]:
    return list(vobject.readComponents(raw.decode("utf-8")))


def test_a_contact_s_page_offers_its_card(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Baker; Sons, Ltd")
        made = make_contact(
            by,
            "王",
            "小明",
            title="采购经理, 华东; 一部",
            account_id=str(firm.id),
            phone="+8613800045678",
            email="wang@fence.example",
            wechat="wang_xm",
        )
        url = f"/contacts/{made.id}"
        account_url = f"/accounts/{firm.id}"
    assert f"{url}/card" in alice.client.get(url).text
    answer = alice.client.get(f"{url}/card", buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "text/vcard"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"VERSION:3.0\r\n" in answer.data
    (card,) = cards(answer.data)
    assert card.fn.value == "王小明"
    assert (card.n.value.family, card.n.value.given) == ("王", "小明")
    assert card.org.value == ["Baker; Sons, Ltd"]
    assert card.title.value == "采购经理, 华东; 一部"
    assert card.tel.value == "+8613800045678"
    assert card.email.value == "wang@fence.example"
    assert card.x_wechat.value == "wang_xm"
    assert alice.client.get(f"{account_url}/card").status_code == 404
    assert "/card" not in alice.client.get(account_url).text


@pytest.mark.parametrize(
    "name", ["O;Neil", "Back\\slash", "Comma, Jr", "冯" * 60, "BEGIN:VCARD", "a:b"]
)
def test_whatever_stands_in_a_name_comes_back(acme: Workspace, alice: Person, name: str) -> None:
    with acme.acting(alice) as by:
        url = f"/contacts/{make_contact(by, name, 'Ann').id}/card"
    raw = alice.client.get(url, buffered=True).data
    (card,) = cards(raw)
    assert card.n.value.family == name
    assert name in card.fn.value


def test_a_list_of_contacts_goes_out_as_cards_and_accounts_do_not(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for name in ("Baker", "Archer"):
            make_contact(by, name)
        make_account(by)
    assert 'value="vcard"' in alice.client.get("/contacts/export").text
    assert 'value="vcard"' not in alice.client.get("/accounts/export").text
    found = cards(export(alice, "contacts", "vcard", list="sort=name").data)
    assert [card.n.value.family for card in found] == ["Archer", "Baker"]
    assert export(alice, "accounts", "vcard").status_code == 422


def test_a_card_holds_nothing_that_the_role_hides(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        far = make_account(by, "Far Ltd")
        mine = make_contact(
            by, "Baker", owner_id=str(bob.user_id), phone="+442079460123", account_id=str(far.id)
        )
        theirs = make_contact(by, "Archer")
        urls = [f"/contacts/{one.id}/card" for one in (mine, theirs)]
    allow(acme, "sales_rep", "export", kind="contact")
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        session.add(FieldRule(role_id=role.id, record_type="contact", field="phone", access=0))
        role.stamp = new_id()
    for raw in (
        bob.client.get(urls[0], buffered=True).data,
        export(bob, "contacts", "vcard").data,
    ):
        (card,) = cards(raw)
        assert not hasattr(card, "tel")
        assert not hasattr(card, "org")
    assert bob.client.get(urls[1]).status_code == 404
