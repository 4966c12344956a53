"""What a team does with records, of every record type: nobody had to think of it for theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import Notice
from app.modules import install_record_types
from app.records.door import perform
from app.records.pool.owning import REASONS
from app.records.types import RecordType
from tests.automation.conftest import Hooks, Receiver, elsewhere, hooks, receiver
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.records.api.conftest import Program, Programs, program
from tests.records.files.test_api import send

__all__ = ["elsewhere", "hooks", "program", "receiver"]

TYPES = tuple(install_record_types())
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)
pooled = pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.pool is not None], ids=lambda one: one.key
)
mentioning = pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.mentioning], ids=lambda one: one.key
)


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    """A program with all that Alice may do."""
    return program(alice)


def made_by(person: Person, record_type: RecordType, **changes: Any) -> UUID:
    with person.workspace.acting(person) as by:
        found: UUID = make(record_type, by, **changes).id
        return found


@every_type
def test_it_is_kept_in_the_rail_and_let_go(
    alice: Person, of_alice: Program, record_type: RecordType
) -> None:
    path = f"{record_type.collection}/{made_by(alice, record_type)}"
    assert of_alice.call("PUT", f"{path}/favourite").status_code == 204
    (kept,) = of_alice.get("favourites").json["data"]
    assert kept["record_type"] == record_type.key
    assert of_alice.delete(f"{path}/favourite").status_code == 204
    assert of_alice.get("favourites").json["data"] == []


@every_type
def test_a_follower_hears_of_its_change(
    acme: Workspace, alice: Person, dora: Person, of_alice: Program, record_type: RecordType
) -> None:
    record_id = made_by(alice, record_type)
    path = f"{record_type.collection}/{record_id}"
    assert of_alice.call("PUT", f"{path}/followers/{dora.user_id}").status_code in (200, 204)
    with acme.acting(alice) as by:
        record = by.session.get_one(record_type.model, record_id)
        perform(record_type, "delete", record, by=by)
    with acme.scope() as session:
        heard = select(Notice.record_id).where(
            Notice.user_id == dora.user_id, Notice.record_type == record_type.key
        )
        assert record_id in session.scalars(heard).all()


@every_type
def test_its_link_is_there_to_copy_and_to_scan(alice: Person, record_type: RecordType) -> None:
    page = alice.client.get(f"/{record_type.collection}/{made_by(alice, record_type)}/link")
    assert page.status_code == 200
    assert f"/{record_type.collection}/" in page.text
    assert "<svg" in page.text


@every_type
def test_files_hang_on_it(alice: Person, of_alice: Program, record_type: RecordType) -> None:
    path = f"{record_type.collection}/{made_by(alice, record_type)}/files"
    assert send(of_alice, path, ("offer.txt", b"Forty metres of fence.")).status_code == 201
    assert [one["name"] for one in of_alice.get(path).json["data"]] == ["offer.txt"]


@every_type
def test_it_is_found_by_its_tag(alice: Person, of_alice: Program, record_type: RecordType) -> None:
    if "tags" not in record_type.by_key:
        assert not hasattr(record_type.model, "tags"), "tags that no page shows"
        return
    record_id = made_by(alice, record_type, tags=["vip"])
    for tag, found in (("vip", [str(record_id)]), ("late", [])):
        answer = of_alice.get(f"{record_type.collection}?tags__in={tag}")
        assert [one["id"] for one in answer.json["data"]] == found


@mentioning
def test_who_is_mentioned_in_it_hears_of_it(
    acme: Workspace, alice: Person, dora: Person, record_type: RecordType
) -> None:
    written = dict.fromkeys(record_type.mentioning, f"@{dora.part.name}, look")
    record_id = made_by(alice, record_type, **written)
    with acme.scope() as session:
        heard = session.scalars(select(Notice).where(Notice.user_id == dora.user_id)).all()
    assert record_id in [one.record_id for one in heard if "mentioned" in one.kinds]


@pooled
def test_it_goes_back_to_the_pool_and_is_claimed_by_somebody_else(
    acme: Workspace,
    alice: Person,
    bob: Person,
    of_alice: Program,
    program: Programs,
    record_type: RecordType,
) -> None:
    record_id = made_by(alice, record_type)
    path = f"{record_type.collection}/{record_id}"
    returned = of_alice.post(f"{path}/return", {"reason": REASONS[0].value})
    assert returned.status_code == 200, returned.text
    claimed = program(bob).post(f"{path}/claim", {})
    assert claimed.status_code == 200, claimed.text
    with acme.scope() as session:
        record = session.get_one(record_type.model, record_id)
        assert record.owner_id == bob.user_id
        told = select(Event.verb).where(Event.record_id == record_id).order_by(Event.at, Event.id)
        assert session.scalars(told).all()[-2:] == ["returned", "claimed"]


@every_type
def test_a_webhook_hears_of_it(
    acme: Workspace, alice: Person, hooks: Hooks, receiver: Receiver, record_type: RecordType
) -> None:
    hooks.make(alice, receiver.url, f"{record_type.key}.created")
    record_id = made_by(alice, record_type)
    hooks.work()
    told = [(one.type, one.record_id) for one in hooks.deliveries(acme)]
    assert (f"{record_type.key}.created", record_id) in told
