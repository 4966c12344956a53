"""Robots as people make and change them: what is refused, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.automation.robots.access import open_access
from app.automation.robots.kinds import KINDS, fits, took, was_too_many
from app.automation.robots.operations import change_robot, create_robot
from app.automation.webhooks.operations import (
    get_webhook,
    webhooks_of,
)
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from tests.automation.conftest import Hooks, Receiver
from tests.automation.test_robots import Group, group, wish
from tests.cast import Person

__all__ = ["group"]
Elsewhere = Callable[..., Receiver]
SIGNING = "SEC0123"


def test_an_address_must_be_that_of_the_chat() -> None:
    good = {
        "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=1",
        "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/1",
        "custom": "https://chat.example.com/hooks/1",
    }
    for key, kind in KINDS.items():
        for other, url in good.items():
            assert fits(kind, url, allow_loopback=False) is (key in (other, "custom"))
        assert not fits(kind, good[key].replace("https", "http"), allow_loopback=False)
        assert not fits(kind, "https://10.0.0.1/robot/send", allow_loopback=False)
        assert not fits(kind, "http://127.0.0.1:9000/x", allow_loopback=False)
    assert not fits(
        KINDS["wecom"],
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send",
        allow_loopback=False,
    )
    assert not fits(
        KINDS["wecom"],
        "https://evil.example@qyapi.weixin.qq.com/cgi-bin/webhook/send",
        allow_loopback=False,
    )


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("wecom", b'{"errcode":0}', True),
        ("wecom", b'{"errcode":93000}', False),
        ("wecom", b"<html>", False),
        ("wecom", b"", False),
        ("dingtalk", b'{"errcode":0}', True),
        ("dingtalk", b"[" * 100_000, False),
        ("feishu", b'{"code":0}', True),
        ("feishu", b'{"StatusCode":0}', True),
        ("feishu", b'{"code":19021}', False),
        ("custom", b"ok", True),
    ],
)
def test_their_answers_are_understood(kind: str, body: bytes, expected: bool) -> None:
    assert took(kind, body) is expected
    assert not was_too_many(kind, body)


def test_bad_wishes_are_refused_beside_their_fields(alice: Person, hooks: Hooks) -> None:
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        good = wish("http://127.0.0.1:9000/x")
        for field, odd in (
            ("url", wish("")),
            ("url", wish("ftp://127.0.0.1/x")),
            ("kind", wish("http://127.0.0.1:9000/x", kind="pigeon")),
            ("events", wish("http://127.0.0.1:9000/x", "account.eaten")),
            ("name", wish("http://127.0.0.1:9000/x", name=" ")),
            ("secret", wish("http://127.0.0.1:9000/x", kind="feishu", secret=" ".join(SIGNING))),
            ("secret", wish("http://127.0.0.1:9000/x", kind="feishu", secret=SIGNING * 40)),
            ("view_ids", wish("http://127.0.0.1:9000/x", view_ids={"account": "nothing"})),
        ):
            with pytest.raises(Refused) as refused:
                create_robot(by, odd)
            assert field in refused.value.errors
        robot = create_robot(by, good)
        with pytest.raises(Conflict):
            change_robot(by, robot, good, version=99)
        with pytest.raises(Missing):
            get_webhook(by, robot.id)
        assert webhooks_of(by) == []
        assert webhooks_of(by, robots=True) == [robot]


def test_a_change_without_address_and_secret_keeps_them(
    alice: Person, hooks: Hooks, group: Callable[..., Group]
) -> None:
    sales = group(kind="dingtalk", secret=SIGNING)
    with hooks.app.app_context(), alice.workspace.acting(alice) as by:
        robot = get_webhook(by, sales.robot.id, robots=True)
        kept = wish(None, kind="dingtalk", secret=None, name="Other")  # type: ignore[arg-type]
        change_robot(by, robot, kept)
        access = open_access(robot, by.tenant, hooks.settings.keys)
        assert access is not None
        assert (robot.name, access.url, access.secret) == ("Other", sales.receiver.url, SIGNING)
        change_robot(by, robot, wish(None, kind="dingtalk", secret=""))  # type: ignore[arg-type]
        access = open_access(robot, by.tenant, hooks.settings.keys)
        assert access is not None
        assert access.secret == ""


def test_the_form_keeps_what_was_typed_and_makes_a_robot(
    alice: Person, receiver: Receiver, hooks: Hooks
) -> None:
    data: dict[str, Any] = {"name": "Sales room", "kind": "feishu", "url": "http://10.0.0.1/"}
    answer = alice.client.post("/settings/robots/new", data={**data, "event": "account.created"})
    assert answer.status_code == 422
    assert 'id="url-error"' in answer.text
    assert 'value="feishu" checked' in answer.text
    assert 'value="account.created" checked' in answer.text
    data |= {"url": receiver.url, "event": ["account.created", "activity.completed"]}
    answer = alice.client.post("/settings/robots/new", data=data)
    assert answer.status_code == 303
    page = alice.client.get(answer.location).text
    assert "Account: Added" in page
    assert "Sales room" in alice.client.get("/settings/robots").text
    assert "Sales room" not in alice.client.get("/settings/webhooks").text
    webhook_page = answer.location.replace("robots", "webhooks")
    assert alice.client.get(webhook_page).status_code == 404
    edited = alice.client.post(f"{answer.location}/edit", data={**data, "url": "", "name": "New"})
    assert edited.status_code == 303
    assert alice.client.post(f"{answer.location}/off").status_code == 303
    assert alice.client.post(f"{answer.location}/on").status_code == 303
    assert alice.client.post(f"{answer.location}/delete").location == "/settings/robots"


def test_who_may_not_manage_them_sees_none(bob: Person, alice: Person, hooks: Hooks) -> None:
    assert bob.client.get("/settings/robots").status_code == 403
    assert bob.client.post("/settings/robots/new", data={"name": "x"}).status_code == 403
    with (
        hooks.app.app_context(),
        bob.workspace.acting(bob) as by,
        pytest.raises(NotPermitted),
    ):
        create_robot(by, wish("http://127.0.0.1:9000/x"))
