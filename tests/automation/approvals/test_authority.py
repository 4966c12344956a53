"""Authority: how far a role goes by itself, and that nobody gets past it.

The minutes of an activity stand for what people agree to, until a module declares a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.automation.approvals.decide import approve
from app.automation.approvals.telling import place_of
from app.automation.authority import operations, subjects
from app.crm.models import Activity
from app.events import Event
from app.identity.models import FieldRule, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.actor import FieldAccess
from app.kernel.errors import Held, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.modules import install_record_types
from app.records import gate
from app.records.authority import Subject
from app.records.bulk.begin import begin_change, begin_undo
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.tailored import tailored
from tests.automation.approvals.conftest import asked, only_request, requests
from tests.automation.approvals.test_gate import account
from tests.cast import PASSWORD, Part, Person
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow, sheet, take_in

__all__ = ["program"]
MINUTES = Subject("minutes", _("Minutes"), "min", "activity", "minutes")


@pytest.fixture(autouse=True)
def _minutes_are_agreed() -> Iterator[None]:
    """Lets the minutes of an activity be something that people agree to."""
    install_record_types()
    subjects.install([MINUTES])
    yield
    install_record_types()  # With the subjects that modules declare.


@pytest.fixture
def mara(alice: Person) -> Person:
    """A manager of Acme."""

    with alice.workspace.acting(alice) as by:
        made = create_user(
            by,
            email="mara@acme.example",
            name="Mara Moor",
            role=role_by_key(by.session, "manager"),
            password=PASSWORD,
        )
        user_id = made.id
    part = Part("Mara Moor", "mara@acme.example", "manager")
    return Person(part, alice.workspace, user_id, alice.app)


@pytest.fixture
def limits(alice: Person, mara: Person) -> None:
    """Reps may agree to 30 minutes and for partners to 60, managers to 90."""
    with alice.workspace.acting(alice) as by:
        rep, manager = (role_by_key(by.session, key).id for key in ("sales_rep", "manager"))
        operations.choose_class(by, "account", "lifecycle")
        texts = {(rep, ""): "30", (rep, "customer"): "60", (manager, ""): "90"}
        operations.save_limits(by, MINUTES, texts)


def call(person: Person, minutes: int, **more: Any) -> UUID:
    """A call that somebody writes down; answers with its id."""
    with person.workspace.acting(person) as by:
        told = {"kind": "call", "body": "A talk", "minutes": minutes, **more}
        return perform("activity", "create", by=by, **told).id


def minutes_of(person: Person, activity_id: UUID) -> int | None:
    with person.workspace.scope() as session:
        return session.get_one(Activity, activity_id).minutes


def number(person: Person) -> int:
    with person.workspace.scope() as session:
        return session.scalar(select(func.count()).select_from(Activity)) or 0


def test_within_it_passes_and_the_event_tells_by_whose(bob: Person, limits: None) -> None:
    made = call(bob, 30)
    with bob.workspace.scope() as session:
        changes = session.scalars(
            select(Event.changes).where(Event.record_id == made, Event.verb == "created")
        ).one()
    (told,) = changes["authority"][1]
    assert (told["subject"], told["value"], told["limit"]) == ("minutes", "30", "30")
    assert "within the authority of Sales rep" in bob.client.get(f"/activities/{made}").text


def test_a_field_that_is_hidden_is_told_by_no_authority(
    alice: Person, bob: Person, mara: Person, limits: None
) -> None:
    made = call(bob, 30)
    with bob.workspace.acting(bob) as by:
        with pytest.raises(Held) as held:
            perform("activity", "update", by.session.get_one(Activity, made), by=by, minutes=80)
        gate.keep(held.value, by)
    place = place_of(only_request(alice))
    assert "80" in str(mara.client.get(place).text)
    with bob.workspace.scope() as session:
        role = session.get_one(User, mara.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(
            FieldRule(role_id=role.id, record_type="activity", field="minutes", access=hidden)
        )
        role.stamp = new_id()
    assert "within the authority" not in mara.client.get(f"/activities/{made}").text
    assert "80\u00a0min" not in mara.client.get(place).text


def test_beyond_it_the_lowest_role_that_suffices_is_asked(
    alice: Person, bob: Person, mara: Person, limits: None
) -> None:
    for minutes, who in ((80, mara), (100, alice)):
        with bob.workspace.acting(bob) as by:
            told = {"kind": "call", "body": "A", "minutes": minutes}
            with pytest.raises(Held) as held:
                perform("activity", "create", by=by, **told)
            assert held.value.asks_first
            assert "up to 30\u00a0min" in str(held.value.errors["minutes"])
            gate.keep(held.value, by)
        assert asked(alice, requests(alice)[-1]) == [who.user_id]
    first = requests(alice)[0]
    with mara.workspace.acting(mara) as by:
        assert approve(first.id, by).is_done
    assert number(bob) == 1


def test_the_class_of_the_customer_decides(alice: Person, bob: Person, limits: None) -> None:
    customer = account(bob, lifecycle="customer")
    other = account(bob, name="Other", lifecycle="prospect")
    call(bob, 60, account_id=str(customer))
    with pytest.raises(Held):
        call(bob, 60, account_id=str(other))
    with pytest.raises(Held):
        call(bob, 61, account_id=str(customer))
    made = call(bob, 60, account_id=str(customer))
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Activity, made)
        with pytest.raises(Held):
            perform("activity", "update", found, by=by, account_id=str(other))


def test_going_back_asks_nobody(alice: Person, bob: Person, limits: None) -> None:
    made = call(alice, 200, owner_id=str(bob.user_id))
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Activity, made)
        perform("activity", "update", found, by=by, minutes=150)
        with pytest.raises(Held):
            perform("activity", "update", found, by=by, minutes=160)


def test_where_less_is_further_the_limit_is_the_least(
    alice: Person, bob: Person, mara: Person
) -> None:
    deposit = Subject("deposit", _("Deposit"), "%", "activity", "minutes", bigger_is_more=False)
    subjects.install([deposit])
    with alice.workspace.acting(alice) as by:
        rep, manager = (role_by_key(by.session, key).id for key in ("sales_rep", "manager"))
        operations.save_limits(by, deposit, {(rep, ""): "30", (manager, ""): "10"})
    call(bob, 30)
    with pytest.raises(Held) as held:
        call(bob, 20)
    assert "30\u00a0% or more" in str(held.value.errors["minutes"])
    with bob.workspace.acting(bob) as by, pytest.raises(Held):  # None at all is the furthest.
        perform("activity", "create", by=by, kind="call", body="A")


def test_no_way_gets_past_it(alice: Person, bob: Person, limits: None, program: Programs) -> None:
    allow(bob.workspace, "sales_rep", "import")
    of_bob = program(bob)
    told = {"kind": "call", "body": "A talk", "minutes": 45}
    assert of_bob.post("activities", told).status_code == 202
    bulk = of_bob.post("activities/bulk", {"verb": "create", "records": [told], "each": True})
    assert (bulk.json["done"], bulk.json["asked"]) == (0, 1)
    whole = of_bob.post("activities/bulk", {"verb": "create", "records": [told]})
    assert whole.status_code == 422
    file = sheet(["Kind", "Text", "Min"], ["call", "A", 45], ["call", "B", 20])
    run = take_in(bob, "activity", file, {"Kind": "kind", "Text": "body", "Min": "minutes"})
    assert (run.created, run.asked) == (1, 1)
    made = call(bob, 20)
    answer = bob.client.post(
        f"/activities/{made}/fields/minutes",
        data={"minutes": "45", "version": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "You may agree to up to 30\u00a0min." in answer.text
    assert "Ask for approval" in answer.text
    before = len(requests(alice))
    answer = bob.client.post(
        f"/activities/{made}/fields/minutes",
        data={"minutes": "45", "version": "1", "ask": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert len(requests(alice)) == before + 1
    with bob.workspace.acting(bob) as by:
        record_type = tailored("activity", by)
        change = begin_change(record_type, "update", Selection(ids=(made,)), {"minutes": "50"}, by)
        assert (change.done, change.asked) == (0, 1)
    assert minutes_of(bob, made) == 20


def test_taking_back_does_not_get_past_it(alice: Person, bob: Person, limits: None) -> None:
    made = call(alice, 200, owner_id=str(bob.user_id))
    with bob.workspace.acting(bob) as by:
        record_type = tailored("activity", by)
        change = begin_change(record_type, "update", Selection(ids=(made,)), {"minutes": "20"}, by)
        change_id = change.id
        assert change.done == 1
    with bob.workspace.acting(bob) as by:
        undo = begin_undo(change_id, by)
        assert (undo.done, undo.asked) == (0, 1)
    assert minutes_of(bob, made) == 20


def test_the_form_says_how_far_one_may_go_and_offers_to_ask(
    alice: Person, bob: Person, limits: None
) -> None:
    shown = bob.client.get("/activities/new").text
    assert "You may agree to: Any customer: 30\u00a0min, Customer: 60\u00a0min" in shown
    form = {"kind": "call", "body": "A talk", "minutes": "45"}
    answer = bob.client.post("/activities/new", data=form)
    assert answer.status_code == 422
    assert "You may agree to up to 30\u00a0min." in answer.text
    assert 'name="ask"' in answer.text
    assert requests(alice) == []
    assert bob.client.post("/activities/new", data={**form, "ask": "1"}).status_code == 303
    assert only_request(alice).changes["minutes"] == [None, 45]


def test_the_grid_is_kept_tried_and_refused_beside_what_is_wrong(
    alice: Person, bob: Person, limits: None
) -> None:
    page = alice.client.get("/settings/authority")
    assert page.status_code == 200
    with alice.workspace.acting(alice) as by:
        rep = role_by_key(by.session, "sales_rep").id
    name = f"limit.{rep}.minutes."
    answer = alice.client.post("/settings/authority", data={name: "a lot"})
    assert answer.status_code == 422
    assert "Enter a number" in answer.text
    kept = {name: "unlimited", f"{name}customer": "12.5"}
    assert alice.client.post("/settings/authority", data=kept).status_code == 303
    with alice.workspace.acting(alice) as by:
        found = operations.limits_of(by)
        assert found.of(rep, "minutes", "") is None
        assert found.of(rep, "minutes", "customer") == Decimal("12.5")
    customer = account(bob, lifecycle="customer")
    url = f"/settings/authority?user={bob.user_id}"
    assert "no limit" in alice.client.get(url).text
    assert "up to 12.5\u00a0min" in alice.client.get(f"{url}&customer={customer}").text
    assert bob.client.get("/settings/authority").status_code == 403
    answer = alice.client.post("/settings/authority", data={"class.account": "name"})
    assert answer.status_code == 422
    assert "Choose a field with values to choose from." in answer.text
    nonsense = {f"limit.{rep}.nonsense.": "5"}
    assert alice.client.post("/settings/authority", data=nonsense).status_code == 404


def seen(page: str, name: str) -> str:
    """What stands in a field of a form of a page."""
    found = re.search(f'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_of_two_who_change_a_grid_at_once_the_second_is_told_what_stands_there_now(
    alice: Person, mara: Person, limits: None
) -> None:
    with alice.workspace.acting(alice) as by:
        rep, manager = (role_by_key(by.session, key).id for key in ("sales_rep", "manager"))
    mine, managers, version = (
        f"limit.{rep}.minutes.",
        f"limit.{manager}.minutes.",
        "version.minutes",
    )
    opened = alice.client.get("/settings/authority").text
    form = {name: seen(opened, name) for name in (version, mine, f"{mine}customer", managers)}
    theirs = {**form, managers: "45"}
    assert alice.client.post("/settings/authority", data=theirs).status_code == 303
    answer = alice.client.post("/settings/authority", data={**form, mine: "31"})
    assert answer.status_code == 409
    assert "Here stands 45 now." in answer.text
    assert (seen(answer.text, mine), seen(answer.text, managers)) == ("31", "90"), "as typed"
    with alice.workspace.acting(alice) as by:
        found = operations.limits_of(by)
        assert (found.of(rep, "minutes", ""), found.of(manager, "minutes", "")) == (30, 45)
    again = {**form, mine: "31", version: seen(answer.text, version)}
    assert alice.client.post("/settings/authority", data=again).status_code == 303
    classes = {"class.account": "", "was.account": "kind"}
    answer = alice.client.post("/settings/authority", data=classes)
    assert answer.status_code == 409, "somebody chose another field meanwhile"
    chosen = {**classes, "was.account": "lifecycle"}
    assert alice.client.post("/settings/authority", data=chosen).status_code == 303
    answer = alice.client.post("/settings/authority", data=again)
    assert answer.status_code == 409, "the classes that the grid had are gone"


@pytest.fixture
def two_subjects() -> None:
    """Minutes of activities and discounts of accounts, each with a grid of its own."""
    subjects.install([MINUTES, Subject("discount", _("Discount"), "%", "account", "discount")])


@pytest.mark.usefixtures("limits", "two_subjects")
def test_one_save_keeps_every_grid_or_none_and_leaves_alone_what_nobody_typed_in(
    alice: Person,
) -> None:
    with alice.workspace.acting(alice) as by:
        rep = role_by_key(by.session, "sales_rep").id
    minutes, discount = f"limit.{rep}.minutes.", f"limit.{rep}.discount."
    opened = alice.client.get("/settings/authority").text
    assert opened.count('class="btn btn-primary"') == 1
    form = dict(re.findall(r'name="((?:limit|version)\.[^"]*)" value="([^"]*)"', opened))
    wrong = {**form, minutes: "33", discount: "much"}
    answer = alice.client.post("/settings/authority", data=wrong)
    assert answer.status_code == 422
    assert (seen(answer.text, minutes), seen(answer.text, discount)) == ("33", "much")

    def stands() -> tuple[object, object]:
        with alice.workspace.acting(alice) as by:
            cells = operations.limits_of(by).cells
            return cells.get((rep, "minutes", "")), cells.get((rep, "discount", ""))

    assert stands() == (30, None), "nothing of it was kept"
    both = {**form, minutes: "33", discount: "5"}
    assert alice.client.post("/settings/authority", data=both).status_code == 303
    assert stands() == (33, 5)
    later = {**form, "version.discount": "1", discount: "7"}
    answer = alice.client.post("/settings/authority", data=later)
    assert answer.status_code == 409, "the discount is not what it was"
    assert "Here stands 5 now." in answer.text
    assert "Here stands 33 now." not in answer.text, "in minutes nobody typed"


@pytest.mark.usefixtures("limits", "two_subjects")
def test_a_save_refused_for_one_grid_overwrites_nothing_that_others_changed_in_another(
    alice: Person,
) -> None:
    url = "/settings/authority"
    with alice.workspace.acting(alice) as by:
        rep = role_by_key(by.session, "sales_rep").id
    minutes, discount = f"limit.{rep}.minutes.", f"limit.{rep}.discount."

    def sent(page: str) -> dict[str, str]:
        return dict(re.findall(r'name="((?:limit|version|was)\.[^"]*)" value="([^"]*)"', page))

    form = sent(alice.client.get(url).text)
    theirs = {name: text for name, text in form.items() if "minutes" in name}
    assert alice.client.post(url, data={**theirs, minutes: "45"}).status_code == 303
    answer = alice.client.post(url, data={**form, discount: "much"})
    assert answer.status_code == 422
    mended = {**sent(answer.text), discount: "7"}
    assert alice.client.post(url, data=mended).status_code == 303
    chosen = {"class.account": "kind", "was.account": "lifecycle"}
    assert alice.client.post(url, data=chosen).status_code == 303, "another field meanwhile"
    old = {"class.account": "lifecycle"}
    answer = alice.client.post(url, data={**form, **old, discount: "much"})
    assert answer.status_code == 422
    assert seen(answer.text, "was.account") == "lifecycle", "what it was when it was shown"
    with alice.workspace.acting(alice) as by:
        found = operations.limits_of(by)
        assert found.cells[rep, "minutes", ""] == 45
        assert found.cells[rep, "discount", ""] == 7
        assert found.classes["account"] == "kind"


def test_a_program_that_names_the_limits_it_saw_overwrites_no_others(
    alice: Person, limits: None, program: Programs
) -> None:
    api = program(alice)
    shown = api.get("authority/minutes")
    mark, cells = shown.headers["ETag"], shown.json["limits"]  # type: ignore[index]
    first = api.call("PUT", "authority/minutes", {"limits": cells[:1]}, If_Match=mark)
    assert (first.status_code, len(first.json["limits"])) == (200, 1)  # type: ignore[index]
    second = api.call("PUT", "authority/minutes", {"limits": []}, If_Match=mark)
    assert second.status_code == 412
    now = first.headers["ETag"]
    assert api.call("PUT", "authority/minutes", {"limits": []}, If_Match=now).status_code == 200


def test_programs_read_and_write_the_matrix(
    alice: Person, bob: Person, limits: None, program: Programs
) -> None:
    of_alice = program(alice)
    (shown,) = of_alice.get("authority").json["data"]
    assert len(shown["limits"]) == 3
    rep = next(one["role_id"] for one in shown["limits"] if one["most"] == 30)
    asked_for = {"limits": [{"role_id": rep, "customer_class": "", "most": None}]}
    answer = of_alice.call("PUT", "authority/minutes", asked_for)
    assert (answer.status_code, answer.json["limits"]) == (200, asked_for["limits"])
    wrong = of_alice.call("PUT", "authority/minutes", {"limits": [{"role_id": "x"}]})
    assert wrong.status_code == 422
    assert program(bob).get("authority").status_code == 403


def test_a_program_is_told_which_role_or_class_of_its_limits_there_is_not(
    alice: Person, limits: None, program: Programs
) -> None:
    """None is left out in silence, and what stood still stands."""
    api = program(alice)
    stood = api.get("authority/minutes").json["limits"]  # type: ignore[index]
    rep = next(one["role_id"] for one in stood if one["most"] == 30)
    with alice.workspace.acting(alice) as by:
        owner = str(role_by_key(by.session, "owner").id)
    sent = [
        {"role_id": rep, "customer_class": "", "most": 20},
        {"role_id": str(new_id()), "customer_class": "", "most": 20},
        {"role_id": owner, "customer_class": "", "most": 20},
        {"role_id": rep, "customer_class": "royalty", "most": 20},
        {"role_id": rep, "customer_class": "", "most": 25},
    ]
    answer = api.call("PUT", "authority/minutes", {"limits": sent})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [  # type: ignore[index]
        "limits[1].role_id",
        "limits[2].role_id",
        "limits[3].customer_class",
        "limits[4]",
    ]
    assert api.get("authority/minutes").json["limits"] == stood  # type: ignore[index]


def test_a_grid_with_a_role_that_is_gone_says_so_and_keeps_nothing(
    alice: Person, limits: None
) -> None:
    with alice.workspace.acting(alice) as by:
        stood = operations.limits_of(by).cells
    form = {f"limit.{new_id()}.minutes.": "5"}
    answer = alice.client.post("/settings/authority", data=form)
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile. Look at it again." in answer.text
    with alice.workspace.acting(alice) as by:
        assert operations.limits_of(by).cells == stood


def test_a_subject_names_a_field_that_there_is() -> None:
    with pytest.raises(ValueError, match="names no field"):
        subjects.install([Subject("odd", _("Odd"), "", "activity", "discount")])


def test_limits_are_numbers_or_none(alice: Person) -> None:
    with alice.workspace.acting(alice) as by:
        rep = role_by_key(by.session, "sales_rep").id
        for text in ("much", "NaN", "1e99", "Infinity"):
            with pytest.raises(Refused):
                operations.save_limits(by, MINUTES, {(rep, ""): text})
