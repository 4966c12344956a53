"""Names of people, in the order of their script, and the avatar that stands for them."""

from uuid import UUID

import pytest

from app.kernel.names import AVATAR_COLOURS, avatar_colour, display_name, initial, initials


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("思远", "陈", "陈思远"),
        ("Olivia", "Chen", "Olivia Chen"),
        ("Siyuan", "陈", "陈 Siyuan"),
        ("민수", "김", "김민수"),
        ("", "Cher", "Cher"),
        ("思远", None, "思远"),
        (None, None, ""),
        (" Olivia ", " Chen ", "Olivia Chen"),
    ],
)
def test_a_name_is_shown_in_the_order_of_its_script(first, last, shown):
    assert display_name(first, last) == shown


def test_a_hungarian_and_a_vietnamese_have_the_family_name_first():
    assert display_name("Viktor", "Kovács", language="hu-HU") == "Kovács Viktor"
    assert display_name("Anh", "Nguyễn", language="vi") == "Nguyễn Anh"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈思远", "思远"),
        ("李雷", "李雷"),
        ("Olivia Chen", "OC"),
        ("James O’Connor", "JO"),
        ("Ludwig van Beethoven", "LB"),
        ("Cher", "C"),
        ("", ""),
        ("...", ""),
    ],
)
def test_the_avatar_shows_the_given_name_in_chinese_and_first_letters_elsewhere(name, shown):
    assert initials(name) == shown


def test_a_small_avatar_shows_one_character():
    assert [initial(name) for name in ("陈思远", "spruce", "“云杉”", "—")] == ["陈", "S", "云", ""]


def test_the_colour_of_an_avatar_is_the_same_in_every_process():
    someone = UUID("0197a9f0-0000-7000-8000-000000000001")
    assert avatar_colour("陈思远") == 5
    assert avatar_colour(someone) == avatar_colour(str(someone))
    assert {avatar_colour(f"name {n}") for n in range(200)} == set(range(AVATAR_COLOURS))
