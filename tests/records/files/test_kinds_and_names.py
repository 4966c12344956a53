"""What a file is, by its content; and what it may be called."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from app.records.files.archives import MOST_NAMES
from app.records.files.kinds import KINDS, tell
from app.records.files.names import LONGEST, LONGEST_BYTES, clean_name, name_for

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pack(*names: str, mimetype: str = "") -> bytes:
    """A zip of empty files."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "")
    return raw.getvalue()


def ole(stream: str, class_id: bytes = b"\0" * 16) -> bytes:
    """An OLE file whose directory names a stream."""
    head = bytearray(512)
    head[:8] = OLE
    head[30:32] = (9).to_bytes(2, "little")
    head[48:52] = (0).to_bytes(4, "little")
    root = bytearray(128)
    root[80:96] = class_id
    return bytes(head + root) + stream.encode("utf-16-le").ljust(64, b"\0")


@pytest.mark.parametrize(
    ("raw", "name", "kind", "is_other"),
    [
        (b"\xff\xd8\xff\xe0", "a.jpg", "jpeg", False),
        (b"\xff\xd8\xff\xe0", "a.png", "jpeg", True),
        (b"%PDF-1.7", "a.pdf", "pdf", False),
        (b"%PDF-1.7", "a", "pdf", False),
        (pack("[Content_Types].xml", "xl/workbook.xml"), "a.xlsx", "xlsx", False),
        (pack("[Content_Types].xml", "word/document.xml"), "a.zip", "docx", True),
        (pack("[Content_Types].xml", "ppt/slides.xml"), "a.pptx", "pptx", False),
        (pack(mimetype="application/vnd.oasis.opendocument.text"), "a.odt", "odt", False),
        (pack("a.txt"), "a.zip", "zip", False),
        (pack("a.txt"), "a.docx", "zip", True),
        (b"PK\x03\x04torn", "a.zip", "zip", False),
        (ole("WordDocument"), "a.doc", "doc", False),
        (ole("Workbook"), "a.xls", "xls", False),
        (ole("something"), "a.xls", "ole", True),
        (OLE, "a.doc", "ole", True),
        ("客户,电话\n王小明,139\n".encode("gb18030"), "a.csv", "csv", False),
        ("\ufeff客户".encode("utf-16"), "a.txt", "text", False),
        (b"caf\xe9 au lait, please", "a.txt", "text", False),
        (b"MZ is how this text begins", "a.txt", "text", False),
        (b"plain", "a.pdf", "text", True),
        (b"\0\1\2\3" * 90, "a.dat", "other", False),
        (b"\0\1\2\3" * 90, "a.pdf", "other", True),
    ],
)
def test_a_file_is_what_it_holds(
    tmp_path: Path, raw: bytes, name: str, kind: str, is_other: bool
) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    told = tell(path, name)
    assert (told.kind, told.is_other, told.is_program) == (kind, is_other, False)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"MZ\x90\0\3\0", "offer.pdf"),
        (b"\x7fELF\2\1\1", "offer.pdf"),
        (b"\xcf\xfa\xed\xfe", "offer"),
        (b"#!/bin/sh\nrm -rf /", "offer.txt"),
        (b"\x4c\0\0\0\1\x14\2\0", "offer.pdf"),
        (pack("AndroidManifest.xml", "classes.dex"), "offer.zip"),
        (pack("META-INF/MANIFEST.MF", "Main.class"), "offer.zip"),
        (ole("x", bytes.fromhex("84100c0000000000c000000000000046")), "offer.doc"),
        (b"del *.*", "offer.bat"),
        (b"WScript.Echo 1", "offer.VBS"),
        (b"<html>", "offer.hta"),
        (b"text", "offer.pdf.js"),
    ],
)
def test_a_program_is_known_by_its_content_and_by_what_runs_for_its_name(
    tmp_path: Path, raw: bytes, name: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    assert tell(path, clean_name(name)).is_program


@pytest.mark.parametrize(
    "raw",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf  <!-- x --> <html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!-- x --><svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><?xml-stylesheet href='x'?><a/>",
        "<script>".encode("utf-16"),
        b"  <iframe src=x>",
    ],
)
def test_what_a_browser_runs_goes_out_as_mere_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    told = tell(path, "photo.jpg")
    assert told.kind in ("html", "svg", "xml")
    assert told.sent_as == "application/octet-stream"
    assert told.is_other


def test_no_kind_is_sent_as_something_that_a_browser_runs() -> None:
    barred = ("html", "svg", "xml", "script", "css", "wasm", "shockwave")
    for kind in KINDS.values():
        plain = kind.sent_as.replace("openxmlformats", "")
        assert not any(word in plain for word in barred), kind.key


def test_a_zip_with_very_many_names_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pack(*(f"{number}" for number in range(MOST_NAMES)), "AndroidManifest.xml"))
    begun = time.process_time()
    assert tell(path, "a.zip").kind == "zip"
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报价单.pdf", "报价单.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\fakepath\\a.txt", "a.txt"),
        ("/a.txt", "a.txt"),
        ("报价单\u202efdp.exe", "报价单fdp.exe"),
        ("a\u2066b\u2069.txt", "ab.txt"),
        ("a\x00b\x1f.txt", "ab.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie_ x=1.txt"),
        (" a  b .txt. ", "a b.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("console.txt", "console.txt"),
        ('a<b>"c".txt', "a_b__c_.txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ("👨\u200d👩\u200d👧.png", "👨\u200d👩\u200d👧.png"),
        ("...", ""),
        ("\u202e\u200b", ""),
    ],
)
def test_a_name_is_kept_without_what_deceives(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Rates 2026/27", "Rates 2026-27.pdf"),
        ("a / b\\c", "a-b-c.pdf"),
        ("../../etc/passwd", "-..-etc-passwd.pdf"),
        ("<b>信</b>", "_b_信_-b_.pdf"),
        ("", ""),
        ("...", ""),
    ],
)
def test_a_name_made_of_words_keeps_what_stands_before_a_slash(words: str, named: str) -> None:
    assert name_for(words, "pdf") == named
    assert "/" not in named


@pytest.mark.parametrize("letter", ["x", "字", "👍"])
def test_a_long_name_is_cut_before_its_suffix(letter: str) -> None:
    name = clean_name(letter * 400 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= LONGEST
    assert len(name.encode()) <= LONGEST_BYTES
