"""Languages: the catalogues, the language in use, and texts that are translated when shown.

The language in use is a context variable and the catalogues are loaded once, so that a lookup
costs a dictionary access; a page asks for hundreds (`performance.md`: half of a list page was
translation when each lookup went through the request).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from markupsafe import Markup

from app.kernel.gaps import filled

DEFAULT = "en"
LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN", "zh-TW": "zh_Hant_TW"}
HTML_LANG = {"en": "en", "zh-CN": "zh-Hans-CN", "zh-TW": "zh-Hant-TW"}
NATIVE_NAMES = {"en": "English", "zh-CN": "简体中文", "zh-TW": "繁體中文"}
OFFERED = ("zh-CN", "en")  # Traditional Chinese joins the menu when its wording is written.
CATALOGUES = Path(__file__).parent.parent / "translations"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def current() -> str:
    """The language in use: `en`, `zh-CN` or `zh-TW`."""
    return _language.get()


def use(language: str) -> None:
    """Use `language` from here on in this context; an unknown one means English."""
    _language.set(language if language in LOCALES else DEFAULT)


@contextmanager
def using(language: str) -> Iterator[None]:
    """Use `language` inside a with block, such as a mail to somebody else."""
    token = _language.set(language if language in LOCALES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue of a language; Traditional Chinese falls back to Simplified, then English."""
    loaded = Translations.load(str(CATALOGUES), [LOCALES.get(language, DEFAULT)])
    if language == "zh-TW":
        loaded.add_fallback(catalogue("zh-CN"))
    return loaded


def gettext(message: str, **values: object) -> str:
    """`message` in the language in use, with `%(name)s` filled from `values`."""
    language = _language.get()
    text = catalogue(language).ugettext(message)
    return _filled(text, values, language) if values else text


def ngettext(singular: str, plural: str, n: int, /, **values: object) -> str:
    """The singular or plural form for `n` in the language in use.

    `%(n)s` is filled with `n`, unless `values` has its own way of writing it (10,000+).
    """
    language = _language.get()
    text = catalogue(language).ungettext(singular, plural, n)
    return _filled(text, {"n": n, **values}, language)


def _filled(text: str, values: Mapping[str, object], language: str) -> str:
    return filled(text, values) if language[:2] == "zh" else text % values


def listed(texts: Iterable[object]) -> str:
    """Red, green; 红、绿: texts one behind the other as the language in use writes them."""
    return ("、" if _language.get().startswith("zh") else ", ").join(map(str, texts))


def clauses(texts: Iterable[object]) -> str:
    """A; b and a；b: as `listed`, of texts that may themselves have commas."""
    return ("；" if _language.get().startswith("zh") else "; ").join(map(str, texts))


def labelled(name: object, value: object) -> str:
    """City: Leeds; 城市：利兹: a value behind what it is called; markup stays markup."""
    text = gettext("%(name)s: %(value)s")  # Its mark needs no gap.
    values = {"name": name, "value": value}
    return Markup(text) % values if isinstance(value, Markup) else text % values  # noqa: S704


class Text:
    """A text that is translated when it is shown, in the language of whoever reads it."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, values: Mapping[str, object] | None = None) -> None:
        self.message = message
        self.values = dict(values or {})

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __repr__(self) -> str:
        return f"Text({self.message!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.message, self.values) == (
            other.message,
            other.values,
        )

    def __hash__(self) -> int:
        return hash(self.message)


def _(message: str, **values: object) -> Text:
    """Mark `message` for translation; it is translated each time it is shown."""
    return Text(message, values)


def plural(one: str, many: str) -> tuple[str, str]:
    """Mark the two forms of a text whose count is known later; `ngettext` is given them then."""
    return one, many


def best_match(accept: str | None, fallback: str = DEFAULT) -> str:
    """The offered language that an Accept-Language header asks for first, else `fallback`."""
    wanted: list[tuple[float, str]] = []
    for part in (accept or "").split(",")[:20]:
        tag, _sep, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        try:
            wanted.append((-float(quality or 1), tag.lower()))
        except ValueError:
            continue
    for _quality, tag in sorted(wanted, key=lambda pair: pair[0]):
        if tag.startswith(("zh-tw", "zh-hant", "zh-hk", "zh-mo")):
            return "zh-TW"
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return fallback
