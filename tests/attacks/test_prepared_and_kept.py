"""Prepared statements, kept parts and merges, as those meet them who should get nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import Engine, Integer, bindparam, func, select, text, type_coerce
from sqlalchemy.exc import DBAPIError

from app.crm.models import Account
from app.identity.models import FieldRule, User
from app.kernel.ids import new_id
from app.records.custom.kinds import KINDS
from app.records.custom.models import CustomField
from app.records.custom.operations import change_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.merge.operations import merge_records
from app.records.tailored import tailored
from tenants.prepared import Prepared
from tests import cast
from tests.attacks.program import Programs
from tests.attacks.test_faults import together
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.settings.conftest import Define

HERS = "Larkspur"
EVIL = "\"><img src=x onerror=alert(1)>'%(name)s%s{{7*7}}"
TOLD = ("<img src=x", "onerror=alert(1)>'")
ODD = (
    "a\x00b@x.example",
    "%",
    "\\",
    "'",
    "\x1f",
    "+44\x00",
    "x" * 9000,
    "((((",
    "有限公司",
    "１２３",
)


# Prepared statements


@pytest.mark.parametrize("kind", ["number", "money", "percent"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_the_second_page_of_a_list_by_an_own_number_is_shown(
    acme: Workspace, alice: Person, define: Define, kind: str, direction: str
) -> None:
    key = define(kind, "Machines").key
    with acme.acting(alice) as by:
        for number in range(51):
            make_account(by, f"Firm {number:02}", **{key: str(number)})
    shown = alice.client.get(f"/accounts?sort={direction}{key}").text
    found = re.search(r'href="(/accounts\?[^"]*cursor=[^"]+)"', shown)
    assert found is not None
    answer = alice.client.get(unescape(found[1]))
    assert answer.status_code == 200
    assert ("Firm 50" if not direction else "Firm 00") in answer.text


def test_a_column_that_is_widened_meanwhile_breaks_no_list(
    fresh: Callable[[str], Workspace], owner: Engine, app: Flask
) -> None:
    """Migrations run before the web is replaced, and workspace by workspace."""
    before, after = fresh("elm"), fresh("oak")
    people = [
        cast.find_person(cast.Part(f"Owner of {one}", f"owner@{one}.example", "owner"), place, app)
        for one, place in (("elm", before), ("oak", after))
    ]

    def statuses() -> list[int]:
        pages = ("/contacts", "/accounts", "/")
        return [one.client.get(page).status_code for one in people for page in pages]

    assert set(statuses()) == {200}
    with owner.begin() as connection:
        schema = after.facts.schema
        for table, column in (("contacts", "title"), ("accounts", "city"), ("users", "name")):
            widened = f'ALTER TABLE "{schema}".{table} ALTER COLUMN {column} TYPE varchar(777)'
            connection.exec_driver_sql(widened)
    assert set(statuses()) == {200}
    assert set(statuses()) == {200}


def test_statements_that_fail_at_first_do_not_pile_up_in_the_database(acme: Workspace) -> None:
    """A list that runs into its time limit is asked for again and again."""
    counted = text("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'zuke%'")
    quotient = func.div(1, bindparam("by_", type_=Integer))
    asked = Prepared(select(type_coerce(quotient, Integer).label("n")))
    with acme.scope() as session:
        before = session.scalar(counted) or 0
        for _time in range(5):
            with pytest.raises(DBAPIError, match="division by zero"), session.begin_nested():
                asked.run(session, {"by_": 0})
        assert asked.run(session, {"by_": 1})[0].n == 1
        assert (session.scalar(counted) or 0) - before <= 2


# Merging


def test_merging_names_nothing_that_is_out_of_reach_deleted_or_another_s(
    acme: Workspace,
    globex: Workspace,
    alice: Person,
    bob: Person,
    charlie: Person,
    program: Programs,
) -> None:
    with acme.acting(alice) as by:
        hers, gone = make_account(by, HERS), make_account(by, HERS)
        perform("account", "delete", gone, by=by)
        ids = [hers.id, gone.id]
    with globex.acting(charlie) as by:
        ids.append(make_account(by, HERS).id)
    with acme.acting(bob) as by:
        his = make_account(by, "Gate").id
    for other in map(str, (*ids, new_id())):
        both = f"{his},{other}"
        data = {"ids": both, "keep": str(his)}
        for answer in (
            program(bob).post(f"accounts/{his}/merge", {"ids": [other]}),
            program(bob).post(f"accounts/{other}/merge", {"ids": [str(his)]}),
            bob.client.get(f"/accounts/merge?ids={both}", follow_redirects=True),
            bob.client.post("/accounts/merge", data=data, follow_redirects=True),
            bob.client.post("/accounts/suspects", data={"name": HERS}),
        ):
            assert answer.status_code in (200, 404)
            assert HERS not in answer.text


def test_merging_betrays_no_hidden_field(acme: Workspace, bob: Person, program: Programs) -> None:
    """The survivor keeps its own, whatever the other held, and nobody learns that they differ."""
    with acme.acting(bob) as by:
        firm = make_account(by, "Gate").id
        told = {"city": HERS, "phone": "020 7946 0301"}
        other = make_account(by, "Gate Ltd", **told).id
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.add_all(
            FieldRule(role_id=role.id, record_type="account", field=key, access=0)
            for key in ("city", "phone")
        )
        role.stamp = new_id()
    assert HERS not in bob.client.get(f"/accounts/merge?ids={firm},{other}").text
    found = bob.client.post("/accounts/suspects", data={"phone": "020 7946 0301"}).text
    assert "Gate Ltd" not in found
    api, sent = program(bob), {"ids": [str(other)]}
    chosen = sent | {"choices": {"city": str(other)}}
    assert api.post(f"accounts/{firm}/merge", chosen).status_code == 422
    answer = api.post(f"accounts/{firm}/merge", sent)
    assert answer.status_code == 200
    for path in (f"/accounts/{firm}", f"/accounts/{firm}?show=changes", "/accounts"):
        shown = bob.client.get(path).text
        assert HERS not in shown
        assert "7946 0301" not in shown
    with acme.scope() as session:
        assert session.get_one(Account, firm).city is None
    assert api.post(f"merges/{answer.headers['Merge-Id']}/undo").status_code == 200


def test_a_token_merges_and_undoes_only_with_the_scopes_for_it(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        firm, other, double = (make_account(by, name).id for name in ("A", "B", "C"))
    with acme.acting(alice) as by:
        merge = merge_records("account", firm, [double], by=by).id
    for scopes in (("account:read",), ("account:read", "account:update"), ("contact:*",)):
        api = program(alice, *scopes)
        assert api.post(f"accounts/{firm}/merge", {"ids": [str(other)]}).status_code == 403
        assert api.post(f"merges/{merge}/undo").status_code == 403


def test_of_merges_that_cross_one_is_made_and_it_is_undone_once(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    with acme.acting(alice) as by:
        one, two, three = (str(make_account(by, name).id) for name in ("A", "B", "C"))
    pairs = ((one, [two]), (two, [one]), (three, [two, one]))
    calls = [partial(api.post, f"accounts/{keep}/merge", {"ids": ids}) for keep, ids in pairs]
    answers = together(calls)
    assert [one.status_code for one in answers].count(200) == 1
    (merge,) = (one.headers["Merge-Id"] for one in answers if one.status_code == 200)
    undone = together([partial(api.post, f"merges/{merge}/undo")] * 3)
    assert sorted(one.status_code for one in undone) == [200, 422, 422]
    with acme.scope() as session:
        living = select(Account.name).where(Account.deleted_at.is_(None)).order_by(Account.name)
        assert session.scalars(living).all() == ["A", "B", "C"]


def test_what_is_typed_in_as_nobody_types_finds_no_duplicates(alice: Person) -> None:
    for collection, keys in (
        ("contacts", ("email", "phone", "last_name")),
        ("accounts", ("name", "email", "phone", "business_id")),
    ):
        for key in keys:
            for odd in ODD:
                sent = {key: odd, "first_name": "Bo", "next": "//evil.example"}
                answer = alice.client.post(f"/{collection}/suspects", data=sent)
                assert answer.status_code in (200, 422), (key, odd[:20])
                assert "evil.example" not in answer.text


# What lists tell


def test_own_fields_of_every_kind_are_escaped_in_every_look(
    acme: Workspace, alice: Person, define: Define
) -> None:
    options = ({"label": {"en": EVIL}, "colour": "red"}, {"label": {"en": "=1+1<img src=x>"}})
    keys = {
        kind: define(
            kind,
            f"{kind} {EVIL}"[:60],
            **({"options": options} if KINDS[kind].has_options else {}),
            **({"to": "account"} if kind == "reference" else {}),
        ).key
        for kind in KINDS
    }
    given = {
        "number": "1",
        "money": "3",
        "amount": "3 GBP",
        "percent": "4",
        "day": "2026-01-01",
        "moment": "2026-01-01T10:00",
        "time": "10:00",
        "flag": "1",
        "email": "a@gate.example",
        "phone": "020 7946 0301",
        "url": "https://gate.example/",
        "user": str(alice.user_id),
    }
    with acme.acting(alice) as by:
        account = tailored("account", by)
        given["reference"] = str(make_account(by, EVIL).id)
        for kind in ("choice", "choices"):
            given[kind] = account.by_key[keys[kind]].options[0].value
        firm = make_account(by, EVIL, **{key: given.get(kind, EVIL) for kind, key in keys.items()})
        make_contact(by, EVIL, "<img src=x>", account_id=str(firm.id), title=EVIL)
        both = f"{firm.id},{given['reference']}"
    with acme.scope() as session:
        session.get_one(User, alice.user_id).name = EVIL
    columns = ",".join(keys.values())
    for language in ("en", "zh-CN"):
        alice.client.set_cookie("lang", language, domain=alice.client.host)
        for path in (
            f"/accounts?cols={columns}",
            f"/accounts?cols={columns}&group={keys['choice']}",
            f"/accounts?group={keys['user']}",
            f"/accounts/merge?ids={both}",
            f"/accounts/export?cols={columns}",
            "/contacts",
        ):
            answer = alice.client.get(path)
            assert answer.status_code == 200, path
            assert not any(one in answer.text for one in TOLD), path


def test_a_new_label_stands_in_every_kept_part_at_once(
    acme: Workspace, alice: Person, define: Define
) -> None:
    field = define("text", "Wood")
    with acme.acting(alice) as by:
        make_account(by, **{field.key: "Oak"})
    paths = [f"/accounts?cols={field.key}{more}" for more in ("", "&group=lifecycle")]
    languages = {"en": "Timber", "zh-CN": "树种"}
    for wish in ({"en": "Wood", "zh-CN": "木材"}, languages):
        with acme.acting(alice) as by:
            row = by.session.get_one(CustomField, field.id)
            change_field(by, row, row.version, Wish(wish))
        for language, label in wish.items():
            alice.client.set_cookie("lang", language, domain=alice.client.host)
            for path in paths:
                shown = alice.client.get(path).text
                assert label in shown
                assert wish is not languages or not any(one in shown for one in ("Wood", "木材"))


def test_no_kept_part_holds_another_visit_s_token(
    acme: Workspace, globex: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    for workspace, person in ((acme, bob), (globex, charlie)):
        with workspace.acting(person) as by:
            make_account(by)
    seen: dict[str, str] = {}
    for person in (alice, bob, charlie, alice, bob):
        for path in ("/accounts", "/accounts?q=fence", "/contacts", "/"):
            shown = person.client.get(path).text
            assert "\x1f" not in shown
            for token in re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', shown):
                assert seen.setdefault(token, person.name) == person.name
