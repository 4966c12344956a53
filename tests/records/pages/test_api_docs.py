"""The documentation of the API: made from what programs read, so it is never out of date."""

from __future__ import annotations

import re

import pytest

from tests.cast import Person, visitor
from tests.records.api.conftest import Programs, program

__all__ = ["program"]


def test_every_call_of_the_document_is_told(alice: Person, program: Programs) -> None:
    document = program(alice).get("openapi.json").json
    overview = alice.client.get("/api/docs")
    assert overview.status_code == 200
    keys = set(re.findall(r'href="/api/docs/([\w-]+)"', overview.text))
    pages = [alice.client.get(f"/api/docs/{key}").text for key in keys]
    told = {anchor for text in pages for anchor in re.findall(r'api-call" id="(\w+)"', text)}
    asked = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert asked <= told
    assert len(asked) > 50


def test_every_call_is_named_in_the_readers_language(alice: Person, program: Programs) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    asked = program(alice).get("openapi.json").json["paths"]
    keys = set(re.findall(r'href="/api/docs/([\w-]+)"', alice.client.get("/api/docs").text))
    pages = "".join(alice.client.get(f"/api/docs/{key}").text for key in keys)
    for call in (one for path in asked.values() for one in path.values()):
        named = re.search(rf'api-call" id="{call["operationId"]}".*?</h\d>', pages, re.DOTALL)
        assert named is not None
        assert re.search(r"[\u4e00-\u9fff]", named[0]), named[0]


def test_fields_are_told_with_their_kinds_and_options(alice: Person) -> None:
    text = alice.client.get("/api/docs/accounts").text
    assert "<code>lifecycle</code>" in text
    assert "<code>prospect</code>" in text
    assert "string (date-time)" in text
    assert "curl -H &#39;Authorization: Bearer &#39;$ZUKE_TOKEN" in text
    assert "requests.post(" in text


def test_own_fields_are_told_and_hidden_types_are_not(alice: Person, dora: Person) -> None:
    text = dora.client.get("/api/docs/accounts").text
    assert 'id="create_account"' not in text
    assert 'id="list_account"' in text
    assert dora.client.get("/api/docs/webhooks").status_code == 404


@pytest.mark.parametrize(
    ("q", "anchor"), [("lifecycle", "list_account"), ("post bulk", "bulk_contact")]
)
def test_it_is_searched_by_address_field_and_word(alice: Person, q: str, anchor: str) -> None:
    assert f"#{anchor}" in alice.client.get("/api/docs", query_string={"q": q}).text


def test_nothing_found_says_so(alice: Person) -> None:
    assert "Nothing found" in alice.client.get("/api/docs?q=zzzzzz").text


def test_it_runs_nothing_of_others_and_nothing_inline(alice: Person) -> None:
    for url in ("/api/docs", "/api/docs/contacts"):
        text = alice.client.get(url).text
        assert not re.search(r"<(script|link)[^>]+(src|href)=\"https?:", text)
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert " style=" not in text


def test_a_visitor_is_led_to_sign_in_and_an_unknown_page_is_a_page(alice: Person) -> None:
    answer = visitor(alice._app(), alice.workspace).get("/api/docs")
    assert (answer.status_code, "/login" in answer.headers["Location"]) == (302, True)
    missing = alice.client.get("/api/docs/nothing")
    assert missing.status_code == 404
    assert missing.mimetype == "text/html"


def test_it_is_written_in_the_reader_s_language(alice: Person) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    text = alice.client.get("/api/docs/accounts").text
    assert "读取列表" in text
    assert "客户" in text


def test_each_group_has_a_name_of_its_own(alice: Person) -> None:
    nav = alice.client.get("/api/docs").text.partition("settings-nav")[2].partition("</nav>")[0]
    names = re.findall(r'href="/api/docs/[^"]+".*?<span>(.*?)</span>', nav)
    assert len(names) > 10
    assert len(names) == len(set(names))
    assert "API tokens" not in names


def test_calls_about_duplicates_are_named_by_what_they_do(alice: Person) -> None:
    text = alice.client.get("/api/docs/accounts").text
    assert "Read what may be there twice" in text
    assert "Read what may be the same as one" in text
