"""Whole names are told apart by the habit of their script."""

from __future__ import annotations

import pytest

from app.kernel.names import display_name
from app.kernel.surnames import split_name


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("陈思远", "陈", "思远"),
        ("陈远", "陈", "远"),
        ("欧阳修远", "欧阳", "修远"),
        ("歐陽菲", "歐陽", "菲"),
        ("司马迁", "司马", "迁"),
        ("欧阳", "欧", "阳"),
        ("陈", "陈", ""),
        ("陈方安生", "陈", "方安生"),
        ("左丘明", "左", "丘明"),
        ("王先生", "王", "先生"),
        ("陈 思远", "陈", "思远"),
        ("李明 Leo", "李", "明 Leo"),
        ("李明（小李）", "李", "明（小李）"),
        ("김철수", "김철수", ""),
        ("山田 太郎", "山田", "太郎"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提", ""),
        ("卡尔·马克思", "卡尔·马克思", ""),
        ("北京北风贸易有限公司", "北京北风贸易有限公司", ""),
    ],
)
def test_an_east_asian_name_has_its_surname_first(name: str, last: str, first: str) -> None:
    found = split_name(name)
    assert (found.last, found.first) == (last, first)
    assert display_name(found.first, found.last).replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("Olivia Chen", "Chen", "Olivia"),
        ("  Mary  Ann   Smith ", "Smith", "Mary Ann"),
        ("Smith, John", "Smith", "John"),
        ("Smith, John A.", "Smith", "John A."),
        ("John Smith, PhD", "Smith, PhD", "John"),
        ("John Smith Jr.", "Smith Jr.", "John"),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("Maria de la Cruz", "de la Cruz", "Maria"),
        ("Vincent Van Gogh", "Van Gogh", "Vincent"),
        ("Wang Da Wei", "Wei", "Wang Da"),
        ("Yo Yo Ma", "Ma", "Yo Yo"),
        ("Van Morrison", "Morrison", "Van"),
        ("Dr. Ann O'Neil", "O'Neil", "Dr. Ann"),
        ("Zoë", "Zoë", ""),
        ("Jr.", "Jr.", ""),
        (",", ",", ""),
        ("", "", ""),
    ],
)
def test_a_western_name_has_its_surname_last_with_its_particles(
    name: str, last: str, first: str
) -> None:
    assert split_name(name) == (first, last)


def test_a_name_of_any_length_is_told_apart_at_once() -> None:
    assert split_name("a " * 50_000).first.startswith("a a a")
    assert split_name("陈" * 100_000).last == "陈" * 100_000
    assert split_name("陈 " + "van " * 50_000).last
