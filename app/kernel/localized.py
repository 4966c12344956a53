"""A tenant's own texts in several languages, chosen for the reader."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.language import LOCALES, Text, current


def pick(texts: Mapping[str, str] | None, language: str, fallback: str = "en") -> str:
    """The text for `language`, else the other Chinese, else the firm's language, else any.

    `texts` maps `en`, `zh-CN`, `zh-TW` to texts; an empty mapping gives an empty text.
    """
    if not texts:
        return ""
    chinese = ("zh-CN", "zh-TW") if language.startswith("zh") else ()
    for key in (language, *chinese, fallback, *texts):
        if texts.get(key):
            return texts[key]
    return ""


class TenantText(Text):
    """A text of the tenant's own, shown in the language of whoever reads it."""

    __slots__ = ("texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(pick(texts, "en"))
        self.texts = dict(texts)

    def __str__(self) -> str:
        return pick(self.texts, current())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantText) and self.texts == other.texts

    __hash__ = Text.__hash__


class LocalText(str):
    """A text in several languages, such as a product's name, in a record.

    It reads as the one for the language that was in use when it was made or fetched, so that
    whatever shows a text can show it; `texts` are all of them, by language, without empty ones.
    Two are equal when all their languages are.
    """

    __slots__ = ("texts",)
    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str]) -> LocalText:
        """The text with these languages."""
        kept = {language: texts[language] for language in LOCALES if texts.get(language)}
        made = super().__new__(cls, pick(kept, current()))
        made.texts = kept
        return made

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        """What a copy is made from."""
        return (self.texts,)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LocalText):
            return self.texts == other.texts
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def in_order(texts: Mapping[str, str], first: str) -> list[str]:
    """Each text once, the one for the language `first` before the others."""
    told = [pick(texts, first), *(texts[one] for one in LOCALES if texts.get(one))]
    return [one for one in dict.fromkeys(told) if one]
