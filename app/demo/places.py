"""Invented addresses in real streets, and telephone numbers that ring nowhere.

North America has 555-0100 to 0199, Britain, Germany, France, Sweden and Australia have ranges set
aside for films. China has none: mobiles here have 000 after their prefix, landlines begin with
5550.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from app.demo.corpora import Row, rows, split
from app.demo.draws import scatter

_MOBILE_PREFIXES = tuple(
    prefix
    for first, last in ((130, 139), (150, 153), (155, 159), (175, 178), (180, 183), (185, 189))
    for prefix in range(first, last + 1)
)
_MOBILES = len(_MOBILE_PREFIXES) * 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a firm is, its landline ("" where none may be invented) and how names run there."""

    country: str
    province: str
    city: str
    district: str
    address: str
    phone: str
    division: str
    tongue: str


def china(rng: Random, *, city: str = "", firm: str = "") -> Place:
    """Draw an address in China; a firm that carries a district in its name stands there."""
    row = _by_city("places_china")[city] if city else rng.choice(_drawn("places_china", 4))
    name, province, area, division, _, districts, roads = row
    named = [district for district in split(districts) if district[:-1] in firm]
    number = rng.randint(8, 1988)
    building = rng.choice(("", "", f"{rng.randint(1, 18)}幢", f"{rng.randint(2, 26)}楼"))
    return Place(
        country="CN",
        province=province,
        city=f"{name}市",
        district=(named or [rng.choice(split(districts))])[0],
        address=f"{rng.choice(split(roads))}{number}号{building}",
        phone=f"+86{area}5550{rng.randrange(10_000):04}",
        division=division,
        tongue="chinese",
    )


def america(rng: Random, *, city: str = "") -> Place:
    """Draw an address in the United States, most of them in New York and New England."""
    row = _by_city("places_us")[city] if city else rng.choice(_drawn("places_us", 3))
    name, state, area, _, streets = row
    suite = rng.choice(
        ("", f", Suite {rng.randrange(1, 29) * 100}", f", Floor {rng.randint(2, 30)}")
    )
    return Place(
        country="US",
        province=state,
        city=name,
        district="",
        address=f"{rng.randint(4, 980)} {rng.choice(split(streets))}{suite}",
        phone=f"+1{area}55501{rng.randrange(100):02}",
        division="",
        tongue="english",
    )


def abroad(rng: Random, city: str) -> Place:
    """Draw an address in a city of the world."""
    country, name, province, pattern, streets, tongue = _by_city("places_world", cell=1)[city]
    street, number = rng.choice(split(streets)), rng.randint(2, 240)
    before = country in {"GB", "US", "CA", "AU", "FR", "AE", "VN"}
    return Place(
        country=country,
        province=province,
        city=name,
        district="",
        address=f"{number} {street}" if before else f"{street} {number}",
        phone="".join(str(rng.randrange(10)) if sign == "#" else sign for sign in pattern),
        division="",
        tongue=tongue,
    )


def mobile(index: int, seed: int) -> str:
    """Return the Chinese mobile number of that index: none comes twice before 3.2 million."""
    prefix, rest = divmod(scatter(index, _MOBILES, start=seed * 31), 100_000)
    return f"+86{_MOBILE_PREFIXES[prefix]}000{rest:05}"


def own_number(rng: Random, place: Place) -> str:
    """Draw a number in the range of the firm's: its last two digits differ."""
    return f"{place.phone[:-2]}{rng.randrange(100):02}" if place.phone else ""


@cache
def _by_city(name: str, *, cell: int = 0) -> dict[str, Row]:
    """Return the rows of a file of places by their city."""
    return {row[cell]: row for row in rows(name)}


@cache
def _drawn(name: str, weight: int) -> tuple[Row, ...]:
    """Return the rows of a file of places, each as often as its weight says."""
    return tuple(row for row in rows(name) for _ in range(int(row[weight])))
