"""A field that a role hides: no page breaks for want of it, and none tells what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import delete

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.registry import registry
from tests.attacks.program import Program, Programs
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.factories import (
    make_account,
    make_activity,
    make_category,
    make_contact,
    make_opportunity,
    make_product,
)

install_record_types()

FIELDS = [(one.key, field.key) for one in registry() for field in one.fields]
# What must be found nowhere while its field is hidden.
MARKS = {
    ("account", "city"): "Leedsmark",
    ("account", "phone"): "7946 0301",
    ("account", "email"): "office@mark.example",
    ("contact", "title"): "Titlemark",
    ("contact", "email"): "frank@mark.example",
    ("contact", "phone"): "7946 0302",
    ("activity", "body"): "Bodymark",
    ("product", "number"): "SKUmark",
    ("product", "cost"): "268.77",
    ("product", "list_price"): "469.33",
    ("product", "description"): "Describedmark",
    ("quote", "total"): "1,434.08",
    ("quote", "deposit"): "17.23",
    ("quote", "payment_days"): 'value="419"',
    ("quote", "intro"): "Introducedmark",
    ("order", "number"): "ORDmark",
    ("order", "total"): "1,636.21",
    ("order", "deposit"): "18.34",
    ("order", "payment_days"): 'value="523"',
    ("contract", "amount"): "1,848.32",
    ("contract", "payment_days"): 'value="617"',
    ("contract", "note"): "Agreedmark",
    ("contract", "their_signatory"): "Signermark",
    ("invoice", "amount"): "1,737.19",
    ("invoice", "tax_number"): "Taxmark77",
    ("invoice", "bank_details"): "Bankmark78",
    ("payment", "reference"): "Referencemark79",
    ("payment", "payer"): "Payermark80",
}


@dataclass(frozen=True)
class Seen:
    """What Bob may look at."""

    paths: tuple[str, ...]
    api: Program


@pytest.fixture
def seen(acme: Workspace, bob: Person, program: Programs) -> Seen:
    with acme.acting(bob) as by:
        account = make_account(
            by, city="Leedsmark", phone="020 7946 0301", email="office@mark.example"
        )
        told = {"account_id": str(account.id), "title": "Titlemark"}
        contact = make_contact(by, email="frank@mark.example", phone="020 7946 0302", **told)
        make_contact(by, last_name="Gate", **told)
        place = {"account_id": str(account.id), "contact_id": str(contact.id)}
        make_activity(by, subject="Talk", body="Bodymark", **place)
        task = make_activity(
            by, "task", subject="Ring", due_at="2020-01-01T09:00", body="Bodymark", **place
        )
        perform("lead", "create", by=by, last_name="Gate", company="Gates")
        make_opportunity(by, account_id=str(account.id))
    with acme.acting() as by:
        category = make_category(by, {"en": "Fences", "zh-CN": "栅栏"}, owner_id=str(bob.user_id))
        product = make_product(
            by,
            {"en": "Fence post", "zh-CN": "栅栏柱"},
            number="SKUmark",
            cost="268.77",
            list_price="469.33",
            description="Describedmark",
            category_id=str(category.id),
            owner_id=str(bob.user_id),
        )
        for kind in ("price_book", "price"):
            make(registry().type(kind), by, owner_id=str(bob.user_id))
        quote = perform(
            "quote",
            "create",
            by=by,
            account_id=str(account.id),
            owner_id=str(bob.user_id),
            lines=[{"name": "Fence", "unit_price": "1303.71", "tax_rate": "10"}],
            deposit="17.23",
            payment_days="419",
            intro="Introducedmark",
        )
        order = perform(
            "order",
            "create",
            by=by,
            account_id=str(account.id),
            owner_id=str(bob.user_id),
            lines=[{"name": "Fence", "unit_price": "1487.46", "tax_rate": "10"}],
            deposit="18.34",
            payment_days="523",
            number="ORDmark",
        )
        contract = perform(
            "contract",
            "create",
            by=by,
            account_id=str(account.id),
            owner_id=str(bob.user_id),
            amount="1848.32",
            payment_days="617",
            note="Agreedmark",
            their_signatory="Signermark",
            instalments=[{"name": "All", "share": "100", "due_by": "signature"}],
        )
        its = {"account_id": str(account.id), "owner_id": str(bob.user_id)}
        invoice = perform(
            "invoice",
            "create",
            by=by,
            **its,  # type: ignore[arg-type]
            amount="1737.19",
            tax_number="Taxmark77",
            bank_details="Bankmark78",
        )
        payment = perform(
            "payment",
            "create",
            by=by,
            **its,  # type: ignore[arg-type]
            amount="1838.23",
            received_on="2026-01-31",
            reference="Referencemark79",
            payer="Payermark80",
        )
    paths = ["/", "/search?q=Fence", "/search?q=fra", "/lookup/user?q=B"]
    for kind, record in (
        ("account", account),
        ("contact", contact),
        ("activity", task),
        ("product", product),
        ("product_category", category),
        ("quote", quote),
        ("order", order),
        ("contract", contract),
        ("invoice", invoice),
        ("payment", payment),
    ):
        collection = f"/{registry().type(kind).collection}"
        own = f"{collection}/{record.id}"
        paths += [collection, own, f"/lookup/{kind}?q=F"]
        if kind in ("account", "contact", "activity", "quote", "order", "contract", "invoice"):
            paths += [f"{collection}/new", f"{own}/edit"]
    return Seen(tuple(paths), program(bob))


def hide(acme: Workspace, bob: Person, kind: str, key: str) -> None:
    """Let Bob's role see this field no more, and all others again."""
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.execute(delete(FieldRule))
        session.add(
            FieldRule(role_id=role.id, record_type=kind, field=key, access=int(FieldAccess.HIDDEN))
        )
        role.stamp = new_id()


