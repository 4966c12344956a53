"""On which day a week begins."""

from __future__ import annotations

import pytest

from app.kernel.weeks import first_weekday


@pytest.mark.parametrize(
    ("language", "country", "first"),
    [
        ("en", "GB", 0),
        ("en", "US", 6),
        ("en", "EG", 5),
        ("zh-CN", "US", 0),
        ("zh-TW", "TW", 0),
        ("en", "", 0),
        ("en", "QQ", 0),
    ],
)
def test_a_week_begins_as_the_reader_has_it(language: str, country: str, first: int) -> None:
    assert first_weekday(language, country) == first
