"""Folding: one spelling for texts that people would call the same.

Sort keys, search keys and the words of a search are all folded by `fold`, so that "Ｏ’Connor",
"O'connor" and "o'CONNOR" meet. The database stores what Python folded: `unaccent()` is not
immutable and PostgreSQL's collations differ from server to server.
"""

import re
import unicodedata
from functools import lru_cache

# Ideographs, kana and Hangul: one character already carries meaning, and no spaces part words.
EAST_ASIAN = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
)
_BASIC_PLANE_END = 0x10000
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")

# Latin letters that Unicode does not decompose, and the quotes and dashes that keyboards vary.
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "·": " ",
    "・": " ",
}


class _Folds(dict[int, str]):
    """The fold of each character, worked out once when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        # The rare planes are not kept, so that no text can grow the table without bound.
        if code < _BASIC_PLANE_END:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    """Fold one character: width, case, accent; spaces become plain, invisible characters vanish."""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    if "\uac00" <= character <= "\ud7af" or "\u3040" <= character <= "\u30ff":
        return character  # Decomposed Hangul and voiced kana would no longer be one character each.
    folded = ""
    for piece in decomposed:
        category = unicodedata.category(piece)
        if piece.isspace():
            folded += " "
        elif category in {"Cc", "Cf", "Cs"} or "\u0300" <= piece <= "\u036f":
            continue
        else:
            folded += _LETTERS.get(piece, piece)
    return folded


_folds = _Folds()
_SHORT = 100  # Characters of a text that is worth remembering.


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, full-width forms and invisible characters.

    Traditional characters stay as they are. Runs of spaces become one, the ends are trimmed.
    """
    return _fold_again(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii() and text.isprintable():  # Most of what comes: nothing but case to fold.
        return " ".join(text.lower().split())
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.translate(_folds).split())


_fold_again = lru_cache(8192)(_fold)  # One row asks for its names several times, others for more.


def has_east_asian(text: str) -> bool:
    """Tell whether the text holds an ideograph, a kana or a Hangul syllable."""
    return _EAST_ASIAN.search(text) is not None


def has_han(text: str) -> bool:
    """Tell whether the text holds a Chinese character."""
    return _HAN.search(text) is not None
