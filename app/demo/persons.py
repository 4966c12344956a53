"""Invented people: names as a country has them, titles, and how they are addressed in a note."""

import re
from dataclasses import dataclass
from random import Random

from app.demo.corpora import pairs, weighted, words
from app.kernel.folding import fold, has_han
from app.kernel.pinyin import readings

CHINESE = "chinese"

_not_mail = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a title; `tongue` is the family of names it was drawn from."""

    first: str
    last: str
    title: str
    tongue: str

    @property
    def addressed(self) -> str:
        """Return what colleagues call this person in a note: 陈经理 for a Chinese, Olivia else."""
        if self.tongue != CHINESE:
            return self.first
        return self.last + dict(pairs("names_chinese", "honorific")).get(self.title, "经理")


def person(rng: Random, tongue: str, trade: str) -> Person:
    """Draw a person of that family of names; `trade` is "trade" or "harbor", for the titles."""
    if tongue == CHINESE:
        title = rng.choice(weighted("names_chinese", "titles"))
        last = rng.choice(weighted("names_chinese", "surnames"))
        return Person(_chinese_given(rng), last, title, tongue)
    title = rng.choice(weighted("names_latin", f"{trade} titles"))
    first = rng.choice(words("names_latin", f"{tongue} first"))
    return Person(first, rng.choice(words("names_latin", f"{tongue} last")), title, tongue)


def mail_names(someone: Person) -> tuple[str, ...]:
    """Return what may stand before the @ for this person, the most usual first."""
    if has_han(someone.last):
        first, last = _spelled(someone.first), _spelled(someone.last, surname=True)
        short = "".join(syllable[:1] for syllable in first)
        given, family = "".join(first), "".join(last)
        return (f"{given}.{family}", f"{family}.{short}", f"{family}{given}")
    given, family = (_not_mail.sub("", fold(part)) for part in (someone.first, someone.last))
    return (f"{given}.{family}", f"{given[:1]}{family}", given)


def _chinese_given(rng: Random) -> str:
    """Draw a given name: mostly one that people have, sometimes two characters put together."""
    chance = rng.random()
    if chance < 0.36:
        return rng.choice(words("names_chinese", "men"))
    if chance < 0.72:
        return rng.choice(words("names_chinese", "women"))
    return rng.choice(words("names_chinese", "first characters")) + rng.choice(
        words("names_chinese", "second characters")
    )


def _spelled(text: str, *, surname: bool = False) -> list[str]:
    """Return the pinyin syllables of a Chinese text, without tones."""
    return [reading[:-1] for reading in readings(text, person=surname) if reading]
