"""What of the pool is seen before it is claimed: in lists, on pages, by the API, never more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.crm.models import Account
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from app.records.pool.choose import change_choice
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.records.api.conftest import Programs
from tests.records.files.conftest import upload
from tests.records.pages.conftest import statements

POOL = "/accounts?owner_id__isnull=true"
PHONE = "7946 0011"
NUMBERS = [("All", "1"), ("Mine", "1")]  # Of Bob's own; the pool is apart.


def let_bob(acme: Workspace, **reaches: Reach) -> None:
    """Give sales reps these rights on accounts and no other."""
    with acme.acting() as by:
        grants = {("account", verb): reach for verb, reach in reaches.items()}
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})


def test_the_pool_is_a_tab_for_whoever_may_see_it(
    acme: Workspace, bob: Person, dora: Person, free: Account
) -> None:
    assert POOL in bob.client.get("/accounts").text
    assert POOL not in dora.client.get("/accounts").text


def test_the_list_of_the_pool_shows_its_records_without_what_is_hidden(
    acme: Workspace, bob: Person, free: Account, owned: Account
) -> None:
    assert "Free Fences" not in bob.client.get("/accounts").text
    shown = bob.client.get(f"{POOL}&cols=name,phone,city").text
    assert "Free Fences" in shown
    assert "York" in shown
    assert PHONE not in shown
    assert "Owned Oaks" not in shown
    assert "Free Fences" not in bob.client.get(f"{POOL}&q=79460011").text
    assert bob.client.get(f"{POOL}&phone__contains=7946").status_code == 422


def test_without_the_right_the_pool_is_empty(acme: Workspace, bob: Person, free: Account) -> None:
    let_bob(acme, read=Reach.OWN, claim=Reach.ALL)
    assert "Free Fences" not in bob.client.get(POOL).text
    assert bob.client.get(f"/accounts/{free.id}").status_code == 404


def test_the_page_of_a_pool_record_shows_no_contact_data_until_it_is_claimed(
    acme: Workspace, bob: Person, free: Account
) -> None:
    before = bob.client.get(f"/accounts/{free.id}").text
    assert "Free Fences" in before
    assert "shown once it is claimed" in before
    assert PHONE not in before
    assert "Frank Fence" not in before
    assert "They like oak." not in before
    assert "data-draft" not in before, "nothing is written on it before"
    assert bob.client.get(f"/accounts/{free.id}/files").status_code == 404
    assert bob.client.get(f"/accounts/{free.id}/history/phone").status_code == 404
    answer = bob.client.post(f"/accounts/{free.id}/claim", follow_redirects=True)
    assert PHONE in answer.text
    assert "They like oak." in answer.text
    assert "data-draft" in answer.text
    assert "Claimed: Free Fences" in answer.text
    assert "Owner" in answer.text


def test_what_colleagues_wrote_is_not_told_before_a_claim_to_who_may_read_it_elsewhere(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.acting(alice) as by:
        make_activity(by, account_id=free.id, body="I rang them.", owner_id=str(bob.user_id))
        role = role_by_key(by.session, "sales_rep")
        reaches = {"read": Reach.OWN, "see_pool": Reach.ALL, "claim": Reach.ALL}
        grants = {("account", verb): reach for verb, reach in reaches.items()}
        write_rights(by, role, {**grants, ("activity", "read"): Reach.ALL}, {})
    before = bob.client.get(f"/accounts/{free.id}").text
    assert "I rang them." in before
    assert "They like oak." not in before
    answer = bob.client.post(f"/accounts/{free.id}/claim", follow_redirects=True)
    assert "They like oak." in answer.text


def test_who_sees_a_record_by_the_pool_is_told_so(
    acme: Workspace, alice: Person, bob: Person, dora: Person, free: Account, owned: Account
) -> None:
    let_bob(acme, read=Reach.OWN, see_pool=Reach.ALL)
    pool = "It is in the pool, which the role Sales rep may look into."
    told = alice.client.get(f"/accounts/{free.id}/access?user_id={bob.user_id}").text
    assert pool in told
    assert "May see it" in told
    of_owned = alice.client.get(f"/accounts/{owned.id}/access?user_id={bob.user_id}").text
    assert pool not in of_owned
    assert "May not see it" in of_owned
    of_dora = alice.client.get(f"/accounts/{free.id}/access?user_id={dora.user_id}").text
    assert "in the pool" not in of_dora, "who reads all accounts needs no pool"
    assert "May see it" in of_dora
    let_bob(acme, read=Reach.OWN, claim=Reach.ALL)
    barred = alice.client.get(f"/accounts/{free.id}/access?user_id={bob.user_id}").text
    assert "May not see it" in barred


def test_a_workspace_chooses_what_is_shown_before(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.acting(alice) as by:
        change_choice(by, "account", hidden=["city"], hold_days="0")
    shown = bob.client.get(f"/accounts/{free.id}").text
    assert PHONE in shown
    assert "York" not in shown


def test_who_reads_all_accounts_sees_all_of_the_pool(
    acme: Workspace, alice: Person, free: Account
) -> None:
    assert PHONE in alice.client.get(f"{POOL}&cols=name,phone").text
    assert PHONE in alice.client.get(f"/accounts/{free.id}").text


def test_the_api_shows_the_pool_as_its_pages_do(
    bob: Person, free: Account, program: Programs
) -> None:
    api = program(bob)
    assert api.get("accounts").json["data"] == []
    (told,) = api.get("accounts?owner_id__isnull=true").json["data"]
    assert told["name"] == "Free Fences"
    assert "phone" not in told
    assert "phone" not in api.get(f"accounts/{free.id}").json
    claimed = api.post(f"accounts/{free.id}/claim")
    assert claimed.json["phone"]
    assert claimed.json["owner_id"] == str(bob.user_id)


def test_who_comes_second_is_told_in_the_pool_where_they_looked(
    alice: Person, bob: Person, free: Account, program: Programs
) -> None:
    assert alice.client.post(f"/accounts/{free.id}/claim").status_code == 303
    for sent in ({}, {"next": f"/accounts/{free.id}?view=1"}, {"next": POOL}):
        answer = bob.client.post(f"/accounts/{free.id}/claim", data=sent)
        assert answer.location == POOL
        assert "Alice Archer was quicker" in bob.client.get(POOL).text
    assert program(bob).post(f"accounts/{free.id}/claim").status_code == 409


def test_an_empty_pool_says_what_it_is_for(acme: Workspace, bob: Person, owned: Account) -> None:
    shown = bob.client.get(POOL).text
    assert "Nothing waits in the pool" in shown
    assert '<span id="list-total">0 accounts</span>' in shown
    assert "Nothing matches these words" not in shown
    assert "Nothing matches these words" in bob.client.get(f"{POOL}&q=oaks").text


def test_the_pool_is_asked_for_so_that_only_its_own_index_answers(
    acme: Workspace, alice: Person, bob: Person, free: Account
) -> None:
    with acme.scope() as session:
        named = "indexname = 'ix_accounts_pool' AND schemaname = current_schema()"
        index = session.scalar(text(f"SELECT indexdef FROM pg_indexes WHERE {named}"))
    assert "((owner_id IS NULL) IS TRUE)" in str(index)
    for person in (alice, bob):
        for url in (POOL, POOL.replace("?", "/count?")):
            with statements() as made:
                assert person.client.get(url).status_code == 200
            asked = [one for one in made if "owner_id IS NULL" in one]
            assert asked
            for one in asked:
                assert one.count("(accounts.owner_id IS NULL) IS true") == 1
                assert one.count("owner_id IS NULL") == 1, "the index on owners would answer that"


def test_an_empty_pool_says_the_same_as_a_board(
    acme: Workspace, bob: Person, owned: Account
) -> None:
    board = POOL.replace("/accounts", "/accounts/board")
    shown = bob.client.get(board).text
    assert "Nothing waits in the pool" in shown
    assert "Nothing matches these words" not in shown
    assert "Nothing matches these words" in bob.client.get(f"{board}&q=oaks").text


def test_the_tabs_over_the_pool_count_the_same_as_a_list_and_as_a_board(
    acme: Workspace, bob: Person, free: Account, owned: Account
) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Bob's Bricks")
    for page in (POOL, "/accounts/board?owner_id__isnull=true"):
        text = bob.client.get(page).text
        tabs = text.partition('class="views"')[2].partition("</nav>")[0]
        assert re.findall(r'>(All|Mine)<span class="view-n">(\d+)<', tabs) == NUMBERS, page
        assert 'href="/accounts/new' in text, page


@pytest.mark.parametrize("verb", ["return", "reassign"])
def test_the_forms_keep_what_was_typed_and_say_what_is_missing(
    acme: Workspace, alice: Person, owned: Account, verb: str
) -> None:
    url = f"/accounts/{owned.id}/pool/{verb}"
    assert alice.client.get(url).status_code == 200
    answer = alice.client.post(url, data={"note": "They moved"})
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert "：Owned Oaks</h1>" in alice.client.get(url).text
    assert answer.status_code == 422
    assert "Please fill in this field." in answer.text
    assert verb == "reassign" or "They moved" in answer.text


def test_a_returned_record_tells_why_on_its_timeline(
    acme: Workspace, alice: Person, owned: Account
) -> None:
    data = {"reason": "no_interest", "note": "Too small"}
    answer = alice.client.post(
        f"/accounts/{owned.id}/pool/return", data=data, follow_redirects=True
    )
    assert "returned this to the pool: No interest – Too small" in answer.text
    assert "Alice Archer" in answer.text


def test_many_are_claimed_at_once_and_undone_together(
    acme: Workspace, bob: Person, free: Account
) -> None:
    data = {"verb": "claim", "all": "1", "list": "owner_id__isnull=true", "counted": "1"}
    asked = bob.client.post("/accounts/bulk/ask", data=data)
    assert asked.status_code == 200
    done = bob.client.post("/accounts/bulk", data=data, follow_redirects=True)
    assert "Claimed: 1 account" in done.text
    with acme.acting() as by:
        assert by.session.get_one(Account, free.id).owner_id == bob.user_id
    undo = done.text.partition("/undo")[0].rpartition('"')[2] + "/undo"
    assert bob.client.post(undo).status_code == 303
    with acme.acting() as by:
        assert by.session.get_one(Account, free.id).owner_id is None


def test_ticked_rows_of_the_pool_are_claimed(acme: Workspace, bob: Person, free: Account) -> None:
    data = {"verb": "claim", "id": str(free.id), "list": "owner_id__isnull=true"}
    assert (
        "Claimed: 1 account"
        in bob.client.post("/accounts/bulk", data=data, follow_redirects=True).text
    )


def test_the_pool_offers_to_claim_and_pass_on_and_other_lists_to_assign(
    acme: Workspace, alice: Person, bob: Person, free: Account, owned: Account
) -> None:
    def bar(person: Person, path: str) -> str:
        return person.client.get(path).text.partition("data-bulkbar")[2].partition("</form>")[0]

    assert 'value="claim"' in bar(bob, POOL)
    assert 'value="reassign"' in bar(alice, POOL)
    assert 'value="assign"' not in bar(alice, POOL)
    assert 'value="assign"' in bar(alice, "/accounts")
    assert 'value="reassign"' not in bar(alice, "/accounts")
    # Rows offer it where they show the pool, so that other lists have nothing more to do.
    assert 'data-row-to="/claim"' in bob.client.get(POOL).text
    assert 'data-row-to="/claim"' not in bob.client.get("/accounts").text


def test_no_word_of_a_colleague_and_no_name_of_a_file_is_shown_before_a_claim(
    acme: Workspace, alice: Person, bob: Person, free: Account, program: Programs, no_files: None
) -> None:
    with acme.acting(alice) as by:
        due = (by.now + timedelta(days=1)).isoformat()
        make_activity(by, "task", subject="Offer them a discount", account_id=free.id, due_at=due)
    upload(alice.client, f"/accounts/{free.id}", ("Quotation 2026.txt", b"Oak, 120"))
    page, api = f"/accounts/{free.id}", program(bob)
    columns = f"{POOL}&cols=name,next_step,next_step_at"
    assert "Offer them a discount" in alice.client.get(columns).text
    assert "Quotation 2026" in alice.client.get(page).text
    for path in (POOL, columns, page, f"{page}?show=changes", f"{page}/peek"):
        shown = bob.client.get(path).text
        assert "Offer them" not in shown, path
        assert "Quotation" not in shown, path
    told = api.get(f"accounts/{free.id}").json
    assert told["next_step_at"], "when something is due is no secret"
    assert "next_step" not in told
    assert bob.client.get(f"{POOL}&next_step__contains=discount").status_code == 422
    assert bob.client.post(f"{page}/claim").status_code == 303
    after = bob.client.get(page).text
    assert "Offer them a discount" in after
    assert "Quotation 2026" in after
