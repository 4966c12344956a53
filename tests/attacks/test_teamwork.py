"""What teams do together, used by those who want to learn or to do more than they may."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.crm.models import Activity
from app.identity.models import Grant, Notice, Role, User
from app.kernel.ids import new_id
from tests.attacks.program import Program, Programs
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace, visitor
from tests.factories import make_account, make_activity, make_contact
from tests.records.api.conftest import fields_in
from tests.records.exports.test_feed import address_of, entries

MAILS = ("wei.li@secret.example", "li.wei@secret.example")
PHONES = ("+442079460011", "+442079460022")


def namesakes(acme: Workspace, alice: Person, bob: Person, *, same: bool) -> list[str]:
    """Two people of one name in one firm of Bob's, with one address and phone or two of each."""
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=str(bob.user_id)).id
        return [
            str(
                make_contact(
                    by,
                    "Li",
                    first_name="Wei",
                    account_id=str(firm),
                    email=MAILS[0] if same else MAILS[number],
                    phone=PHONES[0] if same else PHONES[number],
                    owner_id=str(bob.user_id),
                ).id
            )
            for number in range(2)
        ]


def told_by_address(api: Program, contact: str) -> bool:
    """True where somebody is said to be the same by an e-mail or a phone number."""
    found = api.get(f"contacts/{contact}/duplicates").json["data"]
    reasons = " ".join(str(reason) for one in found for reason in one["reasons"]).lower()
    return "mail" in reasons or "phone" in reasons


@pytest.mark.parametrize("same", [True, False])
def test_no_suspicion_tells_of_addresses_and_numbers_that_are_hidden(
    acme: Workspace, alice: Person, bob: Person, program: Programs, same: bool
) -> None:
    one, other = namesakes(acme, alice, bob, same=same)
    assert told_by_address(program(bob), one) is same, "as long as it is not hidden"
    for key in ("email", "phone"):
        hide(acme, bob, "contact", key)
    client, api = bob.sign_in(), program(bob)
    account = api.get(f"contacts/{one}").json["account_id"]
    typed = {"first_name": "Wei", "last_name": "Li", "account_id": account}
    told = client.post("/contacts/suspects", data=typed).text
    for more in ({"email": MAILS[0]}, {"phone": PHONES[0]}, {"email": "no@secret.example"}):
        again = client.post("/contacts/suspects", data={**typed, **more}).text
        assert again == told, "what is hidden is compared with nothing"
    lone = {"first_name": "Zoe", "last_name": "Zimmer"}
    assert other not in client.post("/contacts/suspects", data={**lone, "email": MAILS[1]}).text
    answers = [
        told,
        client.get(f"/contacts/{one}").text,
        client.get("/contacts/duplicates").text,
        client.get(f"/contacts/{one}/merge?with={other}").text,
        client.get(f"/contacts/merge?ids={one},{other}").text,
        api.get(f"contacts/{one}/duplicates").text,
        api.get("contacts/duplicates").text,
    ]
    for text in answers:
        assert not any(word in text for word in (*MAILS, *PHONES, "7946 0011", "7946 0022"))
    assert not told_by_address(api, one)


