"""The tables of commands stand straight on a terminal, whatever the words in them."""

import pytest

from app.cli.table import pad, table, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Acme", 4),
        ("北风贸易", 8),
        ("ＡＢ", 4),
        ("ｱｲ", 2),
        ("Zoë", 3),
        ("Zoe\u0308", 3),
        ("👍", 2),
        ("a\u200db", 2),
        ("", 0),
    ],
)
def test_a_text_is_as_wide_as_the_terminal_shows_it(text, columns):
    assert width(text) == columns


def test_columns_stand_below_each_other():
    rows = [("slug", "name", "n", "end"), ("a", "北风", 7, "x"), ("harbor", "Harbor", 10, "")]
    assert table(rows, right={2}) == [
        "slug    name     n  end",
        "a       北风     7  x",
        "harbor  Harbor  10",
    ]


def test_every_line_begins_its_second_column_at_the_same_place():
    lines = table([("北风贸易有限公司", "|"), ("Zoe\u0308", "|"), ("ｱ", "|")])
    assert {width(line.partition("|")[0]) for line in lines} == {18}


def test_a_name_steers_no_terminal():
    assert table([("a\x1b[2Jb\nc", "d")]) == [
        "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}c  d"
    ]


def test_a_text_that_is_too_long_stays_whole():
    assert pad("北风贸易", 4) == "北风贸易"
    assert table([]) == []
