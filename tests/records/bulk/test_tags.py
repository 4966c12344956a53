"""Tags: typed on a record, put on many, shown as chips, found by filter, palette and API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.crm.models import Account
from app.identity.models import Grant, Role
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.tags.models import Tag
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in, program
from tests.records.bulk.conftest import Firms, last_change
from tests.records.bulk.test_changes import change
from tests.records.pages.test_lists import names

__all__ = ["program"]


def tags_of(acme: Workspace) -> list[tuple[str, ...] | None]:
    with acme.scope() as session:
        return list(session.scalars(select(Account.tags).order_by(Account.name_sort)))


def type_tags(person: Person, record_id: str, text: str) -> TestResponse:
    return person.client.post(f"/accounts/{record_id}/fields/tags", data={"tags": text})


def take_right(acme: Workspace, verb: str) -> None:
    """Nobody but the owner may do this with tags any more."""
    with acme.scope() as session:
        for grant in session.scalars(
            select(Grant).where(Grant.record_type == "tag", Grant.verb == verb)
        ):
            session.delete(grant)
        for role in session.scalars(select(Role)):
            role.stamp = new_id()


def test_a_tag_that_is_typed_is_made_and_is_one_whatever_its_case(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    first, second = firms(alice, 2)
    assert type_tags(alice, first, "VIP, 重点客户").status_code == 303
    assert type_tags(alice, second, "vip，ＶＩＰ").status_code == 303
    assert tags_of(acme) == [("vip", "重点客户"), ("vip",)]
    page = alice.client.get(f"/accounts/{first}").text
    assert '<a class="tag" href="/accounts?tags__has=vip">VIP</a>' in page
    assert "changed Tags" in page
    form = alice.client.get(f"/accounts/{first}/fields/tags").text
    assert 'value="VIP, 重点客户"' in form
    type_tags(alice, first, "")
    assert tags_of(acme) == [None, ("vip",)]


def test_whoever_may_make_no_tags_uses_those_that_are_there(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    type_tags(alice, firms(alice, 1)[0], "VIP")
    mine = firms(bob, 1)[0]
    take_right(acme, "create")
    answer = type_tags(bob, mine, "VIP, New")
    assert answer.status_code == 422
    assert "There is no tag “New”, and your role may not make one." in answer.text
    assert type_tags(bob, mine, "vip").status_code == 303
    with acme.scope() as session:
        assert session.scalars(select(Tag.name)).all() == ["VIP"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * 41, "A tag has 1 to 40 characters."),
        (", ".join(map(str, range(31))), "At most 30 tags."),
    ],
)
def test_tags_have_limits(
    acme: Workspace, alice: Person, firms: Firms, text: str, told: str
) -> None:
    answer = type_tags(alice, firms(alice, 1)[0], text)
    assert answer.status_code == 422
    assert told in answer.text
    with acme.scope() as session:
        assert session.scalars(select(Tag.id)).all() == []


def test_many_records_are_tagged_and_untagged_and_keep_their_other_tags(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    type_tags(alice, ids[0], "old")
    change(alice, verb="tag", id=ids, tags="VIP")
    assert tags_of(acme) == [("old", "vip"), ("vip",)]
    assert "changed Tags:" in alice.client.get(f"/accounts/{ids[1]}").text
    made = last_change(acme)
    assert "Tagged 2 accounts." in alice.client.get(f"/accounts/bulk/{made.id}").text
    change(alice, verb="untag", id=ids, tags="vip")
    assert tags_of(acme) == [("old",), None]
    alice.client.post(f"/accounts/bulk/{last_change(acme).id}/undo")
    assert tags_of(acme) == [("old", "vip"), ("vip",)]
    wrong = change(alice, verb="untag", id=ids, tags="never")
    assert wrong.status_code == 422
    assert "There is no tag “never”." in wrong.text
    assert change(alice, verb="tag", id=ids, tags=" , ").status_code == 422


def test_a_list_shows_tags_as_chips_and_is_filtered_by_them(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    ids = firms(alice, 3)
    change(alice, verb="tag", id=ids[:1], tags="VIP, <b>")
    change(alice, verb="tag", id=ids[1:2], tags="cold")
    page = alice.client.get("/accounts?tags__has=vip&cols=name,tags").text
    assert names(page) == ["Alice Archer 000"]
    assert '<span class="tag">VIP</span>' in page
    assert "&lt;b&gt;" in page
    assert "<b></" not in page
    assert len(names(alice.client.get("/accounts?tags__in=vip,cold").text)) == 2
    assert len(names(alice.client.get("/accounts?tags__isnull=true").text)) == 1
    assert len(names(alice.client.get("/accounts?tags__ne=vip").text)) == 2
    assert alice.client.get("/accounts?name__has=vip").status_code == 422


def test_programs_read_write_and_filter_tags(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    made = api.make(tags=["VIP", "cold"])
    assert made["tags"] == ["vip", "cold"]
    assert api.get("accounts?tags__has=vip").json["data"][0]["id"] == made["id"]  # type: ignore[index]
    assert api.get("accounts?tags__has=warm").json["data"] == []  # type: ignore[index]
    assert api.patch(f"accounts/{made['id']}", {"tags": []}).json["tags"] is None  # type: ignore[index]
    wrong: list[Any] = [5, [5], {"a": 1}, [None], ["\x00"]]
    for value in wrong:
        assert fields_in(api.patch(f"accounts/{made['id']}", {"tags": value})) == ["tags"], value


def test_the_palette_finds_a_tag_and_leads_to_its_records(
    acme: Workspace, alice: Person, firms: Firms
) -> None:
    change(alice, verb="tag", id=firms(alice, 1), tags="重点客户")
    found = alice.client.get("/search?fmt=palette&q=重点").text
    assert 'href="/accounts?tags__has=%E9%87%8D%E7%82%B9%E5%AE%A2%E6%88%B7"' in found
    assert alice.client.get("/search?q=重点").status_code == 200


def test_a_tag_is_renamed_coloured_and_removed_once_nothing_holds_it(
    acme: Workspace, alice: Person, bob: Person, firms: Firms
) -> None:
    ids = firms(alice, 2)
    change(alice, verb="tag", id=ids[:1], tags="VIP, cold")
    with acme.scope() as session:
        tag_id = session.scalars(select(Tag.id).where(Tag.key == "vip")).one()
    url = f"/settings/tags/{tag_id}"
    assert bob.client.get("/settings/tags").status_code == 403
    assert bob.client.post(url, data={"name": "Mine"}).status_code == 403
    alice.client.post(url, data={"name": "Key account", "colour": "red"})
    page = alice.client.get(f"/accounts/{ids[0]}").text
    assert '<a class="tag tag-bad" href="/accounts?tags__has=vip">Key account</a>' in page
    type_tags(alice, ids[1], "key ACCOUNT")
    assert tags_of(acme) == [("vip", "cold"), ("vip",)]
    assert "There is such a tag already." in alice.client.post(url, data={"name": "Cold"}).text
    refused = alice.client.post(f"{url}/delete")
    assert refused.status_code == 422
    assert "2 records hold this tag" in refused.text
    change(alice, verb="untag", id=ids[1:], tags="vip")
    with acme.acting(alice) as by:
        gone = by.session.scalars(select(Account).where(Account.tags.contains(["vip"]))).one()
        perform("account", "delete", gone, by=by)
    assert alice.client.post(f"{url}/delete").status_code == 303
    with acme.acting(alice) as by:
        perform("account", "restore", by.session.get_one(Account, gone.id), by=by)
    assert tags_of(acme) == [("cold",), None]


def test_a_tag_is_made_in_the_settings_for_one_type(acme: Workspace, alice: Person) -> None:
    data = {"name": "VIP", "type": "contact", "colour": "green"}
    assert alice.client.post("/settings/tags/new", data=data).status_code == 303
    assert alice.client.post("/settings/tags/new", data=data).status_code == 422
    assert (
        alice.client.post("/settings/tags/new", data={"name": "x", "type": "?"}).status_code == 422
    )
    assert ">VIP</a>" in alice.client.get("/settings/tags").text
    with acme.acting(alice) as by:
        make_account(by, tags="VIP")
    with acme.scope() as session:
        assert len(session.scalars(select(Tag.id)).all()) == 2, "an account's VIP is another tag"
