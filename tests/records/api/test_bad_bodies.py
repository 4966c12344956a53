"""Whatever is sent, the answer says what is wrong with it, is quick, and is never a 500."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.records.registry import registry
from tests.cast import Person
from tests.records.api.conftest import Program, Programs

BROKEN = [
    b"",
    b"{",
    b"nonsense",
    b"'single'",
    b'{"name": "A",}',
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": "A", "name": "B"}',
    b'{"name": "\xff\xfe"}',
    b'{"name": "\xed\xa0\x80"}',
    b"\xef\xbb\xbf{}",
    '{"name": "A"}'.encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}",
    b'{"name": ' + b"9" * 1_000_000 + b"}",
    b'{"name": "\x00"}',
]
STRANGE: list[tuple[Any, int]] = [
    ([], 422),
    (["name"], 422),
    ("name", 422),
    (5, 422),
    (b"null", 422),
    ({"name": None}, 422),
    ({"name": ""}, 422),
    ({"name": 5}, 422),
    ({"name": True}, 422),
    ({"name": ["A"]}, 422),
    ({"name": {"A": "B"}}, 422),
    ({"name": "a\x00b"}, 422),
    ({"name": "\ud800"}, 422),
    ({"name": "A", "\ud800": 1}, 422),
    ({"name": "A", "\x00": 1}, 422),
    ({"name": "x" * 201}, 422),
    ({"name": "A", "tax_profile": "x" * 20_001}, 422),
    ({"name": "A", "parent_id": 5}, 422),
    ({"name": "A", "parent_id": "x"}, 422),
    ({"name": "A", "owner_id": ["x"]}, 422),
    ({"name": "A", "website": "javascript:alert(1)"}, 422),
    ({"name": "A", "size": 10**300}, 422),
    ({"name": "A", "size": 1e308}, 422),
    ({"name": "{{7*7}} <script>alert(1)</script>"}, 201),
    ({"name": "' OR 1=1; --"}, 201),
    ({"name": "ok 👍 \u202e مرحبا"}, 201),
]


@pytest.fixture
def api(alice: Person, program: Programs) -> Program:
    return program(alice)


def test_a_body_that_is_no_json_is_a_bad_request(api: Program) -> None:
    for raw in BROKEN:
        begun = time.thread_time()  # What it costs, however busy the machine is with others.
        answer = api.post("accounts", raw)
        assert answer.status_code == 400, raw[:40]
        assert answer.json["detail"]
        assert time.thread_time() - begun < 1
    assert api.get("accounts").json["data"] == []


def test_a_body_of_another_kind_is_not_taken(api: Program) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"):
        answer = api.post("accounts", b'{"name": "A"}', Content_Type=kind)
        assert answer.status_code == 415, kind
    assert api.post("accounts").status_code == 415
    answer = api.post("accounts", b'{"name": "A"}', Content_Type="application/json; charset=utf-8")
    assert answer.status_code == 201


def test_values_of_the_wrong_kind_are_refused_and_odd_texts_are_kept_as_they_are(
    api: Program,
) -> None:
    for body, status in STRANGE:
        answer = api.post("accounts", body)
        assert answer.status_code == status, (body, answer.text)
        if status == 201:
            assert answer.json["name"] == body["name"]
    assert len(api.get("accounts").json["data"]) == 3


def test_a_body_that_is_too_large_is_turned_away(api: Program) -> None:
    answer = api.post("accounts", b'{"name": "' + b"x" * 17 * 1024 * 1024 + b'"}')
    assert answer.status_code == 413


def test_a_number_beyond_what_the_database_holds_is_refused(api: Program) -> None:
    task = {"kind": "task", "subject": "Call"}
    for minutes in (2**63, -(2**63), 10**400, 1.5, "1e5", "٣x", True, [], {}):
        answer = api.post("activities", task | {"minutes": minutes})
        assert answer.status_code == 422, minutes
    assert api.post("activities", task | {"minutes": 90}).json["minutes"] == 90


def quoted(text: str) -> str:
    """A text for an address; half characters go as the bytes that broken programs send."""
    return quote(text, safe="", errors="surrogatepass")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_value_in_any_field_is_a_failure_of_ours(api: Program, data: st.DataObject) -> None:
    record_type = data.draw(st.sampled_from(list(registry())))
    keys = [*record_type.by_key, *record_type.inputs]
    body = data.draw(
        st.dictionaries(st.sampled_from(keys) | st.text(max_size=8), ANYTHING, max_size=5)
    )
    raw = json.dumps(body).encode()
    answer = api.post(record_type.collection, raw)
    assert answer.status_code in (201, 400, 422), (body, answer.text)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_address_of_a_list_is_a_failure_of_ours(api: Program, data: st.DataObject) -> None:
    record_type = data.draw(st.sampled_from(list(registry())))
    operator = st.sampled_from(
        ("", "__eq", "__lt", "__gte", "__in", "__contains", "__isnull", "__x")
    )
    key = st.sampled_from(list(record_type.by_key)) | st.text(max_size=8)
    name = st.builds(str.__add__, key, operator) | st.sampled_from(
        ("q", "sort", "limit", "cursor", "fields", "total")
    )
    asked = data.draw(st.dictionaries(name, st.text(max_size=30), max_size=4))
    query = "&".join(f"{quoted(key)}={quoted(value)}" for key, value in asked.items())
    answer = api.get(f"{record_type.collection}?{query}")
    assert answer.status_code in (200, 422), (asked, answer.text)
