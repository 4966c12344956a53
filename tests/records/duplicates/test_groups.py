"""The duplicates of a whole type: who sees which groups, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import event, select

from app.crm.models import Contact
from app.events import Event
from app.identity.models import FieldRule, User
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.duplicates import groups
from app.records.duplicates.deny import deny, undeny
from app.records.duplicates.groups import Asked, Group, count_groups, find_groups
from app.records.duplicates.models import NotDuplicate
from app.records.erase import erase_record
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.registry import registry
from app.records.sharing.operations import follow
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

NOBODY = "00000000-0000-7000-8000-000000000009"


@pytest.fixture
def by(acme: Workspace, alice: Person, bob: Person) -> Iterator[Actor]:
    """Alice at work."""
    with acme.acting(alice) as actor:
        yield actor


def found(by: Actor, kind: str = "contact", **asked: object) -> list[Group]:
    return find_groups(registry().type(kind), by, Asked(**asked))  # type: ignore[arg-type]


def told(by: Actor, kind: str = "contact", **asked: object) -> list[tuple[set[UUID], list[str]]]:
    return [(set(one.ids), list(one.hows)) for one in found(by, kind, **asked)]


def twins(by: Actor, email: str = "frank@fence.example", **also: str) -> tuple[Contact, Contact]:
    """Two people of different names who share their e-mail, and with no others anything."""
    who = email.partition("@")[0]
    one = make_contact(by, f"Fence {who}", "Frank", email=email, **also)
    return one, make_contact(by, f"Wall {who}", "Will", email=email, **also)


def test_the_surest_stand_first_and_each_group_once(by: Actor) -> None:
    firm = str(make_account(by).id)
    named = [make_contact(by, "Hedge", "Ann", account_id=firm).id for _each in range(2)]
    mailed = [one.id for one in twins(by)]
    # By e-mail, by phone and by name: one group, for three reasons.
    sure = [
        make_contact(
            by, "Chen", "Siyuan", email="c@chen.example", phone="020 7946 0123", account_id=firm
        ).id
        for _each in range(2)
    ]
    expected = [
        ({*mailed}, ["email"]),
        ({*sure}, ["email", "phone", "person"]),
        ({*named}, ["person"]),
    ]
    assert sorted(told(by)[:2], key=lambda one: len(one[1])) == expected[:2]
    assert told(by)[2:] == expected[2:]
    assert count_groups(registry().type("contact"), by, Asked()) == 3


def test_who_shares_the_phone_with_each_of_two_is_asked_about_with_each(by: Actor) -> None:
    mailed = [one.id for one in twins(by, phone="020 7946 0123")]
    third = make_contact(by, "Frank", "Will", phone="020 7946 0123").id
    shown = told(by)
    assert shown[0] == ({*mailed}, ["email"])
    others = [ids for ids, _hows in shown[1:]]
    assert sorted(map(sorted, others)) == [[mailed[0], third], [mailed[1], third]]


def test_what_is_asked_narrows_the_groups(by: Actor, bob: Person) -> None:
    mailed = {one.id for one in twins(by)}
    firm = str(make_account(by).id)
    named = [make_contact(by, "Hedge", "Ann", account_id=firm).id for _each in range(2)]
    bobs = str(bob.user_id)
    theirs = make_contact(by, "Hedge", "Ann", account_id=firm, owner_id=bobs).id
    assert told(by, how="person") == [({*named, theirs}, ["person"])]
    assert told(by, how="email") == [(mailed, ["email"])]
    assert told(by, how="number") == []
    assert told(by, owner_id=bob.user_id) == [({*named, theirs}, ["person"])]
    assert told(by, owner_id=UUID(NOBODY)) == []


def test_a_name_asked_for_alone_is_found_though_a_surer_key_tells_it_as_well(by: Actor) -> None:
    both = {"email": "frank@fence.example", "account_id": str(make_account(by).id)}
    pair = [make_contact(by, **both).id for _each in range(2)]
    assert told(by) == [({*pair}, ["email", "person"])]
    assert told(by, how="person") == [({*pair}, ["person"])]


def test_a_name_without_a_firm_tells_nothing(by: Actor) -> None:
    for _each in range(3):
        make_contact(by, "Wang", "Fang")
    make_contact(by, "Wang", "Fang", account_id=str(make_account(by).id))
    assert told(by) == []


def test_people_of_one_name_and_firm_are_told_unless_mail_and_phone_speak_against_it(
    by: Actor,
) -> None:
    firm = str(make_account(by).id)
    contact = registry().type("contact")

    def one(number: int, **but: str | None) -> Contact:
        known = {"email": f"w{number}@wang.example", "phone": f"+44 20 7946 010{number}"}
        return make_contact(by, "Wang", "Fang", account_id=firm, **known | but)

    first, second = one(1), one(2)
    assert told(by) == []
    assert count_groups(contact, by, Asked()) == 0
    third = one(3, phone=None)
    assert told(by) == [({first.id, second.id, third.id}, ["person"])]
    assert count_groups(contact, by, Asked()) == 1
    deny(contact, [first.id, second.id, third.id], by=by)
    assert told(by) == []
    assert len(told(by, denied=True)) == 1
    perform("contact", "update", third, by=by, phone="020 7946 0103")
    assert len(told(by, denied=True)) == 1  # What somebody said can be taken back.
    perform("contact", "update", second, by=by, email="W1@wang.example")
    assert told(by) == [({first.id, second.id}, ["email", "person"])]


def test_nothing_speaks_against_a_name_to_whom_what_does_is_hidden(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        firm = str(make_account(by).id)
        for number in range(2):
            known = {"email": f"w{number}@wang.example", "phone": f"+44 20 7946 010{number}"}
            make_contact(by, "Wang", "Fang", account_id=firm, **known)
        assert told(by) == []
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(role_id=role.id, record_type="contact", field="phone")
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()
    with acme.acting(bob) as by:
        assert [hows for _ids, hows in told(by)] == [["person"]]


def test_what_very_many_share_tells_nobody_from_others(by: Actor) -> None:
    both = {"email": "info@fence.example", "account_id": str(make_account(by).id)}
    pair = [make_contact(by, "Fence", "Frank", **both).id for _each in range(2)]
    for number in range(19):
        make_contact(by, "Fence", f"F{number:02}x", email="info@fence.example")
    assert told(by) == [({*pair}, ["email", "person"])]  # By the name, which the mail can't hide.
    assert told(by, how="email") == []


def test_groups_are_gone_through_page_by_page(by: Actor) -> None:
    for number in range(7):
        twins(by, f"f{number}@fence.example")
    contact = registry().type("contact")
    met, after = [], 0
    for expected in (4, 4, 1):
        page = find_groups(contact, by, Asked(), after, 3)
        assert len(page) == expected  # One more than is asked for tells that there are more.
        met += [one.key for one in page[:3]]
        after = page[:3][-1].key
    assert met == sorted(set(met))
    assert len(met) == 7


def test_many_are_counted_up_to_a_number(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "COUNTED", 3)
    monkeypatch.setattr(groups, "AT_ONCE", 2)
    contact = registry().type("contact")
    for number in range(6):
        twins(by, f"f{number}@fence.example")
        assert count_groups(contact, by, Asked()) == min(number + 1, 4)


@pytest.mark.parametrize("narrow", [0, 20_000])
def test_nobody_is_told_of_what_they_may_not_read(
    acme: Workspace, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch, narrow: int
) -> None:
    """Whichever way is gone: that of who reads much, or of who reads little."""
    monkeypatch.setattr(groups, "NARROW", narrow)
    with acme.acting(alice) as by:
        twins(by)
        make_contact(by, "Hedge", "Hal", email="hal@hedge.example")
        whole = len(told(by))
    with acme.acting(bob) as by:
        make_contact(by, "Hedge", "Hal", email="hal@hedge.example")
        pair = {one.id for one in twins(by, "will@wall.example")}
        assert told(by) == [(pair, ["email"])]
        assert count_groups(registry().type("contact"), by, Asked()) == 1
    with acme.acting(alice) as by:
        assert len(told(by)) == whole + 2


def test_a_sign_whose_field_is_hidden_is_not_told(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        twins(by)
        firm = str(make_account(by).id)
        named = {make_contact(by, "Hedge", "Ann", account_id=firm).id for _each in range(2)}
        assert len(told(by)) == 2
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = FieldRule(role_id=role.id, record_type="contact", field="email")
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()
    with acme.acting(bob) as by:
        assert told(by) == [(named, ["person"])]


def test_the_firm_of_two_people_is_not_betrayed_to_who_may_not_read_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        for _each in range(2):
            make_contact(by, "Hedge", "Ann", account_id=str(firm.id), owner_id=str(bob.user_id))
        assert len(told(by)) == 1
    with acme.acting(bob) as by:
        assert by.rights.reach("account", "read") is not Reach.ALL
        assert told(by) == []
    with acme.acting(alice) as by:
        perform("account", "update", by.session.merge(firm), by=by, owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        assert len(told(by)) == 1


def test_what_is_said_to_be_no_duplicate_is_shown_no_more_until_that_is_taken_back(
    by: Actor,
) -> None:
    ids = [one.id for one in twins(by, phone="020 7946 0123")]
    contact = registry().type("contact")
    assert deny(contact, ids, by=by) == 1
    assert told(by) == []
    assert told(by, denied=True) == [({*ids}, ["email"])]
    assert deny(contact, ids, by=by) == 0
    assert undeny(contact, ids, by=by) == 1
    assert undeny(contact, ids, by=by) == 0
    assert len(told(by)) == 1
    assert told(by, denied=True) == []
    verbs = select(Event.verb).where(Event.record_id == ids[0]).order_by(Event.id)
    assert list(by.session.scalars(verbs)) == ["created", "told_apart", "suspected_again"]
    named = select(Event.changes).where(Event.record_id == ids[0], Event.verb == "told_apart")
    assert by.session.scalars(named).one() == {"told_apart": [None, [str(ids[1])]]}


def test_it_is_said_of_pairs_so_a_third_one_is_asked_about(by: Actor) -> None:
    ids = [one.id for one in twins(by)]
    deny(registry().type("contact"), ids, by=by)
    third = make_contact(by, "Hedge", "Hal", email="frank@fence.example").id
    assert told(by) == [({*ids, third}, ["email"])]
    deny(registry().type("contact"), [*ids, third], by=by)
    assert told(by) == []


def test_it_holds_as_long_as_both_share_that_key(by: Actor) -> None:
    one, other = twins(by, account_id=str(make_account(by).id))
    contact = registry().type("contact")
    deny(contact, [one.id, other.id], by=by)
    perform("contact", "update", one, by=by, title="Chief")
    assert told(by) == []
    perform("contact", "update", one, by=by, last_name=other.last_name, phone="020 7946 0123")
    perform("contact", "update", other, by=by, first_name="Frank", phone="020 7946 0123")
    assert told(by)[0][1] == ["email", "phone", "person"]  # By what came to be the same since.
    perform("contact", "update", one, by=by, last_name="Hedge", phone="", email="")
    assert told(by) == []
    perform("contact", "update", one, by=by, email="frank@fence.example")
    assert told(by) == [({one.id, other.id}, ["email"])]


def test_it_outlives_the_bin_and_a_merge_that_is_undone_and_goes_with_what_is_erased(
    by: Actor,
) -> None:
    one, other = twins(by)
    contact = registry().type("contact")
    deny(contact, [one.id, other.id], by=by)
    perform("contact", "delete", one, by=by)
    perform("contact", "restore", one, by=by)
    assert told(by) == []
    third = make_contact(by, "Hedge")
    undo_merge(merge_records("contact", third.id, [one.id], by=by).id, by=by)
    assert told(by) == []
    perform("contact", "delete", one, by=by)
    erase_record(contact, one, by)
    assert by.session.scalars(select(NotDuplicate)).all() == []


def test_only_who_may_change_all_of_them_says_so(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    contact = registry().type("contact")
    with acme.acting(alice) as by:
        hidden = make_contact(by, email="frank@fence.example").id
        ids = [one.id for one in twins(by, "will@wall.example")]
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        deny(contact, ids, by=by)
    with acme.acting(bob) as by, pytest.raises(Missing):
        deny(contact, [hidden, make_contact(by, email="frank@fence.example").id], by=by)
    with acme.acting(alice) as by:
        for bad in ([], ids[:1], [ids[0], ids[0]], [new_id() for _each in range(21)]):
            with pytest.raises(Refused):
                deny(contact, bad, by=by)
        with pytest.raises(Missing):
            deny(contact, [ids[0], new_id()], by=by)
        with pytest.raises(Refused, match="share nothing"):
            deny(contact, [ids[0], hidden], by=by)  # Of different names and addresses.
        assert by.session.scalars(select(NotDuplicate)).all() == []


def test_who_reads_the_records_of_others_says_nothing_of_them(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    contact = registry().type("contact")
    with acme.acting(alice) as by:
        pair = twins(by)
        for one in pair:
            follow(contact, one, by.session.get_one(User, bob.user_id), by)
        ids = [one.id for one in pair]
    with acme.acting(bob) as by:
        assert by.may("contact", "update")
        assert told(by) == [({*ids}, ["email"])]
        with pytest.raises(NotPermitted):
            deny(contact, ids, by=by)
    shown = bob.client.get("/contacts/duplicates").text
    assert "Same e-mail" in shown
    assert "data-twins-deny" not in shown


def test_the_page_shows_groups_with_reasons_and_what_tells_the_records_apart(
    acme: Workspace, alice: Person, dora: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Hedge Ltd", city="York")
        make_account(by, "HEDGE limited", city="Leeds")
        frank = make_contact(by, "陈", "思远", email="c@chen.example", title="Buyer")
        make_contact(by, "陈", "斯远", email="c@chen.example", account_id=str(firm.id))
        path = f"/contacts/{frank.id}"
    shown = alice.client.get("/contacts/duplicates").text
    assert "Same e-mail" in shown
    assert "Similar name" not in shown  # One has a firm, the other none.
    assert f'href="{path}"' in shown
    for fact in ("Buyer", "Hedge Ltd", "Alice Archer", "c@chen.example"):
        assert fact in shown
    firms = alice.client.get("/accounts/duplicates").text
    assert "Same name" in firms
    assert "York" in firms
    assert "Leeds" in firms
    assert "Compare and merge" in firms
    assert alice.client.get("/contacts/duplicates/count").text.strip() == "<b>1</b>"
    looked = dora.client.get("/contacts/duplicates").text
    assert "Same e-mail" in looked
    assert "data-twins-merge" not in looked
    assert "data-twins-deny" not in looked
    assert "陈思远" not in charlie.client.get("/contacts/duplicates").text
    assert alice.client.get("/products/duplicates").status_code == 404
    assert 'href="/contacts/duplicates"' in alice.client.get("/settings/duplicates").text


def test_a_number_is_called_as_the_field_of_the_type_is(alice: Person) -> None:
    accounts = alice.client.get("/accounts/duplicates").text
    assert ">Business ID</option>" in accounts
    assert ">Number</option>" not in accounts
    assert ">Business ID</option>" not in alice.client.get("/contacts/duplicates").text


def test_a_group_is_denied_undone_and_merged_from_the_page(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        ids = [str(one.id) for one in twins(by)]
    client = alice.client
    denied = client.post("/contacts/duplicates/deny", data={"ids": ids})
    assert denied.status_code == 303
    after = client.get("/contacts/duplicates").text
    undo = re.search(r'action="(/contacts/duplicates/undeny[^"]+)"', after)
    assert undo is not None
    assert "Fence" not in after
    assert "Fence" in client.get("/contacts/duplicates?show=denied").text
    assert client.post(undo[1].replace("&amp;", "&")).status_code == 303
    assert "Fence" in client.get("/contacts/duplicates").text
    here = "/contacts/duplicates?reason=email"
    led = client.post("/contacts/duplicates/compare", data={"ids": ids, "next": here})
    assert led.headers["Location"].startswith(f"/contacts/merge?ids={ids[0]},{ids[1]}")
    assert client.get(led.headers["Location"]).status_code == 200
    merged = client.post(
        "/contacts/merge", data={"ids": ",".join(ids), "keep": ids[0], "next": here}
    )
    assert merged.headers["Location"] == here  # On to the next group.


@pytest.mark.parametrize(
    "query",
    ["after=zz", "after=ffffffffffffffff", "after=-1", "reason=nothing", "owner=x", "show=x"],
)
def test_an_address_of_no_sense_shows_what_it_can(
    acme: Workspace, alice: Person, query: str
) -> None:
    with acme.acting(alice) as by:
        twins(by)
    answer = alice.client.get(f"/contacts/duplicates?{query}")
    assert answer.status_code == 200
    assert "Fence" in answer.text


def test_what_can_t_be_said_is_told_and_nothing_is_lost(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        ids = [str(one.id) for one in twins(by)]
    for bad in ([], ids[:1], [ids[0], str(new_id())]):
        assert alice.client.post("/contacts/duplicates/deny", data={"ids": bad}).status_code == 303
    assert alice.client.post("/contacts/duplicates/deny", data={"ids": ["x"]}).status_code == 404
    assert dora.client.post("/contacts/duplicates/deny", data={"ids": ids}).status_code == 303
    told = dora.client.get("/contacts/duplicates").text
    assert "Your role does not allow this." in told
    assert "Fence" in told
    sent = {"HX-Request": "true"}
    answer = alice.client.post("/contacts/duplicates/deny", data={"ids": ids}, headers=sent)
    assert answer.headers["HX-Trigger"] == "records-changed"
    assert "are no duplicates" in answer.text


def test_a_page_takes_as_many_statements_with_twenty_groups_as_with_one(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        engine = by.session.get_bind()
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    counted = []
    for number in range(2):
        with acme.acting(alice) as by:
            for each in range(1 + 19 * number):
                twins(by, f"f{number}{each}@fence.example")
        alice.client.get("/contacts/duplicates")
        event.listen(engine, "before_cursor_execute", note)
        alice.client.get("/contacts/duplicates")
        event.remove(engine, "before_cursor_execute", note)
        counted.append(len(seen))
        seen.clear()
    assert counted[0] == counted[1]
    assert counted[0] <= 25
