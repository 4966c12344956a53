"""The audit: who reads what of it, what narrows it, what it costs, and the file that it gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from app.events import Event
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import NotPermitted
from app.kernel.ids import new_id
from app.records import audit as reading
from app.records.audit import PAGE, Asked, read_events
from app.records.door import perform
from app.records.routes import audit as routes
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_contact

AUDIT = ("audit", "read")


def let_read(acme: Workspace, **more: FieldAccess) -> None:
    """Give the viewers the audit, and hide some fields of accounts from them."""
    with acme.acting() as by:
        viewer = role_by_key(by.session, "viewer")
        grants = {("account", "read"): Reach.ALL, AUDIT: Reach.ALL}
        write_rights(by, viewer, grants, {("account", key): one for key, one in more.items()})


def write_events(by: Actor, number: int, **columns: object) -> None:
    """Events without records, one a second, the newest now."""
    rows = [
        {
            "id": new_id(),
            "record_type": "account",
            "record_id": new_id(),
            "verb": "updated",
            "via": "web",
            "at": by.now - timedelta(seconds=second),
            "changes": {},
            **columns,
        }
        for second in range(number)
    ]
    by.session.execute(insert(Event), rows)


def test_the_audit_tells_in_words_who_changed_what(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, lifecycle="prospect")
        perform("account", "update", account, by=by, lifecycle="customer")
        perform("account", "delete", account, by=by)
        kept = make_account(by, "Kept Ltd")
    shown = alice.client.get("/settings/audit").get_data(as_text=True)
    assert "Lifecycle: <del>Prospect</del>" in shown
    assert "<ins>Customer</ins>" in shown
    assert f'href="/accounts/{kept.id}">Kept Ltd</a>' in shown
    assert "Fence &amp; Sons" in shown
    assert f'href="/accounts/{account.id}"' not in shown
    assert '<span class="pill pill-bad">Deleted</span>' in shown
    assert alice.name in shown


def test_only_whoever_may_read_the_audit_does(acme: Workspace, alice: Person, dora: Person) -> None:
    for path in ("/settings/audit", "/settings/audit.csv"):
        assert dora.client.get(path).status_code == 403
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        read_events(by, Asked())
    let_read(acme)
    assert dora.client.get("/settings/audit").status_code == 200


def test_values_of_hidden_fields_are_told_neither_on_the_page_nor_in_the_file(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    let_read(acme, phone=FieldAccess.HIDDEN)
    with acme.acting(alice) as by:
        account = make_account(by)
        perform("account", "update", account, by=by, phone="020 7946 0301", city="Leeds")
    for path in ("/settings/audit", "/settings/audit.csv"):
        told = dora.client.get(path).get_data(as_text=True)
        assert "Leeds" in told
        assert "79460301" not in told.replace(" ", "")
        assert "79460301" in alice.client.get(path).get_data(as_text=True).replace(" ", "")


def test_records_out_of_reach_are_told_without_name_and_values(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    let_read(acme)
    with acme.acting(alice) as by:
        person = make_contact(by, "Mystery", "Sam")
        perform("contact", "update", person, by=by, email="sam@mystery.example")
    told = dora.client.get("/settings/audit?type=contact").get_data(as_text=True)
    assert "ystery" not in told
    assert '<div class="who-sub">Contact</div>' in told


def test_the_audit_is_narrowed_by_person_type_verb_way_period_and_record(
    acme: Workspace, alice: Person, bob: Person, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        hers = make_account(by, "Hers")
    clock.shift(timedelta(days=2))
    with acme.acting(bob) as by:
        his = make_account(by, "His")
        perform("account", "delete", his, by=by)
        make_contact(by)
    with acme.acting(alice) as by:

        def found(asked: Asked) -> set[tuple[str, str]]:
            rows = read_events(by, asked)
            return {
                (row.record_type, row.verb)
                for row in rows
                if row.record_type in ("account", "contact")
            }

        made, gone = ("account", "created"), ("account", "deleted")
        assert found(Asked(actor_id=bob.user_id)) == {made, gone, ("contact", "created")}
        assert found(Asked(record_id=hers.id)) == {made}
        assert found(Asked(record_type="contact")) == {("contact", "created")}
        assert found(Asked(verb="deleted")) == {gone}
        assert found(Asked(until=by.now - timedelta(days=1))) == {made}
        assert gone in found(Asked(since=by.now - timedelta(days=1)))
        assert found(Asked(via="job")) == set()
        assert found(Asked(by_service=True, record_type="account")) == set()


def test_a_filter_that_makes_no_sense_is_told_beside_its_field(alice: Person) -> None:
    for query, field in (
        ("from=yesterday", "from"),
        ("until=2026-99-01", "until"),
        ("from=2026-02-02&until=2026-02-01", "until"),
        ("type=nothing", "type"),
        ("verb=x", "verb"),
        ("way=x", "way"),
        ("person=x", "person"),
    ):
        for path in ("/settings/audit", "/settings/audit.csv"):
            answer = alice.client.get(f"{path}?{query}")
            assert answer.status_code == 422, query
            assert f'id="audit-{field}-error"' in answer.get_data(as_text=True), query
    assert alice.client.get("/settings/audit?record=x&before=x").status_code == 422


def test_pages_follow_one_another_by_key(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        write_events(by, PAGE + 3, record_type="team", verb="moved")
        asked = Asked(verb="moved")
        first = read_events(by, asked)
        second = read_events(by, asked, before=(first[PAGE - 1].at, first[PAGE - 1].id))
        assert len(first) == PAGE + 1
        assert len({row.id for row in (*first[:PAGE], *second)}) == PAGE + 3


def test_the_page_takes_as_many_statements_for_many_events_as_for_few(
    acme: Workspace, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    with acme.acting(alice) as by:
        perform("account", "update", make_account(by), by=by, city="Leeds")
    few = count_statements(alice, "/settings/audit")
    with acme.acting(alice) as by:
        for number in range(20):
            perform("account", "update", make_account(by, f"Firm {number}"), by=by, city="York")
    assert count_statements(alice, "/settings/audit") == few <= 25


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(record_type="role"),
        Asked(verb="rights_changed"),
        Asked(via="import"),
        Asked(record_type="account", verb="deleted"),
    ],
    ids=str,
)
def test_among_many_events_a_page_is_found_by_an_index_in_its_order(
    acme: Workspace, alice: Person, asked: Asked
) -> None:
    with acme.acting(alice) as by:
        # Without sorting and scanning, a plan sorts only where no index has the order asked for.
        for way in ("sort", "incremental_sort", "seqscan", "bitmapscan"):
            by.session.execute(text(f"SET LOCAL enable_{way} = off"))
        plans: list[str] = []
        execute = by.session.execute

        def explained(statement: object) -> object:
            compiled = statement.compile(  # type: ignore[attr-defined]
                by.session.connection(), compile_kwargs={"literal_binds": True}
            )
            plans.extend(execute(text(f"EXPLAIN {compiled}")).scalars())
            return execute(statement)  # type: ignore[call-overload]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(by.session, "execute", explained)
            reading.read_events(by, asked)
    plan = "\n".join(plans)
    assert "using ix_events_" in plan, plan
    assert "Sort" not in plan, plan


def test_the_file_holds_what_the_page_does_and_no_formula(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "=HYPERLINK(1)")
        perform("account", "update", account, by=by, city="Leeds, West")
    answer = alice.client.get("/settings/audit.csv?type=account")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["What"] for row in rows] == ["Edited", "Added"]
    assert {row["Record"] for row in rows} == {"'=HYPERLINK(1)"}
    assert rows[0]["Details"] == "City: — → Leeds, West"
    monkeypatch.setattr(routes, "CHUNK", 2)
    monkeypatch.setattr(routes, "MOST_EXPORTED", 4)
    with acme.acting(alice) as by:
        write_events(by, 9, record_type="team", verb="moved")
    short = alice.client.get("/settings/audit.csv?verb=moved").data.decode()
    assert len(short.splitlines()) == 1 + 4


@pytest.mark.parametrize("place", ["/settings/audit", "/settings/audit.csv"])
def test_an_unknown_argument_is_told_with_those_that_are_known(alice: Person, place: str) -> None:
    answer = alice.client.get(f"{place}?persn=service")
    assert answer.status_code == 422
    assert "The audit has no filter “persn”." in answer.text
    assert "person, type, record, verb, way, from, until" in answer.text
    assert "<tbody>" not in answer.text
    assert alice.client.get("/settings/audit?before=&person=").status_code == 200


@pytest.mark.parametrize("name", ["2026-99-99T00:00Z", "0001-01-01T00:00+14:00"])
def test_a_name_that_looks_like_a_moment_stands_as_it_is(
    acme: Workspace, alice: Person, name: str
) -> None:
    with acme.acting(alice) as by:
        write_events(by, 1, record_type="team", changes={"name": [None, name]})
    page = alice.client.get("/settings/audit")
    assert page.status_code == 200
    assert name in page.get_data(as_text=True)
