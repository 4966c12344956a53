"""A yes or no of a workspace's own: yes, no and no answer are three things in every form."""

from __future__ import annotations

from html.parser import HTMLParser
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.events import Event
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.settings.conftest import Define


class Sent(HTMLParser):
    """What a browser sends of a page's forms when nobody touched them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pairs: dict[str, str] = {}
        self._name = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "input" and name:
            if told.get("type") != "checkbox" or "checked" in told:
                self.pairs[name] = told.get("value", "")
        elif tag in ("select", "textarea") and name:
            self._name = name if tag == "select" else ""
            self._area = name if tag == "textarea" else ""
            self.pairs[name] = ""
        elif tag == "option" and self._name and "selected" in told:
            self.pairs[self._name] = told["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.pairs[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._name = self._area = ""


def kept(acme: Workspace, record_id: UUID) -> tuple[object, int]:
    """What the record holds in the field, and how many events tell of the record."""
    with acme.scope() as session:
        told = select(func.count()).where(Event.record_id == record_id)
        record = session.get_one(Account, record_id)
        return record.custom.get("x_insured"), session.scalar(told) or 0


@pytest.mark.parametrize("value", [None, True, False])
def test_a_form_that_is_saved_untouched_changes_nothing_and_tells_nothing(
    acme: Workspace, alice: Person, define: Define, value: bool | None
) -> None:
    define("flag", "Insured")
    with acme.acting(alice) as by:
        account = make_account(by, x_insured=value)
    before = kept(acme, account.id)
    for url in (f"/accounts/{account.id}/edit", f"/accounts/{account.id}/fields/x_insured"):
        sent = Sent(alice.client.get(url).text).pairs
        assert "x_insured" in sent
        assert alice.client.post(url, data=sent).status_code == 303
    assert kept(acme, account.id) == before


@pytest.mark.parametrize("place", ["edit", "fields/x_insured"])
def test_yes_no_and_neither_can_each_be_chosen(
    acme: Workspace, alice: Person, define: Define, place: str
) -> None:
    define("flag", "Insured")
    with acme.acting(alice) as by:
        account = make_account(by)
    url = f"/accounts/{account.id}/{place}"
    for text, value in (("0", False), ("1", True), ("0", False), ("", None)):
        sent = Sent(alice.client.get(url).text).pairs | {"x_insured": text}
        assert alice.client.post(url, data=sent).status_code == 303
        assert kept(acme, account.id)[0] is value


def test_a_new_record_holds_no_answer_that_nobody_gave(
    acme: Workspace, alice: Person, define: Define
) -> None:
    define("flag", "Insured")
    define("flag", "Green", default="1")
    page = alice.client.get("/accounts/new").text
    sent = Sent(page).pairs | {"name": "Fence"}
    assert sent["x_green"] == "1", "its default stands in the form"
    assert alice.client.post("/accounts/new", data=sent).status_code == 303
    with acme.scope() as session:
        made = session.scalars(select(Account).where(Account.name == "Fence")).one()
        assert made.custom.get("x_insured") is None
        assert made.custom.get("x_green") is True


def test_one_that_is_required_wants_an_answer_and_no_is_one(alice: Person, define: Define) -> None:
    define("flag", "Insured", is_required=True)
    sent = Sent(alice.client.get("/accounts/new").text).pairs | {"name": "Fence"}
    assert alice.client.post("/accounts/new", data=sent).status_code == 422
    assert alice.client.post("/accounts/new", data=sent | {"x_insured": "0"}).status_code == 303


def test_many_records_can_be_given_a_no(acme: Workspace, alice: Person, define: Define) -> None:
    define("flag", "Insured")
    with acme.acting(alice) as by:
        account = make_account(by)
    sent = {"verb": "update", "id": str(account.id), "set": "x_insured"}
    asked = alice.client.post("/accounts/bulk/ask", data=sent).text
    assert '<option value="0">No</option>' in asked
    done = alice.client.post("/accounts/bulk", data=sent | {"x_insured": "0"})
    assert done.status_code == 303
    assert kept(acme, account.id)[0] is False


def test_a_no_that_a_program_says_is_a_change(
    acme: Workspace, alice: Person, define: Define
) -> None:
    define("flag", "Insured")
    with acme.acting(alice) as by:
        account = make_account(by)
    before = kept(acme, account.id)[1]
    with acme.acting(alice) as by:
        perform(
            "account", "update", by.session.get_one(Account, account.id), by=by, x_insured=False
        )
    assert kept(acme, account.id) == (False, before + 1)
