"""Unified social credit codes (统一社会信用代码) of Chinese firms, GB 32100-2015.

Eighteen characters: registration department, category, six digits of the division (GB/T 2260), the
nine of the organisation code (GB 11714-1997, its last a check), and a check over the seventeen
before.
"""

from random import Random

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MODULUS = 31


def business_id(rng: Random, division: str) -> str:
    """Return a made-up code of a firm in that division (six digits), both checks right."""
    organisation = "MA" + "".join(rng.choices("0123456789ABCDEFGH", k=6))
    first = f"91{division}{organisation}{organisation_check(organisation)}"
    return first + credit_check(first)


def organisation_check(body: str) -> str:
    """Return the check character of the eight of an organisation code."""
    total = sum(
        weight * _ORGANISATION.index(character)
        for weight, character in zip(_ORGANISATION_WEIGHTS, body, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def credit_check(body: str) -> str:
    """Return the check character of the first seventeen of a credit code."""
    total = sum(
        pow(3, place, _MODULUS) * _ALPHABET.index(character) for place, character in enumerate(body)
    )
    return _ALPHABET[-total % _MODULUS]
