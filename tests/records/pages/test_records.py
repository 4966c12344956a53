"""Record pages: what they show to whom, the timeline, the way to neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import Fence

BUDGET = 16  # Two of them, behind the page, note that it was opened.
TIMELINE = {"HX-Request": "true", "HX-Target": "div#timeline"}


def test_a_record_takes_few_statements(
    fence: Fence, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    assert count_statements(alice, f"{fence.account_url}?in=sort%3Dname") <= BUDGET
    assert count_statements(alice, f"{fence.contact_url}?in=sort%3Dname") <= BUDGET


def test_a_record_shows_its_facts_people_and_diary(fence: Fence, alice: Person) -> None:
    page = alice.client.get(fence.account_url).text
    for text in ("Fence &amp; Sons", "020 7946 0301", "Frank Fence", "Send the offer", "Upcoming"):
        assert text in page


def test_a_contact_leads_to_its_account(fence: Fence, alice: Person) -> None:
    assert f'href="{fence.account_url}"' in alice.client.get(fence.contact_url).text


def test_nobody_else_can_tell_that_it_exists(fence: Fence, charlie: Person) -> None:
    for path in ("", "/edit", "/fields/phone"):
        assert charlie.client.get(f"{fence.account_url}{path}").status_code == 404
    for path in ("/edit", "/delete", "/restore", "/activities", "/fields/phone"):
        assert charlie.client.post(f"{fence.account_url}{path}").status_code == 404


def test_a_colleague_who_may_only_read_is_refused(fence: Fence, dora: Person) -> None:
    assert dora.client.get(fence.account_url).status_code == 200
    assert "composer" not in dora.client.get(fence.account_url).text
    for path in ("/edit", "/delete", "/fields/phone"):
        assert dora.client.post(f"{fence.account_url}{path}").status_code == 403
    assert dora.client.get("/accounts/new").status_code == 403
    task = f"/activities/{fence.task}/complete"
    assert dora.client.post(task).status_code == 403


def test_what_is_not_there_is_not_found(alice: Person) -> None:
    for path in (f"/accounts/{uuid4()}", "/accounts/7", "/nothing", f"/leads/{uuid4()}"):
        assert alice.client.get(path).status_code == 404


def test_a_record_knows_its_neighbours_in_the_list_it_came_from(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ids = [make_account(by, name).id for name in ("Alpha", "Beta", "Gamma")]
    page = alice.client.get(f"/accounts/{ids[1]}?in=sort%3Dname").text
    assert re.search(rf'rel="prev" href="/accounts/{ids[0]}\?in=sort%3Dname"', page)
    assert re.search(rf'rel="next" href="/accounts/{ids[2]}\?in=sort%3Dname"', page)
    made_up = alice.client.get(f"/accounts/{ids[1]}?in=sort%3Dnothing%26x%3D1")
    assert made_up.status_code == 200
    assert 'rel="next"' not in made_up.text


def test_the_timeline_tells_who_changed_what(fence: Fence, alice: Person) -> None:
    alice.client.post(
        f"{fence.account_url}/fields/lifecycle", data={"lifecycle": "customer", "version": "1"}
    )
    page = alice.client.get(f"{fence.account_url}?show=changes", headers=TIMELINE).text
    assert "<html" not in page
    assert "changed Lifecycle" in page
    assert "<del>Prospect</del>" in page
    assert "<ins>Customer</ins>" in page
    assert "They like green fences." not in page


def test_a_plan_says_its_words_once(fence: Fence, alice: Person) -> None:
    answer = alice.client.post(
        f"{fence.account_url}/activities",
        data={"kind": "call", "body": "Ask for the gates.", "due_at": "2029-05-06T10:00"},
        headers=TIMELINE,
    )
    assert answer.text.count("Ask for the gates.") == 1


def test_the_timeline_goes_back_page_by_page_without_losing_any(
    acme: Workspace, fence: Fence, alice: Person
) -> None:
    for number in range(45):
        alice.client.post(
            f"{fence.account_url}/activities",
            data={"kind": "note", "body": f"Note number {number}."},
        )
    seen: list[str] = []
    html = alice.client.get(fence.account_url, headers=TIMELINE).text
    while True:
        seen += re.findall(r"<p>Note number (\d+)\.</p>", html)
        more = re.search(r'id="earlier" href="([^"]+)"', html)
        if more is None:
            break
        headers = {"HX-Request": "true", "HX-Target": "a#earlier"}
        html = alice.client.get(more[1].replace("&amp;", "&"), headers=headers).text
    assert sorted(map(int, seen)) == list(range(45))


def test_a_follow_up_plans_the_next_one(fence: Fence, alice: Person) -> None:
    answer = alice.client.post(
        f"{fence.account_url}/activities",
        data={"kind": "follow_up", "body": "They will decide.", "next_at": "2029-05-06T10:00"},
        headers=TIMELINE,
    )
    assert answer.status_code == 200
    assert "Next follow-up" in answer.text
    assert answer.text.count("They will decide.") == 2
    assert "6 May 2029" in alice.client.get("/accounts").text


def test_a_visit_and_a_mail_are_written_down_and_filtered_on_the_timeline(
    fence: Fence, alice: Person
) -> None:
    url = f"{fence.account_url}/activities"
    for kind, words in (("visit", "They showed the new gate."), ("mail", "Sent the drawing.")):
        answer = alice.client.post(url, data={"kind": kind, "body": words}, headers=TIMELINE)
        assert answer.status_code == 200
        shown = alice.client.get(f"{fence.account_url}?show={kind}", headers=TIMELINE).text
        assert words in shown
        assert "They like green fences." not in shown
    told = alice.client.get(fence.account_url).text
    assert "paid a visit" in told
    assert "wrote an e-mail" in told
    plan = {"kind": "visit", "body": "See the yard", "due_at": "2029-05-06T10:00"}
    upcoming = alice.client.post(url, data=plan, headers=TIMELINE).text
    assert upcoming.index("See the yard") < upcoming.index("paid a visit")


def test_an_empty_note_comes_back_as_it_was(fence: Fence, alice: Person) -> None:
    url = f"{fence.account_url}/activities"
    answer = alice.client.post(
        url, data={"kind": "meeting", "subject": "Visit", "due_at": ""}, headers=TIMELINE
    )
    assert answer.status_code == 422
    assert 'value="Visit"' in answer.text
    assert 'id="meeting-due_at-error"' in answer.text
    assert alice.client.post(url, data={"kind": "party"}).status_code == 422


def test_a_task_is_done_in_place_and_can_stand_open_again(fence: Fence, alice: Person) -> None:
    url = f"/activities/{fence.task}"
    done = alice.client.post(f"{url}/complete", headers={"HX-Request": "true"})
    assert done.headers["HX-Trigger"] == "records-changed"
    assert f'action="{url}/reopen"' in done.text
    assert "Upcoming" not in alice.client.get(fence.account_url).text
    alice.client.post(f"{url}/reopen")
    assert "Upcoming" in alice.client.get(fence.account_url).text
    assert alice.client.post(f"{url}/reopen").status_code == 422


def test_home_shows_what_is_due_and_lets_it_be_done(fence: Fence, alice: Person) -> None:
    alice.client.post(
        f"{fence.account_url}/activities",
        data={"kind": "task", "subject": "Ring them", "due_at": "2020-01-01T09:00"},
    )
    page = alice.client.get("/").text
    assert "Overdue" in page
    assert "Ring them" in page
    assert "Send the offer" not in page


def test_the_palette_finds_records_of_every_type(
    fence: Fence, alice: Person, charlie: Person
) -> None:
    found = alice.client.get("/search?q=fence&fmt=palette").text
    assert fence.account_url in found
    assert fence.contact_url in found
    assert fence.account_url in alice.client.get("/search?q=fence").text
    assert "Fence" not in charlie.client.get("/search?q=fence&fmt=palette").text


def test_a_lookup_offers_records_and_colleagues(fence: Fence, alice: Person) -> None:
    assert f'data-value="{fence.account}"' in alice.client.get("/lookup/account?q=fen").text
    assert 'data-text="Bob Baker"' in alice.client.get("/lookup/user?q=bob").text
    assert "Nothing found" in alice.client.get("/lookup/user?q=nobody").text
    assert alice.client.get("/lookup/nothing?q=x").status_code == 404


def test_a_number_with_an_extension_is_shown_with_it_and_dialled_with_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        path = f"/accounts/{make_account(by, phone='020 7946 0301 ext 7').id}"
        inside = f"/accounts/{make_account(by, 'Inside', phone='x7').id}"
    page = alice.client.get(path).text
    assert "020 7946 0301 x7" in page
    assert page.count('href="tel:+442079460301;ext=7"') == 2
    assert "tel:" not in alice.client.get(inside).text
    assert 'data-phone="+442079460301;ext=7"' in alice.client.get("/accounts").text


def test_a_number_from_before_stays_as_long_as_nobody_touches_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        account.phone = "ask reception"
        path = f"/accounts/{account.id}"
    sent = {"name": "Fence & Sons", "phone": "ask reception", "city": "Leeds", "version": "1"}
    answer = alice.client.post(f"{path}/edit", data=sent)
    assert answer.status_code in (204, 302, 303), answer.text
    assert "ask reception" in alice.client.get(path).text
    refused = alice.client.post(f"{path}/edit", data={**sent, "phone": "123", "version": "2"})
    assert refused.status_code == 422
    assert "Enter a whole phone number" in refused.text


def test_the_question_before_a_deletion_tells_what_goes_along(
    alice: Person, dora: Person, fence: Fence
) -> None:
    asked = alice.client.get(f"{fence.account_url}/delete")
    assert asked.mimetype == "text/plain"
    assert re.fullmatch(r"Deleted with it: .*1 contact.* You can undo this\.", asked.text)
    assert dora.client.get(f"{fence.account_url}/delete").status_code == 403
