"""The first load of a browser, the start of the service, and the memory that it holds."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from app.cli.errors import CommandError
from app.web.assets import STATIC
from bench.asking import one_by_one
from bench.figures import Figure, Limit, of_samples
from bench.service import Person, Service, service, sign_in
from bench.surroundings import Server, Workspace

STARTS = 3
REQUESTS = 1_000
KB = 1024
LINKED = re.compile(r'(?:src|href|action|content)="((?:https?:)?//[^"]+)"')
LOADED = re.compile(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"|<use href="([^"#]+)')
FROM_STYLE = re.compile(r"url\(\"?'?([^)\"'#]+)")


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    owner = sign_in(web)
    return [*_first_load(owner), *_memory(web, owner), _cold_start(measured.server)]


def _first_load(owner: Person) -> Iterator[Figure]:
    """What a browser fetches for the list with an empty cache, as a proxy would send it."""
    answer = owner.get("/contacts")
    if answer.status != 200:
        raise CommandError(f"The list was answered with {answer.status}.")
    html = answer.body.decode()
    html_kb = len(gzip.compress(answer.body, 6)) / KB
    files = {path: _fetch(owner, path) for path in _loaded(html)}
    for path in [one for one in files if one.endswith(".css")]:
        for named in FROM_STYLE.findall(_plain(path)):
            if not named.startswith("data:"):
                found = urljoin(path, named)
                files[found] = _fetch(owner, found)
    fonts = {path for path in files if path.endswith(".woff2")}
    built = sum(size for path, size in files.items() if path not in fonts)
    note = ", ".join(f"{_kind(path)} {size:.1f}" for path, size in files.items())
    yield Figure(
        "JS + CSS + icons, compressed", "KB", built, limit=Limit(floor=100), note=f"{note} KB"
    )
    yield Figure(
        "the page itself, compressed", "KB", html_kb, note=f"{len(answer.body) / KB:.0f} KB plain"
    )
    yield Figure("fonts", "KB", sum(files[path] for path in fonts))
    yield Figure(
        "first load in all",
        "KB",
        built + html_kb + sum(files[path] for path in fonts),
        limit=Limit(floor=150, aim=120),
    )
    yield Figure("requests of the first load", "", 1 + len(files), limit=Limit(floor=10, aim=8))
    hosts = {urlsplit(link).netloc for link in LINKED.findall(html)}
    yield Figure("other hosts", "", len(hosts), limit=Limit(floor=0, aim=0))


def _loaded(html: str) -> list[str]:
    """The paths that a browser fetches because of a page, each once."""
    found = (script or used for script, used in LOADED.findall(html))
    return list(dict.fromkeys(path for path in found if path.startswith("/static/")))


def _fetch(owner: Person, path: str) -> float:
    """KB on the wire of a built file."""
    answer = owner.get(path)
    if answer.status != 200:
        raise CommandError(f"{path} was answered with {answer.status}.")
    return len(answer.body) / KB


def _plain(path: str) -> str:
    """A built file as the browser reads it."""
    return (STATIC.parent / path.removeprefix("/")).read_text("utf-8")


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    return re.sub(r"-[A-Za-z0-9]{8,10}(?=\.)", "", name)


def _memory(web: Service, owner: Person) -> Iterator[Figure]:
    """The web processes after a thousand pages of several kinds."""
    paths = (
        "/contacts",
        "/accounts",
        "/contacts?q=wang",
        "/activities",
        "/",
        "/contacts?sort=name",
    )
    asked = [owner.write("GET", path, language=one) for one in ("zh-CN", "en") for path in paths]
    for _round in range(10):
        one_by_one(web, asked, REQUESTS // 10)
    held = web.memory()
    note = f"{held.rss:.0f} MB counted as if the processes shared nothing"
    limit = Limit(floor=300, aim=160)
    yield Figure(f"web processes after {REQUESTS:,} pages", "MB", held.pss, limit=limit, note=note)


def _cold_start(on: Server) -> Figure:
    """Seconds from the start of gunicorn until /readyz says yes."""
    samples = []
    for _number in range(STARTS):
        with service(on) as started:
            samples.append(started.started_in)
    return of_samples("cold start", samples, unit="s", limit=Limit(floor=2, aim=1.2))
