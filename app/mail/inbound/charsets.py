"""Which encodings the mails of strangers are read in, and text that every table can hold.

A mail names any codec that Python has: some of those take a time that grows with the square of the
length, others make halves of characters. Only those that mail programs write are used.
"""

from __future__ import annotations

import codecs
import re

USED = re.compile(
    r"(?:utf-8(?:-sig)?|utf-16(?:-[bl]e)?|ascii|iso8859-\d+|cp125\d|cp9(?:32|49|50)|koi8-[rtu]"
    r"|gb18030|gbk|gb2312|big5(?:hkscs)?|euc_\w+|iso2022_\w+|shift_jis\w*)\Z"
)
# What Chinese programs call by an older name than they mean, or by no name at all.
ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030"}
LONGEST_NAME = 60


def codec_of(claimed: str) -> str | None:
    """The name of the codec that an encoding's name stands for; None for one that is not used."""
    named = claimed.strip().lower()[:LONGEST_NAME]
    try:
        name = codecs.lookup(ENCODINGS.get(named, named)).name
    except (LookupError, ValueError):
        return None
    return name if USED.match(name) else None


def decoded(content: bytes, charset: str | None) -> str:
    """Bytes as text: by the encoding that is claimed, else by those that are likely."""
    for one in (codec_of(charset or ""), "utf-8", "gb18030"):
        if one is not None:
            try:
                return storable(content.decode(one))
            except ValueError:
                continue
    return storable(content.decode("utf-8", "replace"))


def storable(text: str) -> str:
    """A text without the halves of characters and the zeros that no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
