"""How many somebody owns and opens: held at every way by which a record gets an owner."""

from __future__ import annotations

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

from app.crm.models import Account
from app.identity.operations.roles import role_by_key
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.access import fetch
from app.records.alter import Altered, alter_many, write_altered
from app.records.door import perform
from app.records.many import perform_many
from app.records.pages.state import read_state
from app.records.pool.capping import caps_of, delete_cap, save_cap
from app.records.registry import registry
from app.records.views.operations import Wish, save_view
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs
from tests.records.pages.conftest import statements


def cap(by: Actor, owned: str = "", views: str = "", spared: str = "") -> None:
    group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    save_cap(by, "account", group=group, most_owned=owned, most_views=views, spared=spared)


def free_firms(by: Actor, number: int) -> list[Any]:
    return [make_account(by, f"Free {one}", owner_id=None).id for one in range(number)]


def claim(by: Actor, record_id: Any) -> None:
    record = fetch(registry().type("account"), record_id, by, "claim")
    perform("account", "claim", record, by=by)


def test_a_claim_beyond_the_cap_is_refused_with_the_numbers(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        cap(by, owned="2")
        ids = free_firms(by, 3)
    for record_id in ids[:2]:
        with acme.acting(bob) as by:
            claim(by, record_id)
    with acme.acting(bob) as by:
        told = "own 2 of at most 2 accounts"
        with pytest.raises(Refused, match=told), by.session.begin_nested():
            claim(by, ids[2])
    page = f"/accounts/{ids[2]}"
    answer = bob.client.post(f"{page}/claim", data={"next": page}, follow_redirects=True)
    assert answer.request.path == page
    assert "You own 2 of at most 2 accounts" in answer.text


def test_the_cap_holds_however_a_record_gets_its_owner(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        cap(by, owned="1")
        first, second = (make_account(by, name) for name in ("First", "Second"))
        perform("account", "update", first, by=by, owner_id=str(bob.user_id))
    with acme.acting(alice) as by:
        second = by.session.get_one(Account, second.id)
        told = "Bob Baker owns 1 of at most 1 account"
        with pytest.raises(Refused, match=told) as refused, by.session.begin_nested():
            perform("account", "update", second, by=by, owner_id=str(bob.user_id))
        assert "owner_id" in refused.value.errors
        with pytest.raises(Refused, match=told), by.session.begin_nested():
            perform("account", "reassign", second, by=by, owner_id=str(bob.user_id))
        with pytest.raises(Refused, match=told), by.session.begin_nested():
            make_account(by, "Third", owner_id=str(bob.user_id))
        rows = [{"name": "Fourth", "owner_id": str(bob.user_id)}]
        with pytest.raises(Refused, match=told), by.session.begin_nested():
            perform_many("account", "create", rows, by=by)
    with acme.acting(bob) as by, pytest.raises(Refused):
        make_account(by, "Mine")


def test_a_change_of_what_is_owned_already_is_never_refused(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        mine = [make_account(by, f"Mine {one}") for one in range(2)]
    with acme.acting(alice) as by:
        cap(by, owned="1")
    with acme.acting(bob) as by:
        record = by.session.get_one(Account, mine[0].id)
        assert perform("account", "update", record, by=by, city="York").version == 2


def test_what_a_view_spares_counts_for_nobody(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        account = registry().type("account")
        asked = read_state(account, {"lifecycle": "customer"})
        view = save_view(by, account, Wish("Customers", "private", asked.query()))
        cap(by, owned="1", spared=str(view.id))
        ids = [
            make_account(by, name, owner_id=None, **values).id
            for name, values in (
                ("Customer", {"lifecycle": "customer"}),
                ("Prospect", {"lifecycle": "prospect"}),
                ("Unsaid", {}),
            )
        ]
    for record_id in ids[:2]:
        with acme.acting(bob) as by:
            claim(by, record_id)
    with acme.acting(bob) as by, pytest.raises(Refused):
        claim(by, ids[2])


def test_two_at_once_don_t_pass_the_cap_together(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        cap(by, owned="1")
        ids = free_firms(by, 2)
    got = list[str]()

    def second() -> None:
        house = Workspace(acme.facts, acme.engine_app)
        with house.acting(Person(bob.part, house, bob.user_id)) as by:
            try:
                claim(by, ids[1])
                got.append("got")
            except Refused:
                by.session.rollback()
                got.append("refused")

    thread = Thread(target=second)
    with acme.acting(bob) as by:
        claim(by, ids[0])
        thread.start()
        # The other one waits for this transaction, which is over only then.
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while thread.is_alive() and not by.session.scalar(waiting):
            thread.join(0.01)
    thread.join(60)
    assert got == ["refused"]


def test_rows_of_a_file_that_give_one_too_many_are_refused(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        cap(by, owned="1")
        records = [make_account(by, name) for name in ("First", "Second")]
        for one in records:
            by.session.expunge(one)
        given = [(one, {"owner_id": str(bob.user_id)}) for one in records]
        altered = [one for one in alter_many(account, given, by, {}) if isinstance(one, Altered)]
        assert len(altered) == 2
        with pytest.raises(Refused, match="Bob Baker"), by.session.begin_nested():
            write_altered(account, altered, by)


def test_without_a_cap_nothing_is_asked(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Warm")
    with acme.acting(alice) as by, statements() as made:
        make_account(by, "Counted")
    assert not [one for one in made if "pool_" in one]


def test_a_cap_is_set_anew_and_removed(acme: Workspace, alice: Person, bob: Person) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        cap(by, owned="0")
        cap(by, owned="5")
        (one,) = caps_of(account, by)
        assert one.most_owned == 5
        delete_cap(by, one.id)
        assert caps_of(account, by) == []
    with acme.acting(bob) as by:
        assert make_account(by, "Mine").owner_id == bob.user_id


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"most_owned": "many"}, "most_owned"),
        ({"most_views": "-1"}, "most_views"),
        ({"most_owned": ""}, "most_owned"),
        ({"most_owned": "1", "group": "role:nobody"}, "group"),
        ({"most_owned": "1", "spared": "no-view"}, "spared"),
    ],
)
def test_a_cap_that_is_none_is_told_beside_its_field(
    acme: Workspace, alice: Person, values: dict[str, str], field: str
) -> None:
    with acme.acting(alice) as by:
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
        asked = {"group": group, "most_owned": "", "most_views": "", "spared": "", **values}
        with pytest.raises(Refused) as refused:
            save_cap(by, "account", **asked)
        assert field in refused.value.errors


def test_a_pool_record_counts_once_a_day_and_no_more_are_opened_than_the_cap(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        cap(by, views="2")
        ids = free_firms(by, 3)
    first = bob.client.get(f"/accounts/{ids[0]}")
    assert "You may open 1 more today." in first.text
    assert "You may open 1 more today." in bob.client.get(f"/accounts/{ids[0]}").text
    assert "You may open 0 more today." in bob.client.get(f"/accounts/{ids[1]}").text
    refused = bob.client.get(f"/accounts/{ids[2]}")
    assert refused.status_code == 429
    assert "That is all of the pool for today" in refused.text, "it was no attempt at anything"
    assert "2 accounts" in refused.text
    assert "Free 2" not in refused.text
    api = program(bob)
    assert api.get(f"accounts/{ids[2]}").status_code == 429
    assert api.get(f"accounts/{ids[1]}").status_code == 200
    # What is one's own is opened as often as one likes.
    with acme.acting(bob) as by:
        claim(by, ids[2])
    assert bob.client.get(f"/accounts/{ids[2]}").status_code == 200


def test_many_who_open_at_once_are_counted_one_by_one(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        cap(by, views="3")
        ids = free_firms(by, 8)
    clients = [bob.sign_in() for _one in ids]
    all_ready, statuses = Barrier(len(ids)), list[int]()

    def run(number: int) -> None:
        all_ready.wait(20)
        statuses.append(clients[number].get(f"/accounts/{ids[number]}").status_code)

    threads = [Thread(target=run, args=(number,)) for number in range(len(ids))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(statuses) == [200] * 3 + [429] * 5


def test_the_settings_of_the_pool_are_shown_kept_and_told_in_words(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    assert bob.client.get("/settings/pool").status_code == 403
    shown = alice.client.get("/settings/pool")
    assert shown.status_code == 200
    assert "Owner, Admin, Manager" in shown.text
    offered = re.findall(r'name="shown" value="(\w+)"', shown.text)
    assert {"city", "phone", "next_step_at"} <= set(offered)
    assert not {"next_step", "name", "owner_id"} & set(offered)  # About these there is no choice.
    url = "/settings/pool?type=account"
    refused = alice.client.post(url, data={"shown": ["city"], "hold_days": "400"})
    assert refused.status_code == 422
    assert "from 0 to 365" in refused.text
    kept = alice.client.post(url, data={"shown": ["city"], "hold_days": "9"}, follow_redirects=True)
    assert 'value="9"' in kept.text
    with acme.acting(alice) as by:
        cap(by, owned="50", views="20")
    told = alice.client.get("/settings/pool").text
    assert "own at most 50 accounts · open at most 20 accounts of the pool a day" in told
    new = alice.client.get("/settings/pool/caps/new?type=account")
    assert new.status_code == 200
    bad = alice.client.post("/settings/pool/caps/new?type=account", data={"most_owned": "x"})
    assert bad.status_code == 422
    assert "Choose a team or a role." in bad.text
