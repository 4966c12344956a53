"""Contacts are found by the name of their firm, by whoever may open the firm."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, update

from app.crm.jobs import refresh_contact_keys, refresh_every_contact_s_keys
from app.crm.models import Contact
from app.crm.operations import firm_names
from app.demo.load import Amounts, load
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.records.door import perform
from app.records.many import perform_many
from app.records.query import Query, count, page
from app.records.registry import registry
from tenants.control import Job
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.pages.conftest import statements


def found_by(by: Actor, q: str) -> set[str]:
    """The names of the contacts that a search finds; its count must agree."""
    contact = registry().type("contact")
    names = {row.name for row in page(contact, Query(q=q), by, ["name"]).rows}
    assert count(contact, Query(q=q), by) == len(names)
    return names


@pytest.mark.parametrize(
    "q",
    [
        "Spruce",
        "spr",
        "sp",
        "s",
        "云杉智能",
        "云杉",
        "杉",
        "yunshan",
        "ys",
        "陈 云杉",
        "思远 spruce",
    ],
)
def test_a_contact_is_found_by_its_firm(acme: Workspace, alice: Person, q: str) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "云杉智能 Spruce")
        make_contact(by, "陈", "思远", account_id=str(firm.id))
        make_contact(by, "Lee", "Bo")
        assert found_by(by, q) == {"陈思远"}


def test_the_firm_that_a_contact_left_finds_them_no_more(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        old, new = make_account(by, "Spruce"), make_account(by, "Maple")
        contact = make_contact(by, account_id=str(old.id))
        perform("contact", "update", contact, by=by, account_id=str(new.id))
        assert (found_by(by, "spruce"), found_by(by, "maple")) == (set(), {"Frank Fence"})
        perform("contact", "update", contact, by=by, account_id=None)
        assert found_by(by, "maple") == set()


def test_a_renamed_firm_finds_its_people_by_the_new_name_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm, other = make_account(by, "Spruce"), make_account(by, "Spruce Too")
        contact = make_contact(by, account_id=str(firm.id))
        make_contact(by, "Gray", "Gina", account_id=str(other.id))
        gone = make_contact(by, "Hill", "Hugh", account_id=str(firm.id))
        perform("contact", "delete", gone, by=by)
        perform("account", "update", firm, by=by, name="Maple")
        assert found_by(by, "maple") == {"Frank Fence"}
        assert found_by(by, "ma") == {"Frank Fence"}
        assert found_by(by, "spruce") == {"Gina Gray"}
        by.session.refresh(contact)
        assert contact.version == 1
        perform("contact", "restore", gone, by=by)
        assert found_by(by, "maple") == {"Frank Fence", "Hugh Hill"}


def test_another_change_of_a_firm_leaves_its_people_alone(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        make_contact(by, account_id=str(firm.id))
        monkeypatch.setattr(firm_names, "refresh_contacts", lambda *_asked: pytest.fail("asked"))
        perform("account", "update", firm, by=by, city="York")
        perform("account", "update", firm, by=by, name="Spruce")


def test_a_firm_of_many_is_followed_in_chunks_by_jobs(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firm_names, "CHUNK", 3)
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(
        firm_names, "enqueue", lambda _by, kind, payload: asked.append({"kind": kind, **payload})
    )
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        rows = [{"last_name": f"P{number}", "account_id": str(firm.id)} for number in range(8)]
        perform_many("contact", "create", rows, by=by)
        perform("account", "update", firm, by=by, name="Maple")
        for done in (3, 6, 8):
            assert len(found_by(by, "maple")) == done
            assert len(found_by(by, "spruce")) == 8 - done
            if done < 8:
                job = asked.pop()
                assert job.pop("kind") == refresh_contact_keys.kind
                refresh_contact_keys.run(by, job)
        assert asked == []


def test_the_rest_of_a_large_firm_waits_in_the_queue(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        rows = [
            {"last_name": f"P{number}", "account_id": str(firm.id)}
            for number in range(firm_names.CHUNK)
        ]
        perform_many("contact", "create", rows, by=by)
        perform("account", "update", firm, by=by, name="Maple")
        contact = registry().type("contact")
        assert count(contact, Query(q="maple"), by) == firm_names.CHUNK
    with owner.connect() as connection:
        kinds = connection.execute(select(Job.kind).where(Job.tenant_id == acme.facts.id)).all()
    assert [row.kind for row in kinds] == [refresh_contact_keys.kind]


def at_meis(by: Actor, bob: Person) -> None:
    """Two of Bob's contacts: one at a firm of Alice's, one at a firm of his own."""
    hers = make_account(by, "Spruce Hers 云杉")
    his = make_account(by, "Spruce His", owner_id=str(bob.user_id))
    for last, firm in (("陈", hers), ("李", his)):
        make_contact(by, last, "思远", account_id=str(firm.id), owner_id=str(bob.user_id))


def test_a_firm_that_bob_may_not_open_does_not_find_its_people_for_him(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        at_meis(by, bob)
        assert found_by(by, "spruce") == found_by(by, "sp") == {"陈思远", "李思远"}
    with acme.acting(bob) as by:
        assert found_by(by, "spruce") == found_by(by, "sp") == {"李思远"}
        assert found_by(by, "云杉") == found_by(by, "yunshan") == found_by(by, "hers") == set()
        # What is their own finds them as before, by pinyin too.
        assert found_by(by, "chensiyuan") == found_by(by, "陈") == found_by(by, "cs") == {"陈思远"}
        assert found_by(by, "思远 spruce") == {"李思远"}


def test_a_role_that_does_not_see_the_account_finds_nobody_by_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        at_meis(by, bob)
        reading = {(kind, "read"): Reach.ALL for kind in ("contact", "account")}
        hidden = {("contact", "account_id"): FieldAccess.HIDDEN}
        blind = Rights(grants=reading, fields=hidden)
        without = Rights(grants={("contact", "read"): Reach.ALL})
        for rights in (blind, without):
            actor = replace(by, rights=rights)
            assert found_by(actor, "spruce") == found_by(actor, "sp") == set()
            assert found_by(actor, "lisiyuan") == {"李思远"}
        no_phone = Rights(grants=reading, fields={("contact", "phone"): FieldAccess.HIDDEN})
        assert found_by(replace(by, rights=no_phone), "spruce") == {"陈思远", "李思远"}
        assert found_by(replace(by, rights=no_phone), "杉") == {"陈思远"}


def test_what_the_demo_writes_is_what_the_door_writes(acme: Workspace, alice: Person) -> None:
    with acme.acting() as by:
        owners = [alice.user_id]
        for _written in load(by, owners, Amounts(4, 12, 0, 1, "beifeng")):
            pass
        for contact in by.session.scalars(select(Contact)).all():
            loaded = (contact.search_text, contact.search_grams)
            registry().type("contact").prepare(contact, by)
            assert (contact.search_text, contact.search_grams) == loaded
            assert contact.account_id is not None


def test_contacts_from_before_are_brought_up_to_date_in_chunks(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firm_names, "CHUNK", 3)
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(
        firm_names, "enqueue", lambda _by, kind, payload: asked.append({"kind": kind, **payload})
    )
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        for number in range(4):
            make_contact(by, f"P{number}", account_id=str(firm.id))
        alone = make_contact(by, "Alone")
        text = alone.search_text
        by.session.flush()
        by.session.execute(update(Contact).values(search_text="", search_grams=[]))
        assert found_by(by, "spruce") == set()
        payload: dict[str, object] = {}
        for done in (3, 4):
            refresh_every_contact_s_keys.run(by, payload)
            assert len(found_by(by, "spruce")) == done
            payload = asked.pop() if asked else {}
        assert payload == {}
        by.session.refresh(alone)
        assert (alone.search_text, alone.version) == (text, 1)
        with statements() as seen:
            refresh_every_contact_s_keys.run(by, {})
        assert not [one for one in seen if one.startswith("UPDATE")]  # All of it stands already.
