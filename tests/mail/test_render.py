"""What a mail's button says: each mail says it itself, and opening is what any link does."""

from __future__ import annotations

import pytest

from app.mail.render import render

VALUES = {
    "workspace": "Acme",
    "workspace_url": "http://acme.zuke.test",
    "url": "http://acme.zuke.test/x",
    "name": "Bob",
    "inviter": "Alice",
    "asker": "Alice",
    "minutes": 45,
    "hours": 24,
    "days": 7,
}


@pytest.mark.parametrize(
    ("template", "english", "chinese"),
    [
        ("invitation", "Join", "加入"),
        ("reset", "Set a new password", "设置新密码"),
        ("password_changed", "Set a new password", "设置新密码"),
        ("email_change", "Use this e-mail", "使用这个邮箱"),
        ("email_changed", "Sign in", "登录"),
    ],
)
def test_the_button_says_what_it_does(template: str, english: str, chinese: str) -> None:
    for language, label in (("en", english), ("zh-CN", chinese)):
        assert f">{label}</a>" in render(f"identity/{template}", VALUES, language).html
