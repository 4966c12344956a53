"""Pages are found in the palette by what people call them, in both languages and by pinyin."""

from __future__ import annotations

import re

import pytest

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from tests.cast import Person, Workspace

ENTRY = re.compile(r'href="([^"]+)" data-find="([^"]*)"')


def pages_with(person: Person, word: str, language: str) -> set[str]:
    """The addresses that the palette offers for a word, as its script finds them."""
    client = person.client
    client.set_cookie("lang", language, domain=person.workspace.host)
    entries = ENTRY.findall(client.get("/palette").text)
    return {url for url, words in entries if word.lower() in words.lower()}


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("审计", "/settings/audit"),
        ("shenji", "/settings/audit"),
        ("导出", "/settings/audit"),
        ("回收站", "/settings/trash"),
        ("垃圾", "/settings/trash"),
        ("角色权限", "/settings/roles"),
        ("jsqx", "/settings/roles"),
        ("自定义字段", "/settings/fields"),
        ("密码", "/settings/me"),
        ("两步验证", "/settings/me"),
        ("2FA", "/settings/me"),
        ("trail", "/settings/audit"),
        ("下载", "/settings/exports"),
        ("xiazai", "/settings/exports"),
        ("导出", "/settings/exports"),
        ("合并", "/accounts/merge"),
        ("hebing", "/contacts/merge"),
        ("去重", "/accounts/merge"),
    ],
)
def test_a_page_is_found_by_what_it_is_called_in_chinese(
    alice: Person, word: str, url: str
) -> None:
    assert url in pages_with(alice, word, "zh-CN")


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("two-factor", "/settings/me"),
        ("2FA", "/settings/me"),
        ("MFA", "/settings/me"),
        ("password", "/settings/me"),
        ("bin", "/settings/trash"),
        ("trash", "/settings/trash"),
        ("permissions", "/settings/roles"),
        ("dropdown", "/settings/picklists"),
        ("export", "/settings/audit"),
        ("export", "/settings/exports"),
        ("download", "/settings/exports"),
        ("merge", "/contacts/merge"),
        ("duplicates", "/products/merge"),
    ],
)
def test_a_page_is_found_by_what_it_is_called_in_english(
    alice: Person, word: str, url: str
) -> None:
    assert url in pages_with(alice, word, "en")


def test_a_page_that_one_may_not_open_is_found_by_no_synonym(bob: Person) -> None:
    assert "/settings/audit" not in pages_with(bob, "audit", "en")


def test_who_may_not_merge_and_not_export_is_offered_neither(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    """Dora only looks; with one right to take something away, the page is hers as well."""
    alls = ("/settings/exports", "/accounts/merge")
    assert {*alls} <= pages_with(alice, "", "en")
    assert not {*alls} & pages_with(dora, "", "en")
    assert "/settings/exports" not in dora.client.get("/settings").text
    with acme.acting() as by:
        viewer = role_by_key(by.session, "viewer")
        write_rights(
            by, viewer, {("contact", "read"): Reach.ALL, ("contact", "export"): Reach.OWN}, {}
        )
    assert "/settings/exports" in pages_with(dora, "", "en")
    assert "/settings/exports" in dora.client.get("/settings").text


def test_who_may_see_everyone_s_exports_is_offered_them(acme: Workspace, dora: Person) -> None:
    with acme.acting() as by:
        viewer = role_by_key(by.session, "viewer")
        write_rights(by, viewer, {("export", "manage"): Reach.ALL}, {})
    assert "/settings/exports" in pages_with(dora, "", "en")


@pytest.mark.parametrize("url", ["/settings/imports", "/settings/exports", "/settings/trash"])
def test_a_viewer_is_not_offered_what_only_changing_gives_a_use(
    alice: Person, dora: Person, url: str
) -> None:
    assert url in pages_with(alice, "", "en")
    assert url not in pages_with(dora, "", "en")
    assert f'href="{url}"' not in dora.client.get("/settings").text
    assert f'href="{url}"' in alice.client.get("/settings").text


def test_who_may_bring_back_records_is_offered_the_recycle_bin(bob: Person) -> None:
    offered = pages_with(bob, "", "en")
    assert "/settings/trash" in offered
    assert "/settings/imports" not in offered
