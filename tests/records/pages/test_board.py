"""Boards: columns of a choice, their cards, how they are moved, and what a reader may not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.access import fetch
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.pages import board
from app.records.query import cards
from app.records.registry import registry
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import Fence

HTMX = {"HX-Request": "true", "HX-Target": "section#list"}
BUDGET = 12
NODES = 2_500


def columns(html: str) -> dict[str, list[str]]:
    """The titles of the cards of each column."""
    found = {}
    for part in html.split('<section class="board-column')[1:]:
        value = re.search(r'data-column="([^"]*)"', part)
        assert value is not None
        titles = re.findall(r'<a class="card-title"[^>]*>([^<]*)</a>', part)
        found[value[1]] = [unescape(one) for one in titles]
    return found


def numbers(html: str) -> dict[str, str]:
    """The number in the head of each column."""
    head = r'id="column-head-([^"]+)".*?<a class="badge"[^>]*>([^<]+)<'
    return dict(re.findall(head, html, re.DOTALL))


def card(html: str, title: str) -> str:
    """One card's markup."""
    found = [one for one in html.split('<li class="board-card"') if f">{title}</a>" in one]
    assert found, title
    return found[0]


def version_of(html: str, title: str) -> str:
    found = re.search(r'data-version="(\d+)"', card(html, title))
    assert found is not None
    return found[1]


def lifecycle(acme: Workspace, alice: Person, fence: Fence) -> Any:
    with acme.acting(alice) as by:
        return fetch(registry().type("account"), fence.account, by).lifecycle  # type: ignore[attr-defined]


def test_a_board_has_a_column_for_each_option(acme: Workspace, alice: Person, fence: Fence) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Old friend", lifecycle="former")
    page = alice.client.get("/accounts/board")
    assert columns(page.text) == {
        "prospect": ["Fence & Sons"],
        "customer": [],
        "former": ["Old friend"],
    }
    assert numbers(page.text) == {"prospect": "1", "customer": "0", "former": "1"}


def test_htmx_gets_the_columns_alone(alice: Person, fence: Fence) -> None:
    part = alice.client.get("/accounts/board", headers=HTMX)
    assert "<html" not in part.text
    assert columns(part.text)["prospect"] == ["Fence & Sons"]


def test_a_board_keeps_filters_search_and_the_way_back_to_the_list(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Southwind", city="York")
    page = alice.client.get("/accounts/board?city=Leeds&q=fence")
    assert columns(page.text)["prospect"] == ["Fence & Sons"]
    assert 'href="/accounts?city=Leeds&amp;q=fence"' in page.text
    assert 'href="/accounts/calendar?city=Leeds&amp;q=fence"' in page.text
    assert 'href="/accounts/board?q=fence" aria-label="Remove the filter City"' in page.text
    assert 'data-total="1 of 2 accounts"' in page.text


def test_a_board_whose_filters_fit_nothing_and_one_of_nothing_say_so(
    acme: Workspace, alice: Person
) -> None:
    assert "Nothing here yet" in alice.client.get("/accounts/board").text
    assert "Nothing found" in alice.client.get("/accounts/board?q=zebra").text


def test_cards_tell_what_comes_next_in_its_colour(
    acme: Workspace, alice: Person, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))
    dues = {
        "late": "2026-11-23T08:00",
        "today": "2026-11-23T23:30",
        "planned": "2026-11-24T00:10",
        "none": None,
    }
    with acme.acting(alice) as by:
        for name, due in dues.items():
            account = make_account(by, f"Firm {name}")
            if due:
                make_activity(by, "task", subject="Ring", due_at=due, account_id=str(account.id))
    page = alice.client.get("/accounts/board")
    for name in dues:
        assert f'class="card-step is-{name}"' in card(page.text, f"Firm {name}")


