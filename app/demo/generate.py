"""Accounts, contacts and activities without end, the same for the same seed.

`workspace` is "beifeng" or "harbor" for the demo, which begin with their listed firms, or "mixed"
for data grown in any workspace, where every second firm is Chinese. Everything streams: a million
contacts need no more memory than one.
"""

from collections.abc import Iterator
from itertools import chain, count
from random import Random
from zlib import crc32

from app.demo.ages import account_age, contact_age
from app.demo.business_ids import business_id
from app.demo.draws import draw
from app.demo.firms import Firm, firm
from app.demo.persons import Person, mail_names, person
from app.demo.places import mobile, own_number
from app.demo.seeds import AccountSeed, ContactSeed, Workspace

_SIZES = ("under_10",) * 3 + ("10_49",) * 6 + ("50_199",) * 5 + ("200_499",) * 2 + ("500_plus",)
_SOURCES = ("referral",) * 5 + ("website",) * 5 + ("cold_call",) * 2 + ("other",)
_OWN_SOURCES = {
    "beifeng": _SOURCES + ("trade_fair",) * 6 + ("b2b_platform",) * 4 + ("wechat",) * 3,
    "harbor": _SOURCES + ("travel_agency",) * 4 + ("venue_platform",) * 4 + ("repeat_guest",) * 5,
    "mixed": _SOURCES,
}
_LIFECYCLES = ("customer",) * 11 + ("prospect",) * 8 + ("former",) * 2
# The places of those who sell among a workspace's people: sales rep, manager, owner, service agent.
_OWNERS = (2,) * 9 + (1,) * 5 + (0,) * 3 + (3,) * 3


def accounts(seed: int, n: int, workspace: Workspace) -> Iterator[AccountSeed]:
    """Yield the first `n` accounts."""
    for index in range(n):
        yield _account(seed, workspace, index)


def contacts(seed: int, n: int, workspace: Workspace, *, accounts: int) -> Iterator[ContactSeed]:
    """Yield `n` contacts of the first `accounts` accounts, account by account."""
    for account in range(accounts):
        members = contacts_of(account, contacts=n, accounts=accounts)
        if not members:
            continue
        employer = firm(seed, workspace, account)
        taken: set[str] = set()
        for index in members:
            yield _contact(seed, employer, account, index, taken)


def contacts_of(account: int, *, contacts: int, accounts: int) -> range:
    """Return the indices of an account's contacts: the first have most, the last fewest."""

    def start(place: int) -> int:
        return contacts * place * (3 * accounts - place) // (2 * accounts * accounts)

    return range(start(account), start(account + 1))


def contact_person(seed: int, employer: Firm, index: int) -> Person:
    """Return the person of a contact, known from the firm and the contact's index alone."""
    return _person(draw(seed, "contact", index), employer)


def owner_of(seed: int, account: int) -> int:
    """Return the owner of an account, as a place among the workspace's people."""
    return _OWNERS[crc32(f"{seed} {account}".encode()) % len(_OWNERS)]


def _person(rng: Random, employer: Firm) -> Person:
    """Draw a person who works at a firm."""
    trade = "harbor" if employer.texts == "harbor" else "trade"
    return person(rng, employer.place.tongue, trade)


def _account(seed: int, workspace: Workspace, index: int) -> AccountSeed:
    """Work out one account."""
    rng = draw(seed, "account", index)
    it = firm(seed, workspace, index)
    place = it.place
    return AccountSeed(
        name=it.name,
        kind="organisation",
        customer_kind=it.customer_kind,
        lifecycle="prospect" if it.customer_kind == "competitor" else rng.choice(_LIFECYCLES),
        phone=place.phone,
        email=f"{rng.choice(('info', 'sales', 'office'))}@{it.domain}",
        website=f"https://www.{it.domain}",
        industry=it.industry,
        size=rng.choice(_SIZES),
        source=rng.choice(_OWN_SOURCES[workspace]),
        business_id=business_id(rng, place.division) if it.is_chinese else "",
        country=place.country,
        province=place.province,
        city=place.city,
        district=place.district,
        address=place.address,
        owner=owner_of(seed, index),
        age=account_age(seed, index),
    )


def _contact(seed: int, employer: Firm, account: int, index: int, taken: set[str]) -> ContactSeed:
    """Work out one contact; `taken` holds what stands before the @ at this firm already."""
    rng = draw(seed, "contact", index)
    someone = _person(rng, employer)
    usual = mail_names(someone)
    style = account % len(usual)
    numbered = (f"{usual[0]}{number}" for number in count(2))
    options = chain(usual[style:], usual[:style], numbered)
    mailbox = next(option for option in options if option and option not in taken)
    taken.add(mailbox)
    return ContactSeed(
        first_name=someone.first,
        last_name=someone.last,
        email=f"{mailbox}@{employer.domain}",
        phone=mobile(index, seed) if employer.is_chinese else own_number(rng, employer.place),
        title=someone.title,
        account=account,
        owner=owner_of(seed, account),
        age=contact_age(seed, account, index),
    )
