"""Countries: codes of ISO 3166, named in the reader's language, found as people write them."""

from __future__ import annotations

import pytest

from app.kernel.countries import countries, country_code, country_name, find_countries


def test_every_country_of_iso_has_a_name_in_each_language() -> None:
    for language in ("en", "zh-CN", "zh-TW"):
        assert len(countries(language)) == 249
        assert not {"EU", "ZZ", "XA", "UN"} & set(countries(language))
        assert all(countries(language).values())


def test_a_name_follows_the_language_and_what_is_no_code_stays() -> None:
    assert [country_name("CN", one) for one in ("en", "zh-CN")] == ["China", "中国"]
    assert [country_name("US", one) for one in ("en", "zh-CN")] == ["United States", "美国"]
    assert country_name("Kingdom of Fife", "zh-CN") == "Kingdom of Fife"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CN", "CN"),
        (" de ", "DE"),
        ("Germany", "DE"),
        ("united states", "US"),
        ("德国", "DE"),
        ("德國", "DE"),
        ("Cote d'Ivoire", "CI"),
        ("USA", "US"),
        ("香港", "HK"),
        ("EU", None),
        ("Fife", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_code_and_by_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("words", "language", "first"),
    [
        ("germ", "en", "DE"),
        ("de", "en", "DE"),
        ("zhongguo", "zh-CN", "CN"),
        ("yg", "zh-CN", "GB"),
        ("美国", "zh-CN", "US"),
        ("japan", "zh-CN", "JP"),
        ("kingdom", "en", "GB"),
    ],
)
def test_a_country_is_found_by_part_of_its_name_and_by_pinyin(
    words: str, language: str, first: str
) -> None:
    assert find_countries(words, language)[0] == first


def test_what_is_no_country_finds_none_and_nothing_finds_all() -> None:
    assert find_countries("fife", "en") == []
    assert len(find_countries(" ", "en")) == 249


def test_countries_stand_in_the_order_of_their_names() -> None:
    assert list(countries("en"))[:3] == ["AF", "AX", "AL"]
    assert country_name(next(iter(countries("zh-CN"))), "zh-CN").startswith("阿")
