"""Home with eight widgets as a browser loads it: the page, then all widgets side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from statistics import median
from time import perf_counter

from sqlalchemy import delete, select

from app.cli.errors import CommandError
from app.home.models import Home
from app.home.placed import Placed, write
from app.identity.models import User
from app.kernel.ids import new_id
from bench.asking import one_by_one
from bench.figures import Figure, Limit, of_samples
from bench.http import Connection
from bench.pace import look, slowness
from bench.service import Person, Service, sign_in
from bench.surroundings import OWNER, Workspace

EIGHT = Limit(floor=300, aim=200)
CONNECTIONS = 6  # As many as a browser opens to one host.
WARM, TIMES = 6, 20
WIDGETS = (
    Placed("w1", "widget", "team-day", is_wide=True),
    Placed("w2", "report", "accounts-by-lifecycle"),
    Placed("w3", "report", "accounts-by-industry"),
    Placed("w4", "report", "activities-by-week"),
    Placed("w5", "report", "new-contacts"),
    Placed("w6", "report", "follow-ups-by-person"),
    Placed("w7", "list", "contact", query="sort=-last_activity_at"),
    Placed("w8", "list", "account", query="next_step_at__isnull=true"),
)
ASKED = re.compile(r'data-hx-get="(/home/widgets/[^"]+)"[^>]*data-widget')


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    _arrange(measured)
    owner = sign_in(web)
    before = look()
    samples = [_load(web, owner) for _turn in range(WARM + TIMES)][WARM:]
    pace = slowness(before, look())
    note = f"the page alone {median(one[0] for one in samples):.0f} ms"
    whole = of_samples(
        f"Home with {len(WIDGETS)} widgets, {CONNECTIONS} at once",
        [one[1] for one in samples],
        limit=EIGHT,
        note=note,
        slowness=pace,
    )
    return [whole, *_each(web, owner)]


def _arrange(measured: Workspace) -> None:
    """Give the owner a Home with these widgets."""
    with measured.acting() as by:
        user_id = by.session.scalars(select(User.id).where(User.email == OWNER)).one()
        by.session.execute(delete(Home).where(Home.user_id == user_id))
        row = Home(id=new_id(), user_id=user_id, widgets=write(WIDGETS), updated_at=by.now)
        by.session.add(row)


def _load(web: Service, owner: Person) -> tuple[float, float]:
    """Milliseconds until the page is there, and until the last of its widgets is."""
    began = perf_counter()
    page = owner.get("/")
    framed = (perf_counter() - began) * 1000
    paths = ASKED.findall(page.body.decode())
    if len(paths) != len(WIDGETS):
        raise CommandError(f"Home asked for {len(paths)} widgets and not {len(WIDGETS)}.")
    _side_by_side(web, [_request(owner, path) for path in paths])
    return framed, (perf_counter() - began) * 1000


def _side_by_side(web: Service, requests: Sequence[bytes]) -> None:
    """Ask all of them over the connections of a browser: whichever is free takes the next."""
    waiting: SimpleQueue[bytes | None] = SimpleQueue()
    for one in (*requests, *[None] * CONNECTIONS):
        waiting.put(one)

    def lane() -> None:
        connection = Connection(web.port)
        while (request := waiting.get()) is not None:
            answer = connection.ask(request)
            if answer.status != 200:
                raise CommandError(f"A widget was answered with {answer.status}.")
        connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as lanes:
        for done in [lanes.submit(lane) for _one in range(CONNECTIONS)]:
            done.result()


def _each(web: Service, owner: Person) -> list[Figure]:
    """Each widget by itself, to see which one takes the time."""
    found = []
    for one in WIDGETS:
        samples = one_by_one(web, [_request(owner, f"/home/widgets/{one.id}")], TIMES)
        found.append(of_samples(f"its widget {one.kind} {one.of}", samples))
    return found


def _request(owner: Person, path: str) -> bytes:
    return owner.write("GET", path, headers={"HX-Request": "true"})
