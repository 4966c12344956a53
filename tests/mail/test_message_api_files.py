"""Programs bring files along with a mail, once per key, and choose who it comes from."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.mail.messages.models import Message
from app.mail.senders.models import Sender
from app.records.files.models import File
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice
from tests.mail.customers import FRANK, Customer, only_message
from tests.mail.test_senders import SALES, add, code_of, sales
from tests.records.api.conftest import Program, Programs, fields_in, program

__all__ = ["code_of", "program", "sales"]
TEN_SECONDS = timedelta(seconds=11)
PRICES = ("prices.txt", b"Prices")


@pytest.fixture
def of_bob(program: Programs, bob: Person) -> Program:
    return program(bob)


def bring(
    of: Program, customer: Customer, *files: tuple[str, bytes], key: str = "", **changes: Any
) -> TestResponse:
    """Send a mail by a form with files."""
    wish = {"to": [FRANK], "subject": "Our offer", "body": "Dear Frank", **changes}
    data = {
        "message": json.dumps(wish),
        "file": [(io.BytesIO(content), name) for name, content in files],
    }
    headers = {"Authorization": f"Bearer {of.token}", **({"Idempotency-Key": key} if key else {})}
    return of.app.test_client().post(
        f"/api/v1/contacts/{customer.contact}/messages",
        data=data,
        headers=headers,
        base_url=f"http://{of.host}",
        content_type="multipart/form-data",
    )


def test_files_of_a_program_go_along(
    acme: Workspace,
    customer: Customer,
    of_bob: Program,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    answer = bring(of_bob, customer, PRICES, ("报价.txt", "价格".encode()))
    assert answer.status_code == 201, answer.text
    assert {one["name"] for one in answer.json["files"]} == {"prices.txt", "报价.txt"}
    clock.shift(TEN_SECONDS)
    send_out()
    (mail,) = post_office.messages
    names = {one.get_filename() for one in mail.iter_attachments()}
    assert names == {"prices.txt", "报价.txt"}


def test_the_same_key_sends_one_mail_with_its_files_and_refuses_others(
    acme: Workspace, customer: Customer, of_bob: Program
) -> None:
    first = bring(of_bob, customer, PRICES, key="offer-1")
    again = bring(of_bob, customer, PRICES, key="offer-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    only_message(acme)
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(File)) == 1
    other = bring(of_bob, customer, ("prices.txt", b"Others"), key="offer-1")
    assert other.status_code == 422


def test_what_is_refused_keeps_neither_mail_nor_file(
    acme: Workspace, customer: Customer, of_bob: Program
) -> None:
    assert fields_in(bring(of_bob, customer, PRICES, subject="")) == ["subject"]
    assert fields_in(bring(of_bob, customer, ("run.exe", b"MZ\x90\x00" * 50))) == ["file"]
    assert fields_in(bring(of_bob, customer, PRICES, nonsense=1)) == ["nonsense"]
    with acme.scope() as session:
        assert session.scalars(select(Message)).all() == []
        assert session.scalars(select(File)).all() == []


def test_who_may_not_send_brings_nothing(
    acme: Workspace, customer: Customer, program: Programs, bob: Person, dora: Person
) -> None:
    for of in (program(dora), program(bob, "contact:read")):
        assert bring(of, customer, PRICES).status_code == 403
    with acme.scope() as session:
        assert session.scalars(select(File)).all() == []


def test_senders_are_told_to_who_may_write_from_them(
    acme: Workspace,
    customer: Customer,
    of_bob: Program,
    sales: Sender,
    program: Programs,
    dora: Person,
) -> None:
    own, shared = of_bob.get("senders").json["data"]
    assert (own["id"], own["address"]) == (None, "bob@acme.example")
    assert (shared["id"], shared["address"], shared["is_shared"]) == (str(sales.id), SALES, True)
    told = bring(of_bob, customer, PRICES, sender_id=shared["id"]).json
    assert told["from"]["address"] == SALES
    assert program(dora).get("senders").status_code == 403


def test_one_that_waits_for_its_code_is_not_told(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    add(alice)
    assert [one["id"] for one in program(alice).get("senders").json["data"]] == [None]


def test_both_are_described(of_bob: Program) -> None:
    paths = of_bob.get("openapi.json").json["paths"]
    assert "/senders" in paths
    content = paths["/contacts/{record_id}/messages"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