@pytest.mark.parametrize(("kind", "key"), FIELDS)
def test_every_page_stands_without_a_field_and_tells_nothing_of_it(
    acme: Workspace, bob: Person, seen: Seen, kind: str, key: str
) -> None:
    hide(acme, bob, kind, key)
    mark = MARKS.get((kind, key), "\0")
    for path in seen.paths:
        answer = bob.client.get(path)
        assert answer.status_code == 200, path
        assert mark not in answer.text, path
    record_type = registry().type(kind)
    listed = seen.api.get(record_type.collection)
    assert listed.status_code == 200
    assert mark not in listed.text
    if key != record_type.title.key:
        assert all(key not in record for record in listed.json["data"])
        told = asked(seen.api, record_type.collection, key)
        assert told == dict.fromkeys(told, 422)


def asked(api: Program, collection: str, key: str) -> Mapping[str, int]:
    """What the API answers to whoever asks for a field in every way there is."""
    ways = (
        f"fields={key}",
        f"sort={key}",
        f"sort=-{key}",
        f"{key}=x",
        f"{key}__isnull=true",
        f"{key}__contains=x",
        f"{key}__in=x",
        f"{key}__gt=2020-01-01",
    )
    return {way: api.get(f"{collection}?{way}").status_code for way in ways}


@pytest.mark.parametrize(("kind", "key"), FIELDS)
def test_a_hidden_field_is_written_by_nobody(
    acme: Workspace, bob: Person, seen: Seen, kind: str, key: str
) -> None:
    record_type = registry().type(kind)
    if record_type.by_key[key].readonly:
        return
    found = seen.api.get(record_type.collection).json["data"][0]["id"]
    hide(acme, bob, kind, key)
    with acme.scope() as session:
        before = getattr(session.get_one(record_type.model, found), key)
    answer = seen.api.patch(f"{record_type.collection}/{found}", {key: "x"})
    assert answer.status_code == 403
    page = f"/{record_type.collection}/{found}"
    assert bob.client.post(f"{page}/fields/{key}", data={key: "x"}).status_code == 403
    bob.client.post(f"{page}/edit", data={key: "x"})
    with acme.scope() as session:
        assert getattr(session.get_one(record_type.model, found), key) == before


def test_who_may_change_but_not_read_is_told_nothing(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by, email="frank@mark.example")
    blind = program(alice, "contact:update", "contact:create")
    answer = blind.patch(f"contacts/{contact.id}", {"title": "Buyer"})
    assert answer.status_code == 200
    assert answer.json == {"id": str(contact.id)}
    assert blind.get(f"contacts/{contact.id}").status_code == 403
    made = blind.post("contacts", {"last_name": "Gate"})
    assert list(made.json) == ["id"]


@pytest.mark.parametrize("way", ["an address", "a form that was refused", "a cell", "an edit"])
def test_a_form_names_no_record_that_its_reader_may_not_open(
    acme: Workspace, alice: Person, bob: Person, way: str
) -> None:
    with acme.acting(alice) as by:
        secret = make_account(by, name="Secretmark Ltd")
    with acme.acting(bob) as by:
        own = make_contact(by)
    assert bob.client.get(f"/accounts/{secret.id}").status_code == 404
    given = {"account_id": str(secret.id)}
    if way == "an address":
        answer = bob.client.get(f"/contacts/new?account_id={secret.id}")
    elif way == "a form that was refused":
        answer = bob.client.post("/contacts/new", data={"last_name": "Gate", **given})
    elif way == "a cell":
        answer = bob.client.post(f"/contacts/{own.id}/fields/account_id", data=given)
    else:
        answer = bob.client.post(f"/contacts/{own.id}/edit", data=given)
    assert answer.status_code == (200 if way == "an address" else 422)
    assert "Secretmark" not in answer.text


def test_a_form_keeps_what_a_record_refers_to_and_names_it_only_to_who_may_open_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        secret = make_account(by, name="Knownmark Ltd")
        contact = make_contact(by, account_id=str(secret.id), owner_id=str(bob.user_id))
    form = bob.client.get(f"/contacts/{contact.id}/edit").text
    assert "Knownmark" not in form
    assert f'<option value="{secret.id}" selected>' in form
    assert "Knownmark" in alice.client.get(f"/contacts/{contact.id}/edit").text
