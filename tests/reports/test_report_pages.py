"""Reports as people meet them: built, kept, shared, opened row by row, taken away as files."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from app.events.models import Event
from app.identity.models import User
from app.identity.operations.tokens import create_token
from app.records.sharing.operations import follow
from app.records.tailored import tailored
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_activity, make_contact, make_product


def by_country(**more: Any) -> str:
    return json.dumps({"record_type": "account", "groups": [{"field": "country"}], **more})


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """Two German firms of Bob's, one British of Alice's."""
    with acme.acting(alice) as by:
        for name, country, owner in (
            ("Zug", "DE", bob.user_id),
            ("Öl", "DE", bob.user_id),
            ("=HYPERLINK(1)", "GB", alice.user_id),
        ):
            make_account(by, name, country=country, owner_id=owner, city=name)


def bearer(person: Person) -> str:
    """A token with which a program acts as a person."""
    workspace = person.workspace
    with workspace.acting(person) as by:
        by.session.info["tenant"] = workspace.facts
        user = by.session.get_one(User, person.user_id)
        return create_token(workspace.actor(), user, name="Test", scopes=("*",)).secret


def kept(client: HostClient, definition: str, audience: str = "private", **more: str) -> str:
    """The address of a report that was just kept."""
    form = {"definition": definition, "name": "Firms by country", "audience": audience, **more}
    answer = client.post("/reports/save", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def numbers(html: str) -> list[str]:
    """The numbers of a page's table in their order, without what they are compared with."""
    found = re.findall(r'<td class="num">(?:<a href="([^"]*)">)?([^<]*)', html)
    return [text for _url, text in found]


def links(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<td class="num"><a href="([^"]*)">', html)]


@pytest.mark.usefixtures("firms")
def test_a_report_is_built_kept_and_each_number_opens_its_rows(alice: Person) -> None:
    client = alice.sign_in()
    built = client.get("/reports/build?type=account&g0=country&o0=most&m0=count")
    assert built.status_code == 200
    assert numbers(built.text) == ["2", "1", "3"]
    page = client.get(kept(client, by_country()))
    assert numbers(page.text) == ["2", "1", "3"]
    german, british, every = links(page.text)
    assert "Zug" in (opened := client.get(german).text)
    assert "HYPERLINK" not in opened
    assert "HYPERLINK" in client.get(british).text
    assert "Zug" in client.get(every).text


@pytest.mark.usefixtures("firms")
def test_a_report_without_groups_counts_all_its_records(alice: Person) -> None:
    client = alice.sign_in()
    for country, count in (("", "3"), ("DE", "2"), ("FR", "0")):
        only = {"filter": {"f": "country", "op": "eq", "v": country}} if country else {}
        definition = json.dumps({"record_type": "account", **only})
        assert numbers(client.get(kept(client, definition)).text)[-1:] == (
            [count] if count != "0" else []
        )


@pytest.mark.usefixtures("firms")
def test_of_dates_there_is_an_earliest_and_a_latest_and_no_least(alice: Person) -> None:
    client = alice.sign_in()
    asked = "type=account&m0=min:created_at&m1=max:payment_days"
    page = client.get(f"/reports/build?{asked}").text
    assert "Created: earliest</th>" in page
    assert "Payment term: greatest</th>" in page
    assert "Created: latest</option>" in page


@pytest.mark.usefixtures("firms")
def test_a_reader_s_own_access_decides_what_a_shared_report_counts(
    alice: Person, bob: Person
) -> None:
    place = kept(alice.sign_in(), by_country(), "everyone")
    assert numbers(bob.sign_in().get(place).text) == ["2", "2"]


@pytest.mark.parametrize("filters", [None, {"f": "owner_id", "op": "isnull", "v": "true"}])
def test_the_number_without_an_owner_opens_what_it_counts_and_not_the_pool(
    acme: Workspace, alice: Person, bob: Person, filters: dict[str, str] | None
) -> None:
    with acme.acting(alice) as by:
        followed = make_account(by, "Followed", owner_id=None)
        follow(tailored("account", by), followed, by.session.get_one(User, bob.user_id), by)
        for number in range(3):
            make_account(by, f"Free {number}", owner_id=None)
    report = {"record_type": "account", "groups": [{"field": "owner_id"}]}
    if filters:
        report["filter"] = filters  # type: ignore[assignment]
    client = bob.sign_in()
    page = client.get(kept(client, json.dumps(report))).text
    assert numbers(page) == ["1", "1"]
    for url in links(page)[: 2 if filters else 1]:
        opened = client.get(url).text
        assert "Followed" in opened
        assert "Free" not in opened


