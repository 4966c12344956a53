"""The page that merges, its undo, and where the addresses of merged records lead."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.crm.models import Account
from app.identity.models import FieldRule, User
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess, Reach
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.merge.models import Merge
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs
from tests.records.pages.conftest import statements


def firms(acme: Workspace, person: Person, *given: dict[str, str]) -> list[str]:
    with acme.acting(person) as by:
        return [str(make_account(by, **one).id) for one in given]


def merge(person: Person, keep: str, *others: str, **fields: str) -> TestResponse:
    data = {"ids": ",".join([keep, *others]), "keep": keep}
    return person.client.post(
        "/accounts/merge", data=data | {f"f.{key}": text for key, text in fields.items()}
    )


def last_merge(acme: Workspace) -> UUID:
    with acme.scope() as session:
        return session.scalars(select(Merge.id).order_by(Merge.id.desc()).limit(1)).one()


def hide(acme: Workspace, person: Person, key: str) -> None:
    """Hide a field of accounts from somebody's role."""
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        rule = FieldRule(role_id=role.id, record_type="account", field=key)
        rule.access = FieldAccess.HIDDEN
        session.add(rule)
        role.stamp = new_id()


def test_what_differs_stands_side_by_side_and_what_is_equal_is_folded(
    acme: Workspace, alice: Person
) -> None:
    fence, double = firms(
        acme, alice, {"name": "Fence", "city": "York"}, {"name": "Fence Ltd", "city": "York"}
    )
    shown = alice.client.get(f"/accounts/merge?ids={fence},{double}").text
    assert 'name="f.name"' in shown
    assert 'name="f.city"' not in shown
    assert "fields are the same" in shown
    assert f'name="keep" value="{fence}" checked' in shown  # The oldest of what tells as much.


def test_the_fullest_is_proposed_to_stay(acme: Workspace, alice: Person) -> None:
    fence, double = firms(
        acme, alice, {"name": "Fence"}, {"name": "Fence Ltd", "city": "York", "phone": "0207946012"}
    )
    shown = alice.client.get(f"/accounts/merge?ids={fence},{double}").text
    assert f'name="keep" value="{double}" checked' in shown


def test_more_records_side_by_side_take_no_more_statements(acme: Workspace, alice: Person) -> None:
    ids = firms(acme, alice, *({"name": f"Fence {number}"} for number in range(5)))
    took = []
    for number in (2, 5):
        path = f"/accounts/merge?ids={','.join(ids[:number])}"
        assert alice.client.get(path).text.count("Alice") >= number
        with statements() as seen:
            alice.client.get(path)
        took.append(len(seen))
    assert took[0] == took[1]


