"""The kinds of group robots: where their addresses lead, and which answers mean that one took it.

What each takes and answers is as their makers document it:
企业微信 developer.work.weixin.qq.com/document/path/91770,
钉钉 open.dingtalk.com/document/group/custom-robot-access,
飞书 open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.language import Text, _
from app.kernel.outgoing import Unfit, read_target

WECOM, DINGTALK, FEISHU, CUSTOM = "wecom", "dingtalk", "feishu", "custom"
ON_THIS_MACHINE = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class RobotKind:
    """One chat: its `hosts` (none: any public one), the path of an address there, what it checks.

    `codes` are the names of the number in its answer that is 0 when it took the message.
    """

    key: str
    label: Text
    hosts: tuple[str, ...]
    path: str
    example: str
    may_sign: bool
    codes: tuple[str, ...]


KINDS: Mapping[str, RobotKind] = {
    one.key: one
    for one in (
        RobotKind(
            WECOM,
            _("WeCom"),
            ("qyapi.weixin.qq.com",),
            "/cgi-bin/webhook/send",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
            may_sign=False,
            codes=("errcode",),
        ),
        RobotKind(
            DINGTALK,
            _("DingTalk"),
            ("oapi.dingtalk.com",),
            "/robot/send",
            "https://oapi.dingtalk.com/robot/send?access_token=…",
            may_sign=True,
            codes=("errcode",),
        ),
        RobotKind(
            FEISHU,
            _("Feishu"),
            ("open.feishu.cn", "open.larksuite.com"),
            "/open-apis/bot/v2/hook/",
            "https://open.feishu.cn/open-apis/bot/v2/hook/…",
            may_sign=True,
            codes=("code", "StatusCode"),
        ),
        RobotKind(
            CUSTOM,
            _("Another chat"),
            (),
            "/",
            "https://chat.example.com/hooks/…",
            may_sign=False,
            codes=(),
        ),
    )
}
# Their numbers for "too many messages": whoever goes on is shut out for ten minutes.
TOO_MANY = frozenset({45009, 130101, 11232})


def fits(kind: RobotKind, url: str, *, allow_loopback: bool) -> bool:
    """True for an address of such a robot: encrypted, and at its maker's host."""
    try:
        target = read_target(url, allow_loopback=allow_loopback)
    except Unfit:
        return False
    if target.host in ON_THIS_MACHINE:  # Only tests and the demo get as far as here.
        return True
    at_home = not kind.hosts or target.host in kind.hosts
    return target.is_tls and at_home and target.path.startswith(kind.path)


def took(kind: str, body: bytes) -> bool:
    """True where a robot's answer says that it took the message; they say 200 to a refusal too."""
    codes = KINDS[kind].codes
    return not codes or _number(body, codes) == 0


def was_too_many(kind: str, body: bytes) -> bool:
    """True where a robot says that it was told too much in a minute."""
    return _number(body, KINDS[kind].codes) in TOO_MANY


def _number(body: bytes, names: tuple[str, ...]) -> int | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = [told.get(name) for name in names] if isinstance(told, dict) else []
    return next((one for one in found if isinstance(one, int)), None)
