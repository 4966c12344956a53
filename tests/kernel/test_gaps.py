"""Names in Chinese sentences: a gap beside Latin letters, none beside Chinese ones."""

from __future__ import annotations

import pytest

from app.kernel.gaps import filled
from app.kernel.language import gettext, ngettext, using


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("%(name)s 离职", "王芳", "王芳离职"),
        ("%(name)s 离职", "Claire Donovan", "Claire Donovan 离职"),
        ("以%(name)s的身份", "王芳", "以王芳的身份"),
        ("以%(name)s的身份", "Claire", "以 Claire 的身份"),
        ("仍归 %(name)s", "王芳", "仍归王芳"),
        ("仍归 %(name)s。", "Zoë", "仍归 Zoë。"),
        ("%(name)s 的客户", "王芳（离职）", "王芳（离职）的客户"),
        ("删除“%(name)s”？", "Fence", "删除“Fence”？"),
        ("共%(name)s条", "12", "共12条"),
        ("共 %(name)s 条", "12", "共 12 条"),
        ("%(name)s年", "2026", "2026年"),
        ("有 %(name)s", " 两端有空格 ", "有  两端有空格 "),
        ("有 %(name)s 个", "", "有  个"),
        ("%(name)s", "王芳 ", "王芳 "),
        ("%(name)s · 客户", "王芳", "王芳 · 客户"),
        ("Follow %(name)s", "王芳", "Follow 王芳"),
        ("%(name)s 100%%", "王芳", "王芳 100%"),
    ],
)
def test_a_gap_follows_from_what_meets(text: str, name: str, expected: str) -> None:
    assert filled(text, {"name": name}) == expected


def test_two_places_meet_as_the_translator_wrote_it() -> None:
    text = "%(who)s 代 %(other)s 同意"
    assert filled(text, {"who": "王芳", "other": "李雷"}) == "王芳代李雷同意"
    assert filled(text, {"who": "王芳", "other": "Ann"}) == "王芳代 Ann 同意"
    assert filled("%(who)s %(other)s", {"who": "王芳", "other": "同意"}) == "王芳 同意"
    assert filled("%(who)s%(other)s", {"who": "Ann", "other": "同意"}) == "Ann同意"
    assert filled("%(who)s %(other)s", {"who": "Ann", "other": "Lee"}) == "Ann Lee"


def test_what_lacks_a_value_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        filled("%(name)s 离职", {})


def test_it_is_so_in_chinese_alone() -> None:
    with using("zh-CN"):
        assert gettext("%(name)s leaves", name="王芳") == "王芳离职"
        assert gettext("%(name)s leaves", name="Claire Donovan") == "Claire Donovan 离职"
        assert ngettext("%(n)s record", "%(n)s records", 3) == "3 条记录"
    with using("en"):
        assert gettext("%(name)s leaves", name="王芳") == "王芳 leaves"
