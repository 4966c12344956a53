"""What a role hides, looked for at every address there is: pages, files, feeds and the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.crm.models import Account, Activity
from app.handover.operations.begin import begin_handover
from app.handover.rules import Plan, Rule
from app.identity.models import FieldRule, Notice, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.bulk.begin import begin_change
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.feeds.operations import make_feed
from app.records.merge.operations import merge_records
from app.records.registry import registry
from app.records.tailored import tailored
from tests.attacks.program import Program, Programs
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.isolation.routes import NEVER_USED, Case, of_workspace
from tests.isolation.test_routes import WORDS
from tests.records.pages.test_views import keep

HIDDEN = {
    "account": ("city", "phone", "email"),
    "contact": ("title", "email", "phone"),
    "activity": ("body", "outcome"),
}
MARKS = (
    "Citymark",
    "Bulkmark",
    "Oldmark",
    "Newmark",
    "79460301",
    "7946 0301",
    "office@mark.example",
    "Titlemark",
    "frank@mark.example",
    "79460302",
    "7946 0302",
    "Bodymark",
    "Outcomemark",
)


@pytest.fixture
def ids(acme: Workspace, alice: Person, bob: Person, dora: Person) -> dict[str, str]:
    """Bob's records, which Alice changed, merged, handed over and mentioned him in."""
    told = {
        "city": "Citymark",
        "phone": "020 7946 0301",
        "email": "office@mark.example",
        "owner_id": str(bob.user_id),
    }
    with acme.acting(alice) as by:
        left = make_account(by, "Fence Left", **told)
        right = make_account(by, "Fence Right", **{**told, "city": "Oldmark"})
        mine = {"owner_id": str(bob.user_id), "account_id": str(left.id)}
        contact = make_contact(
            by, email="frank@mark.example", phone="020 7946 0302", title="Titlemark", **mine
        )
        call = "@Bob Baker Bodymark"
        late = {"due_at": "2020-01-01T09:00", **mine}
        task = make_activity(by, "task", subject="Ring", body=call, **late)
        make_activity(by, "task", subject="Send", is_promise="1", **late)
        done = make_activity(by, "task", subject="Ask", **late)
        perform("activity", "complete", done, by=by, outcome="Outcomemark")
        firm, person, thing = left.id, contact.id, task.id
        gone = right.id
    with acme.acting(alice) as by:
        left = by.session.get_one(Account, firm)
        perform("account", "update", left, by=by, city="Newmark")
        accounts = tailored("account", by)
        chosen = Selection(ids=(firm,))
        change_id = begin_change(accounts, "update", chosen, {"city": "Bulkmark"}, by).id
    with acme.acting(alice) as by:
        merge_id = merge_records("account", firm, [gone], by=by, choices={"city": str(gone)}).id
    with acme.acting(alice) as by:
        make_account(by, "Fence Third", **{**told, "owner_id": str(alice.user_id)})
        promises = by.session.scalars(select(Activity.id).where(Activity.is_promise))
        seen = {(one, bob.user_id) for one in promises}
        user = by.session.get_one(User, alice.user_id)
        plan = Plan(False, None, (Rule("account", (), (bob.user_id,)),))
        handover_id = begin_handover(by, user, plan, seen).id
    view = keep(alice, "Ours", "city=Bulkmark", audience="everyone").partition("view=")[2]
    with acme.acting(bob) as by:
        feed = make_feed(by)
        notice = by.session.scalars(select(Notice.id).where(Notice.user_id == bob.user_id)).first()
    return {
        "account": str(firm),
        "contact": str(person),
        "activity": str(thing),
        "merge_id": str(merge_id),
        "change_id": str(change_id),
        "handover_id": str(handover_id),
        "view_id": view,
        "notice_id": str(notice),
        "user_id": str(bob.user_id),
        "feed": feed,
    }


def hide(acme: Workspace, bob: Person) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        session.execute(delete(FieldRule))
        for kind, keys in HIDDEN.items():
            for key in keys:
                hidden = int(FieldAccess.HIDDEN)
                session.add(FieldRule(role_id=role.id, record_type=kind, field=key, access=hidden))
        role.stamp = new_id()


