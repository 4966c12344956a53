"""A whole name as surname and given name, by the habit of its script.

What a name alone can't tell stays together as the surname: it is shown and found as it was given,
and nobody is called by half a name.
"""

from __future__ import annotations

import re

from app.kernel.folding import EAST_ASIAN, has_east_asian
from app.kernel.names import PersonName

# Surnames of two characters that people bear today, in both ways of writing where these differ.
# Such as 左丘 and 梁丘 are not among them: next to nobody bears them, but many a 左 is called 丘….
COMPOUND_SURNAMES = frozenset(
    """
    欧阳 歐陽 上官 司马 司馬 诸葛 諸葛 司徒 司空 司寇 东方 東方 皇甫 尉迟 尉遲
    公孙 公孫 公羊 公冶 慕容 令狐 宇文 长孙 長孫 仲孙 仲孫 叔孙 叔孫 颛孙 顓孫
    端木 南宫 南宮 北宫 北宮 夏侯 轩辕 軒轅 闻人 聞人 澹台 澹臺 万俟 鲜于 鮮于
    单于 單于 钟离 鍾離 濮阳 濮陽 淳于 太史 太叔 申屠 赫连 赫連 呼延 独孤 獨孤
    拓跋 完颜 完顏 纳兰 納蘭 那拉 富察 百里 东郭 東郭 南郭 西门 西門 东门 東門
    闾丘 閭丘 亓官 巫马 巫馬 羊舌 漆雕 壤驷 壤駟 宰父 谷梁 穀梁 夹谷 夾谷 第五
    """.split()  # noqa: SIM905 - read by people.
)
LONGEST = 4  # Characters of a whole Chinese name; what has more is a firm or comes from abroad.
SURNAME = 2  # Characters of the longest surname.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# A Chinese name, and what stands behind it: another name in letters, something in brackets.
_CHINESE = re.compile(rf"([{_HAN}]{{1,{LONGEST}}})(?![{EAST_ASIAN}·])(.*)", re.DOTALL)
# What stands before a surname and belongs to it: Ludwig van Beethoven, Maria de la Cruz. Some are
# syllables of Chinese and Korean names as well and count in small letters alone.
_PARTICLES = frozenset(
    ("de", "del", "della", "den", "der", "dos", "ibn", "ter", "van", "vom", "von")
)
_SMALL_PARTICLES = frozenset(("al", "bin", "da", "di", "do", "du", "el", "la", "le", "ten", "zu"))
_BEHIND = frozenset(("ii", "iii", "iv", "jr", "mba", "phd", "sr"))


def split_name(name: str) -> PersonName:
    """The parts of a whole name; what can't be told apart is the surname.

    >>> split_name("欧阳修远"), split_name("陈思远"), split_name("Ludwig van Beethoven")
    (('修远', '欧阳'), ('思远', '陈'), ('Ludwig', 'van Beethoven'))
    """
    words = name.split()
    whole = " ".join(words)
    if not has_east_asian(whole):
        return _western(words, whole)
    if len(words) == 2 and all(has_east_asian(one) for one in words):
        family, given = words
        return PersonName(given, family) if len(family) <= SURNAME else PersonName(last=whole)
    found = _CHINESE.fullmatch(whole)
    if found is None:
        return PersonName(last=whole)
    family, given = split_chinese(found[1])
    behind = found[2].strip()
    if not behind:
        return PersonName(given, family)
    return PersonName(f"{given} {behind}" if behind[0].isalnum() else given + found[2], family)


def split_chinese(name: str) -> tuple[str, str]:
    """Surname and given name of a Chinese name of no more than its characters."""
    length = SURNAME if len(name) > SURNAME and name[:SURNAME] in COMPOUND_SURNAMES else 1
    return name[:length], name[length:]


def _western(words: list[str], whole: str) -> PersonName:
    """Given names first, the surname with its particles last; the other way round by a comma."""
    before, comma, after = (part.strip() for part in whole.partition(","))
    if comma and before and after and not _are_behind(after):
        return PersonName(after, before)
    at = len(words) - 1
    while at > 1 and _are_behind(words[at]):
        at -= 1  # Olivia Chen Jr.
    while at > 1 and _is_particle(words[at - 1]):
        at -= 1
    return PersonName(" ".join(words[:at]), " ".join(words[at:]))


def _is_particle(word: str) -> bool:
    return word in _SMALL_PARTICLES or word.lower() in _PARTICLES


def _are_behind(text: str) -> bool:
    """True for nothing but what stands behind a name: Jr., PhD, III."""
    plain = text.replace(".", "").replace(",", " ").lower()
    return all(one in _BEHIND for one in plain.split())
