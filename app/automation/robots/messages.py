"""A message to a group: the same few lines in the format of each chat, and how it is signed."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from app.automation.robots.kinds import CUSTOM, DINGTALK, FEISHU, WECOM
from app.kernel.language import ngettext

LONGEST = 3900  # Bytes of a body; 企业微信 takes 4,096 of text, the others more.
LONGEST_NAME, LONGEST_REST = 80, 160  # Characters.
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Zuke-Robots/1"}
# Signs by which a chat would take a part of a name for a link, a mention or a layout of its own.
PLAIN = str.maketrans("[]<>*`@\\", "［］＜＞＊｀＠＼")


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, to what, and what else is told of it; `url` leads to its page."""

    what: str
    name: str = ""
    url: str = ""
    rest: str = ""


def body_of(kind: str, title: str, lines: Sequence[Line], total: int, language: str) -> str:
    """The body of a message with as many of the lines as fit; the others of `total` are counted."""
    lines = [_short(one) for one in lines]
    for shown in range(len(lines), 0, -1):
        left = total - shown
        more = ngettext("… and %(n)s more", "… and %(n)s more", left) if left else ""
        told = FORMATS[kind](title, lines[:shown], more, language)
        text = json.dumps(told, ensure_ascii=False)
        if shown == 1 or len(text.encode()) <= LONGEST:
            return text
    raise ValueError("A message has a line.")


def signed(kind: str, url: str, body: str, secret: str, now: datetime) -> tuple[str, str]:
    """The address and the body as they are sent now; the signature is valid for an hour."""
    if secret and kind == DINGTALK:
        stamp = str(int(now.timestamp() * 1000))
        proof = _proof(secret.encode(), f"{stamp}\n{secret}".encode())
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}timestamp={stamp}&sign={quote_plus(proof)}", body
    if secret and kind == FEISHU:
        stamp = str(int(now.timestamp()))
        proof = _proof(f"{stamp}\n{secret}".encode(), b"")
        told = {"timestamp": stamp, "sign": proof, **json.loads(body)}
        return url, json.dumps(told, ensure_ascii=False)
    return url, body


def _proof(key: bytes, text: bytes) -> str:
    return b64encode(hmac.digest(key, text, "sha256")).decode()


def _short(line: Line) -> Line:
    return Line(line.what, _cut(line.name, LONGEST_NAME), line.url, _cut(line.rest, LONGEST_REST))


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _marked(line: Line) -> str:
    """A line in the Markdown that 企业微信 and 钉钉 read."""
    name = line.name.translate(PLAIN)
    named = f"[{name}]({line.url})" if line.url and name else name
    rest = line.rest.translate(PLAIN)
    return " ".join(one for one in (f"**{line.what.translate(PLAIN)}**", named, rest) if one)


def _wecom(title: str, lines: Sequence[Line], more: str, _language: str) -> dict[str, Any]:
    text = "\n".join([f"### {title.translate(PLAIN)}", *map(_marked, lines), *filter(None, [more])])
    return {"msgtype": "markdown", "markdown": {"content": text}}


def _dingtalk(title: str, lines: Sequence[Line], more: str, _language: str) -> dict[str, Any]:
    plain = title.translate(PLAIN)
    marked = [f"#### {plain}", *(f"- {_marked(one)}" for one in lines), *filter(None, [more])]
    return {"msgtype": "markdown", "markdown": {"title": plain, "text": "\n\n".join(marked)}}


def _feishu(title: str, lines: Sequence[Line], more: str, language: str) -> dict[str, Any]:
    """Rich text, whose parts are taken as they are: nothing in a name means anything."""
    rows: list[list[dict[str, str]]] = []
    for one in lines:
        row = [{"tag": "text", "text": f"{one.what} "}]
        if one.name:
            link = {"tag": "a", "text": one.name, "href": one.url}
            row.append(link if one.url else {"tag": "text", "text": one.name})
        row += [{"tag": "text", "text": f" {one.rest}"}] if one.rest else []
        rows.append(row)
    rows += [[{"tag": "text", "text": more}]] if more else []
    key = "zh_cn" if language.startswith("zh") else "en_us"
    return {"msg_type": "post", "content": {"post": {key: {"title": title, "content": rows}}}}


def _custom(title: str, lines: Sequence[Line], more: str, _language: str) -> dict[str, Any]:
    """A text alone, as Slack, Mattermost, Google Chat and many others take it."""
    told = [
        " ".join(filter(None, (one.what, one.name, one.rest))).translate(PLAIN)
        + (f" {one.url}" if one.url else "")
        for one in lines
    ]
    return {"text": "\n".join([title.translate(PLAIN), *told, *filter(None, [more])])}


FORMATS: Mapping[str, Any] = {
    WECOM: _wecom,
    DINGTALK: _dingtalk,
    FEISHU: _feishu,
    CUSTOM: _custom,
}