def test_a_card_tells_its_days_in_the_column_and_is_marked_when_they_are_many(
    acme: Workspace, alice: Person, clock: Clock, fence: Fence
) -> None:
    clock.move_to(clock.now + timedelta(days=91))
    kept = card(alice.client.get("/accounts/board").text, "Fence &amp; Sons")
    assert "91 days" in kept
    assert "is-stale" in kept
    alice.client.post(f"{fence.account_url}/move", data={"field": "lifecycle", "value": "customer"})
    moved = card(alice.client.get("/accounts/board").text, "Fence &amp; Sons")
    assert "0 days" in moved
    assert "is-stale" not in moved


def test_a_moved_card_is_one_event_and_can_be_taken_back(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    page = alice.client.get("/accounts/board")
    answer = alice.client.post(
        f"{fence.account_url}/move",
        data={
            "field": "lifecycle",
            "value": "customer",
            "version": version_of(page.text, "Fence &amp; Sons"),
            "list": "lens=board",
        },
        headers=HTMX,
    )
    assert answer.status_code == 200
    assert lifecycle(acme, alice, fence) == "customer"
    assert numbers(answer.text) == {"prospect": "0", "customer": "1", "former": "0"}
    assert 'data-version="2"' in card(answer.text, "Fence &amp; Sons")
    undo = re.search(r'action="([^"]+/move[^"]+)"', answer.text)
    assert undo is not None
    with acme.acting(alice) as by:
        changes = by.session.scalars(
            select(Event.changes).where(Event.record_id == fence.account, Event.verb == "updated")
        ).all()
    assert changes == [{"lifecycle": ["prospect", "customer"]}]
    back = alice.client.post(unescape(undo[1]), headers=HTMX)
    assert back.headers["HX-Trigger"] == "records-changed"
    assert lifecycle(acme, alice, fence) == "prospect"


def test_a_move_that_comes_second_is_told_and_changes_nothing(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    page = alice.client.get("/accounts/board")
    version = version_of(page.text, "Fence &amp; Sons")
    with acme.acting(alice) as by:
        record = fetch(registry().type("account"), fence.account, by, "update")
        perform("account", "update", record, by=by, city="York")
    answer = alice.client.post(
        f"{fence.account_url}/move",
        data={"field": "lifecycle", "value": "customer", "version": version, "list": ""},
        headers=HTMX,
    )
    assert answer.status_code == 409
    assert "Somebody changed this record meanwhile" in answer.text
    assert lifecycle(acme, alice, fence) == "prospect"


def test_a_move_that_needs_more_says_what_and_the_form_is_filled_in(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    with acme.acting(alice) as by:
        needed = [{"field": "lifecycle", "op": "eq", "value": "customer"}]
        wish = Wish({"en": "Contract number"}, conditions={"required": needed})
        define_field(by, tailored("account", by), "text", wish)
    answer = alice.client.post(
        f"{fence.account_url}/move", data={"field": "lifecycle", "value": "customer"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "Contract number: " in answer.text
    assert lifecycle(acme, alice, fence) == "prospect"
    form = alice.client.get(f"{fence.account_url}/edit?lifecycle=customer&next=/accounts/board")
    assert '<option value="customer" selected>' in form.text
    assert 'name="next" value="/accounts/board"' in form.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"field": "lifecycle", "value": "nonsense"}, 422),
        ({"field": "nothing", "value": "customer"}, 404),
        ({"field": "name", "value": "Renamed"}, 404),
        ({"field": "next_step_at", "day": "2026-11-25"}, 403),
        ({"value": "customer"}, 404),
    ],
)
def test_a_made_up_move_is_refused(
    alice: Person, fence: Fence, sent: dict[str, str], status: int
) -> None:
    answer = alice.client.post(f"{fence.account_url}/move", data=sent, headers=HTMX)
    assert answer.status_code == status


def test_a_card_that_the_filters_leave_out_after_its_move_is_not_sent_back(
    alice: Person, fence: Fence
) -> None:
    answer = alice.client.post(
        f"{fence.account_url}/move",
        data={"field": "lifecycle", "value": "customer", "list": "lens=board&lifecycle=prospect"},
        headers=HTMX,
    )
    assert "board-card" not in answer.text
    assert numbers(answer.text)["customer"] == "0"


def test_without_script_a_move_leads_back_to_the_board(alice: Person, fence: Fence) -> None:
    answer = alice.client.post(
        f"{fence.account_url}/move?next=/accounts/board",
        data={"field": "lifecycle", "value": "customer"},
    )
    assert answer.status_code == 303
    assert answer.location == "/accounts/board"


def test_a_column_shows_its_first_cards_and_more_by_key(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "PER_COLUMN", 6)
    with acme.acting(alice) as by:
        for number in range(14):
            make_account(by, f"Firm {number:02}")
    page = alice.client.get("/accounts/board?sort=name")
    seen = columns(page.text)["prospect"]
    assert seen == [f"Firm {number:02}" for number in range(6)]
    for expected in (range(6, 12), range(12, 14)):
        more = re.search(r'data-hx-get="(/accounts/board/cards[^"]+)"', page.text)
        assert more is not None
        page = alice.client.get(unescape(more[1]), headers=HTMX)
        titles = re.findall(r'<a class="card-title"[^>]*>([^<]*)</a>', page.text)
        assert titles == [f"Firm {number:02}" for number in expected]
    assert "/board/cards" not in page.text


def test_numbers_stop_at_the_cap(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "COUNT_CAP", 3)
    monkeypatch.setattr("app.records.pages.listing.COUNT_CAP", 3)
    with acme.acting(alice) as by:
        for number in range(6):
            make_account(by, f"Firm {number}")
    assert numbers(alice.client.get("/accounts/board").text)["prospect"] == "3+"


def test_a_board_takes_few_statements_and_no_more_with_more_cards(
    acme: Workspace,
    alice: Person,
    fence: Fence,
    count_statements: Callable[[Person, str], int],
) -> None:
    few = count_statements(alice, "/accounts/board")
    assert few <= BUDGET
    with acme.acting(alice) as by:
        for number in range(30):
            make_account(by, f"Firm {number}", lifecycle="customer")
    assert count_statements(alice, "/accounts/board") == few


def test_the_fullest_board_of_a_type_stays_a_light_page(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        contact = make_contact(by, account_id=str(account.id))
        kinds = [one.value for one in registry().type("activity").field("kind").options]
        for kind in kinds:
            for number in range(21):
                make_activity(
                    by,
                    kind,
                    subject=f"{kind} {number}",
                    due_at="2030-01-01T09:00",
                    account_id=str(account.id),
                    contact_id=str(contact.id),
                )
    page = alice.client.get("/activities/board")
    shown = columns(page.text)
    assert [len(shown[kind]) for kind in kinds] == [board.PER_COLUMN] * len(kinds)
    assert len(re.findall(r"<[a-z]", page.text)) < NODES


def test_a_reader_sees_the_cards_of_what_they_may_read(
    acme: Workspace, bob: Person, fence: Fence
) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Bob's own")
    page = bob.client.get("/accounts/board")
    assert columns(page.text)["prospect"] == ["Bob's own"]
    assert numbers(page.text)["prospect"] == "1"
    stranger = bob.client.post(
        f"{fence.account_url}/move", data={"field": "lifecycle", "value": "customer"}, headers=HTMX
    )
    assert stranger.status_code == 404


def test_a_viewer_is_told_why_cards_stay_where_they_are(dora: Person, fence: Fence) -> None:
    page = dora.client.get("/accounts/board")
    assert columns(page.text)["prospect"] == ["Fence & Sons"]
    assert "so cards stay where they are" in page.text
    assert "data-may-move" not in page.text
    assert "data-card-to" not in page.text
    assert 'href="/accounts/new?lifecycle' not in page.text
    answer = dora.client.post(
        f"{fence.account_url}/move", data={"field": "lifecycle", "value": "customer"}, headers=HTMX
    )
    assert answer.status_code == 403


def narrow(acme: Workspace, person: Person, key: str, access: FieldAccess) -> None:
    """Let the person's role treat a field of accounts only so."""
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        rule = FieldRule(role_id=role.id, record_type="account", field=key, access=int(access))
        session.add(rule)
        role.stamp = new_id()


def test_a_field_that_a_role_may_only_read_makes_a_board_that_stands_still(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        record = make_account(by, "Bob's own")
    narrow(acme, bob, "lifecycle", FieldAccess.READ)
    page = bob.client.get("/accounts/board")
    assert columns(page.text)["prospect"] == ["Bob's own"]
    assert "not change Lifecycle" in page.text
    assert "data-may-move" not in page.text
    sent = {"field": "lifecycle", "value": "customer"}
    answer = bob.client.post(f"/accounts/{record.id}/move", data=sent, headers=HTMX)
    assert answer.status_code == 403


def test_a_hidden_field_makes_no_board(acme: Workspace, dora: Person, fence: Fence) -> None:
    narrow(acme, dora, "lifecycle", FieldAccess.HIDDEN)
    page = dora.client.get("/accounts/board?by=lifecycle")
    assert page.status_code == 422
    assert "There is no board by this field" in page.text
    usual = dora.client.get("/accounts/board")
    assert "distributor" in columns(usual.text)
    assert 'data-column="prospect"' not in usual.text


def test_an_own_choice_makes_a_board_with_a_column_for_what_has_none(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    with acme.acting(alice) as by:
        options = ({"label": {"en": "A"}}, {"label": {"en": "B"}, "retired": True})
        wish = Wish({"en": "Rating"}, options=options)
        key = define_field(by, tailored("account", by), "choice", wish).key
    with acme.acting(alice) as by:
        make_account(by, "Graded", **{key: "a"})
    page = alice.client.get(f"/accounts/board?by={key}")
    assert columns(page.text) == {"": ["Fence & Sons"], "a": ["Graded"]}
    assert "Without a value" in page.text
    answer = alice.client.post(
        f"{fence.account_url}/move",
        data={"field": key, "value": "a", "list": f"lens=board&by={key}"},
        headers=HTMX,
    )
    assert numbers(answer.text) == {"none": "0", "a": "2", "b": "0"}


def test_a_head_adds_up_an_amount_where_it_was_counted_to_the_end(
    acme: Workspace, alice: Person, dora: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(alice) as by:
        key = define_field(by, tailored("account", by), "money", Wish({"en": "Volume"})).key
    with acme.acting(alice) as by:
        for amount in ("1200", "300.50", None):
            make_account(by, **({key: amount} if amount else {}))
        record = make_account(by, "Broken", lifecycle="former", **{key: "7"})
        record.custom = {**record.custom, key: "never a number"}
    sums = re.findall(r'<span class="board-sum">([^<]+)<', alice.client.get("/accounts/board").text)
    assert sums == ["£1.5K"]
    narrow(acme, dora, key, FieldAccess.HIDDEN)
    assert "board-sum" not in dora.client.get("/accounts/board").text
    monkeypatch.setattr(cards, "COUNT_CAP", 2)
    assert "board-sum" not in alice.client.get("/accounts/board").text


@pytest.mark.parametrize(
    "query", ["by=name", "by=x_nothing", "sort=tags", "secret=1", "group=nope"]
)
def test_a_made_up_board_is_refused_and_no_error(alice: Person, query: str) -> None:
    assert alice.client.get(f"/accounts/board?{query}").status_code == 422


def test_a_type_without_a_choice_has_no_board(alice: Person) -> None:
    assert alice.client.get("/contacts/board").status_code == 422
    assert "/contacts/board" not in alice.client.get("/contacts").text


def test_a_column_offers_to_make_a_record_in_it(alice: Person, fence: Fence) -> None:
    page = alice.client.get("/accounts/board")
    assert 'href="/accounts/new?lifecycle=customer&amp;next=%2Faccounts%2Fboard"' in page.text