def addresses(case: Case, ids: Mapping[str, str]) -> Iterator[str]:
    """The addresses of a case at which the records are."""
    for kind, keys in HIDDEN.items():
        here = {**ids, "collection": registry().type(kind).collection, "kind": kind}
        here["record_id"] = ids[kind]
        for key in keys if "key" in case.rule.arguments else ("name",):
            here["key"] = key
            yield case.url(
                {
                    name: here.get(name) or WORDS.get(name) or str(NEVER_USED)
                    for name in case.rule.arguments
                }
            )
        if not {"collection", "record_id", "kind"} & case.rule.arguments:
            return


def read(url: str, person: Person, api: Program) -> str:
    """What somebody, or a program of theirs, is answered."""
    is_api = url.startswith("/api/v1/")
    answer = api.get(url.removeprefix("/api/v1/")) if is_api else person.client.get(url)
    return answer.get_data(as_text=True)


def every(app: Flask, ids: Mapping[str, str]) -> list[str]:
    """Every address of a workspace that is read."""
    cases = [case for case in of_workspace(app) if case.method == "GET"]
    return [url for case in cases for url in addresses(case, ids)]


def test_what_a_role_hides_is_told_at_no_address(
    app: Flask, acme: Workspace, bob: Person, ids: dict[str, str], program: Programs
) -> None:
    api = program(bob)
    urls = [
        *every(app, ids),
        f"/calendar.ics?key={ids['feed']}",
        f"/accounts?peek={ids['account']}",
        f"/contacts?peek={ids['contact']}",
        f"/accounts?view={ids['view_id']}",
        "/accounts?cols=name,city,phone,email",
        "/accounts?group=city",
        "/accounts?lens=board",
        f"/accounts/{ids['account']}?show=changes",
        "/search?q=Fence&fmt=palette",
        "/lookup/account?q=Fence",
        "/lookup/contact?q=Fence",
    ]

    def told() -> dict[str, list[str]]:
        texts = {url: read(url, bob, api) for url in urls}
        found = {url: [one for one in MARKS if one in text] for url, text in texts.items()}
        return {url: marks for url, marks in found.items() if marks}

    assert len(told()) > 20, "there is something to hide"
    hide(acme, bob)
    assert told() == {}


@pytest.fixture
def apart(acme: Workspace, alice: Person, bob: Person, dora: Person) -> dict[str, str]:
    """What is Dora's and out of Bob's reach, with what of his points to it."""
    theirs = {"owner_id": str(dora.user_id)}
    with acme.acting(alice) as by:
        firm = make_account(by, "Secretmark Ltd", city="Secretmark", **theirs)
        other = make_account(by, "Secretmark Limited", **theirs)
        place = {"account_id": str(firm.id)}
        person = make_contact(by, "Secretmark", email="x@secretmark.example", **place, **theirs)
        words = {"subject": "Secretmark", "body": "Secretmark"}
        thing = make_activity(by, "task", **words, **place, **theirs)
        # His own, which stand at hers.
        mine = {"owner_id": str(bob.user_id)}
        make_contact(by, "Gate", "Grace", **place, **mine)
        make_activity(by, "task", subject="Ring", due_at="2020-01-01T09:00", **place, **mine)
        ids = {"account": str(firm.id), "contact": str(person.id), "activity": str(thing.id)}
        gone = other.id
    with acme.acting(alice) as by:
        ids["merge_id"] = str(merge_records("account", firm.id, [gone], by=by).id)
    with acme.acting(alice) as by:
        chosen = Selection(ids=(firm.id,))
        change = begin_change(tailored("account", by), "update", chosen, {"city": "Leeds"}, by)
        ids["change_id"] = str(change.id)
    return ids


def test_what_is_out_of_reach_is_named_at_no_address(
    app: Flask, acme: Workspace, bob: Person, apart: dict[str, str], program: Programs
) -> None:
    api = program(bob)
    assert [url for url in every(app, apart) if "ecretmark" in read(url, bob, api)] == []
