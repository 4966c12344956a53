"""The head of a mail within a forwarded one, as mail programs write it in English and Chinese.

Gmail, Apple Mail, Outlook, QQ, 163 and Foxmail put lines such as `From:` or `发件人：` above what
is forwarded. Who stands there is whom the mail is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.mail.inbound.headers import known_people, pairs_in
from app.mail.inbound.parts import LONGEST
from app.mail.messages.people import Mailbox

KINDS: dict[str, tuple[str, ...]] = {
    "sender": ("from", "发件人", "寄件者", "寄件人"),
    "to": ("to", "收件人"),
    "cc": ("cc", "抄送", "副本"),
    "subject": ("subject", "主题", "主旨"),
    "date": ("sent", "date", "发送时间", "发送日期", "日期", "时间", "寄件日期"),
}
NAMES = {name: kind for kind, names in KINDS.items() for name in names}
LINE = re.compile(
    r"^[\s>*_|]*(?P<name>[A-Za-z]{2,8}|[\u4e00-\u9fff]{2,4})[\s*_]*[:：][\s*_]*(?P<value>.*)$"
)
MAILTO = re.compile(r"\[mailto:([^\[\]\s]{1,300})\]|<mailto:([^<>\s]{1,300})>", re.IGNORECASE)
TWICE = re.compile(r"([^\s<>@]{1,64}@[^\s<>@]{1,190})\s*(?=<\1>)")
LOOKED_AT = 400  # Lines.


@dataclass(slots=True)
class Head:
    """Who wrote to whom within what is forwarded; `before` is what stands above, `text` below."""

    sender: Mailbox
    to: list[Mailbox] = field(default_factory=list)
    cc: list[Mailbox] = field(default_factory=list)
    subject: str = ""
    before: str = ""
    text: str = ""


def find_head(text: str) -> Head | None:
    """The first head in a text that names a sender and one more thing; None without one."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:LOOKED_AT]):
        found = _named(line)
        if found is not None and found[0] == "sender":
            head = _read(lines, number)
            if head is not None:
                return head
    return None


def _read(lines: list[str], start: int) -> Head | None:
    values: dict[str, str] = {}
    last, at = "", start
    blanks = 0
    end = min(len(lines), start + LOOKED_AT)
    while at < end and len(values) <= len(KINDS) and blanks < 2:
        line = lines[at]
        found = _named(line)
        if found is not None and found[0] not in values:
            last, values[found[0]] = found[0], found[1]
            blanks = 0
        elif not line.strip(" >\t"):
            blanks += 1
        elif last in ("to", "cc") and blanks == 0 and "@" in line:
            # A long line of addresses goes on.
            values[last] = (values[last] + " " + line.strip(" >\t"))[:LONGEST]
        else:
            break
        at += 1
    people = _people(values.get("sender", ""))
    if not people or len(values) < 2:
        return None
    return Head(
        people[0],
        _people(values.get("to", "")),
        _people(values.get("cc", "")),
        values.get("subject", "").strip(),
        "\n".join(lines[:start]).strip(),
        "\n".join(lines[at:]).strip(),
    )


def _named(line: str) -> tuple[str, str] | None:
    if len(line) > 5000:
        return None
    found = LINE.match(line.replace("\u00a0", " ").replace("\u3000", " "))
    if found is None:
        return None
    kind = NAMES.get(found["name"].lower().replace(" ", ""))
    return (kind, found["value"]) if kind else None


def _people(value: str) -> list[Mailbox]:
    plain = MAILTO.sub(lambda one: f"<{one[1] or one[2]}>", value[:LONGEST])
    plain = plain.replace("＜", "<").replace("＞", ">").replace("；", ",").replace(";", ",")
    plain = re.sub(r"[*_]{1,2}(?=[<\s]|$)", "", plain)
    plain = plain.replace("|", " ").replace("，", ",").replace("&lt;", "<").replace("&gt;", ">")
    # Outlook tells an address twice: `a@b <a@b>`, QQ quotes names and brackets.
    plain = TWICE.sub("", plain)
    try:
        return known_people(pairs_in([plain]))
    except RecursionError:
        return []  # Nobody has an address within a thousand brackets.