@pytest.mark.usefixtures("firms")
def test_a_private_report_is_nobody_else_s(alice: Person, bob: Person, charlie: Person) -> None:
    place = kept(alice.sign_in(), by_country())
    for person in (bob, charlie):
        client = person.sign_in()
        assert client.get(place).status_code == 404
        assert client.post(f"{place}/delete").status_code == 404
        assert "Firms by country" not in client.get("/reports").text


@pytest.mark.usefixtures("firms")
def test_only_whoever_may_shares_with_everyone_and_says_so_beside_the_field(bob: Person) -> None:
    form = {"definition": by_country(), "name": "Firms", "audience": "everyone"}
    answer = bob.sign_in().post("/reports/save", data=form)
    assert answer.status_code == 422
    assert "Your role may not share reports" in answer.text
    assert 'value="Firms"' in answer.text


@pytest.mark.usefixtures("firms")
def test_a_colleague_s_report_is_copied_and_not_changed(alice: Person, bob: Person) -> None:
    place = kept(alice.sign_in(), by_country(), "everyone")
    report_id = place.rpartition("/")[2]
    client = bob.sign_in()
    form = {"definition": by_country(), "name": "Mine now", "audience": "private"}
    changed = client.post("/reports/save", data={**form, "report": report_id, "version": "1"})
    assert changed.status_code == 403
    assert "Make your own of it" in client.get(place).text
    assert client.post("/reports/save", data=form).status_code == 303


@pytest.mark.usefixtures("firms")
def test_two_who_change_a_report_at_once_do_not_overwrite_each_other(alice: Person) -> None:
    client = alice.sign_in()
    place = kept(client, by_country())
    form = {"definition": by_country(), "name": "Second", "audience": "private"}
    form |= {"report": place.rpartition("/")[2], "version": "1"}
    assert client.post("/reports/save", data=form).status_code == 303
    answer = client.post("/reports/save", data={**form, "name": "Third"})
    assert answer.status_code == 409
    assert "Somebody changed this report" in answer.text


