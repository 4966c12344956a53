"""A tenant's own texts in several languages, chosen for the reader."""

from __future__ import annotations

from collections.abc import Mapping


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
