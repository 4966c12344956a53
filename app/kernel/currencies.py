"""Currencies of ISO 4217: their digits, their names, and amounts rounded to them.

Babel's digits are those of CLDR, which tell how prices are usually written (none for the Iraqi
dinar); papers about money keep to the standard, so the standard's digits stand here.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache

from babel import Locale

from app.kernel.language import LOCALES

_ALL = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VES VND VUV WST
XAF XCD XOF XPF YER ZAR ZMW
"""
CODES = frozenset(_ALL.split())
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
USUAL_DIGITS = 2
DIGITS = {
    code: digits
    for codes, digits in ((_WITHOUT, 0), (_THREE, 3), (_FOUR, 4))
    for code in codes.split()
}
# Signs and words that stand for a currency; of several, that of the firm itself or the first one.
SIGNS = {
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "HKD", "TWD", "JPY"),
    "円": ("JPY",),
    "€": ("EUR",),
    "£": ("GBP",),
    "₩": ("KRW",),
    "₹": ("INR",),
    "₽": ("RUB",),
    "us$": ("USD",),
    "hk$": ("HKD",),
    "a$": ("AUD",),
    "c$": ("CAD",),
    "s$": ("SGD",),
    "nt$": ("TWD",),
    "cn¥": ("CNY",),
    "jp¥": ("JPY",),
    "rmb": ("CNY",),
    "人民币元": ("CNY",),
    "美金": ("USD",),
    "港币": ("HKD",),
    "日币": ("JPY",),
    "台币": ("TWD",),
}
# What firms trade in most, so that it stands first where a currency is chosen.
FIRST = ("CNY", "USD", "EUR", "GBP", "JPY", "HKD")


def digits_of(currency: str) -> int:
    """How many digits an amount has behind its point: 2, of the yen 0, of the dinar 3."""
    return DIGITS.get(currency, USUAL_DIGITS)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded half to even to the digits of its currency.

    >>> rounded(Decimal("2.345"), "EUR"), rounded(Decimal("2.5"), "JPY")
    (Decimal('2.34'), Decimal('2'))
    """
    return amount.quantize(Decimal(1).scaleb(-digits_of(currency)), rounding=ROUND_HALF_EVEN)


def read_code(text: str) -> str | None:
    """The code that a text spells in capital or small letters, or None for no currency."""
    code = text.strip().upper()
    return code if code in CODES else None


def spelled(text: str, own: str) -> str | None:
    """The currency that a code, a sign or a name means, in any language; None for none.

    A sign of several currencies is that of `own`, the firm's, where it is one of them.

    >>> spelled("usd", "CNY"), spelled("¥", "JPY"), spelled("¥", "GBP"), spelled("美元", "CNY")
    ('USD', 'JPY', 'CNY', 'USD')
    """
    word = text.strip()
    meant = SIGNS.get(word.casefold(), ())
    if meant:
        return own if own in meant else meant[0]
    return read_code(word) or _by_name().get(word.casefold())


@cache
def _by_name() -> dict[str, str]:
    """All currencies by what they are called in the languages that we have."""
    return {name.casefold(): code for one in LOCALES for code, name in names(one).items()}


@lru_cache(maxsize=8)
def names(language: str) -> dict[str, str]:
    """What currencies are called in a language, by code; the most usual ones first."""
    called = Locale.parse(LOCALES[language]).currencies
    order = (*FIRST, *sorted(CODES - set(FIRST)))
    return {code: str(called.get(code, code)) for code in order}
