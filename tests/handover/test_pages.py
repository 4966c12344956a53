"""The pages of a handover: the plan with its numbers, what became of it, and the digests."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account
from app.handover.models import Handover
from app.handover.operations.begin import begin_handover
from app.handover.pages.digest import digests
from app.handover.rules import Plan, Rule
from app.identity.models import FieldRule, Grant, User
from app.kernel.actor import FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.filters import Filter
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.handover.conftest import HandOver, owner_of, promised
from tests.records.pages.conftest import statements

Estate = dict[str, UUID]
YORK = (Filter("city", "eq", "York"),)


def place(person: Person) -> str:
    return f"/settings/people/{person.user_id}/handover"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_disabling_who_holds_records_leads_to_their_handover(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate
) -> None:
    answer = alice.client.post(f"/settings/people/{bob.user_id}/disable")
    assert answer.headers["Location"] == place(bob)
    assert bob.user.is_active
    alice.client.post(f"/settings/people/{erin.user_id}/disable")
    assert not erin.user.is_active, "who holds nothing is disabled at once"


def test_the_plan_is_made_step_by_step_and_tells_its_numbers(
    acme: Workspace, alice: Person, bob: Person, erin: Person, fred: Person, estate: Estate
) -> None:
    page = plain(alice.client.get(place(bob)).text)
    assert "Handover of Bob Baker" in page
    assert "Accounts 2" in page
    sent = {"do": "rule.account", "leaves": "1", "rest_to_id": str(fred.user_id)}
    answer = alice.client.post(place(bob), data=sent)
    rule = answer.headers["Location"]
    assert rule == f"{place(bob)}/rule?type=account"
    found = alice.client.get(
        "/accounts/filter",
        query_string={
            "rest": "",
            "c.how": "and",
            "c.0.f": "city",
            "c.0.w": "is",
            "c.0.v": "York",
            "do": "apply",
            "handover": str(bob.user_id),
        },
    )
    assert found.status_code == 303, plain(found.text)
    rule = found.headers["Location"]
    assert rule.startswith(f"{place(bob)}/rule?type=account&in=city")
    assert re.search(r"City: .*York", alice.client.get(rule).text)
    saved = alice.client.post(
        f"{place(bob)}/rule?type=account", data={"in": "city=York", "to": [str(erin.user_id)]}
    )
    assert saved.headers["Location"] == place(bob)
    page = plain(alice.client.get(place(bob)).text)
    assert re.search(r"City: York Erin East 1 ", page)
    assert re.search(r"Of customers who change hands with their customer 2", page)
    assert re.search(r"The rest Fred Fox 1 ", page)
    assert owner_of(acme, estate["York"]) == bob.user_id, "nothing is done by looking"
    started = alice.client.post(place(bob), data={**sent, "do": "start"})
    assert started.headers["Location"].startswith("/handovers/")
    assert owner_of(acme, estate["York"]) == erin.user_id
    told = plain(alice.client.get(started.headers["Location"]).text)
    assert "7 records were handed over." in told
    assert "Erin East" in told


def test_whatever_is_chosen_is_counted_at_once_and_ticks_stay_with_the_one_they_were_for(
    acme: Workspace, alice: Person, bob: Person, erin: Person, fred: Person, estate: Estate
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    assert 'data-hx-target="#handover-counted"' in alice.client.get(place(bob)).text
    htmx = {"HX-Request": "true", "HX-Target": "div#handover-counted"}
    to_erin = f"{promise}:{erin.user_id}"

    def counted(**chosen: str) -> str:
        sent = {"do": "count", "leaves": "1", "promise": to_erin, **chosen}
        answer = alice.client.post(place(bob), data=sent, headers=htmx)
        assert answer.status_code == 200
        return answer.text

    page = counted(rest_to_id=str(erin.user_id))
    assert "<form" not in page
    assert f'value="{to_erin}" checked' in page
    assert "The rest Erin East" in plain(page)
    page = counted(rest_to_id=str(fred.user_id))
    assert f'value="{promise}:{fred.user_id}"' in page
    assert "checked" not in page, "it was ticked for somebody else"
    assert "and Bob Baker is signed out everywhere" in page
    page = counted(leaves="0", rest_to_id="")
    assert "signed out" not in page, "who stays is not"
    assert "The rest Bob Baker keeps it" in plain(page)
    assert str(promise) not in page, "it stays with whoever made it"
    bad = alice.client.post(
        place(bob), data={"do": "count", "rest_to_id": str(bob.user_id)}, headers=htmx
    )
    if bad.status_code == 422:
        assert bad.headers["HX-Retarget"] == "#handover-form"
    assert owner_of(acme, estate["York"]) == bob.user_id, "nothing is done by counting"


def test_a_rule_can_be_taken_out_again_and_the_plan_forgotten(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate
) -> None:
    rule = f"{place(bob)}/rule?type=account"
    alice.client.post(rule, data={"in": "city=York", "to": [str(erin.user_id)]})
    assert "City: York" in alice.client.get(place(bob)).text
    sent = {"do": "drop.0", "leaves": "1", "rest_to_id": ""}
    assert alice.client.post(place(bob), data=sent).status_code == 303
    assert "City: York" not in alice.client.get(place(bob)).text
    alice.client.post(rule, data={"in": "", "to": [str(erin.user_id)]})
    assert "All of them" in alice.client.get(place(bob)).text
    alice.client.post(place(bob), data={"do": "forget"})
    with acme.scope() as session:
        assert session.scalars(select(Handover)).all() == []


def test_bad_input_is_told_beside_its_field_and_loses_nothing(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    answer = alice.client.post(place(bob), data={"do": "start", "leaves": "1"})
    assert answer.status_code == 422
    assert 'id="rest_to_id-error"' in answer.text
    sent = {"do": "start", "leaves": "1", "rest_to_id": str(erin.user_id)}
    answer = alice.client.post(place(bob), data=sent)
    assert answer.status_code == 422
    assert "Look at each open promise and tick it: 1 left." in answer.text
    assert f'value="{erin.user_id}" selected' in answer.text
    refused = alice.client.post(f"{place(bob)}/rule?type=account", data={"in": "city=York"})
    assert refused.status_code == 422
    assert 'id="to-error"' in refused.text
    assert "City: York" in refused.text
    for wrong in ("type=nothing", "type=account&in=nothing%3D1", ""):
        assert alice.client.get(f"{place(bob)}/rule?{wrong}").status_code in (200, 422)
    for order in ("drop.7", "drop.x", "rule.", "nothing"):
        found = alice.client.post(place(bob), data={**sent, "do": order})
        assert found.status_code in (303, 404, 422)
    answer = alice.client.post(
        place(bob), data={**sent, "promise": ["x", f"{promise}:{erin.user_id}"]}
    )
    assert answer.status_code == 303


def test_who_can_go_on_with_it_is_offered_first_and_of_others_is_said_what_bars_them(
    acme: Workspace, alice: Person, bob: Person, dora: Person, erin: Person, estate: Estate
) -> None:
    found = alice.client.get(f"{place(bob)}/receivers").text
    names = re.findall(r'data-text="([^"]+)"', found)
    assert names == ["Alice Archer", "Erin East", "Dora Dunn"], "who may only read stands last"
    assert "May only read Accounts, Contacts" in found
    assert found.count("May only read") == 1
    some = alice.client.get(f"{place(bob)}/receivers?q=Dor").text
    assert re.findall(r'data-text="([^"]+)"', some) == ["Dora Dunn"]
    assert bob.client.get(f"{place(bob)}/receivers").status_code == 403
    assert "Dora Dunn · May only read Accounts" in alice.client.get(place(bob)).text
    rule = f"{place(bob)}/rule?type=account"
    form = alice.client.get(rule).text
    assert re.search(rf'value="{dora.user_id}" disabled', form)
    assert not re.search(rf'value="{erin.user_id}" disabled', form)
    refused = alice.client.post(rule, data={"to": [str(erin.user_id), str(dora.user_id)]})
    assert refused.status_code == 422
    assert "Dora Dunn may only read Accounts. Choose somebody else." in refused.text
    assert re.search(rf'value="{dora.user_id}" checked', refused.text), "it can be unticked"


def test_a_promise_that_may_not_be_read_is_counted_and_not_named(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate
) -> None:
    with acme.acting(bob) as by:
        promised(by, estate["York"], "Send the secret offer")
    page = alice.client.get(place(bob)).text
    assert "Send the secret offer" in page
    assert "York Fences" in page
    assert "nobody is named yet" in page


def test_a_receiver_sees_what_they_got_and_a_stranger_sees_nothing(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    made = hand_over(Plan(True, erin.user_id), {(promise, erin.user_id)})
    page = plain(erin.client.get(f"/handovers/{made.id}").text)
    assert "You took over:" in page
    assert "Promises to keep" in page
    assert "Send the offer" in page
    assert "York Fences" in page
    assert "Who got what" not in page
    assert fred.client.get(f"/handovers/{made.id}").status_code == 404
    assert fred.client.get(f"/handovers/{made.id}/digests").status_code == 404
    assert erin.client.post(f"/handovers/{made.id}/undo").status_code == 403


def test_a_digest_tells_all_of_a_customer_on_one_page(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, "York Fences", city="York")
        on = {"account_id": str(account.id)}
        make_contact(by, **on, phone="+442079460123")
        promised(by, account.id)
        make_activity(by, "task", subject="Think", body="", due_at=by.now.isoformat(), **on)
        for number in range(7):
            make_activity(by, "note", body=f"Note {number}", **on)
        url = f"/accounts/{account.id}/digest"
    page = plain(bob.client.get(url).text)
    for words in ("York Fences", "City York", "020 7946 0123", "Send the offer", "Think", "Note 6"):
        assert words in page
    assert page.index("Promises") < page.index("Open steps") < page.index("Last entries")
    assert "Note 1" not in page, "the last five are enough"


def test_a_digest_reads_as_it_was_written_with_those_who_are_mentioned(
    acme: Workspace, bob: Person, erin: Person
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by, "York Fences")
        on = {"account_id": str(account.id)}
        promised(by, account.id, "Send the offer <soon>")
        make_activity(by, "task", subject="Think", body="", due_at=by.now.isoformat(), **on)
        make_activity(by, "note", body="Ask @Erin East first, she knows them", **on)
        url = f"/accounts/{account.id}/digest"
    page = bob.client.get(url).text
    assert "Piece(" not in page
    assert "<b>Send the offer &lt;soon&gt;</b>" in page
    assert "<b>Think</b>" in page
    assert 'Ask <span class="mention">@Erin East</span> first, she knows them' in page


def test_a_digest_hides_what_its_reader_may_not_see(
    acme: Workspace, alice: Person, bob: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        foreign = f"/accounts/{make_account(by, 'Alice Ltd').id}/digest"
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        found = select(Grant).where(Grant.role_id == role.id, Grant.record_type == "account")
        for grant in session.scalars(found):
            grant.reach = int(Reach.OWN)
    with acme.acting(bob) as by:
        own = f"/accounts/{make_account(by, 'York Fences', city='York').id}/digest"
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        hidden = int(FieldAccess.HIDDEN)
        session.add(FieldRule(role_id=role.id, record_type="account", field="city", access=hidden))
        role.stamp = new_id()
    assert "York" not in plain(bob.client.get(own).text).replace("York Fences", "")
    assert charlie.client.get(own).status_code == 404
    assert alice.client.get(foreign).status_code == 200
    assert bob.client.get(foreign).status_code == 404


LINK = "Handover digest"


def test_a_customer_leads_to_its_digest_for_its_receiver_and_who_may_hand_over(
    acme: Workspace,
    alice: Person,
    bob: Person,
    erin: Person,
    dora: Person,
    estate: Estate,
    hand_over: HandOver,
) -> None:
    york = f"/accounts/{estate['York']}"
    assert LINK not in alice.client.get(york).text, "nothing was handed over yet"
    made = hand_over(Plan(False, erin.user_id))
    for person in (erin, alice):
        assert f'href="{york}/digest"' in person.client.get(york).text
    seen = dora.client.get(york)
    assert seen.status_code == 200
    assert LINK not in seen.text, "it came to somebody else"
    with acme.acting(erin) as by:
        later = f"/accounts/{make_account(by, 'Hull Fences').id}"
        contact = f"/contacts/{estate['York person']}"
    for other in (later, contact):
        assert LINK not in erin.client.get(other).text, "it did not come along"
    assert alice.client.post(f"/handovers/{made.id}/undo").status_code == 303
    assert LINK not in alice.client.get(york).text, "it was taken back"


def test_a_customer_costs_a_statement_only_where_a_handover_stands(
    acme: Workspace, alice: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    york = f"/accounts/{estate['York']}"
    erin.client.get(york)
    with statements() as before:
        erin.client.get(york)
    assert not any("handover" in one for one in before)
    hand_over(Plan(False, erin.user_id))
    erin.client.get(york)
    with statements() as after:
        erin.client.get(york)
    assert len([one for one in after if "handover" in one]) == 1


def test_the_plan_leads_to_the_handovers_before_it(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    assert "Earlier handovers" not in alice.client.get(place(bob)).text
    url = f"/handovers/{hand_over(Plan(False, erin.user_id)).id}"
    page = alice.client.get(place(bob)).text
    assert f'href="{url}"' in page
    assert f'href="{url}/digests"' in page
    assert "Earlier handovers" not in alice.client.get(place(erin)).text
    alice.client.post(f"{url}/undo")
    assert "Handover taken back" in alice.client.get(place(bob)).text


def test_a_promise_that_came_along_names_its_customer(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        promises = [promised(by, estate[city], f"Ring {city} back") for city in ("York", "Leeds")]
    made = hand_over(Plan(True, erin.user_id), {(one, erin.user_id) for one in promises})
    page = erin.client.get(f"/handovers/{made.id}").text
    listed = page.partition("Promises to keep")[2].partition("</section>")[0]
    york = f'<a href="/accounts/{estate["York"]}">York Fences</a> ·'
    assert york in listed
    assert listed.index("Ring York back") < listed.index(york)
    with acme.scope() as session:
        role = session.get_one(User, erin.user_id).role
        found = select(Grant).where(Grant.role_id == role.id, Grant.record_type == "account")
        for grant in session.scalars(found):
            grant.reach = int(Reach.OWN)
        session.get_one(Account, estate["York"]).owner_id = bob.user_id
        role.stamp = new_id()
    page = erin.client.get(f"/handovers/{made.id}").text
    assert "Ring York back" in page
    assert "York Fences" not in page
    assert "Leeds Fences" in page


def test_many_digests_take_as_few_statements_as_one(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        ids = []
        for number in range(6):
            account = make_account(by, f"Firm {number}")
            make_contact(by, account_id=str(account.id))
            promised(by, account.id)
            make_activity(by, "note", account_id=str(account.id))
            ids.append(account.id)
    with acme.acting(bob) as by:
        digests(ids, by)
    counted = []
    for some in (ids[:1], ids):
        with acme.acting(bob) as by, statements() as found:
            assert len(digests(some, by)) == len(some)
        counted.append(len(found))
    assert counted[0] == counted[1]


def test_the_digests_of_a_handover_come_page_by_page(
    acme: Workspace, bob: Person, erin: Person, alice: Person
) -> None:
    with acme.acting(bob) as by:
        for number in range(21):
            make_account(by, f"Firm {number:02}")
    with acme.acting(alice) as by:
        user = by.session.get_one(User, bob.user_id)
        rule = Rule("account", (), (erin.user_id,))
        url = f"/handovers/{begin_handover(by, user, Plan(True, alice.user_id, (rule,)), ()).id}"
    first = erin.client.get(f"{url}/digests").text
    assert first.count('class="panel digest"') == 20
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert erin.client.get(following[1]).text.count('class="panel digest"') == 1
    assert alice.client.get(f"{url}/digests").text.count('class="panel digest"') == 20
    assert erin.client.get(f"{url}/digests?after=x").status_code == 404


def test_undoing_by_the_page(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    made = hand_over(Plan(False, erin.user_id))
    page = alice.client.get(f"/handovers/{made.id}").text
    assert f'action="/handovers/{made.id}/undo"' in page
    assert alice.client.post(f"/handovers/{made.id}/undo").status_code == 303
    assert owner_of(acme, estate["York"]) == bob.user_id
    page = alice.client.get(f"/handovers/{made.id}").text
    assert "7 records went back." in page
    assert "undone already" not in page, "which is said already"
    told = plain(erin.client.get("/notices").text)
    assert "Taken back, and with Bob Baker again: 2 accounts, 3 activities, 2 contacts" in told
    assert "This handover was taken back." in erin.client.get(f"/handovers/{made.id}").text
    assert alice.client.post(f"/handovers/{made.id}/undo").status_code == 303