@pytest.mark.usefixtures("firms")
def test_what_is_deleted_can_be_brought_back_and_starred(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    place = kept(client, by_country())
    key = place.rpartition("/")[2]
    assert client.post("/reports/star", data={"key": key, "on": "1"}).status_code == 303
    assert "Starred" in client.get("/reports").text
    assert client.post(f"{place}/delete").status_code == 303
    assert client.get(place).status_code == 404
    assert client.post(f"{place}/restore").status_code == 303
    assert client.get(place).status_code == 200
    with acme.scope() as session:
        told = select(Event.verb).where(Event.record_type == "report", Event.record_id == UUID(key))
        assert session.scalars(told.order_by(Event.id)).all() == ["created", "deleted", "restored"]


def test_a_field_hidden_from_the_reader_is_left_out_and_said(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="10", cost="4")
    sums = {
        "record_type": "product",
        "measures": [{"what": "sum", "field": "cost"}, {"what": "count"}],
    }
    shown = kept(alice.sign_in(), json.dumps(sums), "everyone")
    client = bob.sign_in()
    page = client.get(shown)
    assert page.status_code == 200
    assert "Your role does not show Cost" in page.text
    assert numbers(page.text) == ["1"]
    # A filter by it would betray it.
    narrowed = {"record_type": "product", "filter": {"f": "cost", "op": "gt", "v": "3"}}
    hidden = kept(alice.sign_in(), json.dumps(narrowed), "everyone")
    assert client.get(hidden).status_code == 403
    by_cost = {"record_type": "product", "measures": [{"what": "sum", "field": "cost"}]}
    assert client.get(kept(alice.sign_in(), json.dumps(by_cost), "everyone")).status_code == 403
    rate = {"what": "rate", "part": {"f": "cost", "op": "gt", "v": "3"}}
    betrays = json.dumps({"record_type": "product", "measures": [rate]})
    assert client.get(kept(alice.sign_in(), betrays, "everyone")).status_code == 403


@pytest.mark.usefixtures("firms")
def test_files_hold_the_numbers_and_no_formula(acme: Workspace, alice: Person, bob: Person) -> None:
    client = alice.sign_in()
    by_city = json.dumps({"record_type": "account", "groups": [{"field": "city"}]})
    form = {"definition": by_city, "name": "Cities", "format": "csv"}
    lines = client.post("/reports/file", data=form).get_data(as_text=True).splitlines()
    assert lines[0].lstrip("\ufeff") == "City,Count"
    assert "'=HYPERLINK(1),1" in lines
    assert lines[-1] == "All,3"
    book = client.post("/reports/file", data={**form, "format": "xlsx"})
    parts = ZipFile(io.BytesIO(book.get_data()))
    inside = "".join(parts.read(name).decode() for name in parts.namelist() if "sheet" in name)
    assert "=HYPERLINK(1)" in inside
    assert "<f>" not in inside
    assert bob.sign_in().post("/reports/file", data=form).status_code == 403
    with acme.scope() as session:
        verbs = session.scalars(select(Event.verb).where(Event.record_type == "report")).all()
        assert verbs == ["exported", "exported"]


@pytest.mark.usefixtures("firms")
def test_a_file_without_groups_is_its_numbers_alone(alice: Person) -> None:
    form = {"definition": json.dumps({"record_type": "account"}), "name": "All", "format": "csv"}
    answer = alice.sign_in().post("/reports/file", data=form)
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines() == ["Count", "3"]


@pytest.mark.usefixtures("firms")
def test_a_pivot_has_the_last_group_across(alice: Person) -> None:
    groups = [{"field": "country"}, {"field": "owner_id"}]
    definition = json.dumps({"record_type": "account", "groups": groups, "shape": "pivot"})
    page = alice.sign_in().get(f"/reports/build?{urlencode({'definition': definition})}")
    assert page.status_code == 200
    # Alice and Bob across, Germany and Britain downwards, all at the end of each.
    assert sorted(numbers(page.text)) == sorted(["0", "2", "2", "1", "0", "1", "1", "2", "3"])
    assert 'scope="colgroup"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "type=account&g0=password_hash",
        "type=account&g0=country&n0=x&m0=sum:name",
        "type=contact&pk=created_at&pt=someday",
        "type=activity&g0=minutes&s0=-4",
        "definition=[[[",
        "definition={%22record_type%22:%22account%22,%22groups%22:3}",
        "type=account&g0=country%27;--&m0=count",
        "type=account&m0={%22what%22:%22rate%22}",
        "type=nothing",
    ],
)
def test_what_is_typed_wrongly_is_said_and_never_a_fault(alice: Person, query: str) -> None:
    answer = alice.sign_in().get(f"/reports/build?{query}")
    assert answer.status_code in (200, 403, 422), answer.text
    if query.startswith("type=account&g0=password"):
        assert "left out" in answer.text


def test_an_address_of_a_report_that_cannot_be_read_leads_to_the_reports_there_are(
    alice: Person,
) -> None:
    answer = alice.sign_in().get("/reports/build?definition={%22record_type%22:%22acc")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'href="/reports/build" data-key="n"' in answer.text
    assert 'href="/reports/ready/' in answer.text


@pytest.mark.usefixtures("firms")
def test_every_ready_made_report_shows_its_numbers(alice: Person, bob: Person) -> None:
    with alice.workspace.acting(alice) as by:
        make_contact(by)
    for person in (alice, bob):
        client = person.sign_in()
        found = re.findall(r'href="(/reports/ready/[^"]*)"', client.get("/reports").text)
        assert len(found) >= 6
        for place in found:
            assert client.get(place).status_code == 200, place


@pytest.mark.usefixtures("firms")
def test_a_chart_draws_what_the_table_says_and_each_bar_leads_to_its_rows(alice: Person) -> None:
    client = alice.sign_in()
    page = client.get("/reports/build?type=account&g0=country&m0=count&shape=bar").text
    (written,) = re.findall(r'data-chart="([^"]*)"', page)
    drawn = json.loads(unescape(written))
    (measure,) = drawn["measures"]
    (series,) = measure["series"]
    assert series["values"] == [int(one) for one in numbers(page)[:-1]]
    assert series["urls"] == links(page)[:-1]
    assert "data-chart" not in client.get("/reports/build?type=account&g0=country&m0=count").text


