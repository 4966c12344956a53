"""Pages are found in the palette by what people call them, in both languages and by pinyin."""

from __future__ import annotations

import re

import pytest

from tests.cast import Person

ENTRY = re.compile(r'href="([^"]+)" data-find="([^"]*)"')


def pages_with(person: Person, word: str, language: str) -> set[str]:
    """The addresses that the palette offers for a word, as its script finds them."""
    client = person.client
    client.set_cookie("lang", language, domain=person.workspace.host)
    entries = ENTRY.findall(client.get("/").text)
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
    ],
)
def test_a_page_is_found_by_what_it_is_called_in_english(
    alice: Person, word: str, url: str
) -> None:
    assert url in pages_with(alice, word, "en")


def test_a_page_that_one_may_not_open_is_found_by_no_synonym(bob: Person) -> None:
    assert "/settings/audit" not in pages_with(bob, "audit", "en")
