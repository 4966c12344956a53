"""A workspace's own fields over the API: equal to the built-in ones, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.records.custom.kinds import KINDS
from app.records.custom.models import CustomField
from app.records.custom.operations import (
    MOST,
    bring_back_field,
    change_field,
    define_field,
    get_field,
    retire_field,
)
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, fields_in

Define = Callable[..., str]
COLOURS = (
    {"label": {"en": "Red", "zh-CN": "红"}, "colour": "red"},
    {"label": {"en": "Green", "zh-CN": "绿"}},
)
# What is sent, what is kept, and something less that sorts before it where the kind has an order.
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "text": ("  Oak  ", "Oak", "Birch"),
    "long_text": ("One\nTwo", "One\nTwo", None),
    "number": ("1,234.5", 1234.5, -3),
    "money": ("1200", {"amount": "1200.00", "currency": "GBP"}, "99.90"),
    "amount": (
        {"amount": "1200", "currency": "GBP", "rate_on": "2025-11-01"},
        {"amount": "1200.00", "currency": "GBP", "rate_on": "2025-11-01"},
        "99.90",
    ),
    "percent": ("12.5%", 12.5, 2),
    "day": ("2026-11-22", "2026-11-22", "2025-01-01"),
    "moment": ("2026-11-22T09:30:00Z", "2026-11-22T09:30:00Z", "2026-11-22T09:29:00+00:00"),
    "time": ("09:30", "09:30", "08:00"),
    "choice": ("red", "red", None),
    "choices": (["green", "red"], ["red", "green"], None),
    "flag": (True, True, None),
    "email": ("Ann@Example.com", "Ann@example.com", "aaa@example.com"),
    "phone": ("+44 20 7946 0018", "+442079460018", "+442079460000"),
    "url": ("www.example.com", "https://www.example.com", "https://a.example.com"),
}


@pytest.fixture
def define(acme: Workspace, alice: Person) -> Define:
    """Adds a field to accounts and answers with its key."""

    def make(kind: str = "text", label: str = "Wood", **wishes: Any) -> str:
        with acme.acting(alice) as by:
            if KINDS[kind].has_options:
                wishes.setdefault("options", COLOURS)
            account = tailored("account", by)
            return define_field(by, account, kind, Wish({"en": label}, **wishes)).key

    return make


def test_every_kind_has_an_example() -> None:
    assert set(KINDS) - set(VALUES) == {"user", "reference"}


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_kept_found_and_told(
    kind: str, alice: Person, program: Programs, define: Define, acme: Workspace
) -> None:
    key = define(kind)
    assert key == "x_wood"
    sent, kept, _less = VALUES[kind]
    api = program(alice)
    record = api.make(**{key: sent})
    assert record[key] == kept
    api.make(name="Without")
    one = f"accounts/{record['id']}"
    assert api.get(one).json == record
    listed = api.get("accounts?sort=name").json["data"]  # type: ignore[index]
    assert [row[key] for row in listed] == [kept, None]
    plain = 1200 if kind in ("money", "amount") else kept  # Programs are told the currency too.
    asked = kept[0] if kind == "choices" else str(kept).lower() if kind == "flag" else plain
    found = api.call("GET", f"accounts?{key}={asked}".replace("+", "%2B").replace("\n", "%0A"))
    assert [row["id"] for row in found.json["data"]] == [record["id"]], found.text  # type: ignore[index]
    empty = api.get(f"accounts?{key}__isnull=true").json["data"]  # type: ignore[index]
    assert [row["name"] for row in empty] == ["Without"]
    assert api.patch(one, {key: None}).json[key] is None  # type: ignore[index]
    with acme.scope() as session:
        told = session.scalars(select(Event.changes).where(Event.verb == "updated")).one()
    assert told == {key: [kept if kind == "amount" else plain, None]}


@pytest.mark.parametrize("kind", [kind for kind, value in VALUES.items() if value[2] is not None])
def test_a_list_is_ordered_and_paged_by_it(
    kind: str, alice: Person, program: Programs, define: Define
) -> None:
    key = define(kind)
    api = program(alice)
    more, _kept, less = VALUES[kind]
    api.make(name="More", **{key: more})
    api.make(name="None")
    api.make(name="Less", **{key: less})
    names, cursor = [], ""
    while cursor is not None:
        page = api.get(f"accounts?sort={key}&limit=1&cursor={cursor}").json
        names += [row["name"] for row in page["data"]]  # type: ignore[index]
        cursor = page["next"]  # type: ignore[index]
    assert names == ["None", "Less", "More"]
    down = api.get(f"accounts?sort=-{key}").json["data"]  # type: ignore[index]
    assert [row["name"] for row in down] == ["More", "Less", "None"]


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("number", "many"),
        ("number", "1.234"),
        ("number", True),
        ("number", "1" * 16),
        ("money", {"amount": "1", "currency": "USD"}),
        ("amount", {"amount": "1", "currency": "XXX"}),
        ("amount", {"amount": "1.234", "currency": "GBP"}),
        ("amount", {"amount": "1", "currency": "GBP", "rate_on": "2199-01-01"}),
        ("amount", {"amount": "1", "currency": "GBP", "rate": "3"}),
        ("amount", {"amount": True, "currency": "GBP"}),
        ("amount", {"amount": "1"}),
        ("amount", "USD 12"),
        ("amount", "1" * 16),
        ("percent", []),
        ("day", "tomorrow"),
        ("moment", 12),
        ("time", "25:00"),
        ("choice", "blue"),
        ("choices", ["red", "blue"]),
        ("choices", 7),
        ("flag", "perhaps"),
        ("email", "nobody"),
        ("url", "nowhere"),
        ("user", "01a20172-c7fd-73c7-b690-51729345771b"),
        ("text", "a" * 201),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    kind: str, bad: Any, alice: Person, program: Programs, define: Define
) -> None:
    key = define(kind)
    assert fields_in(program(alice).post("accounts", {"name": "Fence", key: bad})) == [key]


def test_a_colleague_and_a_record_are_named_and_must_exist(
    alice: Person, bob: Person, program: Programs, define: Define
) -> None:
    who, firm = define("user", "Buyer"), define("reference", "Rival", to="account")
    api = program(alice)
    rival = api.make(name="Rival Ltd")
    record = api.make(**{who: str(bob.user_id), firm: rival["id"]})
    assert (record[who], record[firm]) == (str(bob.user_id), rival["id"])
    page = alice.client.get(f"/accounts/{record['id']}")
    assert "Bob Baker" in page.text
    assert "Rival Ltd" in page.text
    gone = "01a20172-c7fd-73c7-b690-51729345771b"
    assert fields_in(api.post("accounts", {"name": "F", firm: gone})) == [firm]


def test_a_list_names_what_a_column_of_references_points_to(
    alice: Person, bob: Person, program: Programs, define: Define
) -> None:
    who = define("user", "Buyer", is_filterable=True)
    firm = define("reference", "Rival", to="account", is_filterable=True)
    api = program(alice)
    rival = api.make(name="Rival Ltd")
    api.make(**{who: str(bob.user_id), firm: rival["id"]})
    page = alice.client.get(f"/accounts?name=Fence+%26+Sons&cols={who},{firm}")
    assert page.status_code == 200
    assert "Bob Baker" in page.text
    assert "Rival Ltd" in page.text


def test_a_required_field_is_asked_for_at_once_and_old_records_stay_usable(
    alice: Person, program: Programs, define: Define
) -> None:
    api = program(alice)
    old = api.make()
    key = define(is_required=True)
    assert fields_in(api.post("accounts", {"name": "New"})) == [key]
    assert api.patch(f"accounts/{old['id']}", {"city": "York"}).status_code == 200
    assert fields_in(api.patch(f"accounts/{old['id']}", {key: ""})) == [key]
    assert f'name="{key}"' in alice.client.get("/accounts/new").text
    assert ">Wood<" in alice.client.get("/accounts").text


def test_a_default_fills_what_is_not_said(alice: Person, program: Programs, define: Define) -> None:
    key = define("choice", default="green")
    api = program(alice)
    assert api.make()[key] == "green"
    assert api.make(**{key: None})[key] is None
    with pytest.raises(Refused):
        define("number", default="many")


def test_a_unique_value_is_held_by_one_record(
    alice: Person, program: Programs, define: Define
) -> None:
    key = define(is_unique=True)
    api = program(alice)
    first = api.make(**{key: "A-1"})
    answer = api.post("accounts", {"name": "Second", key: "A-1"})
    assert fields_in(answer) == [key]
    assert "Fence &amp; Sons has this already" in answer.text or "has this already" in answer.text
    assert api.patch(f"accounts/{first['id']}", {key: "A-1"}).status_code == 200
    api.delete(f"accounts/{first['id']}")
    second = api.make(**{key: "A-1"})
    assert fields_in(api.post(f"accounts/{first['id']}/restore")) == [key], second


@pytest.mark.parametrize("other", ["l-1", "L-1", "Ｌ－１"])
def test_a_unique_text_is_one_whatever_its_case_and_its_width(
    alice: Person, acme: Workspace, program: Programs, define: Define, other: str
) -> None:
    key = define(is_unique=True)
    api = program(alice)
    api.make(**{key: "L-1"})
    assert fields_in(api.post("accounts", {"name": "Second", key: other})) == [key]
    with acme.acting(alice) as by:
        row = by.session.scalars(select(CustomField)).one()
        change_field(by, row, row.version, Wish(row.label, is_unique=False))
    api.make(**{key: other})
    with acme.acting(alice) as by:
        row = by.session.scalars(select(CustomField)).one()
        with pytest.raises(Refused, match="Two records hold"):
            change_field(by, row, row.version, Wish(row.label, is_unique=True))


def test_two_records_of_one_value_stand_against_making_a_field_unique(
    alice: Person, acme: Workspace, program: Programs, define: Define
) -> None:
    key = define()
    api = program(alice)
    for _number in range(2):
        api.make(**{key: "Oak"})
    with acme.acting(alice) as by:
        row = by.session.scalars(select(CustomField)).one()
        with pytest.raises(Refused, match="Oak"):
            change_field(by, row, row.version, Wish(row.label, is_unique=True))


def test_conditions_say_when_a_field_is_asked_for_and_when_it_is_fixed(
    alice: Person, program: Programs, define: Define
) -> None:
    customer = [{"field": "lifecycle", "op": "eq", "value": "customer"}]
    former = [{"field": "lifecycle", "op": "in", "value": ["former"]}]
    key = define(conditions={"required": customer, "readonly": former})
    api = program(alice)
    record = api.make()
    one = f"accounts/{record['id']}"
    assert fields_in(api.patch(one, {"lifecycle": "customer"})) == [key]
    assert api.patch(one, {"lifecycle": "customer", key: "Oak"}).status_code == 200
    assert api.patch(one, {"lifecycle": "former"}).status_code == 200
    assert fields_in(api.patch(one, {key: "Elm"})) == [key]
    assert api.patch(one, {key: "Oak"}).status_code == 200, "unchanged is not changed"


@pytest.mark.parametrize(
    "conditions",
    [
        {"visible": [{"field": "nothing", "op": "eq", "value": 1}]},
        {"visible": [{"field": "city", "op": "like", "value": 1}]},
        {"visible": [{"field": "city", "op": "in", "value": "York"}]},
        {"hidden": []},
        {"visible": "always"},
    ],
)
def test_a_condition_of_no_meaning_is_refused(conditions: Any, define: Define) -> None:
    with pytest.raises(Refused) as refused:
        define(conditions=conditions)
    assert refused.value.errors.keys() == {"conditions"}


def test_a_hidden_field_is_absent_and_no_filter_betrays_it(
    alice: Person, bob: Person, acme: Workspace, program: Programs, define: Define
) -> None:
    key = define(is_filterable=True)
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        grants = acme.actor(bob).rights.grants
        write_rights(by, role, grants, {("account", key): FieldAccess.HIDDEN})
    with acme.acting(bob) as by:
        make_account(by)
    api = program(bob)
    assert key not in api.get("accounts").json["data"][0]  # type: ignore[index]
    assert fields_in(api.get(f"accounts?{key}=Oak")) == [key]
    assert fields_in(api.get(f"accounts?sort={key}")) == ["sort"]
    assert fields_in(api.post("accounts", {"name": "F", key: "Oak"}), 403) == [key]
    assert "Wood" not in bob.client.get("/accounts").text
    assert "Wood" not in bob.client.get("/accounts/new").text


def test_a_retired_field_is_gone_everywhere_and_its_values_come_back_with_it(
    alice: Person, acme: Workspace, program: Programs, define: Define
) -> None:
    key = define()
    api = program(alice)
    record = api.make(**{key: "Oak"})
    with acme.acting(alice) as by:
        retire_field(by, by.session.scalars(select(CustomField)).one())
    one = f"accounts/{record['id']}"
    assert key not in api.get(one).json  # type: ignore[operator]
    assert fields_in(api.patch(one, {key: "Elm"})) == [key]
    assert api.patch(one, {"city": "York"}).status_code == 200
    with acme.acting(alice) as by:
        bring_back_field(by, by.session.scalars(select(CustomField)).one())
    assert api.get(one).json[key] == "Oak"  # type: ignore[index]


def test_keys_are_made_of_labels_and_never_taken_twice(define: Define) -> None:
    assert define(label="Favourite wood!") == "x_favourite_wood"
    assert define(label="Favourite wood") == "x_favourite_wood_2"
    assert define(label="木材种类") == "x_mu_cai_zhong_lei"
    assert define(label="123") == "x_field_123"
    with pytest.raises(Refused):
        define(label=" ")


def test_options_that_are_taken_away_stay_on_records_and_are_no_longer_offered(
    alice: Person, acme: Workspace, program: Programs, define: Define
) -> None:
    key = define("choice")
    api = program(alice)
    record = api.make(**{key: "red"})
    with acme.acting(alice) as by:
        row = by.session.scalars(select(CustomField)).one()
        left = [one for one in row.options if one["value"] == "green"]
        change_field(by, row, row.version, Wish(row.label, options=tuple(left)))
    assert api.get(f"accounts/{record['id']}").json[key] == "red"  # type: ignore[index]
    assert "Red" in alice.client.get(f"/accounts/{record['id']}").text
    assert 'value="red"' not in alice.client.get("/accounts/new").text


def test_there_is_room_for_two_hundred_fields(
    alice: Person, acme: Workspace, monkeypatch: pytest.MonkeyPatch, define: Define
) -> None:
    with acme.acting(alice) as by:
        room = MOST - len(tailored("account", by).fields)
        for number in range(room):
            define_field(by, tailored("account", by), "text", Wish({"en": f"Field {number}"}))
        with pytest.raises(Refused, match="200"):
            define_field(by, tailored("account", by), "text", Wish({"en": "One more"}))
    assert alice.client.get("/accounts/new").status_code == 200
    assert alice.client.get("/accounts").status_code == 200


def test_only_who_may_shape_the_workspace_defines_fields(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        define_field(by, tailored("account", by), "text", Wish({"en": "Wood"}))


def test_two_admins_who_edit_one_field_meet(alice: Person, acme: Workspace, define: Define) -> None:
    define()
    with acme.acting(alice) as by:
        row = by.session.scalars(select(CustomField)).one()
        seen = row.version
        change_field(by, row, seen, Wish({"en": "Timber"}))
    with acme.acting(alice) as by:
        row = get_field(by, row.id)
        with pytest.raises(Conflict):
            change_field(by, row, seen, Wish({"en": "Lumber"}))


def test_another_workspace_knows_nothing_of_it(
    alice: Person, charlie: Person, program: Programs, define: Define
) -> None:
    key = define()
    other = program(charlie)
    assert key not in other.make()
    assert fields_in(other.get(f"accounts?{key}=Oak")) == [key]
