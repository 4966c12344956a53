"""A tenant's own texts in several languages, chosen for the reader."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.language import Text, current


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
