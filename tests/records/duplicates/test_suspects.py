"""Duplicates while typing: what is there already, for those who may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.crm.models import Account
from app.identity.models import FieldRule, User
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.firms import firm_core
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.duplicates.find import find_duplicates
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


@pytest.fixture
def by(acme: Workspace, alice: Person) -> Iterator[Actor]:
    """Alice at work."""
    with acme.acting(alice) as actor:
        yield actor


def found(by: Actor, kind: str, **given: str) -> list[tuple[str, str]]:
    suspects = find_duplicates(registry().type(kind), given, by)
    return [(one.title, ", ".join(map(str, one.reasons))) for one in suspects]


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Fence & Sons, Ltd.", "fence sons"),
        ("FENCE AND SONS LIMITED", "fence sons"),
        ("The Company", "the company"),
        ("北京云杉智能科技有限公司", "北京云杉智能科技"),
        ("云杉智能科技（北京）股份有限公司", "云杉智能科技"),
        ("公司", "公司"),
        ("", ""),
    ],
)
def test_a_firm_s_core_is_its_name_without_what_says_it_is_a_firm(name: str, core: str) -> None:
    assert firm_core(name) == core


@pytest.mark.parametrize(
    ("stands", "typed", "why"),
    [
        ({"name": "Fence & Sons Ltd"}, {"name": "fence and sons, inc."}, "Same name"),
        ({"name": "Fence & Sons Ltd"}, {"name": "Fense & Sons"}, "Similar name"),
        ({"name": "北京云杉智能科技有限公司"}, {"name": "北京云杉智能科技"}, "Same name"),
        ({"name": "云杉智能有限公司"}, {"name": "yunshan zhineng"}, "Same name"),
        ({"name": "A", "phone": "020 7946 0123"}, {"phone": "+44 20 7946 0123"}, "Same phone"),
        (
            {"name": "A", "email": "Info@fence.example"},
            {"email": "info@fence.example"},
            "Same e-mail",
        ),
        ({"name": "A", "business_id": "91110MA01"}, {"business_id": "91110ma01"}, "Same number"),
    ],
)
def test_a_firm_is_known_again(
    by: Actor, stands: dict[str, str], typed: dict[str, str], why: str
) -> None:
    make_account(by, **stands)
    make_account(by, "Wall Limited", phone="020 7946 0999", email="info@wall.example")
    assert found(by, "account", **typed) == [(stands["name"], why)]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"last_name": "陈", "first_name": "思远"}, "Same name"),
        ({"last_name": "Chen", "first_name": "Siyuan"}, "Similar name"),
        ({"last_name": "陈", "first_name": "斯远"}, "Similar name"),
        ({"phone": "+86 138 1234 5678"}, "Same phone"),
        (
            {"last_name": "陈", "first_name": "思远", "phone": "+8613812345678"},
            "Same phone, Same name",
        ),
    ],
)
def test_a_person_is_known_again_within_a_firm(by: Actor, typed: dict[str, str], why: str) -> None:
    firm, other = (str(make_account(by, name).id) for name in ("云杉智能", "Wall"))
    make_contact(by, "陈", "思远", phone="+86 138 1234 5678", account_id=firm)
    make_contact(by, "王", "芳", phone="+86 138 0000 0000", account_id=firm)
    for _namesake in range(21):  # More than are looked at.
        make_contact(by, "陈", "思远", account_id=other)
    assert found(by, "contact", account_id=firm, **typed) == [("陈思远", why)]


def test_a_name_alone_tells_nothing_until_something_stands_beside_it(by: Actor) -> None:
    firm = str(make_account(by).id)
    for account_id in (None, None, firm):
        make_contact(by, "陈", "思远", account_id=account_id)
    mailed = {"email": "chen@fence.example"}
    make_contact(by, "陈", "思远", **mailed)
    name = {"last_name": "陈", "first_name": "思远"}
    assert found(by, "contact", **name) == []
    assert found(by, "contact", **name, account_id="nothing") == []
    assert found(by, "contact", **name, account_id=firm) == [("陈思远", "Same name")]
    assert found(by, "contact", **name, **mailed) == [("陈思远", "Same e-mail, Same name")]


def test_another_mail_and_another_phone_are_those_of_somebody_else(by: Actor) -> None:
    firm = str(make_account(by).id)
    make_contact(by, account_id=firm, email="frank@fence.example", phone="020 7946 0123")
    name = {"last_name": "Fence", "first_name": "Frank", "account_id": firm}
    mail, phone = {"email": "f.fence@fence.example"}, {"phone": "020 7946 0999"}
    for typed in (mail, phone, {**mail, "phone": "+44 (0)20 7946 0123"}):
        assert [title for title, _why in found(by, "contact", **name, **typed)] == ["Frank Fence"]
    assert found(by, "contact", **name, **mail, **phone) == []


def test_who_may_not_read_a_firm_learns_of_nobody_in_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = str(make_account(by).id)
        make_contact(by, account_id=firm, owner_id=str(bob.user_id))
    typed = {"last_name": "Fence", "first_name": "Frank", "account_id": firm}
    with acme.acting(alice) as by:
        assert len(found(by, "contact", **typed)) == 1
    with acme.acting(bob) as by:
        assert by.rights.reach("account", "read") is not Reach.ALL
        assert found(by, "contact", **typed) == []


def test_the_form_of_a_new_person_looks_again_when_a_firm_is_chosen(alice: Person) -> None:
    heard = re.search(
        r'id="suspects"[^>]* data-hx-trigger="([^"]*)"', alice.client.get("/contacts/new").text
    )
    assert heard is not None
    assert "change from:#" in heard[1]
    assert re.search(r"change from:#\S*account_id delay", heard[1])


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "F"},
        {"name": "%"},
        {"name": "_______"},
        {"email": "@"},
        {"phone": "123"},
        {"name": "Hedge"},
        {"business_id": "1"},
        {"name": "Ltd"},
        {"name": "\x00"},
    ],
)
def test_what_is_too_little_or_nowhere_finds_nothing(by: Actor, typed: dict[str, str]) -> None:
    make_account(by, email="info@fence.example", phone="020 7946 0123", business_id="12345")
    assert found(by, "account", **typed) == []


def test_the_surest_stands_first_and_deleted_ones_not_at_all(by: Actor) -> None:
    make_account(by, "Fence Lane")
    gone = make_account(by, "Fence Lanes Ltd")
    perform("account", "delete", gone, by=by)
    make_account(by, "Wall", phone="020 7946 0123")
    assert found(by, "account", name="Fence Lanes", phone="020 7946 0123") == [
        ("Wall", "Same phone"),
        ("Fence Lane", "Similar name"),
    ]


def test_nobody_learns_of_what_they_may_not_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence Ltd")
    with acme.acting(bob) as by:
        make_account(by, "Wall", email="info@wall.example")
        assert found(by, "account", name="Fence Ltd") == []
        assert found(by, "account", email="info@wall.example") == [("Wall", "Same e-mail")]
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(role_id=role.id, record_type="account", field="email")
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()
    with acme.acting(bob) as by:
        assert found(by, "account", email="info@wall.example") == []


def test_the_form_of_a_new_record_shows_them_with_a_way_to_use_one(
    acme: Workspace, alice: Person, dora: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by, "Fence & Sons Ltd", city="York").id
    form = alice.client.get("/accounts/new").text
    assert 'data-hx-post="/accounts/suspects"' in form
    assert 'id="suspects"' not in alice.client.get(f"/accounts/{fence}/edit").text
    assert 'id="suspects"' not in alice.client.get("/products/new").text
    typed = {"name": "Fence and Sons", "city": "Leeds", "phone": "020 7946 0123"}
    shown = alice.client.post("/accounts/suspects", data=typed).text
    assert f'href="/accounts/{fence}"' in shown
    assert f"/accounts/{fence}/edit?phone=020+7946+0123&amp;next=" in shown
    assert "York · Alice Archer" in shown  # What tells it from others of its name.
    assert "Leeds" not in shown  # What it holds already stays.
    takes = re.search(r'data-takes="([^"]*)"', shown)
    assert takes is not None
    lacking = takes[1].split()  # What the page fills at the press: only what it lacks.
    assert {"phone", "email"} <= set(lacking)
    assert not {"name", "city"} & set(lacking)
    assert alice.client.post("/accounts/suspects", data={"name": "Hedge"}).text.strip() == ""
    assert dora.client.post("/accounts/suspects", data=typed).status_code == 403
    assert "Fence" not in charlie.client.post("/accounts/suspects", data=typed).text


POOLED = {"name": "Free Fences Ltd", "phone": "020 7946 0011", "city": "Leeds"}


@pytest.fixture
def waiting(acme: Workspace, alice: Person) -> str:
    """The id of a firm that nobody owns, with a phone number that the pool hides."""
    with acme.acting(alice) as by:
        firm = make_account(by, "Free Fences", city="York", phone="+44 20 7946 0011", owner_id=None)
        return str(firm.id)


def test_what_waits_in_the_pool_is_known_again_and_claimed_with_nothing_lost(
    acme: Workspace, bob: Person, waiting: str
) -> None:
    shown = bob.client.post("/accounts/suspects", data=POOLED).text
    assert "Free Fences" in shown
    assert "waits in the pool" in shown
    assert "Same name" in shown
    assert "Same phone" not in shown, "the pool hides it, so it is compared with nothing"
    assert "79460011" not in shown.replace(" ", "")
    assert "Use this one" not in shown
    claim = f"/accounts/suspects?claim={waiting}"
    assert f'data-hx-post="{claim}"' in shown
    htmx = {"HX-Request": "true", "HX-Target": "div#suspects"}
    claimed = bob.client.post(claim, data=POOLED, headers=htmx)
    assert claimed.status_code == 200
    assert "Claimed: Free Fences" in claimed.text
    assert "Same phone" in claimed.text
    assert "Use this one" in claimed.text
    assert "waits in the pool" not in claimed.text
    assert claimed.headers["HX-Trigger"] == "records-changed"
    with acme.acting(bob) as by:
        assert by.session.get_one(Account, waiting).owner_id == bob.user_id


def test_only_by_what_the_pool_shows_is_something_in_it_known_again(
    acme: Workspace, alice: Person, bob: Person, waiting: str
) -> None:
    hidden = {"name": "Something else", "phone": "020 7946 0011"}
    assert bob.client.post("/accounts/suspects", data=hidden).text.strip() == ""
    assert "Same phone" in alice.client.post("/accounts/suspects", data=hidden).text


def test_claiming_while_typing_is_offered_to_whoever_may_and_says_why_not(
    acme: Workspace, alice: Person, bob: Person, waiting: str
) -> None:
    claim = f"/accounts/suspects?claim={waiting}"
    htmx = {"HX-Request": "true", "HX-Target": "div#suspects"}
    assert alice.client.post(f"/accounts/{waiting}/claim").status_code == 303
    late = bob.client.post(claim, data=POOLED, headers=htmx)
    assert late.status_code == 200
    assert "Alice Archer was quicker" in late.text
    assert "Free Fences" not in late.text.replace("Alice Archer", ""), "a colleague's is not told"
    assert "HX-Trigger" not in late.headers
    for odd in ("nothing", str(new_id())):
        answer = bob.client.post(f"/accounts/suspects?claim={odd}", data=POOLED, headers=htmx)
        assert answer.status_code == 200
        assert "There is no such record." in answer.text
    with acme.acting() as by:
        by.session.get_one(Account, waiting).owner_id = None
        grants = {("account", verb): Reach.OWN for verb in ("read", "create")}
        role = role_by_key(by.session, "sales_rep")
        write_rights(by, role, {**grants, ("account", "see_pool"): Reach.ALL}, {})
    seen = bob.client.post("/accounts/suspects", data=POOLED).text
    assert "waits in the pool" in seen
    assert "?claim=" not in seen
    with acme.acting() as by:
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})
    assert bob.client.post("/accounts/suspects", data=POOLED).text.strip() == ""
