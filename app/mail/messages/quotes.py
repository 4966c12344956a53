"""Where what a mail says ends, and what it quotes of earlier ones begins."""

from __future__ import annotations

import re

from app.kernel.language import gettext

# How mail programs head what they quote, in English and Chinese.
HEADS = re.compile(
    r"""
    ^\s*(?:
        >                                             # Quoted line by line.
        | On\ .{6,200}\ wrote:\s*$
        | 在\ ?.{4,200}写道[:：]\s*$
        | \d{4}年.{4,200}写道[:：]\s*$
        | -{2,}\s*(?:Original\ Message|Forwarded\ message|原始邮件|转发的?邮件|Original)\s*-{2,}
        | _{20,}\s*$                                  # Outlook's rule.
        | (?:From|发件人|寄件者)\s*[:：]\s*\S.*@
    )
    """,
    re.VERBOSE,
)
LONGEST = 100_000  # Characters of a mail that are quoted again.


def parted(text: str) -> tuple[str, str]:
    """What a mail says by itself, and what it quotes below; one of them may be empty."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) < 1000 and HEADS.match(line):
            said = "\n".join(lines[:number]).strip()
            # What answers below or between the lines of a quote is read as it stands.
            if said:
                return said, "\n".join(lines[number:]).strip()
            return text.strip(), ""
    return text.strip(), ""


def quoted(text: str, who: str, when: str) -> str:
    """A mail as an answer to it quotes it."""
    head = gettext("On %(when)s, %(who)s wrote:", when=when, who=who)
    lines = text[:LONGEST].strip().split("\n")
    return "\n".join([head, *(f"> {line}".rstrip() for line in lines)])


def excerpt(text: str, length: int = 160) -> str:
    """The beginning of a mail in one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
