"""A text of a file becomes an option that a choice has not yet, built in or of one's own."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.imports.new_options import ADD
from app.records.picklists import PicklistValue
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow
from tests.records.imports.pages import chosen, given


def test_a_text_can_become_an_option_that_there_is_not_yet(acme: Workspace, alice: Person) -> None:
    url = given(alice, "Name,Industry\nA,Beekeeping\nB,Beekeeping\n", kind="accounts")
    html = alice.client.get(url).text
    assert re.search(r"<b>2</b><span>failed</span>", html)
    form = {**chosen(html), "duplicates": "create", "has1": "1", "v1:Beekeeping": ADD}
    html = alice.client.post(url, data={**form, "do": "check"}).text
    assert re.search(r"<b>2</b><span>new records</span>", html)
    assert "Beekeeping" not in alice.client.get("/accounts/new").text  # Nothing was kept of it.
    assert alice.client.post(url, data={**form, "do": "start"}).status_code == 303
    with acme.scope() as session:
        assert list(session.scalars(select(Account.industry))) == ["beekeeping", "beekeeping"]
    assert "Beekeeping" in alice.client.get("/accounts/new").text


def choice_of(workspace: Workspace, person: Person, kind: str = "choice") -> None:
    """A choice of the workspace's own, called Grade, with one option."""
    with workspace.acting(person) as by:
        wish = Wish({"en": "Grade"}, options=({"label": {"en": "Gold"}},))
        define_field(by, tailored("account", by), kind, wish)


GRADES = "Name,Grade\nA,Silver\nB,Gold\nC,Silver\n"


def test_a_choice_of_ones_own_takes_new_options_too_counted_before_they_are_made(
    acme: Workspace, alice: Person
) -> None:
    choice_of(acme, alice)
    url = given(alice, GRADES, kind="accounts")
    html = alice.client.get(url).text
    assert "new option" not in html.split('aria-label="What would become of the rows"')[1][:900]
    form = {**chosen(html), "duplicates": "create", "has1": "1", "v1:Silver": ADD}
    html = alice.client.post(url, data={**form, "do": "check"}).text
    assert re.search(r"<b>3</b><span>new records</span>", html)
    assert re.search(r"<b>1</b><span>new option</span>", html)
    assert "Silver" not in alice.client.get("/accounts/new").text  # Nothing was kept of it.
    assert alice.client.post(url, data={**form, "do": "start"}).status_code == 303
    with acme.scope() as session:
        kept = session.scalars(select(Account.custom).order_by(Account.name))
        assert [one["x_grade"] for one in kept] == ["silver", "gold", "silver"]
        told = session.scalars(
            select(Event).where(Event.record_type == "field", Event.verb == "updated")
        )
        before, after = told.one().changes["options"]
        assert [one["value"] for one in before] == ["gold"]
        assert [one["label"] for one in after] == [{"en": "Gold"}, {"en": "Silver"}]
    assert "Silver" in alice.client.get("/accounts/new").text


def test_the_receipt_tells_of_the_options_as_the_page_before_it_did(
    acme: Workspace, alice: Person
) -> None:
    choice_of(acme, alice)
    url = given(alice, GRADES, kind="accounts")
    html = alice.client.get(url).text
    form = {**chosen(html), "duplicates": "create", "has1": "1", "v1:Silver": ADD}
    assert alice.client.post(url, data={**form, "do": "start"}).status_code == 303
    assert re.search(r"<b>1</b><span>new option</span>", alice.client.get(url).text)


def test_options_of_a_trial_are_told_by_what_follows_it(acme: Workspace, alice: Person) -> None:
    choice_of(acme, alice)
    url = given(alice, GRADES, kind="accounts")
    html = alice.client.get(url).text
    form = {**chosen(html), "duplicates": "create", "has1": "1", "v1:Silver": ADD}
    assert alice.client.post(url, data={**form, "do": "try"}).status_code == 303
    told = alice.client.get(url).text
    assert "All 3 rows were tried" in told
    assert re.search(r"<b>1</b><span>new option</span>", told)
    kept = {**chosen(told), "duplicates": "create", "has1": "1", "v1:Silver": "silver"}
    assert alice.client.post(url, data={**kept, "do": "start"}).status_code == 303
    told = alice.client.get(url).text
    assert re.search(r"<b>1</b><span>new option</span>", told)
    assert re.search(r"<b>3</b><span>new records</span>", told)


def test_a_cell_of_several_new_options_finds_each_of_them(acme: Workspace, alice: Person) -> None:
    choice_of(acme, alice, "choices")
    url = given(alice, "Name,Grade\nA,Silver;Gold\nB,Silver\n", kind="accounts")
    form = {"c0": "name", "c1": "x_grade", "duplicates": "create", "has1": "1", "v1:Silver": ADD}
    assert alice.client.post(url, data={**form, "do": "start"}).status_code == 303
    with acme.scope() as session:
        kept = session.scalars(select(Account.custom).order_by(Account.name))
        assert [one["x_grade"] for one in kept] == [["gold", "silver"], ["silver"]]


def test_an_option_that_can_t_be_made_is_told_at_its_column(acme: Workspace, alice: Person) -> None:
    choice_of(acme, alice)
    long = "Silver" * 11
    url = given(alice, f"Name,Grade\nA,{long}\n", kind="accounts")
    form = {"c0": "name", "c1": "x_grade", "duplicates": "create", "has1": "1", f"v1:{long}": ADD}
    answer = alice.client.post(url, data={**form, "do": "start"})
    assert answer.status_code == 422
    assert "longer than 60 characters" in answer.text.split('id="column-1"')[1].split("</li>")[0]


def test_who_may_not_decide_on_fields_makes_no_option(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    choice_of(acme, alice)
    allow(acme, "sales_rep", "import")
    url = given(bob, GRADES, kind="accounts")
    assert "a new option" not in bob.client.get(url).text
    form = {"c0": "name", "c1": "x_grade", "duplicates": "create", "has1": "1", "v1:Silver": ADD}
    assert bob.client.post(url, data={**form, "do": "start"}).status_code == 403
    assert "Silver" not in alice.client.get("/accounts/new").text


def test_only_a_choice_takes_options(acme: Workspace, alice: Person) -> None:
    url = given(alice, "Name,City\nA,Leeds\n", kind="accounts")
    form = {"c0": "name", "c1": "city", "duplicates": "create", "has1": "1", "v1:Leeds": ADD}
    alice.client.post(url, data={**form, "do": "start"})
    with acme.scope() as session:
        assert not session.scalars(select(PicklistValue).where(PicklistValue.field == "city")).all()
