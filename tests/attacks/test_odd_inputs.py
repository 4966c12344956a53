"""Inputs that nobody types: each gets an answer that says what is wrong, and none is a failure."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.identity.models import Role
from app.kernel.ids import new_id
from app.kernel.phones import display_phone
from tests.attacks.program import Programs
from tests.cast import Person, Workspace
from tests.factories import make_contact

MOMENTS = (
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+23:00",
    "9999-12-31T23:59:59-23:00",
    "9999-12-31T23:59:59",
    "2026-02-30T00:00:00",
)


def packed(text: str) -> str:
    """A cursor as lists make them, with a content of one's own."""
    return quote(urlsafe_b64encode(text.encode()).decode())


CURSORS = [
    packed("[" * 1400),
    packed('{"a":' * 280),
    packed(json.dumps(["a\x00b", new_id().hex])),
    packed(json.dumps(["\ud800", new_id().hex])),
    packed(json.dumps([5, 5])),
    packed("[" + "9" * 1400 + ',"x"]'),
    "%C3%A9",
    "%00",
    *(packed(json.dumps([moment, new_id().hex])) for moment in MOMENTS),
]


@pytest.mark.parametrize("number", ["+9991234567", "+2101234567", "+1234567", "+00000000"])
def test_a_number_of_no_country_is_shown_as_it_was_kept(
    acme: Workspace, alice: Person, number: str
) -> None:
    """One such number, kept when any was taken, made the list a failure for everybody."""
    with acme.acting(alice) as by:
        contact = make_contact(by)
        contact.phone = number
        url = f"/contacts/{contact.id}"
    for path in (url, f"{url}/edit", "/contacts", "/search?q=Fence"):
        assert alice.client.get(path).status_code == 200, path
    assert number in alice.client.get("/contacts").text


def test_no_number_at_all_breaks_a_page() -> None:
    for country in ("999", "210", "888", "1", "44"):
        for length in range(4, 12):
            assert display_phone(f"+{country}{'1' * length}", "GB")


@pytest.mark.parametrize("path", ["/settings/people?after=", "/settings/audit?before="])
def test_a_cursor_that_was_made_up_is_the_first_page(alice: Person, path: str) -> None:
    for cursor in CURSORS:
        assert alice.client.get(path + cursor).status_code in (200, 422), cursor


def test_a_cursor_of_a_list_that_was_made_up_is_refused(alice: Person) -> None:
    for moment in MOMENTS[:3]:
        cursor = packed(json.dumps(["-created_at", True, moment, str(new_id())])).rstrip("%3D")
        answer = alice.client.get(f"/contacts?sort=-created_at&cursor={cursor}")
        assert answer.status_code in (200, 422), moment


def test_a_timeline_before_or_after_all_time_is_shown(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    for workspace, person in ((acme, alice), (globex, charlie)):
        with workspace.acting(person) as by:
            contact = make_contact(by)
        for moment in MOMENTS:
            before = quote(f"{moment}_{new_id()}")
            answer = person.client.get(f"/contacts/{contact.id}?before={before}")
            assert answer.status_code == 200, moment


def test_an_invitation_with_odd_values_is_refused(acme: Workspace, alice: Person) -> None:
    with acme.scope() as session:
        role = str(session.scalars(select(Role.id).where(Role.key == "viewer")).one())
    plain = {"way": "link", "role_id": role, "max_uses": "1"}
    odd = [
        {"max_uses": "9" * 5000},
        {"max_uses": "0"},
        {"max_uses": "-1"},
        {"max_uses": "many"},
        {"language": "x" * 5000},
        {"language": "tlh"},
        {"way": "pigeon"},
        {"role_id": "x"},
        {"team_id": str(new_id())},
    ]
    for values in odd:
        answer = alice.client.post("/settings/people/invite", data=plain | values)
        assert answer.status_code in (404, 422), str(values)[:60]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "10000-01-01", "tomorrow", "\u0661"])
def test_a_token_ends_on_a_day_of_the_calendar(charlie: Person, day: str) -> None:
    """New York's last evening of the year 9999 is no moment that can be kept."""
    form = {"name": "Report", "all": "1", "expires_on": day}
    assert charlie.client.post("/settings/me/tokens/new", data=form).status_code == 422


@pytest.mark.parametrize("zone", ["../../etc/passwd", "x" * 5000, "Europe/", "/etc/localtime"])
def test_a_zone_that_is_none_is_refused(alice: Person, zone: str) -> None:
    form = {"name": "Alice Archer", "zone": zone}
    assert alice.client.post("/settings/me", data=form).status_code == 422


def test_an_activity_about_nothing_of_a_kind_is_refused(alice: Person, program: Programs) -> None:
    api = program(alice)
    for about_type in ("", 0, False, [], {}, "x", 5, "account"):
        for about_id in ("", 0, False, [], {}, "x", 5, str(new_id())):
            body = {"kind": "note", "body": "x", "about_type": about_type, "about_id": about_id}
            assert api.post("activities", body).status_code == 422, body
    assert api.get("activities").json["data"] == []


def test_a_page_to_return_to_is_written_as_headers_allow(acme: Workspace, alice: Person) -> None:
    """A header of other than Latin letters can't be sent, though the change was made."""
    with acme.acting(alice) as by:
        contact = make_contact(by)
    answer = alice.client.post(
        f"/contacts/{contact.id}/edit",
        data={"last_name": "Gate", "next": "/contacts?q=北风"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].isascii()


def test_addresses_of_pages_with_odd_arguments_are_no_failures(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contact = make_contact(by)
    odd = ("%00", "%ED%A0%80", "%FF", "%", "a" * 5000, "'%20OR%201=1--", "..%2F..", "%0d%0aX:%20y")
    for path in ("/contacts", f"/contacts/{contact.id}", "/search", "/lookup/contact", "/login"):
        for name in ("q", "sort", "cursor", "in", "show", "before", "next", "from", "name__in"):
            for value in odd:
                answer = alice.client.get(f"{path}?{name}={value}")
                assert answer.status_code in (200, 303, 422), f"{path}?{name}={value[:40]}"
        answer = alice.client.get(f"{path}?in=q%3D%2500%26sort%3D%2500%26phone%3D%2500")
        assert answer.status_code in (200, 303, 422), path


def test_broken_cookies_and_headers_are_those_of_a_visitor(acme: Workspace, alice: Person) -> None:
    browser = alice.client.application.test_client()
    odd = (b"\xff\xfe", b"\xed\xa0\x80", b'"\\377"', b'"\\000"', b"a" * 4000, b";;=;", b".e30.x.y")
    names = ("session", "visit", "lang", "theme", "device")
    headers = ("Accept-Language", "X-Request-ID", "HX-Target", "If-Match", "User-Agent", "Accept")
    for raw in odd:
        value = raw.decode("latin1")
        given = [{"Cookie": f"{name}={value}"} for name in names]
        given += [{name: value} for name in headers]
        for one in given:
            answer = browser.get("/login", base_url=f"http://{acme.host}", headers=one)
            assert answer.status_code == 200, one
