"""What a file is, told by its content alone: neither its name nor what its sender says counts.

Certain signatures come first, then archives looked into (Office files are zips), then what
puremagic knows, then texts. Whatever a browser could run (HTML, SVG, XML, scripts) is known by its
kind and sent as mere bytes; programs for a computer are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import puremagic

from app.records.files.archives import inside_ole, inside_zip
from app.records.files.names import suffix_of
from app.records.files.texts import text_kind

HEAD = 64 * 1024
BYTES = "application/octet-stream"
PLAIN = "text/plain"
# Content that a computer runs, by how it begins.
PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Java classes and Mach-O of several processors.
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",  # A link of Windows.
    b"#!",
    b"dex\n",
    b"\x00asm",
)
# What Windows and macOS run for its name, whatever its content is.
PROGRAM_NAMES = re.compile(
    r"(?:app|apk|bat|cmd|com|command|cpl|dll|exe|gadget|hta|inf|ins|iso|jar|jse?|lnk|msc|msi|msp|pif"
    r"|psm?1|reg|scf|scr|sct|shb|sys|url|vb|vbe|vbs|ws|wsc|wsf|wsh|xll)\Z"
)
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "gzip"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
)
BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"mif1": "heic",
    b"avif": "avif",
    b"qt  ": "mov",
    b"M4A ": "m4a",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: how it is sent, the suffixes that fit it, the icon that stands for it.

    `label` is what people call it, in any language; `is_drawn` where a small picture is made.
    """

    key: str
    label: str
    sent_as: str
    suffixes: tuple[str, ...]
    icon: str = "file-text"
    is_drawn: bool = False


def _kinds() -> dict[str, Kind]:
    office = "application/vnd.openxmlformats-officedocument"
    free = "application/vnd.oasis.opendocument"
    made = (
        Kind("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "photo", True),
        Kind("png", "PNG", "image/png", ("png", "apng"), "photo", True),
        Kind("gif", "GIF", "image/gif", ("gif",), "photo", True),
        Kind("webp", "WebP", "image/webp", ("webp",), "photo", True),
        Kind("heic", "HEIC", "image/heic", ("heic", "heif"), "photo"),
        Kind("avif", "AVIF", "image/avif", ("avif",), "photo"),
        Kind("tiff", "TIFF", "image/tiff", ("tif", "tiff"), "photo"),
        Kind("pdf", "PDF", "application/pdf", ("pdf",), "file-type-pdf"),
        Kind("docx", "Word", f"{office}.wordprocessingml.document", ("docx", "docm", "dotx")),
        Kind("xlsx", "Excel", f"{office}.spreadsheetml.sheet", ("xlsx", "xlsm", "xltx"), "table"),
        Kind("pptx", "PowerPoint", f"{office}.presentationml.presentation", ("pptx", "pptm")),
        Kind("doc", "Word", "application/msword", ("doc", "dot", "wps")),
        Kind("xls", "Excel", "application/vnd.ms-excel", ("xls", "et"), "table"),
        Kind("ppt", "PowerPoint", "application/vnd.ms-powerpoint", ("ppt", "pps", "dps")),
        Kind("msg", "Outlook", "application/vnd.ms-outlook", ("msg",), "mail"),
        Kind("odt", "OpenDocument", f"{free}.text", ("odt",)),
        Kind("ods", "OpenDocument", f"{free}.spreadsheet", ("ods",), "table"),
        Kind("odp", "OpenDocument", f"{free}.presentation", ("odp",)),
        Kind("ole", "Office", "application/x-ole-storage", ()),
        Kind("zip", "ZIP", "application/zip", ("zip",), "file-zip"),
        Kind("7z", "7-Zip", "application/x-7z-compressed", ("7z",), "file-zip"),
        Kind("rar", "RAR", "application/vnd.rar", ("rar",), "file-zip"),
        Kind("gzip", "GZIP", "application/gzip", ("gz", "tgz", "svgz"), "file-zip"),
        Kind("rtf", "RTF", "application/rtf", ("rtf", "doc")),
        Kind("mp3", "MP3", "audio/mpeg", ("mp3",), "music"),
        Kind("m4a", "M4A", "audio/mp4", ("m4a",), "music"),
        Kind("wav", "WAV", "audio/wav", ("wav",), "music"),
        Kind("ogg", "Ogg", "audio/ogg", ("ogg", "oga", "opus", "ogv"), "music"),
        Kind("mp4", "MP4", "video/mp4", ("mp4", "m4v", "m4a", "3gp"), "video"),
        Kind("mov", "QuickTime", "video/quicktime", ("mov", "qt"), "video"),
        # What a browser could run goes out as mere bytes.
        Kind("svg", "SVG", BYTES, ("svg",), "photo"),
        Kind("html", "HTML", BYTES, ("html", "htm", "xhtml", "shtml"), "code"),
        Kind("xml", "XML", BYTES, ("xml", "xsd", "xsl", "xslt", "xhtml", "rss", "kml"), "code"),
        Kind("csv", "CSV", "text/csv", ("csv", "tsv", "tab"), "table"),
        Kind("text", "TXT", PLAIN, ()),
        Kind("other", "", BYTES, (), "file"),
    )
    return {one.key: one for one in made}


KINDS = _kinds()
DRAWN = tuple(one.key for one in KINDS.values() if one.is_drawn)
# Of these kinds a suffix promises that; any other suffix may stand on any text or bytes.
PROMISES = {suffix: one.key for one in KINDS.values() for suffix in one.suffixes}
FOREIGN = re.compile(r"(?:image|audio|video|font)/[a-z0-9.+-]+\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """What a file is: the key of its kind, and the media type by which it is sent.

    `is_program` where a computer would run it, `is_other` where its name promises something else.
    """

    kind: str
    sent_as: str
    is_program: bool = False
    is_other: bool = False


def tell(path: Path, name: str) -> Told:
    """What the file at `path` is, of which `name` is what its sender calls it."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if _is_program(head) or PROGRAM_NAMES.match(suffix_of(name)):
        return Told("other", BYTES, is_program=True)
    key = _key(path, head, name)
    if key == "program":
        return Told("other", BYTES, is_program=True)
    if key is None:
        return _from_magic(head, name)
    return Told(key, KINDS[key].sent_as, is_other=_is_other(key, name))


def _is_program(head: bytes) -> bool:
    """True for what a computer runs; a text may begin with MZ, a program of Windows is none."""
    return head.startswith(PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:512])


def _key(path: Path, head: bytes, name: str) -> str | None:
    """The kind of a file, or None where nothing of ours knows it."""
    for sign, key in SIGNS:
        if head.startswith(sign):
            return key
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE"):
        return "webp" if head[8:12] == b"WEBP" else "wav"
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "mp4")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return inside_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return inside_ole(path)
    return text_kind(head, suffix_of(name))


def _from_magic(head: bytes, name: str) -> Told:
    """What puremagic says of bytes that are no text; only what no browser runs is believed."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    types = [one.mime_type for one in found if FOREIGN.match(one.mime_type or "")]
    is_known = bool(types) and "svg" not in types[0]
    return Told("other", types[0] if is_known else BYTES, is_other=_is_other("other", name))


def _is_other(key: str, name: str) -> bool:
    """True where the name promises a kind that this is not."""
    suffix = suffix_of(name)
    return suffix in PROMISES and suffix not in KINDS[key].suffixes
