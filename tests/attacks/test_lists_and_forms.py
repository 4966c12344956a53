"""Boards, calendars, groups and panels tell nobody more than they may know."""

from __future__ import annotations

from html import escape

import pytest

from app.crm.models import Account
from app.identity.models import User
from app.modules import install_record_types
from app.records.door import perform
from tests.attacks.program import Programs
from tests.attacks.test_hidden_fields import MARKS, hide
from tests.cast import Person, Workspace
from tests.crm.test_plans import make_plan, start, step
from tests.factories import (
    make_account,
    make_activity,
    make_category,
    make_contact,
    make_product,
)
from tests.records.settings.conftest import Define

install_record_types()

EVIL = '<img src=x onerror="alert(1)">'


def test_what_may_not_be_opened_is_named_by_no_group_order_or_calendar(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Contacts and tasks of Bob's that belong to accounts of Alice's."""
    with acme.acting(alice) as by:
        firms = [str(make_account(by, name).id) for name in ("AAA Secret", "ZZZ Secret")]
        for firm in firms:
            told = {"account_id": firm, "owner_id": str(bob.user_id)}
            make_contact(by, f"Mine {firm[-4:]}", **told)
            task = make_activity(by, "task", subject="Ring", due_at="2026-11-22T09:00", **told)
    paths = [
        f"/{at}?{how}"
        for at in ("contacts", "activities")
        for how in (
            "group=account_id",
            "sort=account_id",
            "sort=-account_id",
            f"account_id={firms[0]}",
            f"group=account_id&open={firms[0]}",
        )
    ]
    paths += [
        "/activities/board?by=kind",
        "/activities/calendar?on=2026-11-22&span=day",
        "/notices",
    ]
    paths += ["/", "/search?fmt=palette", f"/activities/{task.id}", f"/activities/{task.id}/done"]
    for path in paths:
        for heads in ({}, {"HX-Request": "true", "HX-Target": "peek_body"}):
            answer = bob.client.get(path, headers=heads)
            assert answer.status_code < 500, path
            assert "Secret" not in answer.text, path


@pytest.mark.parametrize(("kind", "key"), sorted(MARKS))
def test_no_board_calendar_group_or_panel_tells_a_hidden_value(
    acme: Workspace, bob: Person, program: Programs, kind: str, key: str
) -> None:
    with acme.acting(bob) as by:
        account = make_account(
            by, city="Leedsmark", phone="020 7946 0301", email="office@mark.example"
        )
        told = {"account_id": str(account.id), "title": "Titlemark"}
        contact = make_contact(by, email="frank@mark.example", phone="020 7946 0302", **told)
        task = make_activity(
            by,
            "task",
            subject="Ring",
            due_at="2026-11-22T09:00",
            body="Bodymark",
            account_id=str(account.id),
        )
    with acme.acting() as by:
        category = make_category(by, {"en": "Fences"}, owner_id=str(bob.user_id))
        product = make_product(
            by,
            {"en": "Fence post"},
            number="SKUmark",
            cost="268.77",
            list_price="469.33",
            description="Describedmark",
            category_id=str(category.id),
            owner_id=str(bob.user_id),
        )
    hide(acme, bob, kind, key)
    mark, api = MARKS[kind, key], program(bob)
    records = {
        "accounts": account.id,
        "contacts": contact.id,
        "activities": task.id,
        "products": product.id,
    }
    paths = ["/notices", "/search?fmt=palette", "/search?q=mark", "/"]
    for collection, record_id in records.items():
        own = f"/{collection}/{record_id}"
        paths += [f"/{collection}/board", f"/{collection}/calendar", f"/{collection}/group", own]
        paths += [f"/{collection}?group={one}" for one in ("owner_id", "created_at", key)]
        paths += [f"/{collection}?cols=name,{key}&group=owner_id", f"/{collection}?sort=-{key}"]
        paths += [f"{own}?in=sort%3D{key}", f"{own}/plan", f"{own}/history/{key}", f"{own}/access"]
        paths += [
            f"/{collection}?{key}__gte=0&group=owner_id",
            f"/{collection}/views/new?sort={key}",
        ]
        shown = bob.client.get(own, headers={"HX-Request": "true", "HX-Target": "peek_body"})
        assert shown.status_code == 200
        assert mark not in shown.text, own
    for path in paths:
        answer = bob.client.get(path)
        assert answer.status_code < 500, path
        assert mark not in answer.text, path
    document = api.get("openapi.json")
    assert document.status_code == 200
    named = f"{kind}".title()
    schemas = document.json["components"]["schemas"]
    found = [name for name, one in schemas.items() if name.lower().startswith(named.lower())]
    assert found
    for name in found:
        if name.lower() in (kind, f"{kind}create", f"{kind}update", f"{kind}new", f"{kind}change"):
            assert key not in schemas[name].get("properties", {}), name


def test_sums_and_counts_are_of_what_the_reader_may_read(
    acme: Workspace, alice: Person, bob: Person, define: Define
) -> None:
    field = define("money", "Worth")
    with acme.acting(alice) as by:
        make_account(by, "Secret Ltd", **{field.key: "913572"})
    with acme.acting(bob) as by:
        make_account(by, "Open Ltd", **{field.key: "11"})
    for path in (
        f"/accounts?group=owner_id&cols=name,{field.key}",
        f"/accounts?group=created_at:day&cols=name,{field.key}",
        "/accounts/board",
    ):
        text = bob.client.get(path).text
        assert "£913" not in text, path
        assert "913572" not in text.replace("\u202f", "").replace(",", ""), path
        assert "Secret" not in text, path
        assert "Alice" not in text, path
    hide(acme, bob, "account", field.key)
    for path in (
        f"/accounts?group=owner_id&cols=name,{field.key}",
        "/accounts/board",
        f"/accounts?sort=-{field.key}",
    ):
        assert "Worth" not in bob.client.get(path).text, path


def test_news_of_a_hidden_field_names_it_not(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by).id
    hide(acme, bob, "account", "city")
    with acme.acting(alice) as by:
        perform("account", "update", by.session.get_one(Account, account), by=by, city="Leedsmark")
    text = bob.client.get("/notices").text
    assert "Leedsmark" not in text
    assert "City" not in text


def test_a_page_holds_nobody_elses_token_name_or_address(
    acme: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    clients = {one.name: one.sign_in() for one in (alice, bob, charlie)}
    seen = {}
    for round_ in range(2):
        for name, client in clients.items():
            text = client.get(f"/accounts?q={name.split()[0]}{round_}").text
            assert "\x1f" not in text
            seen[name, round_] = text
    for (name, round_), text in seen.items():
        for other in clients:
            if other != name:
                assert other not in text
                assert f"q={other.split()[0]}" not in text
        assert f"q={name.split()[0]}{round_}" in text
        assert f"{name.split()[0]}{1 - round_}" not in text


def test_hostile_words_are_words_wherever_they_are_shown(
    acme: Workspace, alice: Person, define: Define, program: Programs
) -> None:
    words = {"en": EVIL, "zh-CN": EVIL}
    options = ({"label": words, "colour": "red"}, {"label": {"en": EVIL + "2"}})
    field = define("choice", EVIL, options=options)
    define("day", f"{EVIL} day")
    api = program(alice)
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        user.name = EVIL
        plan = make_plan(by, step(EVIL), name=words)
        account = make_account(by, EVIL, city=EVIL)
        start(by, account.id, plan.id)
        contact = make_contact(by, EVIL, EVIL, account_id=str(account.id))
        product = make_product(by, words, category_id=str(make_category(by, words).id))
    view = api.post(
        "views",
        {"record_type": "account", "name": EVIL, "query": "group=owner_id", "is_pinned": True},
    )
    assert view.status_code == 201, view.text
    paths = [
        "/",
        "/accounts",
        "/accounts/board",
        f"/accounts/board?by={field.key}",
        "/settings/plans",
    ]
    paths += ["/accounts/calendar", "/activities/calendar", "/notices", "/search?fmt=palette"]
    paths += [
        "/accounts?group=owner_id",
        f"/accounts?group={field.key}",
        "/contacts?group=account_id",
    ]
    paths += ["/accounts/group", f"/settings/plans/{plan.id}", f"/accounts?view={view.json['id']}"]
    for record, at in ((account, "accounts"), (contact, "contacts"), (product, "products")):
        paths += [f"/{at}/{record.id}", f"/{at}/{record.id}/plan", f"/{at}?group=created_at:week"]
    paths += [f"/products?group=category_id&open={EVIL}", f"/accounts?q={EVIL}&group=owner_id"]
    paths += [f"/accounts/calendar?on={EVIL}", f"/accounts/board/cards?column={EVIL}"]
    paths += ["/settings/audit", "/settings/sharing", "/settings/trash", f"/search?q={EVIL[:20]}"]
    for path in paths:
        for heads in ({}, {"HX-Request": "true", "HX-Target": "peek_body"}):
            text = alice.client.get(path, headers=heads).text
            assert EVIL not in text, path
            assert "<img src=x" not in text, path
    assert escape(EVIL) in alice.client.get("/accounts").text.replace("&#34;", "&quot;")
