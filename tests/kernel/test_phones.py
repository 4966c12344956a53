"""Telephone numbers: typed anyhow, kept as E.164, shown as the country writes them."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kernel.language import using
from app.kernel.phones import dial_phone, display_phone, phone_digits, read_phone, to_e164


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("138 0004 5678", "CN", "+8613800045678"),
        ("0086 13800045678", "CN", "+8613800045678"),
        ("021-5550 1234", "CN", "+862155501234"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+44 20 7946 0123", "CN", "+442079460123"),
        ("020 7946 0123", "GB", "+442079460123"),
        ("138 0004 56789", "US", None),
        ("1380013800", "CN", None),
        ("138001", "CN", None),
        ("+86 1380013800", "US", None),
        ("call me", "CN", None),
        ("12", "CN", None),
        ("", "CN", None),
    ],
)
def test_a_number_is_read_with_the_country_of_the_tenant(typed, region, kept):
    assert to_e164(typed, region) == kept


@pytest.mark.parametrize(
    ("number", "region", "shown"),
    [
        ("+8613800045678", "CN", "138 0004 5678"),
        ("+8613800045678", "US", "+86 138 0004 5678"),
        ("+862155501234", "CN", "021 5550 1234"),
        ("+12125550123", "US", "(212) 555-0123"),
        ("+12125550123", "CN", "+1 212-555-0123"),
        ("+442079460123", "GB", "020 7946 0123"),
        ("ask reception", "CN", "ask reception"),
    ],
)
def test_a_number_is_national_at_home_and_international_abroad(number, region, shown):
    assert display_phone(number, region) == shown


def test_the_written_form_leads_back_to_the_number():
    for number, region in {"+8613800045678": "CN", "+12125550123": "US"}.items():
        assert to_e164(display_phone(number, region), region) == number


def test_digits_are_all_that_a_search_compares():
    assert phone_digits("+86 138-0004 5678") == "8613800045678"


@pytest.mark.parametrize(
    ("typed", "region", "kept", "dialled"),
    [
        ("021-5550 1234 转123", "CN", "+862155501234 x123", "+862155501234;ext=123"),
        ("021-5550 1234转123", "CN", "+862155501234 x123", "+862155501234;ext=123"),
        ("021 5550 1234 分机：12", "CN", "+862155501234 x12", "+862155501234;ext=12"),
        ("(212) 555-0123, ext. 7", "US", "+12125550123 x7", "+12125550123;ext=7"),
        ("(212) 555-0123 #7", "US", "+12125550123 x7", "+12125550123;ext=7"),
        ("x123", "CN", "x123", ""),
        ("转123", "CN", "x123", ""),
        ("95588", "CN", "95588", "95588"),
        ("138 0004 5678", "CN", "+8613800045678", "+8613800045678"),
        ("123", "CN", None, None),
        ("110", "CN", None, None),
        ("12 x123", "CN", None, None),
        ("ask at the gate", "CN", None, None),
    ],
)
def test_extensions_and_service_numbers_are_kept_and_too_short_ones_are_not(
    typed, region, kept, dialled
):
    assert read_phone(typed, region) == kept
    if kept is not None:
        assert dial_phone(kept) == dialled


def test_an_extension_is_marked_in_the_readers_language_and_read_again():
    for kept in ("+862155501234 x123", "x123"):
        for language in ("en", "zh-CN"):
            with using(language):
                assert read_phone(display_phone(kept, "CN"), "CN") == kept
    with using("zh-CN"):
        assert display_phone("+862155501234 x123", "CN") == "021 5550 1234 转123"
    assert display_phone("+862155501234 x123", "CN") == "021 5550 1234 x123"
    assert display_phone("ask for x123", "CN") == "ask for x123"


@given(
    st.text("0123456789 ()-.+", min_size=7, max_size=16),
    st.sampled_from(["US", "CA", "GB", "CN", "DE"]),
)
@example("+1 212 555 0123", "CN")
@example("(212) 555-0123", "US")
@example("1 212 555 0123", "US")
@example("2125550123", "GB")
def test_the_short_way_of_reading_a_number_answers_as_the_library(text: str, region: str) -> None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        assert to_e164(text, region) is None
        return
    if number.country_code == 86:
        return  # Of China's mobile numbers more is known here.
    possible = phonenumbers.is_possible_number_with_reason(number)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    is_whole = possible == phonenumbers.ValidationResult.IS_POSSIBLE
    assert to_e164(text, region) == (written if is_whole else None)
