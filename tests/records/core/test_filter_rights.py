"""No filter tells what its reader may not see: no hidden field, no record out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Refused
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.filters import Filter, Group, Node, operators_of
from app.records.query import Query, count, page
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

READ_ALL = {("contact", "read"): Reach.ALL, ("account", "read"): Reach.ALL}
READ_OWN = {("contact", "read"): Reach.ALL, ("account", "read"): Reach.OWN}


def found(by: Actor, *filters: Node) -> list[str]:
    """The names of the contacts that filters leave, which is also their number."""
    contact = tailored("contact", by)
    asked = Query(filters=filters, sort="created_at", limit=200)
    names = [row.name for row in page(contact, asked, by, ("name",)).rows]
    assert count(contact, asked, by) == len(names)
    return names


def probes(by: Actor) -> Iterator[Filter]:
    """Every operator of every field of an account, with values that one of the two holds."""
    for field in tailored("account", by).fields:
        for operator in operators_of(field):
            for value in ("Leeds", "true", "today", "7", "me", "GB", "customer", "7,7", "a"):
                yield Filter(f"account_id.{field.key}", operator, value)


@pytest.mark.parametrize("wrap", ["plain", "not", "or"])
def test_accounts_out_of_reach_answer_alike_whatever_they_hold(
    acme: Workspace, alice: Person, bob: Person, wrap: str
) -> None:
    with acme.acting(alice) as by:
        full = make_account(
            by, "Leeds", city="Leeds", phone="020 7946 0018", lifecycle="customer", country="GB"
        )
        bare = make_account(by, "York")
        make_contact(by, "Ash", "Ann", account_id=str(full.id))
        make_contact(by, "Birch", "Bea", account_id=str(bare.id))
        reader = replace(by, user_id=bob.user_id, rights=Rights(grants=READ_OWN))
        tried = 0
        for probe in probes(reader):
            never = Filter("name", "eq", "Nobody")
            group = Group(wrap, (probe, never)) if wrap != "plain" else probe
            try:
                names = found(reader, group)
            except Refused:
                continue
            tried += 1
            assert names in ([], ["Ann Ash", "Bea Birch"]), probe
            if wrap != "not":
                assert names == [], probe
        assert tried > 100


def test_an_account_within_reach_is_found_by(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, city="Leeds")
        make_contact(by, "Ash", "Ann", account_id=str(account.id))
        reader = replace(by, rights=Rights(grants=READ_OWN))
        assert found(reader, Filter("account_id.city", "eq", "Leeds")) == ["Ann Ash"]


def test_a_deleted_account_is_found_by_nobody(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, city="Leeds")
        make_contact(by, "Ash", "Ann", account_id=str(account.id))
        account.deleted_at = by.now
        assert found(by, Filter("account_id.city", "eq", "Leeds")) == []


def refusal(by: Actor, key: str, operator: str = "eq") -> tuple[str, list[str]]:
    """What a filter is answered with: the sentence without the key, and the fields named."""
    with pytest.raises(Refused) as caught:
        found(by, Filter(key, operator, "true"))
    return str(caught.value.message).replace(key, "KEY"), list(caught.value.errors)


@pytest.mark.parametrize("operator", ["eq", "isnull", "contains", "gt", "nin"])
@pytest.mark.parametrize(
    ("grants", "hidden", "key"),
    [
        (READ_ALL, ("account", "city"), "account_id.city"),
        (READ_ALL, ("contact", "account_id"), "account_id.city"),
        (READ_ALL, ("contact", "account_id"), "account_id"),
        (READ_ALL, ("contact", "phone"), "phone"),
        ({("contact", "read"): Reach.ALL}, ("contact", "wechat"), "account_id.name"),
        (READ_ALL, ("contact", "wechat"), "owner_id.email"),
        (READ_ALL, ("contact", "wechat"), "owner_id.password_hash"),
        (READ_ALL, ("contact", "wechat"), "account_id.parent_id.parent_id.city"),
        (READ_ALL, ("contact", "wechat"), "account_id.custom"),
        (READ_ALL, ("contact", "wechat"), "account_id.id"),
        (READ_ALL, ("contact", "wechat"), "name.city"),
        (READ_ALL, ("contact", "wechat"), "account_id."),
        (READ_ALL, ("contact", "wechat"), ".city"),
    ],
)
def test_what_may_not_be_read_is_refused_as_if_it_were_not_there(
    acme: Workspace,
    alice: Person,
    grants: dict[tuple[str, str], Reach],
    hidden: tuple[str, str],
    key: str,
    operator: str,
) -> None:
    with acme.acting(alice) as by:
        rights = Rights(grants=grants, fields={hidden: FieldAccess.HIDDEN})
        reader = replace(by, rights=rights)
        told, fields = refusal(reader, key, operator)
        assert told == refusal(reader, "nothing", operator)[0]
        assert fields == [key if operator == "eq" else f"{key}__{operator}"]


def test_own_fields_of_a_related_record_and_own_references_are_followed(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        wood = define_field(by, tailored("account", by), "text", Wish({"en": "Wood"})).key
        contact = tailored("contact", by)
        rival = define_field(by, contact, "reference", Wish({"en": "Rival"}, to="account")).key
    with acme.acting(alice) as by:
        oak = make_account(by, "Oak Ltd", city="Leeds", **{wood: "oak"})
        make_contact(by, "Ash", "Ann", account_id=str(oak.id))
        make_contact(by, "Birch", "Bea", **{rival: str(oak.id)})
        assert found(by, Filter(f"account_id.{wood}", "eq", "oak")) == ["Ann Ash"]
        assert found(by, Filter(f"{rival}.city", "eq", "Leeds")) == ["Bea Birch"]
        assert found(by, Filter(f"{rival}.{wood}", "contains", "OA")) == ["Bea Birch"]
        own = replace(by, user_id=None, rights=Rights(grants=READ_OWN))
        assert found(own, Filter(f"{rival}.city", "eq", "Leeds")) == []
