"""Colleagues are called by @name in what is written down, and hear of it where they may read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from app.crm.models import Activity
from app.identity.models import Notice, User
from app.identity.news import lines
from app.identity.operations.notices import choose_news, notices_of, read_all
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.users import create_user, disable_user, update_profile
from app.jobs.worker import Worker
from app.kernel.actor import FieldAccess
from app.kernel.errors import Refused
from app.records.bulk.begin import begin_change
from app.records.bulk.models import BulkChange
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.many import perform_many
from app.records.mentions.colleagues import offer_colleagues
from app.records.mentions.rename import rename_mentions
from app.records.mentions.spots import MOST_SIGNS, spots
from app.records.registry import registry
from app.records.sharing.operations import follow
from app.records.tailored import tailored
from tenants.facts import State
from tests.attacks.test_standing import put
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity
from tests.records.pages.conftest import statements
from tests.records.pages.test_sharing_pages import let_reps_see_their_own

WORDS = "Could @Dora Dunn look at the gate?"


def told(acme: Workspace, person: Person) -> list[str]:
    """What the bell tells somebody, the newest first."""
    with acme.acting(person) as by:
        return [one.text for one in lines(notices_of(by), by)]


@pytest.fixture
def firm(acme: Workspace, alice: Person) -> UUID:
    """An account of Alice's, which Dora, who reads everything, can see, and Bob can not."""
    with acme.acting(alice) as by:
        return make_account(by).id


def note(acme: Workspace, person: Person, firm: UUID, body: str = WORDS, **more: Any) -> UUID:
    with acme.acting(person) as by:
        return make_activity(by, body=body, account_id=str(firm), **more).id


def held(acme: Workspace, activity_id: UUID) -> Activity:
    with acme.scope() as session:
        return session.get_one(Activity, activity_id)


def change(acme: Workspace, person: Person, activity_id: UUID, **inputs: Any) -> Activity:
    with acme.acting(person) as by:
        record = by.session.get_one(Activity, activity_id)
        perform("activity", "update", record, by=by, **inputs)
        return record


def test_who_is_mentioned_hears_of_it_with_the_words_around(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    written = note(acme, alice, firm)
    assert held(acme, written).mentions == {str(dora.user_id): "Dora Dunn"}
    assert told(acme, dora) == [f"Alice Archer mentioned you on Fence & Sons: “{WORDS}”"]
    assert told(acme, alice) == []
    with acme.acting(dora) as by:
        [notice] = notices_of(by)
    page = dora.client.get(notice.url)
    assert '<span class="mention is-me">@Dora Dunn</span>' in page.text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Dora Dunn", ["Dora Dunn"]),
        ("(@dora dunn, @BOB BAKER!)", ["dora dunn", "BOB BAKER"]),
        ("请＠李雷看一下，@李雷雷也是", ["李雷", "李雷雷"]),
        ("mail dora@Dora Dunn", []),
        ("@Dora Dunnings and @Dora", []),
        ("@Dora Dunn2", []),
        ("@@Dora Dunn @ Bob Baker", ["Dora Dunn"]),
        ("@Dora Dunn@Bob Baker", ["Dora Dunn"]),
    ],
)
def test_a_name_behind_an_at_sign_is_found_and_nothing_else(text: str, names: list[str]) -> None:
    known = {"1": "Dora Dunn", "2": "Bob Baker", "3": "李雷", "4": "李雷雷"}
    assert [text[one.start + 1 : one.end] for one in spots(text, known)] == names


def test_no_more_signs_are_looked_at_than_anybody_writes() -> None:
    assert len(list(spots("@Dora " * (MOST_SIGNS + 5), {"1": "Dora"}))) == MOST_SIGNS


