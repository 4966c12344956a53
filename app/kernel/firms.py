"""What a firm is called without what only says that it is one: 有限公司, Ltd, Inc, GmbH."""

from __future__ import annotations

import re

from app.kernel.folding import fold, has_han

# The longest first, as one ends with another.
_CHINESE = re.compile("(股份有限公司|有限责任公司|有限公司|股份公司|集团|公司)$")
_BRACKETS = re.compile(r"[()（）\[\]【】].*?[()（）\[\]【】]")
_WORDS = re.compile(r"[^\W_]+")
_KINDS = re.compile(
    "(ltd|limited|inc|incorporated|llc|llp|lp|plc|co|company|corp|corporation|gmbh|ag|kg|sa|sas|sarl"
    "|bv|nv|oy|ab|aps|srl|spa|pty|pte|fze|fzco|kk|and|the)"
)


def firm_core(name: str | None) -> str:
    """The words of a firm's name that tell it from others, folded; the whole where none are left.

    >>> firm_core("Fence & Sons, Ltd.")
    'fence sons'
    >>> firm_core("北京云杉智能科技有限公司")
    '北京云杉智能科技'
    """
    folded = fold(name or "")
    if has_han(folded):
        core = "".join(_WORDS.findall(_BRACKETS.sub("", folded)))
        while (shorter := _CHINESE.sub("", core)) != core and shorter:
            core = shorter
        return core
    words = _WORDS.findall(folded)
    return " ".join([one for one in words if not _KINDS.fullmatch(one)] or words)


def likeness(one: str, other: str) -> float:
    """How alike two cores are, from 0 to 1: the share of neighbouring letters that both have."""
    mine, theirs = _pairs(one), _pairs(other)
    if not mine or not theirs:
        return float(one == other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _pairs(text: str) -> set[str]:
    plain = text.replace(" ", "")
    return {plain[i : i + 2] for i in range(len(plain) - 1)}
