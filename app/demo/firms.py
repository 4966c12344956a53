"""Invented firms: the listed ones of each demo workspace, then composed ones without end.

A firm is worked out from its index alone, so that contacts and activities look it up again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from app.demo.corpora import Row, pairs, rows, words
from app.demo.draws import draw, scatter
from app.demo.places import Place, abroad, america, china
from app.demo.seeds import Workspace
from app.kernel.folding import fold
from app.kernel.pinyin import readings

_not_domain = re.compile(r"[^a-z0-9]+")
_LEGAL = ("有限公司", "股份有限公司", "集团有限公司")
_KINDS = ("end_customer",) * 11 + ("distributor",) * 6 + ("partner",) * 2 + ("competitor",)


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm's name, trade and place; `texts` names the activities that are written about it."""

    name: str
    domain: str
    industry: str
    customer_kind: str
    place: Place
    texts: str

    @property
    def is_chinese(self) -> bool:
        """Tell whether the firm is in China, and its people Chinese."""
        return self.place.country == "CN"


@lru_cache(maxsize=4096)
def firm(seed: int, workspace: Workspace, index: int) -> Firm:
    """Return the firm of that index, always the same for a seed and a workspace."""
    rng = draw(seed, "firm", index)
    listed = _listed(workspace)
    if index < len(listed):
        row, texts = listed[index]
        name, city, industry, kind, domain = row
        if texts == "home":
            place = china(rng, city=city, firm=name)
        else:
            place = abroad(rng, city) if texts == "abroad" else america(rng, city=city)
        return Firm(name, domain, industry, kind, place, texts)
    number = index - len(listed)
    if workspace == "harbor" or (workspace == "mixed" and number % 2):
        return _american(
            rng, seed, workspace, index, number if workspace == "harbor" else number // 2
        )
    if workspace == "beifeng" and number % 3 == 2:
        return _foreign(rng, seed, index, number // 3)
    return _chinese(rng, seed, index, number)


@lru_cache(maxsize=8)
def _listed(workspace: Workspace) -> Sequence[tuple[Row, str]]:
    """Return the listed firms of a workspace and their texts; every third of 北风 is abroad."""
    if workspace == "mixed":
        return ()
    if workspace == "harbor":
        return [(row, "harbor") for row in rows("firms_harbor")]
    home = [(row, "home") for row in rows("firms_beifeng_home")]
    foreign = [(row, "abroad") for row in rows("firms_beifeng_abroad")]
    mixed = [three for i, row in enumerate(foreign) for three in (*home[2 * i : 2 * i + 2], row)]
    return mixed + home[2 * len(foreign) :]


def _chinese(rng: Random, seed: int, index: int, number: int) -> Firm:
    """Compose a firm in China: place, two characters of good omen, trade, form."""
    place = china(rng)
    first, second = words("words_firms", "chinese first"), words("words_firms", "chinese second")
    brand = scatter(number, len(first) * len(second), start=seed)
    stem = first[brand % len(first)] + second[brand // len(first)]
    trade, industry = rng.choice(pairs("words_firms", "chinese trades"))
    form = rng.choice(_LEGAL[:1] * 8 + _LEGAL)
    spelled = "".join(reading[:-1] for reading in readings(stem))
    name = f"{place.city[:-1]}{stem}{trade}{form}"
    industry = _shared(industry)
    return Firm(name, f"{spelled}{index}.example", industry, rng.choice(_KINDS), place, "home")


def _american(rng: Random, seed: int, workspace: Workspace, index: int, number: int) -> Firm:
    """Compose a firm in the United States: of hotel guests for harbor, of any trade elsewhere."""
    key = "hotel trades" if workspace == "harbor" else "latin trades"
    name, industry = _latin_name(seed, number, key)
    if workspace == "mixed":
        industry = _shared(industry)
    texts = "harbor" if workspace == "harbor" else "trade"
    return Firm(name, _domain(name, index), industry, rng.choice(_KINDS), america(rng), texts)


def _foreign(rng: Random, seed: int, index: int, number: int) -> Firm:
    """Compose an importer somewhere in the world."""
    name, industry = _latin_name(seed, number, "latin trades")
    place = abroad(rng, rng.choice(rows("places_world"))[1])
    return Firm(name, _domain(name, index), industry, rng.choice(_KINDS), place, "abroad")


def _latin_name(seed: int, number: int, trades: str) -> tuple[str, str]:
    """Return a name and its industry; a family's name joins when the plain ones are used up."""
    stems, forms = words("words_firms", "latin stems"), words("words_firms", "latin forms")
    listed = pairs("words_firms", trades)
    total = len(stems) * len(listed) * len(forms)
    rest, stem = divmod(scatter(number, total, start=seed), len(stems))
    form, trade = divmod(rest, len(listed))
    families = words("names_latin", "english last")
    round_ = number // total
    family = f"{families[(round_ - 1) % len(families)]} " if round_ else ""
    word, industry = listed[trade]
    return f"{family}{stems[stem]} {word} {forms[form]}", industry


def _domain(name: str, index: int) -> str:
    """Return a domain nobody owns: the name's first words and the index, which keeps it single."""
    return f"{_not_domain.sub('', fold(' '.join(name.split()[:2])))}{index}.example"


def _shared(industry: str) -> str:
    """Return the industry if both starters of the demo list it, else "other"."""
    return industry if industry in SHARED_INDUSTRIES else "other"


SHARED_INDUSTRIES = frozenset({"electronics", "food", "medical", "retail", "logistics", "other"})