def test_a_merge_by_who_sees_no_address_betrays_none(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    one, other = namesakes(acme, alice, bob, same=False)
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        for verb in ("update", "delete"):
            mine = (Grant.role_id == role.id, Grant.record_type == "contact", Grant.verb == verb)
            session.execute(delete(Grant).where(*mine))
            grant = {"record_type": "contact", "verb": verb, "reach": 3}
            session.add(Grant(id=new_id(), role_id=role.id, **grant))
        role.stamp = new_id()
    for key in ("email", "phone"):
        hide(acme, bob, "contact", key)
    api = program(bob)
    merged = api.post(f"contacts/{one}/merge", {"ids": [other]})
    told = [merged.text, api.get(f"contacts/{one}").text]
    client = bob.sign_in()
    told += [client.get(f"/contacts/{one}{more}").text for more in ("", "?show=changes")]
    for text in told:
        assert not any(word in text for word in (*MAILS, *PHONES))
    chosen = {"ids": [other], "choices": {"email": other}}
    assert api.post(f"contacts/{one}/merge", chosen).status_code in (403, 404, 422)


def test_who_reads_no_activities_is_told_of_no_promises_when_they_return_a_customer(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by).id
        due = {"due_at": "2030-01-02T09:00", "is_promise": True, "account_id": str(firm)}
        make_activity(by, "task", subject="Send the papers", **due)
    assert "promise" in _asked(bob.client.get(f"/accounts/{firm}/pool/return").text)
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        reads = (Grant.record_type == "activity", Grant.verb == "read")
        session.execute(delete(Grant).where(Grant.role_id == role.id, *reads))
        role.stamp = new_id()
    client = bob.sign_in()
    form = client.get(f"/accounts/{firm}/pool/return")
    assert form.status_code == 200
    assert "promise" not in _asked(form.text)
    assert client.post(f"/accounts/{firm}/pool/return", data={"reason": "other"}).status_code == 303
    with acme.scope() as session:
        promise = session.scalars(select(Activity).where(Activity.is_promise)).one()
        assert promise.owner_id == bob.user_id
        assert promise.deleted_at is None


def _asked(html: str) -> str:
    """What the form of a return says."""
    return html.rsplit("<main", maxsplit=1)[-1].split("</main>", maxsplit=1)[0].lower()


@pytest.mark.parametrize("each", [True, False])
def test_a_batch_mentions_nobody_of_another_workspace_and_tells_nobody_who_may_not_read(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, program: Programs, each: bool
) -> None:
    api = program(alice)
    words = {"kind": "note", "body": f"Ask @[Bob Baker]({charlie.user_id})"}
    fine = {"kind": "note", "body": f"Ask @[Anybody]({bob.user_id})"}
    body = {"verb": "create", "records": [fine, words], "each": each}
    answer = api.post("activities/bulk", body)
    if each:
        statuses = [one["status"] for one in answer.json["results"]]
        assert statuses == [201, 422]
    else:
        assert fields_in(answer) == ["records[1].body"]
    with acme.scope() as session:
        told = session.scalars(select(Notice.user_id)).all()
        assert charlie.user_id not in told
        # What is of nobody but Alice is read by nobody else.
        assert bob.user_id not in told
    assert "Anybody" not in answer.text
    with charlie.workspace.scope() as session:
        assert session.scalars(select(Notice)).all() == []


# This machine itself may be named in tests; test_outgoing.py sees to it.
INNER = (
    "https://127.1/hook",
    "https://[::ffff:10.0.0.1]/hook",
    "https://10.0.0.1/hook",
    "https://192.168.1.1/hook",
    "https://172.16.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://0x7f000001/hook",
    "https://2130706433/hook",
    "https://100.64.0.1/hook",
    "https://user:pass@example.com/hook",
    "file:///etc/passwd",
    "gopher://example.com/",
)


@pytest.mark.parametrize("url", INNER)
def test_no_program_points_a_robot_inside(alice: Person, program: Programs, url: str) -> None:
    api = program(alice)
    robot: dict[str, Any] = {"name": "Group", "kind": "custom", "events": ["account.created"]}
    assert fields_in(api.post("robots", {**robot, "url": url})) == ["url"]
    wecom = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=9f1c0d42"
    made = api.post("robots", {**robot, "kind": "wecom", "url": wecom})
    assert made.status_code == 201, made.text
    place = f"robots/{made.json['id']}"
    assert fields_in(api.patch(place, {"url": url})) == ["url"]
    assert fields_in(api.patch(place, {"kind": "custom", "url": url})) == ["url"]
    assert api.get(place).json["kind"] == "wecom"


@pytest.mark.parametrize(
    "path", ["accounts", "contacts", "leads", "../operator", "account'; DROP TABLE accounts; --"]
)
def test_roles_without_the_right_decide_nothing_of_the_pool(
    acme: Workspace, bob: Person, dora: Person, program: Programs, path: str
) -> None:
    for person in (bob, dora):
        for way in ("", "/caps/new", "/rules/new"):
            url = f"/settings/pool{way}"
            assert person.client.get(url, query_string={"type": path}).status_code in (403, 404)
            form = {"type": path, "shown": "phone", "hold_days": "0"}
            assert person.client.post(url, data=form).status_code in (403, 404)
        api = program(person)
        for kind in ("pool-caps", "pool-rules"):
            assert api.get(kind).status_code == 403
            assert api.post(kind, {"record_type": "account"}).status_code == 403


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Santiago"]
)
def test_a_whole_day_is_its_date_in_the_feed_of_a_reader_anywhere(
    app: Flask, acme: Workspace, bob: Person, zone: str
) -> None:
    days = {"Early": "2026-12-01", "Late": "2026-12-31"}
    with acme.acting(bob) as by:
        for subject, day in days.items():
            make_activity(by, "task", subject=subject, due_at=day)
    with acme.scope() as session:
        session.get_one(User, bob.user_id).zone = zone
    answer = visitor(app, acme).get(address_of(bob))
    found = entries(answer)
    assert {name: one.decoded("dtstart").isoformat() for name, one in found.items()} == days
    assert b"T235959" not in answer.data
