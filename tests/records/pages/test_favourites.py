"""Favourites: records that somebody keeps at hand, in the rail of their own pages alone."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

import app.web
from app.crm.models import Account
from app.records.door import perform
from app.records.erase import erase_record
from app.records.favourites.kept import MOST
from app.records.favourites.models import Favourite
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.tailored import tailored
from tenants.facts import TenantFacts
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs, program
from tests.records.pages.test_sharing_pages import let_reps_see_their_own

__all__ = ["program"]
DIST = Path(app.web.__file__).parent / "static" / "dist"
SPRITE = DIST / json.loads((DIST / "manifest.json").read_text())["icons.svg"]
NOBODY = "01a20172-c7fd-73c7-b690-51729345771b"


def star(person: Person, path: str, *, on: bool = True) -> None:
    answer = person.client.post(f"{path}/favourite", data={"on": "1" if on else "0"})
    assert answer.status_code == 303, answer.text


def rail(person: Person, page: str = "/settings") -> list[str]:
    """What stands under Favourites in the rail of somebody's pages."""
    text = person.client.get(page).text
    part = text.partition('<div id="favourites"')[2].partition("</nav>")[0]
    return [html.unescape(one) for one in re.findall(r"</svg><span>([^<]*)</span></a>", part)]


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> list[str]:
    """The paths of three accounts, which Bob owns."""
    names, owner = ("Alder & Co", "Birch Ltd", "Cedar Works"), str(bob.user_id)
    with acme.acting(alice) as by:
        made = [make_account(by, name, owner_id=owner).id for name in names]
    return [f"/accounts/{one}" for one in made]


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def test_a_star_keeps_a_record_in_ones_own_rail_and_lets_it_go(
    alice: Person, bob: Person, firms: list[str]
) -> None:
    star(alice, firms[1])
    star(alice, firms[0])
    star(alice, firms[0])
    assert rail(alice) == ["Birch Ltd", "Alder & Co"]
    assert rail(bob) == []
    page = alice.client.get(firms[0]).text
    assert 'aria-pressed="true"' in page
    assert "#star-filled" in page.partition("data-favourite")[2][:400]
    assert 'id="star-filled"' in SPRITE.read_text()
    assert re.search(rf'href="{firms[0]}" aria-current="page"', page)
    assert 'aria-pressed="true"' not in alice.client.get(firms[2]).text
    star(alice, firms[0], on=False)
    assert rail(alice) == ["Birch Ltd"]


def test_the_answer_to_a_script_is_the_star_and_the_rail(alice: Person, firms: list[str]) -> None:
    answer = alice.client.post(
        f"{firms[0]}/favourite",
        data={"on": "1", "place": "page"},
        headers={"HX-Request": "true", "HX-Target": "form#star-page"},
    )
    assert answer.status_code == 200
    assert 'aria-pressed="true"' in answer.text
    assert 'id="favourites" data-hx-swap-oob="outerHTML"' in answer.text
    assert "Alder &amp; Co" in answer.text


def test_there_are_at_most_fifteen_that_are_seen(
    acme: Workspace, alice: Person, firms: list[str]
) -> None:
    with acme.acting(alice) as by:
        more = [f"/accounts/{make_account(by, f'Firm {n:02}').id}" for n in range(MOST)]
    for path in more:
        star(alice, path)
    star(alice, firms[0])
    assert "Take one out first" in alice.client.get("/accounts").text
    assert len(rail(alice)) == MOST
    with acme.acting(alice) as by:
        perform("account", "delete", by.session.get_one(Account, id_of(more[0])), by=by)
    assert len(rail(alice)) == MOST - 1
    star(alice, firms[0])
    assert rail(alice)[-1] == "Alder & Co"


def test_they_are_put_in_order_by_scripts_and_by_buttons(alice: Person, firms: list[str]) -> None:
    for path in firms:
        star(alice, path)
    ids = [f"account:{id_of(path)}" for path in firms]
    alice.client.post("/favourites", data={"id": [ids[2], ids[0], ids[1]]})
    assert rail(alice) == ["Cedar Works", "Alder & Co", "Birch Ltd"]
    alice.client.post("/favourites", data={"id": [ids[2], ids[0], ids[1]], "up": ids[1]})
    assert rail(alice) == ["Cedar Works", "Birch Ltd", "Alder & Co"]
    alice.client.post("/favourites", data={"id": ids, "remove": ids[0]})
    assert rail(alice) == ["Cedar Works", "Birch Ltd"]
    told = alice.client.get("/favourites").text
    assert told.index("Cedar Works") < told.index("Birch Ltd")
    odd = alice.client.post("/favourites", data={"id": ["", "account:nothing", "x"], "up": "?"})
    assert odd.status_code == 303


