"""Search in a list: part of a name in Latin letters, Chinese of one and two characters, pinyin."""

from __future__ import annotations

from urllib.parse import quote_plus

from app.cli.errors import CommandError
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.service import Person, Service, sign_in
from bench.surroundings import Workspace

LATIN = Limit(floor=25, aim=15, rate_aim=100)
CHINESE = Limit(floor=25, aim=20, rate_aim=80)
ROW = '<tr id="row-'
# Each kind with words that many, some and few names hold.
KINDS = (
    ("part of a Latin name", LATIN, ("ander", "ohns", "mitche", "arg", "liam", "brow")),
    ("a Latin name and its first name", LATIN, ("john smith", "anna lee", "david mil")),
    ("one Chinese character", CHINESE, ("王", "明", "丽", "欧", "芳", "志")),
    ("two Chinese characters", CHINESE, ("小明", "建国", "王伟", "丽华", "李娜", "志强")),
    ("three Chinese characters", CHINESE, ("王小明", "李建国", "张志强")),
    ("pinyin", CHINESE, ("wang", "zhangwei", "xiaoming", "lina")),
    ("pinyin's first letters", CHINESE, ("wxm", "zw", "ljg")),
    ("the last digits of a phone number", LATIN, ("4821", "0917", "7777")),
    ("a word that nobody bears", LATIN, ("qqzzxxv", "鑿齾")),
)


def run(_measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench; what was found is told beside each."""
    owner = sign_in(web)
    return [_figure(name, limit, words, web, owner) for name, limit, words in KINDS]


def _figure(name: str, limit: Limit, words: tuple[str, ...], web: Service, owner: Person) -> Figure:
    found = []
    for word in words:
        answer = owner.get(_path(word))
        if answer.status != 200:
            raise CommandError(f"The search for {word!r} was answered with {answer.status}.")
        found.append(answer.body.decode().count(ROW))
    asked = [owner.write("GET", _path(word)) for word in words]
    told = ", ".join(f"{word} {rows}" for word, rows in zip(words, found, strict=True))
    note = f"rows shown: {told}"
    return measure(f"search: {name}", web, asked, limit=limit, note=note)


def _path(word: str) -> str:
    return f"/contacts?q={quote_plus(word)}"
