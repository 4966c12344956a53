"""The API against ids of others and against SQL in whatever an address can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, event

from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.registry import registry
from tests.attacks.program import Program, Programs
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.factories import make_account
from tests.isolation.state import digest
from tests.laundry import Laundry

install_record_types()

SQL = [
    "'",
    "''--",
    "'; DROP TABLE accounts; --",
    "x') OR 1=1 --",
    "(SELECT pg_sleep(3))",
    "'||pg_sleep(3)||'",
    "CASE WHEN 1=1 THEN pg_sleep(3) END",
    "name; SELECT pg_sleep(3)",
    "1 UNION SELECT password_hash FROM users",
    "\u02bc OR 1=1",
    "%",
    "_",
    "\\",
    "$$",
    "query_to_xml('select 1',true,true,'')",
    "users.password_hash",
    "control.tenant.name",
    "owner_id.password_hash",
    "custom->>'x'",
    "search_text",
    "deleted_at",
    "xmin",
]


@pytest.fixture
def api(alice: Person, program: Programs) -> Program:
    return program(alice)


def test_a_foreign_id_is_answered_like_one_that_never_was(
    acme: Workspace, globex: Workspace, charlie: Person, api: Program, laundry: Laundry
) -> None:
    with globex.acting(charlie) as by:
        theirs = {one.key: str(make(one, by).id) for one in registry()}
    before = digest(laundry, acme.facts), digest(laundry, globex.facts)
    for one in registry():
        for name in ("", "/restore", *(f"/{action.name}" for action in one.actions)):
            for method in ("POST",) if name else ("GET", "PATCH", "DELETE"):
                body = {} if method in ("PATCH", "POST") else None
                real, never = (
                    api.call(method, f"{one.collection}/{record_id}{name}", body)
                    for record_id in (theirs[one.key], new_id())
                )
                assert real.status_code == never.status_code == 404, (method, one.key, name)
                assert real.data == never.data, (method, one.key, name)
    assert (digest(laundry, acme.facts), digest(laundry, globex.facts)) == before


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The text of every statement that is sent to the database; values are no part of it."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("place", ["q", "sort", "fields", "cursor", "limit", "total", "name", ""])
def test_sql_in_an_address_is_a_text_or_refused(
    acme: Workspace, alice: Person, api: Program, statements: list[str], place: str
) -> None:
    with acme.acting(alice) as by:
        make_account(by)
    for payload in SQL:
        text = quote(payload, safe="")
        asked = [f"{place}={text}"] if place else [f"{text}=x", f"{text}__gt=1", f"name__{text}=x"]
        asked += [f"name__{one}={text}" for one in ("contains", "starts", "in")] * (place == "name")
        for one in asked:
            listed, page = api.get(f"accounts?{one}"), alice.client.get(f"/accounts?{one}")
            assert {listed.status_code, page.status_code} <= {200, 422}, one
            assert "password_hash" not in listed.text.replace(payload, ""), one
            if place == "name" and listed.status_code == 200:
                assert listed.json["data"] == [], one
    assert [one["name"] for one in api.get("accounts").json["data"]] == ["Fence & Sons"]
    assert not [one for one in statements if "pg_sleep" in one]
    assert any("accounts" in one for one in statements)