def test_what_is_out_of_reach_is_passed_over(
    acme: Workspace, alice: Person, bob: Person, firms: list[str]
) -> None:
    star(bob, firms[0])
    assert rail(bob) == ["Alder & Co"]
    let_reps_see_their_own(acme)
    with acme.acting(alice) as by:
        for path in firms[:2]:
            account = by.session.get_one(Account, id_of(path))
            perform("account", "update", account, by=by, owner_id=str(alice.user_id))
    assert rail(bob) == []
    assert bob.client.post(f"{firms[1]}/favourite", data={"on": "1"}).status_code == 404


def test_a_renamed_record_has_its_new_name(
    acme: Workspace, alice: Person, firms: list[str]
) -> None:
    star(alice, firms[0])
    with acme.acting(alice) as by:
        account = by.session.get_one(Account, id_of(firms[0]))
        perform("account", "update", account, by=by, name="Aspen & Co")
    assert rail(alice) == ["Aspen & Co"]


def test_a_merged_record_s_place_goes_to_the_one_that_stays_and_comes_back(
    acme: Workspace, alice: Person, bob: Person, firms: list[str]
) -> None:
    star(alice, firms[1])
    star(bob, firms[0])
    star(bob, firms[1])
    with acme.acting(alice) as by:
        accounts = tailored("account", by)
        merge = merge_records(accounts, id_of(firms[0]), [id_of(firms[1])], by=by, choices={})
    assert rail(alice) == ["Alder & Co"]
    assert rail(bob) == ["Alder & Co"]
    with acme.acting(alice) as by:
        undo_merge(merge.id, by=by)
    assert rail(alice) == ["Birch Ltd"]
    assert sorted(rail(bob)) == ["Alder & Co", "Birch Ltd"]


def test_an_erased_record_leaves_nothing_behind(
    acme: Workspace, alice: Person, firms: list[str]
) -> None:
    star(alice, firms[0])
    with acme.acting(alice) as by:
        account = by.session.get_one(Account, id_of(firms[0]))
        perform("account", "delete", account, by=by)
        erase_record(tailored("account", by), account, by)
    assert rail(alice) == []
    with acme.scope() as session:
        assert session.scalars(select(Favourite)).all() == []


def test_who_has_none_pays_nothing_and_who_has_some_one_statement(
    acme: Workspace, alice: Person, bob: Person, firms: list[str]
) -> None:
    def statements(person: Person) -> list[str]:
        person.client.get("/settings")  # What a process remembers is met once before.
        with Statements() as counted:
            person.client.get("/settings")
        return counted.said

    before = len(statements(bob))
    with acme.acting(alice) as by:
        contact = make_contact(by)
    for path in (*firms, f"/contacts/{contact.id}"):
        star(alice, path)
    assert len(statements(bob)) == before
    assert not any("favourites" in one for one in statements(bob))
    assert len(statements(alice)) == before + 1


def test_a_read_only_workspace_shows_them_without_a_star(
    alice: Person, firms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    star(alice, firms[0])
    assert 'data-key="s"' in alice.client.get(firms[0]).text
    assert 'data-row-to="/favourite"' in alice.client.get("/accounts").text
    monkeypatch.setattr(TenantFacts, "is_read_only", property(lambda self: True))
    assert rail(alice) == ["Alder & Co"]
    assert 'data-key="s"' not in alice.client.get(firms[0]).text
    assert 'data-row-to="/favourite"' not in alice.client.get("/accounts").text
    assert alice.client.post("/favourites", data={"remove": firms[0]}).status_code == 422


def test_programs_keep_and_let_go_as_people_do(
    alice: Person, bob: Person, firms: list[str], program: Programs
) -> None:
    api = program(alice)
    one = f"{firms[0][1:]}/favourite"
    assert api.call("PUT", one).status_code == 204
    assert api.call("PUT", one).status_code == 204
    (told,) = api.get("favourites").json["data"]
    assert (told["record_type"], told["title"]) == ("account", "Alder & Co")
    assert told["url"] == f"http://acme.zuke.test{firms[0]}"
    assert program(bob).get("favourites").json["data"] == []
    assert rail(alice) == ["Alder & Co"]
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 204
    assert rail(alice) == []
    assert api.call("PUT", f"accounts/{NOBODY}/favourite").status_code == 404


def test_a_program_puts_them_in_order(
    alice: Person, bob: Person, firms: list[str], program: Programs
) -> None:
    api = program(alice)
    for one in firms:
        assert api.call("PUT", f"{one[1:]}/favourite").status_code == 204
    before = api.get("favourites").json["data"]
    named = [{key: one[key] for key in ("record_type", "record_id")} for one in before]
    told = api.call("PUT", "favourites", {"favourites": [named[-1]]})
    assert told.status_code == 200
    assert told.json["data"] == [before[-1], *before[:-1]]
    assert api.get("favourites").json == told.json
    for wrong in (None, [1], [{}], [{**named[0], "x": 1}], [{**named[0], "record_id": "x"}]):
        assert api.call("PUT", "favourites", {"favourites": wrong}).status_code == 422
    assert program(bob).call("PUT", "favourites", {"favourites": named}).json["data"] == []
    assert api.get("favourites").json == told.json