@pytest.mark.usefixtures("firms")
def test_programs_keep_and_run_reports_in_their_own_rights(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    numbers_of = {}
    for person in (alice, bob):
        token = HostClient(person._app(), host=acme.host)
        assert person.workspace is acme
        headers = {"Authorization": f"Bearer {bearer(person)}"}
        body = {"definition": json.loads(by_country())}
        ran = token.post("/api/v1/reports/run", json=body, headers=headers)
        assert ran.status_code == 200, ran.text
        whole = next(one for one in ran.json["rows"] if one["groups"] == [None])  # type: ignore[index]
        numbers_of[person.name] = whole["values"]
        made = {**body, "name": "By country"}
        kept_ = token.post("/api/v1/reports", json=made, headers=headers)
        assert kept_.status_code == 201, kept_.text
        place = kept_.headers["Location"]
        again = token.get(f"{place}/rows", headers=headers).json["rows"]  # type: ignore[index]
        assert again == ran.json["rows"]  # type: ignore[index]
        assert token.patch(place, json={"name": "Other"}, headers=headers).status_code == 200
        assert token.delete(place, headers=headers).status_code == 204
        assert token.get(place, headers=headers).status_code == 404
        wrong = token.post("/api/v1/reports/run", json={"definition": []}, headers=headers)
        assert wrong.status_code == 422
    assert numbers_of == {alice.name: [3], bob.name: [2]}


def test_follow_ups_by_person_count_nothing_else_that_was_written_down(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        for kind in ("note", "call", "follow_up"):
            make_activity(by, kind, account_id=str(account.id))
    page = bob.sign_in().get("/reports/ready/follow-ups-by-person").text
    assert numbers(page) == ["1", "1"] * 2


def narrowed(tree: dict[str, Any], *groups: str) -> dict[str, Any]:
    fields = [{"field": one, "most": 1} for one in groups]
    return {"record_type": "contact", "groups": fields, "filter": tree}


def both(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"and": list(conditions)}


def since(number: int) -> dict[str, Any]:
    return {"f": "created_at", "op": "ne", "v": f"1990-01-{number + 1:02}"}


GROUPED = ("account_id", "owner_id")


@pytest.mark.parametrize("is_over", [False, True])
def test_a_report_whose_numbers_a_list_could_not_open_is_refused_when_it_is_kept(
    acme: Workspace, alice: Person, is_over: bool
) -> None:
    with acme.acting(alice) as by:
        for number in range(3):
            account = make_account(by, f"Firm {number}")
            make_contact(by, f"Person {number}", account_id=str(account.id))
        by.session.get_one(User, alice.user_id).zone = "Asia/Shanghai"
    # Three conditions each to whoever reads on another clock; groups of others add four and two.
    asked = narrowed(both(*(since(number) for number in range(9 if is_over else 8))), *GROUPED)
    client = alice.sign_in()
    if is_over:
        form = {"definition": json.dumps(asked), "name": "Firms", "audience": "private"}
        answer = client.post("/reports/save", data=form)
        assert answer.status_code == 422
        assert "its numbers could not be opened as lists" in answer.text
        built = client.get(f"/reports/build?{urlencode({'definition': json.dumps(asked)})}")
        assert "its numbers could not be opened as lists" in built.text
        return
    page = client.get(kept(client, json.dumps(asked))).text
    assert "Others" in page
    for url in links(page):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("is_over", [False, True])
def test_conditions_too_deep_to_be_opened_are_refused_when_a_report_is_kept(
    acme: Workspace, alice: Person, is_over: bool
) -> None:
    with acme.acting(alice) as by:
        make_contact(by)
        by.session.get_one(User, alice.user_id).zone = "Asia/Shanghai"
    plain = {"f": "title", "op": "isnull", "v": "true"}
    deep: dict[str, Any] = {"or": [plain, both(plain, since(1))]}
    if is_over:
        deep = {"or": [plain, both(plain, {"or": [plain, since(1)]})]}
    client = alice.sign_in()
    if is_over:
        form = {"definition": json.dumps(narrowed(deep)), "name": "Firms", "audience": "private"}
        answer = client.post("/reports/save", data=form)
        assert answer.status_code == 422
        assert "Groups of conditions go 2 deep at most." in answer.text
        return
    for url in links(client.get(kept(client, json.dumps(narrowed(deep)))).text):
        assert client.get(url).status_code == 200


def test_another_clock_lists_no_contact_without_an_account_for_a_condition_on_that(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Apart")
        account = make_account(by)
        make_contact(by, "Within", account_id=str(account.id))
        by.session.get_one(User, alice.user_id).zone = "Asia/Shanghai"
    client = alice.sign_in()
    for operator, days in (("ne", "1990-01-01"), ("nin", "1990-01-01,1991-01-01")):
        tree = {"f": "account_id.created_at", "op": operator, "v": days}
        page = client.get(kept(client, json.dumps(narrowed(tree)))).text
        assert numbers(page) == ["1"]
        opened = client.get(links(page)[0]).text
        assert "Within" in opened
        assert "Apart" not in opened
