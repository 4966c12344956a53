"""Lists and labels are written with the marks of the reader's language, in texts and templates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from app.kernel.language import clauses, labelled, listed, using

APP = Path(__file__).parents[2] / "app"
# A comma, a colon or a bracket between what templates put in is half as wide as Chinese has it.
HALF_WIDTH = re.compile(r"join\(['\"][,;:] |\}\}[:,](?: \{| ?<)|\}\} \(\{\{|~ ['\"][:,] ['\"] ~")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["A, B", "A; B", "City: Leeds", "City: <b>&lt;</b>"]),
        ("zh-CN", ["A、B", "A；B", "City：Leeds", "City：<b>&lt;</b>"]),
    ],
)
def test_several_texts_and_a_label_as_the_language_writes_them(
    language: str, told: list[str]
) -> None:
    with using(language):
        markup = labelled("City", Markup("<b>&lt;</b>"))
        assert [listed("AB"), clauses("AB"), labelled("City", "Leeds"), markup] == told
        assert isinstance(markup, Markup)
        assert "<b>" not in labelled("<b>", Markup(""))


@pytest.mark.parametrize("text", ["{{ a | join(', ') }}", "{{ a }}: {{ b }}", "{{ a }} ({{ b }})"])
def test_the_search_for_marks_of_one_language_finds_them(text: str) -> None:
    assert HALF_WIDTH.search(text)


def test_no_template_joins_words_with_the_marks_of_one_language() -> None:
    found = [
        f"{path.relative_to(APP)}: {hit[0]}"
        for pattern in ("*/templates/**/*.html", "*/mails/**/*")
        for path in sorted(APP.glob(pattern))
        if path.is_file()
        for hit in HALF_WIDTH.finditer(path.read_text("utf-8"))
    ]
    assert found == []
