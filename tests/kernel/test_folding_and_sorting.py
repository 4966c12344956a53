"""Folding and the order of lists, Chinese and Latin together."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.folding import fold
from app.kernel.searchkeys import SORT_KEY_LENGTH, sort_key


def by_key(*names, person=True):
    return sorted(names, key=lambda name: sort_key(name, person=person))


def test_width_case_accents_and_invisible_characters_make_no_difference():
    assert fold("Ｏ’ＣＯＮＮＯＲ\u200b  Łódź") == "o'connor lodz"
    assert fold("e\u0301 É Straße Ærø") == "e e strasse aero"
    assert fold("a\x00b\tc") == "ab c"


def test_traditional_characters_and_voiced_kana_stay_as_they_are():
    assert fold("陳思遠 が ガ 한") == "陳思遠 が ガ 한"


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_chinese_names_sort_by_pinyin_with_one_surname_together():
    names = ("周杰", "李雷", "黎明", "安娜", "李安")
    assert by_key(*names) == ["安娜", "黎明", "李安", "李雷", "周杰"]


def test_a_shorter_syllable_comes_before_a_longer_one():
    assert by_key("先锋", "西安", person=False) == ["西安", "先锋"]


def test_u_with_dots_stands_between_lu_and_luan():
    assert by_key("栾平", "吕布", "卢俊") == ["卢俊", "吕布", "栾平"]


def test_surnames_have_readings_of_their_own():
    for name, key in {
        "曾国华": "zeng1曾",
        "单雄": "shan4单",
        "解晓东": "xie4解",
        "仇英": "qiu2仇",
        "区小明": "ou1区",
        "尉迟恭": "yu4尉 chi2迟",
        "令狐冲": "ling2令 hu2狐",
    }.items():
        assert sort_key(name, person=True).startswith(key)
    assert sort_key("曾经", person=False).startswith("ceng2")


def test_well_known_places_are_read_as_people_read_them():
    assert sort_key("重庆").startswith("chong2")
    assert sort_key("厦门海运").startswith("xia4")
    assert sort_key("长春客车").startswith("chang2")
    assert sort_key("重型机械").startswith("zhong4")


def test_latin_names_sort_without_case_accents_and_punctuation():
    assert by_key("Östberg", "oberon", "O'Hara", "Ohama", person=False) == [
        "oberon",
        "Ohama",
        "O'Hara",
        "Östberg",
    ]


def test_nothing_sorts_first_and_a_long_text_stays_within_an_index_entry():
    assert sort_key(None) == sort_key("") == sort_key("—") == ""
    long_key = sort_key("北风" * 4000)
    assert len(long_key) <= SORT_KEY_LENGTH
    assert len(long_key.encode()) < 1000


def test_sorting_chinese_does_not_load_the_dictionary_of_phrases():
    code = (
        "import sys; from app.kernel.searchkeys import sort_key; sort_key('陈');"
        "sys.exit('pypinyin' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], check=False)
    assert finished.returncode == 0


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_fold_and_sort_by_the_short_way_as_by_the_long(text):
    marked = f"{text} \u3000é"  # What is not plain goes the long way.
    assert fold(marked) == f"{fold(text)} e".strip()
    if len(text) < SORT_KEY_LENGTH // 2:
        assert sort_key(f"{text} 阿") == f"{sort_key(text)} a1阿".strip()