def test_merging_leads_to_the_one_that_stays_and_old_addresses_lead_there_too(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Fence Ltd"})
    answer = merge(alice, fence, double, name=double)
    assert answer.headers["Location"] == f"/accounts/{fence}"
    shown = alice.client.get(f"/accounts/{fence}").text
    assert "1 record was merged into “Fence Ltd”." in shown
    assert "merged “Fence Ltd” into this" in shown
    assert f"/accounts/merges/{last_merge(acme)}/undo" in shown
    for person in (alice, dora):
        old = person.client.get(f"/accounts/{double}?show=changes")
        assert (old.status_code, old.headers["Location"]) == (
            301,
            f"/accounts/{fence}?show=changes",
        )
        assert old.headers["Cache-Control"] == "no-store"
    assert alice.client.post(f"/accounts/{double}/edit", data={"name": "X"}).status_code == 404


def test_an_old_address_leads_nobody_to_what_they_may_not_see(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Fence Ltd"})
    merge(alice, fence, double)
    assert bob.client.get(f"/accounts/{double}").status_code == 404


def test_the_timeline_tells_the_history_of_both(acme: Workspace, alice: Person) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall", "city": "York"})
    with acme.acting(alice) as by:
        perform("account", "update", by.session.get_one(Account, UUID(double)), by=by, city="Ripon")
    merge(alice, fence, double, city=fence)
    shown = alice.client.get(f"/accounts/{fence}?show=changes").text
    assert "Ripon" in shown
    assert shown.count("added this") == 2
    assert "Ripon" in alice.client.get(f"/accounts/{fence}/history/city").text
    assert "Merged with others" in alice.client.get("/settings/audit").text


def test_undoing_brings_the_old_address_back(acme: Workspace, alice: Person) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    merge(alice, fence, double)
    undo = f"/accounts/merges/{last_merge(acme)}/undo"
    assert undo in alice.client.get(f"/accounts/{fence}").text
    assert alice.client.post(undo).status_code == 303
    shown = alice.client.get(f"/accounts/{fence}").text
    assert "The merge was undone: 1 record is back." in shown
    assert "merged this into another record" in alice.client.get(f"/accounts/{double}").text
    assert "undid the merge of “Wall” into this" in shown
    assert undo not in shown
    assert alice.client.get(f"/accounts/{double}").status_code == 200
    again = alice.client.post(undo)
    assert (again.status_code, again.headers["Location"]) == (303, f"/accounts/{fence}")
    assert "This was undone already" in alice.client.get(f"/accounts/{fence}").text


def test_a_hidden_field_stays_and_is_not_betrayed(acme: Workspace, bob: Person) -> None:
    fence, double = firms(
        acme, bob, {"name": "Fence", "city": "York"}, {"name": "Fence", "city": "Secretburgh"}
    )
    hide(acme, bob, "city")
    shown = bob.client.get(f"/accounts/merge?ids={fence},{double}").text
    assert "Secretburgh" not in shown
    assert "f.city" not in shown
    refused = merge(bob, fence, double, city=double)
    assert refused.status_code == 422
    assert merge(bob, fence, double).status_code == 303
    with acme.scope() as session:
        assert session.get_one(Account, UUID(fence)).city == "York"


def test_a_choice_that_is_refused_leaves_the_page_as_it_was_sent(
    acme: Workspace, alice: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall", "city": "York"})
    refused = merge(alice, fence, double, name=double, city="no id at all")
    assert refused.status_code == 422
    assert "This is not one of the values to choose from." in refused.text
    assert f'name="f.name" value="{double}" checked' in refused.text


def test_what_changed_meanwhile_is_shown_anew(acme: Workspace, alice: Person) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    with acme.acting(alice) as by:
        perform("account", "update", by.session.get_one(Account, UUID(double)), by=by, city="Ripon")
    data = {"ids": f"{fence},{double}", "keep": fence, f"version.{double}": "1"}
    answer = alice.client.post("/accounts/merge", data=data)
    assert answer.status_code == 409
    assert "Somebody changed “Wall” meanwhile." in answer.text
    assert "Ripon" in answer.text


def test_what_somebody_chose_stays_where_a_colleague_was_faster_and_who_it_was_is_told(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    fence, double = firms(acme, bob, {"name": "Fence", "city": "York"}, {"name": "Wall"})
    with acme.acting(bob) as by:
        perform("account", "update", by.session.get_one(Account, UUID(double)), by=by, city="Ripon")
    data = {"ids": f"{fence},{double}", "keep": fence, f"version.{double}": "1"}
    answer = alice.client.post("/accounts/merge", data=data | {"f.name": double, "f.city": double})
    assert answer.status_code == 409
    assert "Bob Baker changed “Wall”, " in answer.text
    assert ": City." in answer.text
    for key in ("name", "city"):
        assert f'name="f.{key}" value="{double}" checked' in answer.text
    assert f'name="version.{double}" value="2"' in answer.text


def test_a_merge_that_was_sent_twice_leads_to_what_came_of_the_first(
    acme: Workspace, alice: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    data = {f"version.{one}": "1" for one in (fence, double)}
    data |= {"ids": f"{fence},{double}", "keep": fence, "f.name": fence}
    assert alice.client.post("/accounts/merge", data=data).status_code == 303
    second = alice.client.post("/accounts/merge", data=data | {"f.name": double})
    assert (second.status_code, second.headers["Location"]) == (303, f"/accounts/{fence}")
    shown = alice.client.get(f"/accounts/{fence}").text
    assert "Alice Archer merged “Wall” into “Fence”, " in shown
    assert "What you chose was not applied." in shown


def test_one_of_three_that_was_merged_meanwhile_is_told_and_the_choices_stay(
    acme: Workspace, alice: Person
) -> None:
    fence, double, third, other = firms(
        acme, alice, *({"name": name} for name in ("Fence", "Wall", "Gate", "Elsewhere"))
    )
    merge(alice, other, third)
    answer = merge(alice, fence, double, third, name=double)
    assert answer.status_code == 409
    assert "Alice Archer merged “Gate” into “Elsewhere”, " in answer.text
    assert f'<a href="/accounts/{other}">Show “Elsewhere”</a>' in answer.text
    assert f'name="f.name" value="{double}" checked' in answer.text
    assert f'name="ids" value="{fence},{double}"' in answer.text


def test_what_was_merged_into_what_one_may_not_see_is_told_as_gone(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    fence, double, third = firms(acme, bob, *({"name": f"Fence {n}"} for n in range(3)))
    [hers] = firms(acme, alice, {"name": "Hers alone"})
    merge(alice, hers, third)
    answer = merge(bob, fence, double, third)
    assert answer.status_code == 409
    assert "1 of these records is gone, or you may not see it." in answer.text
    assert "Hers alone" not in answer.text


def test_ticked_rows_that_are_gone_lead_back_to_the_list_or_the_others_go_on(
    acme: Workspace, alice: Person
) -> None:
    ids = firms(acme, alice, *({"name": f"Fence {number}"} for number in range(3)))
    here = "/accounts?sort=name&q=Fence"
    for left in (2, 1, 0):
        alice.client.post(f"/accounts/{ids[left]}/delete")
        alice.client.get("/accounts")  # Shows the message of the deletion.
        ask = {"verb": "merge", "id": ",".join(ids), "next": here}
        to = alice.client.post("/accounts/bulk/ask", data=ask).headers["Location"]
        answer = alice.client.get(to)
        if left == 2:
            assert answer.status_code == 200
            assert "1 of these records is gone, or you may not see it." in answer.text
            assert f'name="ids" value="{ids[0]},{ids[1]}"' in answer.text
            continue
        assert (answer.status_code, answer.headers["Location"]) == (303, here)
        told = f"{3 - left} of these records are gone, or you may not see them."
        assert told in alice.client.get(here).text


def test_what_is_deleted_while_the_page_is_open_leads_back_to_the_list(
    acme: Workspace, alice: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    alice.client.post(f"/accounts/{double}/delete")
    data = {"ids": f"{fence},{double}", "keep": fence, "next": "/accounts?sort=name"}
    answer = alice.client.post("/accounts/merge", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts?sort=name")
    shown = alice.client.get("/accounts").text
    assert "1 of these records is gone, or you may not see it." in shown


def test_what_is_taken_out_of_reach_while_the_page_is_open_is_told_as_gone(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    ids = firms(acme, bob, *({"name": f"Fence {number}"} for number in range(3)))
    with acme.acting(alice) as by:
        third = by.session.get_one(Account, UUID(ids[2]))
        perform("account", "update", third, by=by, owner_id=str(alice.user_id))
    answer = merge(bob, *ids, name=ids[1])
    assert answer.status_code == 409
    assert "1 of these records is gone, or you may not see it." in answer.text
    assert f'name="f.name" value="{ids[1]}" checked' in answer.text


def test_ticked_rows_lead_to_the_page_and_too_many_are_refused(
    acme: Workspace, alice: Person
) -> None:
    ids = firms(acme, alice, *({"name": f"Fence {number}"} for number in range(6)))
    assert 'value="merge"' in alice.client.get("/accounts").text
    ask = {"verb": "merge", "id": ",".join(ids[:2])}
    answer = alice.client.post("/accounts/bulk/ask", data=ask, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/accounts/merge?ids=")
    refused = alice.client.post("/accounts/bulk/ask", data=ask | {"id": ",".join(ids)})
    assert refused.status_code == 422
    assert "At most 5 records can be merged at once." in refused.text
    assert alice.client.post("/accounts/bulk", data=ask).status_code == 404


def test_without_two_records_the_page_says_how_to_choose_some(alice: Person) -> None:
    assert "Nothing to merge yet" in alice.client.get("/accounts/merge").text


def test_who_may_not_merge_is_offered_nothing_and_refused(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    assert 'value="merge"' not in dora.client.get("/accounts").text
    assert dora.client.get(f"/accounts/merge?ids={fence},{double}").status_code == 403
    assert merge(dora, fence, double).status_code == 403


def test_activities_have_no_merging(alice: Person) -> None:
    assert 'value="merge"' not in alice.client.get("/activities").text


def test_another_workspace_s_records_are_not_there(
    acme: Workspace, alice: Person, charlie: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    assert charlie.client.get(f"/accounts/merge?ids={fence},{double}").status_code == 404
    assert merge(charlie, fence, double).status_code == 404
    merge(alice, fence, double)
    undo = f"/accounts/merges/{last_merge(acme)}/undo"
    assert charlie.client.post(undo).status_code == 404
    assert charlie.client.get(f"/accounts/{double}").status_code == 404


def test_who_neither_merged_nor_may_change_all_does_not_undo(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    merge(alice, fence, double)
    assert dora.client.post(f"/accounts/merges/{last_merge(acme)}/undo").status_code == 403


def test_a_program_is_led_on_as_well(acme: Workspace, alice: Person, program: Programs) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    merge(alice, fence, double)
    api = program(alice)
    old = api.get(f"accounts/{double}")
    assert (old.status_code, old.headers["Location"]) == (301, f"/api/v1/accounts/{fence}")
    assert api.patch(f"accounts/{double}", {"city": "York"}).status_code == 404


def test_a_program_merges_and_takes_it_back(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall", "city": "York"})
    api = program(alice)
    for body in ({"ids": "x"}, {"ids": ["x"]}, {"ids": [double], "choices": []}, {"ids": [fence]}):
        assert api.post(f"accounts/{fence}/merge", body).status_code == 422, body
    assert api.post(f"accounts/{fence}/merge", {"ids": [double]}, If_Match='"9"').status_code == 412
    made = api.post(f"accounts/{fence}/merge", {"ids": [double], "choices": {"name": double}})
    assert made.status_code == 200, made.text
    assert made.json is not None
    assert (made.json["name"], made.json["city"]) == ("Wall", "York")
    undo = f"merges/{made.headers['Merge-Id']}/undo"
    back = api.post(undo)
    assert back.json is not None
    assert (back.json["name"], back.json["city"]) == ("Fence", None)
    assert api.post(undo).status_code == 422
    assert api.get(f"accounts/{double}").status_code == 200


def test_a_program_is_told_the_duplicates_that_its_person_may_see(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    [his] = firms(acme, bob, {"name": "Fence Ltd"})
    [hers] = firms(acme, alice, {"name": "Fence Inc"})
    told = program(alice).get(f"accounts/{his}/duplicates")
    assert told.json == {
        "data": [{"id": hers, "title": "Fence Inc", "reasons": ["Same name"]}],
        "next": None,
    }
    assert program(bob).get(f"accounts/{his}/duplicates").json == {"data": [], "next": None}
    assert program(bob).get(f"accounts/{hers}/duplicates").status_code == 404


def test_a_program_without_the_scope_merges_nothing(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    fence, double = firms(acme, alice, {"name": "Fence"}, {"name": "Wall"})
    api = program(alice, "account:read", "account:update")
    assert api.post(f"accounts/{fence}/merge", {"ids": [double]}).status_code == 403


def test_people_stand_side_by_side_by_the_parts_of_their_names(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_contact(by, first_name=name).id) for name in ("Frank", "Frankie")]
    shown = alice.client.get(f"/contacts/merge?ids={','.join(ids)}")
    assert shown.status_code == 200
    assert 'name="f.first_name"' in shown.text


def test_the_audit_tells_what_was_merged_into_what(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    fence, double, third = firms(
        acme, alice, {"name": "Fence"}, {"name": "Fence Ltd"}, {"name": "Fence Co"}
    )
    merge(alice, fence, double, third)
    survivors = alice.client.get(f"/settings/audit?record={fence}&verb=merged").text
    assert "Merged into one: <del>Fence Ltd, Fence Co</del>" in survivors
    assert "<ins>Fence</ins>" in survivors
    absorbed = alice.client.get(f"/settings/audit?record={double}&verb=merged_into").text
    assert "Merged into one: <del>Fence Ltd</del>" in absorbed
    assert "<ins>Fence</ins>" in absorbed
    assert "Fence Ltd, Fence Co → Fence" in alice.client.get("/settings/audit.csv").text
    alice.client.post(f"/accounts/merges/{last_merge(acme)}/undo")
    undone = alice.client.get(f"/settings/audit?record={fence}&verb=unmerged").text
    assert "Merge undone: <del>Fence</del>" in undone
    api = program(alice)
    [told] = api.get(f"audit?record_id={fence}&verb=merged").json["data"]
    assert told["changes"] == {"merged": [None, [double, third]]}
    [told] = api.get(f"audit?record_id={double}&verb=merged_into").json["data"]
    assert told["changes"] == {"merged_into": [None, fence]}


def test_the_audit_names_no_merged_record_that_its_reader_may_not_open(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    [mine] = firms(acme, bob, {"name": "Mine"})
    [theirs, other] = firms(acme, alice, {"name": "Theirs"}, {"name": "Other"})
    merge(alice, theirs, mine, other)
    with acme.acting() as by:
        sales = role_by_key(by.session, "sales_rep")
        write_rights(by, sales, {("account", "read"): Reach.OWN, ("audit", "read"): Reach.ALL}, {})
    seen = bob.client.get("/settings/audit").text
    assert "Merged into one: <del>Mine</del>" in seen
    assert "Theirs" not in seen
    assert "Other" not in seen


def test_more_merges_in_the_audit_take_no_more_statements(acme: Workspace, alice: Person) -> None:
    took = []
    for _round in range(3):
        merge(alice, *firms(acme, alice, {"name": "Fence"}, {"name": "Fence Ltd"}))
        with statements() as seen:
            alice.client.get("/settings/audit")
        took.append(len(seen))
    assert took[0] == took[1] == took[2]
