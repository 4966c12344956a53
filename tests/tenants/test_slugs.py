from __future__ import annotations

import pytest

from tenants.errors import SlugProblem, SlugRefused
from tenants.slugs import RESERVED, check_shape, skeleton, tidy


@pytest.mark.parametrize(
    "slug", ["beifeng", "harbor", "360", "a1b", "north-wind", "select", "pg-x", "a" * 40]
)
def test_plain_slugs_are_welcome(slug: str) -> None:
    check_shape(slug)


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "ab",
        "a" * 41,
        "C2",
        "a_b",
        "a b",
        "a.b",
        "-abc",
        "abc-",
        "a--b",
        "xn--fiq228c",
        "pg_x",
        "acmе",
        "北风",
        "abc\n",
        "a\x00bc",
        "abc;drop",
        'a"bc',
    ],
)
def test_other_spellings_are_malformed(slug: str) -> None:
    with pytest.raises(SlugRefused) as refused:
        check_shape(slug)
    assert refused.value.problem is SlugProblem.MALFORMED
    assert "can't be used" in str(refused.value)


@pytest.mark.parametrize("slug", ["www", "api", "admin", "operator", "public", "adm1n", "vvvvvv"])
def test_the_services_own_names_and_their_look_alikes_are_reserved(slug: str) -> None:
    with pytest.raises(SlugRefused) as refused:
        check_shape(slug)
    assert refused.value.problem is SlugProblem.RESERVED


@pytest.mark.parametrize(
    "slug",
    [
        "zuke-support",
        "my-zuke",
        "login-zuke-crm",
        "zukelogin",
        "supportzuke",
        "zuke-l0gin",
    ],
)
def test_nobody_passes_for_us(slug: str) -> None:
    with pytest.raises(SlugRefused) as refused:
        check_shape(slug)
    assert refused.value.problem is SlugProblem.RESERVED


@pytest.mark.parametrize(
    "slug",
    [
        "paypal",
        "paypa1",
        "pay-pal",
        "g00gle",
        "mlcrosoft",
        "rnicrosoft",
        "wechat-pay",
        "a1ipay",
        "alipay-hk",
        "secure-paypal",
        "paypal-login",
        "paypa1login",
        "loginpaypal",
        "icbc-bank",
        "my-icbc-office",
        "stripe-billing",
        "apple-id",
        "chasebank",
        "zhifubao",
    ],
)
def test_nobody_passes_for_a_name_that_people_trust_and_is_told_so(slug: str) -> None:
    with pytest.raises(SlugRefused) as refused:
        check_shape(slug)
    assert refused.value.problem is SlugProblem.BRAND
    assert "kept for the brand" in str(refused.value)


@pytest.mark.parametrize(
    "slug",
    [
        "mizukei",
        "kazuken",
        "apple-orchards",
        "visage",
        "visa-travel",
        "metalworks",
        "metal-bank",
        "pinstripe",
        "purchase-support",
    ],
)
def test_firms_whose_names_hold_such_letters_are_welcome(slug: str) -> None:
    check_shape(slug)


@pytest.mark.parametrize("slug", ["beifeng", "harbor", "acme", "globex"])
def test_the_demos_own_slugs_are_free(slug: str) -> None:
    assert slug not in RESERVED
    check_shape(slug)


@pytest.mark.parametrize(
    ("one", "other"),
    [("harbor", "harb0r"), ("north-wind", "northwind"), ("modern", "modem"), ("willow", "vvillow")],
)
def test_look_alikes_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_different_slugs_keep_different_skeletons() -> None:
    assert len({skeleton(slug) for slug in ("shop1", "shop2", "shop5", "shop8", "shop0")}) == 5


def test_typing_is_forgiven_space_and_case() -> None:
    assert tidy("  BeiFeng ") == "beifeng"