def test_subject_and_result_mention_too(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(by, "task", subject="Ask @Dora Dunn", body="", account_id=str(firm))
        task_id = task.id
    assert told(acme, dora) == ["Alice Archer mentioned you on Fence & Sons: “Ask @Dora Dunn”"]
    with acme.acting(dora) as by:
        read_all(by)
    with acme.acting(alice) as by:
        task = by.session.get_one(Activity, task_id)
        perform("activity", "complete", task, by=by, outcome="Told by @Alice Archer")
        assert set(task.mentions or ()) == {str(dora.user_id), str(alice.user_id)}
    assert told(acme, alice) == []


def test_editing_adds_and_takes_away(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    written = note(acme, alice, firm, "Nobody yet.")
    assert told(acme, dora) == []
    change(acme, alice, written, body=WORDS)
    assert len(told(acme, dora)) == 1
    change(acme, alice, written, body=f"{WORDS} Soon, please.")
    assert len(told(acme, dora)) == 1
    change(acme, alice, written, body="Nobody any more.")
    assert held(acme, written).mentions is None
    with acme.acting(dora) as by:
        assert notices_of(by) == []


def test_who_was_told_once_is_not_told_again_by_another_edit(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    written = note(acme, alice, firm)
    with acme.acting(dora) as by:
        read_all(by)
    change(acme, alice, written, body=f"{WORDS} Soon.")
    with acme.acting(dora) as by:
        assert [one.read_at is None for one in notices_of(by)] == [False]


def test_who_may_not_read_it_is_not_told_and_the_writer_is(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        made = make_activity(by, body="Ask @Bob Baker.", account_id=str(firm))
        assert made.unseen == [bob.user_id]
    with acme.acting(bob) as by:
        assert notices_of(by) == []
    fields = {"kind": "note", "body": "And @Bob Baker again."}
    url = f"/accounts/{firm}"
    page = alice.client.post(f"{url}/activities", data=fields, headers={"HX-Request": "true"})
    assert "Bob Baker can&#39;t see this and was not told." in page.text
    assert f'href="{url}/followers?user_id={bob.user_id}" data-drawer' in page.text
    form = alice.client.get(f"{url}/followers?user_id={bob.user_id}").text
    assert f'<option value="{bob.user_id}" selected>' in form


def test_sharing_the_record_tells_who_was_mentioned_on_it(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    note(acme, alice, firm, "Ask @Bob Baker.")
    with acme.acting(alice) as by:
        account = registry().type("account")
        record = by.session.get_one(account.model, firm)
        follow(account, record, by.session.get_one(User, bob.user_id), by)
    line = "Alice Archer mentioned you on Fence & Sons: “Ask @Bob Baker.”"
    assert told(acme, bob) == [line]


def test_a_mention_that_may_not_be_read_any_more_is_not_told(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    written = note(acme, alice, firm)
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        write_rights(by, role, {}, {("activity", "body"): FieldAccess.HIDDEN})
    assert WORDS not in " ".join(told(acme, dora))
    with acme.acting(alice) as by:
        perform("activity", "delete", by.session.get_one(Activity, written), by=by)
    assert told(acme, dora) == []


def test_who_wants_no_mentions_is_not_told(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(dora) as by:
        choose_news(by, by.session.get_one(User, dora.user_id), ["given", "owned", "followed"])
    note(acme, alice, firm)
    assert told(acme, dora) == []


def test_a_follower_who_is_mentioned_reads_one_line(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        account = registry().type("account")
        record = by.session.get_one(account.model, firm)
        follow(account, record, by.session.get_one(User, dora.user_id), by)
    note(acme, alice, firm)
    assert told(acme, dora) == [f"Alice Archer mentioned you on Fence & Sons: “{WORDS}”"]


def test_texts_follow_a_new_name(acme: Workspace, alice: Person, dora: Person, firm: UUID) -> None:
    written = note(acme, alice, firm, f"{WORDS} Dora Dunn knows. @Dora Dunn!")
    with acme.acting(dora) as by:
        user = by.session.get_one(User, dora.user_id)
        update_profile(by, user, name="Dora 李", phone="", language="", zone="")
    with acme.acting() as by:
        rename_mentions(by)
        rename_mentions(by)
    found = held(acme, written)
    assert found.body == "Could @Dora 李 look at the gate? Dora Dunn knows. @Dora 李!"
    assert found.subject == found.body
    assert found.mentions == {str(dora.user_id): "Dora 李"}
    assert found.version == 2
    assert "@Dora 李" in told(acme, dora)[0]


def test_texts_follow_once_a_workspace_may_change_something_again(
    acme: Workspace,
    alice: Person,
    dora: Person,
    firm: UUID,
    worker: Worker,
    owner: Engine,
    clock: Clock,
) -> None:
    written = note(acme, alice, firm)
    with acme.acting(dora) as by:
        user = by.session.get_one(User, dora.user_id)
        update_profile(by, user, name="Dora 李", phone="", language="", zone="")
    put(owner, acme, State.PAST_DUE)
    worker.drain()
    assert held(acme, written).mentions == {str(dora.user_id): "Dora Dunn"}
    put(owner, acme, State.ACTIVE)
    clock.shift(timedelta(hours=2))
    worker.drain()
    assert held(acme, written).body == "Could @Dora 李 look at the gate?"


def test_a_new_name_enqueues_the_following_and_nothing_else_does(
    acme: Workspace, dora: Person
) -> None:
    for name, expected in (("Dora Dunn", 0), ("Dora Day", 1)):
        with acme.acting(dora) as by, statements() as seen:
            user = by.session.get_one(User, dora.user_id)
            update_profile(by, user, name=name, phone="", language="", zone="")
            by.session.flush()
        assert sum("INSERT INTO control.job" in one for one in seen) == expected


def test_namesakes_are_told_apart_by_their_mail(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        create_user(by, email="d2@acme.example", name="Dora Dunn", role=role, password=None)
    written = note(acme, alice, firm, "@Dora Dunn (dora@acme.example) and @Dora Dunn")
    assert held(acme, written).mentions == {
        str(dora.user_id): "Dora Dunn (dora@acme.example)",
    }


def test_who_left_stays_named_in_what_mentions_them(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    written = note(acme, alice, firm)
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, dora.user_id))
    change(acme, alice, written, body=f"{WORDS} Too late.")
    assert held(acme, written).mentions == {str(dora.user_id): "Dora Dunn"}
    assert held(acme, note(acme, alice, firm)).mentions is None


def test_many_at_once_keep_their_mentions_and_tell_nobody(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    rows = [{"kind": "note", "body": WORDS, "account_id": str(firm)} for _number in range(3)]
    with acme.acting(alice) as by:
        perform_many("activity", "create", rows, by=by)
    assert told(acme, dora) == []
    with acme.scope() as session:
        [first, *_rest] = session.query(Activity).all()
        assert first.mentions == {str(dora.user_id): "Dora Dunn"}


def write_all(acme: Workspace, person: Person, ids: list[UUID], body: str = WORDS) -> BulkChange:
    with acme.acting(person) as by:
        record_type = tailored("activity", by)
        return begin_change(record_type, "update", Selection(ids=tuple(ids)), {"body": body}, by)


def test_a_text_that_is_written_into_many_tells_each_person_once(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    ids = [note(acme, alice, firm, "Plain.") for _number in range(3)]
    write_all(acme, alice, ids, f"{WORDS} And @Bob Baker, too.")
    assert told(acme, dora) == ["Alice Archer mentioned you in 3 activities"]
    with acme.acting(dora) as by:
        assert [one.kinds for one in notices_of(by)] == [["mentioned"]]
    with acme.acting(alice) as by:
        for one in ids[:2]:
            record = by.session.get_one(Activity, one)
            perform("activity", "update", record, by=by, body="-", subject="-")
    assert told(acme, dora) == ["Alice Archer mentioned you in 1 activity"]


def test_of_many_texts_nobody_learns_who_may_not_read_them_or_wants_no_mentions(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID
) -> None:
    let_reps_see_their_own(acme)
    with acme.acting(dora) as by:
        choose_news(by, by.session.get_one(User, dora.user_id), ["given", "owned", "followed"])
    ids = [note(acme, alice, firm, "Plain.") for _number in range(2)]
    write_all(acme, alice, ids, f"{WORDS} And @Bob Baker, too.")
    with acme.scope() as session:
        assert session.query(Notice).filter(Notice.batch_id.is_not(None)).all() == []


def test_who_owns_what_many_texts_are_written_into_reads_both_in_one_line(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    ids = [note(acme, alice, firm, "Plain.", owner_id=str(bob.user_id)) for _number in range(2)]
    with acme.acting(bob) as by:
        read_all(by)
    write_all(acme, alice, ids, "Ask @Bob Baker.")
    line = told(acme, bob)[0]
    assert line.startswith("Alice Archer mentioned you in 2 activities; Alice Archer changed 2")


def test_a_text_without_a_sign_asks_for_nobody(acme: Workspace, alice: Person, firm: UUID) -> None:
    with acme.acting(alice) as by:
        make_activity(by, body="Plain.", account_id=str(firm))
        with statements() as seen:
            make_activity(by, body="Plain words.", account_id=str(firm))
        assert not [one for one in seen if "FROM users" in one and "name_sort" in one]


def test_names_are_escaped_wherever_they_stand(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(dora) as by:
        user = by.session.get_one(User, dora.user_id)
        update_profile(by, user, name="<b>Dora</b>", phone="", language="", zone="")
    written = note(acme, alice, firm, "Ask @<b>Dora</b> & <i>others</i>")
    for url in (f"/accounts/{firm}", f"/activities/{written}"):
        page = alice.client.get(url).text
        assert '<span class="mention">@&lt;b&gt;Dora&lt;/b&gt;</span> &amp; &lt;i&gt;' in page
        assert "<b>Dora</b>" not in page
    bell = dora.client.get("/notices").text
    assert "@&lt;b&gt;Dora&lt;/b&gt;" in bell
    assert "<b>Dora</b>" not in bell


@pytest.mark.parametrize("typed", ["", "dor", "dd", "dunn", "DoraD", "dora@"])
def test_colleagues_are_offered_by_name_initials_and_mail(
    acme: Workspace, alice: Person, dora: Person, typed: str
) -> None:
    with acme.acting(alice) as by:
        assert dora.user_id in [one.id for one in offer_colleagues(typed, by)]
    page = alice.client.get("/mentions", query_string={"q": typed})
    assert 'data-text="Dora Dunn"' in page.text


@pytest.mark.parametrize("typed", ["李", "雷", "lilei", "ll", "lil"])
def test_colleagues_are_offered_by_pinyin(acme: Workspace, alice: Person, typed: str) -> None:
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        create_user(by, email="x@acme.example", name="李雷", role=role, password=None)
        assert [one.name for one in offer_colleagues(typed, by)] == ["李雷"]


def test_a_text_mentions_fifty_at_most(acme: Workspace, alice: Person, firm: UUID) -> None:
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        boss = replace(by, tenant=replace(by.tenant, limits={}))  # More than a trial has seats.
        names = [f"Person {chr(65 + one // 26)}{chr(65 + one % 26)}" for one in range(51)]
        for number, name in enumerate(names):
            create_user(boss, email=f"p{number}@acme.example", name=name, role=role, password=None)
        with pytest.raises(Refused) as caught:
            make_activity(by, body=" ".join(f"@{name}" for name in names), account_id=str(firm))
        assert list(caught.value.errors) == ["body"]


def test_the_bell_takes_two_statements_for_mentions_however_many_there_are(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    counts = []
    for number in (1, 6):
        for _number in range(number):
            note(acme, alice, firm)
        with acme.acting(dora) as by:
            found = notices_of(by)
            with statements() as seen:
                assert len(lines(found, by)) == len(found)
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_notice_tells_what_kinds_of_news_it_took_up(
    acme: Workspace, alice: Person, dora: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        task = make_activity(
            by, "task", subject="Ring @Dora Dunn", body="", owner_id=str(dora.user_id)
        )
        perform("activity", "update", task, by=by, subject="Ring them")
    with acme.scope() as session:
        [notice] = session.query(Notice).all()
        assert set(notice.kinds or ()) == {"mentioned", "given", "owned"}
