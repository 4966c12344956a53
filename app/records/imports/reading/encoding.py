"""In which letters a text is written, found strictly: what is chosen decodes the whole file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import charset_normalizer

from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.imports.reading.opened import opened

UTF_8 = "utf-8-sig"  # With a byte order mark or without.
ENCODINGS: Mapping[str, Text] = {
    UTF_8: _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "utf-16-le": _("Unicode (UTF-16 LE)"),
    "utf-16-be": _("Unicode (UTF-16 BE)"),
    "gb18030": _("Simplified Chinese (GB18030, GBK)"),
    "big5": _("Traditional Chinese (Big5)"),
    "cp1252": _("Western European (Windows-1252)"),
    "cp1250": _("Central European (Windows-1250)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "shift_jis": _("Japanese (Shift JIS)"),
    "euc_kr": _("Korean (EUC-KR)"),
}
OTHERS = ("cp1252", "cp1250", "cp1251", "shift_jis", "euc_kr")
PIECE = 1 << 20
SAMPLE = 100_000  # Bytes that letters are told by.
HIGH = re.compile(rb"[\x80-\xff]")
# The signs that Chinese is written with every day: level 1 of GB 2312, level 1 of Big5.
EVERYDAY_GB = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")
EVERYDAY_BIG5 = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|[\xa1-\xa3][\x40-\x7e\xa1-\xfe]")
PAIR_GB = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
PAIR_BIG5 = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")
ZEROS = 0.15  # Of the bytes of a table in UTF-16, few as its Latin letters may be.
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
MOSTLY = 0.8  # Of the pairs of a text that is Chinese are everyday signs.


def find_encoding(path: Path) -> str:
    """The encoding of the text at `path`, one of ENCODINGS; Refused when it is none."""
    start = _start(path)
    marked = _by_mark(start)
    candidates = iter(((marked, True),)) if marked else _candidates(path, start)
    for one, is_sure in candidates:
        at, is_cut = _decodes(path, one)
        if at is None:
            return one
        if is_sure and is_cut:
            raise Refused(
                _("This file ends in the middle of a letter: it was cut. Export it again.")
            )
    raise Refused(
        _("The letters of this file can't be read. Save it as CSV in UTF-8 and try again.")
    )


def _start(path: Path) -> bytes:
    with opened(path) as file:
        return file.read(SAMPLE)


def _by_mark(start: bytes) -> str:
    """UTF-16, which has a mark or a zero beside each Latin letter; empty for all others."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        beside = start[zeros::2].count(0)
        if beside > len(start) * ZEROS and not start[letters::2].count(0):
            text = start[: len(start) // 2 * 2].decode(name, "replace")
            return "" if NO_TEXT.search(text) else name
    return ""


def _candidates(path: Path, start: bytes) -> Iterator[tuple[str, bool]]:
    """What it may be without a mark, the likeliest first; and whether it is that for sure.

    What is sure and fails at the very end alone was cut, and is not read as something else.
    """
    yield UTF_8, True
    sample = _around_high(path) if not HIGH.search(start) else start
    gb, big5 = _share(sample, EVERYDAY_GB, PAIR_GB), _share(sample, EVERYDAY_BIG5, PAIR_BIG5)
    if gb >= MOSTLY and gb >= big5:
        yield "gb18030", True
    elif big5 >= MOSTLY:
        yield "big5", True
    found = charset_normalizer.from_bytes(sample, cp_isolation=["gb18030", "big5", *OTHERS]).best()
    if found is not None:
        same = found.could_be_from_charset
        yield "cp1252" if "cp1252" in same else found.encoding, False
    yield from (("gb18030", False), ("cp1252", False))


def _around_high(path: Path) -> bytes:
    """The part of a file around its first letter that is not Latin."""
    with opened(path) as file:
        while piece := file.read(PIECE):
            found = HIGH.search(piece)
            if found:
                begin = max(0, found.start() - 100)
                return piece[begin : begin + SAMPLE]
    return b""


def _share(sample: bytes, everyday: re.Pattern[bytes], pair: re.Pattern[bytes]) -> float:
    """How many of the pairs of bytes, read from each first high byte on, are everyday signs.

    Of a high byte that makes no pair counts as one that is none.
    """
    at = good = bad = 0
    while (found := HIGH.search(sample, at)) is not None:
        at = found.start()
        if pair.match(sample, at) is None:
            bad, at = bad + 1, at + 1
            continue
        good, bad = (good + 1, bad) if everyday.match(sample, at) else (good, bad + 1)
        at += 2
    return good / (good + bad) if good + bad else 0.0


def _decodes(path: Path, encoding: str) -> tuple[int | None, bool]:
    """Where the file can't be decoded, or None; and whether that is only its very end."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    at = 0
    with opened(path) as file:
        while piece := file.read(PIECE):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                return at + error.start, False
            at += len(piece)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return at, True
    return None, False
