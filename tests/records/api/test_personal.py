"""What is personal, for programs: own settings, notices, and work in the background."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.models import Notice, User
from app.identity.operations.notices import tell
from app.jobs.progress import State, Work, begin_work, finish
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in


def told(acme: Workspace, person: Person, *texts: str) -> list[str]:
    """Lines in somebody's bell; their ids."""
    with acme.acting(person) as by:
        for text in texts:
            tell(by, person.user_id, text, url="/accounts")
        by.session.flush()
        rows = select(Notice.id).where(Notice.user_id == person.user_id)
        return [str(one) for one in by.session.scalars(rows.order_by(Notice.id))]


def work_of(acme: Workspace, person: Person, **more: bool) -> UUID:
    with acme.acting(person) as by:
        return begin_work(by, new_id(), "test", "Long work", total=9, url="/accounts", **more).id


def test_settings_are_read_and_changed(acme: Workspace, bob: Person, program: Programs) -> None:
    api = program(bob)
    me = api.get("me").json
    assert (me["name"], me["email"], me["language"]) == ("Bob Baker", "bob@acme.example", None)
    assert me["mails"]["due"] == "never"
    changed = api.patch(
        "me",
        {
            "name": "Robert Baker",
            "language": "zh-CN",
            "zone": "Asia/Shanghai",
            "news": ["due"],
            "mails": {"due": "daily"},
            "digest_time": "07:30",
        },
    )
    assert changed.status_code == 200, changed.text
    assert api.get("me").json == changed.json
    assert changed.json["news"] == ["due"]
    assert (changed.json["mails"]["due"], changed.json["digest_time"]) == ("daily", "07:30")
    with acme.scope() as session:
        user = session.get_one(User, bob.user_id)
        assert (user.name, user.zone, user.mailed) == (
            "Robert Baker",
            "Asia/Shanghai",
            {"due": "daily"},
        )
        assert user.digest_at is not None
        verbs = session.scalars(select(Event.verb).where(Event.record_id == bob.user_id))
        assert "updated" in verbs.all()
    back = api.patch("me", {"language": None, "zone": None, "mails": {"due": "never"}})
    assert (back.json["language"], back.json["zone"]) == (None, None)
    assert back.json["mails"]["due"] == "never"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"language": "tlh"}, "language"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"news": ["weather"]}, "news"),
        ({"news": [["due"]]}, "news"),
        ({"mails": {"due": "hourly"}}, "mails"),
        ({"mails": {"due": ["daily"]}}, "mails"),
        ({"digest_time": "noon"}, "digest_time"),
        ({"email": "boss@acme.example"}, "email"),
        ({"phone": "+442079460000"}, "phone"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(
    bob: Person, program: Programs, body: dict[str, object], field: str
) -> None:
    api = program(bob)
    before = api.get("me").json
    assert fields_in(api.patch("me", {"name": "Somebody else", **body})) == [field]
    assert api.get("me").json == before


def test_notices_are_read_and_marked_by_their_person_alone(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    hers = told(acme, alice, "For Alice")
    first, second = told(acme, bob, "First", "Second")
    api = program(bob)
    assert [one["text"] for one in api.get("notices").json["data"]] == ["Second", "First"]
    marked = api.post("notices/read", {"ids": [first, *hers]})
    assert marked.json == {"unread": 1}
    unread = api.get("notices?unread=true&limit=5").json["data"]
    assert [one["id"] for one in unread] == [second]
    assert program(alice).get("notices?unread=true").json["data"][0]["id"] == hers[0]
    key = {"Idempotency_Key": "once"}
    assert api.post("notices/read", **key).json == {"unread": 0}
    told(acme, bob, "Third")
    again = api.post("notices/read", **key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(api.get("notices?unread=true").json["data"]) == 1
    assert fields_in(api.post("notices/read", {"ids": ["x"]})) == ["ids"]
    assert fields_in(api.get("notices?unread=perhaps")) == ["unread"]


def test_work_is_watched_and_stopped_by_its_person_alone(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    mine, fixed = work_of(acme, bob), work_of(acme, bob, is_cancellable=False)
    api = program(bob)
    listed = api.get("work?under_way=true").json["data"]
    assert {one["id"] for one in listed} == {str(mine), str(fixed)}
    assert program(alice).get(f"work/{mine}").status_code == 404
    assert program(alice).post(f"work/{mine}/cancel").status_code == 404
    stopped = api.post(f"work/{mine}/cancel")
    assert (stopped.status_code, stopped.json["state"]) == (200, "cancelled")
    assert api.post(f"work/{mine}/cancel").status_code == 422
    assert api.post(f"work/{fixed}/cancel").status_code == 422
    with acme.scope() as session:
        found = session.get_one(Work, fixed)
        finish(found, State.DONE, found.created_at)
    assert api.get(f"work/{fixed}").json["state"] == "done"
    assert api.get("work?under_way=true").json["data"] == []


def test_a_token_that_is_narrowed_is_told_nothing_personal(
    acme: Workspace, bob: Person, program: Programs
) -> None:
    told(acme, bob, "Private")
    work = work_of(acme, bob)
    api = program(bob, "account:*", "contact:read")
    for method, path in (
        ("GET", "me"),
        ("PATCH", "me"),
        ("GET", "notices"),
        ("POST", "notices/read"),
        ("GET", "work"),
        ("GET", f"work/{work}"),
        ("POST", f"work/{work}/cancel"),
    ):
        body = {} if method == "PATCH" else None
        assert api.call(method, path, body).status_code == 403, path
    assert "/me" not in api.get("openapi.json").json["paths"]
    assert "/notices/read" in program(bob).get("openapi.json").json["paths"]
