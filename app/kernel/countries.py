"""Countries and regions: kept as ISO 3166-1 alpha-2 codes, named in the reader's language by CLDR.

Babel's tables are read when a name is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.kernel.folding import fold
from app.kernel.language import LOCALES
from app.kernel.searchkeys import search_text, sort_key

# Two letters in CLDR's list that ISO 3166-1 does not assign: unions, outlying parts, test locales.
NOT_ISO = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ")
)
# What people write besides the names of CLDR.
ALIASES = {
    "america": "US",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "korea": "KR",
    "macao": "MO",
    "macau": "MO",
    "mainland china": "CN",
    "prc": "CN",
    "uae": "AE",
    "uk": "GB",
    "usa": "US",
    "中国台湾": "TW",
    "中国大陆": "CN",
    "中国澳门": "MO",
    "中国香港": "HK",
    "中华人民共和国": "CN",
    "大陆": "CN",
    "澳门": "MO",
    "香港": "HK",
}


@cache
def countries(language: str) -> Mapping[str, str]:
    """The name of every country by its code, in the order of the names in `language`."""
    from babel import Locale

    territories = Locale.parse(LOCALES[language]).territories
    named = {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_ISO
    }
    return dict(sorted(named.items(), key=lambda pair: sort_key(pair[1])))


def country_name(value: str, language: str) -> str:
    """The name of a country by its code; what is no code (kept from before) shows as it is."""
    return countries(language).get(value, value)


def country_code(text: str) -> str | None:
    """The code that `text` means: a code or a name in one of our languages; else None."""
    code = text.strip().upper()
    return code if code in countries("en") else _codes().get(fold(text.strip()))


@cache
def _codes() -> Mapping[str, str]:
    """Codes by folded name."""
    named = {fold(name): code for one in LOCALES for code, name in countries(one).items()}
    return {**named, **{fold(name): code for name, code in ALIASES.items()}}


def find_countries(words: str, language: str) -> list[str]:
    """The codes of the countries that `words` find by name, pinyin, initials or code.

    What begins so comes first; without words, all of them.
    """
    wanted = fold(words.strip())
    if not wanted:
        return list(countries(language))
    texts = _search_texts(language)
    begins = [code for code, text in texts.items() if f"\n{wanted}" in text]
    holds = [code for code, text in texts.items() if wanted in text and code not in begins]
    exact = country_code(words)
    found = [*begins, *holds]
    return sorted(found, key=lambda code: code != exact)


@cache
def _search_texts(language: str) -> Mapping[str, str]:
    """What each country is found by, each way of writing it on a line of its own."""
    english = countries("en")
    return {
        code: "\n" + search_text((name, english[code], code))
        for code, name in countries(language).items()
    }
