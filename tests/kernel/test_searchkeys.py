"""What a row can be found by, tested as PostgreSQL tests it, without PostgreSQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.names import PersonName
from app.kernel.searchkeys import MAX_TERMS, Term, grams, query_terms, search_text


def finds(query, *, values=(), people=(), phones=()):
    """Tell whether a row with these facts passes every term of the query."""
    text = search_text(values, people=people, phones=phones)
    keys = grams(values, people=people)
    return all(
        term.text in text if term.kind == "contains" else term.text in keys
        for term in query_terms(query)
    )


def finds_siyuan(query):
    return finds(
        query,
        values=["siyuan.chen@spruce.example"],
        people=[PersonName("思远", "陈")],
        phones=["+8613800045678"],
    )


@pytest.mark.parametrize(
    "query",
    [
        "陈思远",
        "思远陈",
        "陈 思远",
        "思远",
        "远",
        "陈",
        "chensiyuan",
        "siyuanchen",
        "Siyuan Chen",
        "chen si yuan",
        "csy",
        "cs",
        "SY",
        "spruce",
        "siyuan.chen@",
        "13800045678",
        "138 0004 5678",
        "+86 138-0004-5678",
        "0086 138 0004 5678",
        "5678",
        "ＣＨＥＮ",
    ],
)
def test_a_chinese_person_is_found_by(query):
    assert finds_siyuan(query)


@pytest.mark.parametrize("query", ["李", "陈思明", "lisi", "139", "陈 李雷", "ex"])
def test_and_not_by(query):
    assert not finds_siyuan(query)


@pytest.mark.parametrize(
    "query",
    [
        "olivia",
        "chen olivia",
        "OliviaChen",
        "chenolivia",
        "ol ch",
        "o",
        "(212) 555-0123",
        "555-0123",
    ],
)
def test_a_latin_person_is_found_in_either_order(query):
    assert finds(query, people=[PersonName("Olivia", "Chen")], phones=["+12125550123"])


@pytest.mark.parametrize(
    "query", ["北风", "风贸", "贸", "beifeng", "bfmy", "有限公司", "bei feng", "北风贸易 上海"]
)
def test_a_firm_is_found_by_characters_pinyin_and_initials(query):
    assert finds(query, values=["上海北风贸易有限公司"])


def test_a_surname_is_found_as_it_is_said():
    zeng = [PersonName("国华", "曾")]
    assert finds("zeng", people=zeng)
    assert finds("ze", people=zeng)
    assert not finds("ceng", people=zeng)


def test_u_with_dots_is_found_as_input_methods_and_as_passports_write_it():
    lv = [PersonName("布", "吕")]
    assert finds("lvbu", people=lv)
    assert finds("lubu", people=lv)
    assert finds("lv", people=lv)
    assert finds("lu", people=lv)


def test_a_landline_is_found_with_the_zero_of_its_country():
    assert finds("021-5550 1234", phones=["+862155501234"])
    assert finds("020 7946 0123", phones=["+442079460123"])


def test_accents_make_no_difference():
    assert finds("seamus łodz", values=["Séamus of Lódz"])


def test_short_words_go_to_the_grams_and_long_ones_to_the_text():
    assert query_terms("思远 spruce 陈") == [
        Term("思远", "gram"),
        Term("spruce", "contains"),
        Term("陈", "gram"),
    ]


def test_a_word_that_no_trigram_can_find_goes_to_the_grams():
    assert query_terms("R&D") == [Term("r", "gram"), Term("d", "gram")]
    assert finds("r&d", values=["Spruce R&D centre"])


def test_signs_of_a_pattern_are_taken_literally():
    (term,) = query_terms("100%_x\\y")
    assert term.like == "%100\\%\\_x\\\\y%"


def test_an_empty_search_asks_nothing():
    assert query_terms("  ，\u200b ") == []


def test_nothing_gives_no_keys():
    assert search_text([None, ""], people=[PersonName()], phones=[None]) == ""
    assert grams([None, ""], people=[PersonName()]) == []


@given(st.text(max_size=400))
def test_any_text_can_be_searched_for(query):
    terms = query_terms(query)
    assert len(terms) <= MAX_TERMS
    assert all(term.text and "\x00" not in term.text for term in terms)


@given(st.text(min_size=1, max_size=40))
def test_any_value_finds_itself(value):
    assert "@" in value or finds(value, values=[value], phones=[value])
