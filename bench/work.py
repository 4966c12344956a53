"""What people do all day beside lists and records: groups, panels, notices, plans, bulk changes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import perf_counter
from uuid import UUID

from sqlalchemy import select, text

from app.crm.models import Activity, Contact, Plan, PlanRun
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import tell
from app.kernel.actor import Actor
from app.records.bulk.begin import PIECE, begin_change, do_piece, find_change
from app.records.bulk.selection import Selection
from app.records.query import COUNT_CAP
from app.records.tailored import tailored
from app.records.views.models import SavedView
from app.records.views.operations import Wish, save_view
from bench.asking import measure, one_by_one
from bench.figures import Figure, Limit, of_samples
from bench.own_fields import grade_and_score
from bench.pace import look, slowness
from bench.service import Person, Service, sign_in
from bench.surroundings import OWNER, REP, REPS, Workspace, settle

LIST = Limit(floor=25, p95=100)
PANEL = Limit(floor=40)
OPENED = 24
NOTICES = 100
CHANGED = 10_000  # Rows of one bulk change.
FILLED = 20_000  # Contacts that hold something in the workspace's own fields.
VIEWS = (
    ("王", "q=王"),
    ("Mine", "owner_id=me"),
    ("Without activity", "last_activity_at__isnull=true"),
    ("Grade a", "x_grade=a"),
    ("High score", "x_score__gte=99000"),
    ("Buyers", "title__contains=采购"),
)
GROUPS = (
    ("contacts?group=owner_id", "100,000 contacts by owner"),
    ("contacts?group=account_id", "100,000 contacts by account"),
    ("accounts?group=industry", "40,000 accounts by industry"),
)


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    owner = sign_in(web)
    _prepare(measured)
    return [
        *_own_field(web, owner),
        *_groups(web, owner),
        *_panels(measured, web, owner),
        *_plans(measured, web, owner),
        *_views(measured, web, owner),
        _bulk(measured),
    ]


def _prepare(measured: Workspace) -> None:
    """Own fields with values, views and notices, where an earlier run left none."""
    with measured.acting() as by:
        is_new = grade_and_score(by)
        if is_new:
            by.session.execute(
                text(
                    "UPDATE contacts SET custom = jsonb_build_object("
                    " 'x_grade', substr('abcde', 1 + n % 5, 1), 'x_score', n * 37 % 100000)"
                    " FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS n FROM contacts"
                    "       ORDER BY id LIMIT :filled) AS numbered WHERE numbered.id = contacts.id"
                ),
                {"filled": FILLED},
            )
    if is_new:
        settle(measured.server)
    with measured.acting() as by:
        user = by.session.scalars(select(User).where(User.email == OWNER)).one()
        person = actor_for(by.session, by.tenant, user, by.now, "web")
        if by.session.scalar(select(SavedView.id).limit(1)) is None:
            for name, query in VIEWS:
                save_view(person, tailored("contact", person), Wish(name, "everyone", query))
        if is_new:
            for number in range(NOTICES):
                tell(by, user.id, f"Notice {number}", url="/contacts")


def _own_field(web: Service, owner: Person) -> Iterator[Figure]:
    for query, told in (("x_grade=c", "choice"), ("x_score__gte=99000", "number")):
        asked = [owner.write("GET", f"/contacts?{query}")]
        yield measure(f"list filtered by an own {told}", web, asked, limit=LIST, at_once=False)
    for sort in ("x_grade", "-x_score"):
        asked = [owner.write("GET", f"/contacts?sort={sort}")]
        yield measure(f"list in the order of {sort}", web, asked, limit=LIST, at_once=False)


def _groups(web: Service, owner: Person) -> Iterator[Figure]:
    for path, told in GROUPS:
        asked = [owner.write("GET", f"/{path}")]
        yield measure(f"groups: {told}", web, asked, at_once=False, counted=20)


def _panels(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """A record beside its list, and the bell's panel."""
    headers = {"HX-Request": "true", "HX-Target": "div#peek-body"}
    asked = [owner.write("GET", f"/contacts/{one}", headers=headers) for one in _contacts(measured)]
    yield measure("a contact beside its list", web, asked, limit=PANEL, at_once=False)
    asked = [owner.write("GET", "/notices", headers={"HX-Request": "true"})]
    yield measure(f"notices, the newest of {NOTICES}", web, asked, limit=PANEL, at_once=False)


def _contacts(measured: Workspace) -> list[UUID]:
    """Contacts with a diary."""
    with measured.acting() as by:
        met = select(Activity.contact_id).where(Activity.contact_id.is_not(None)).distinct()
        return [one for one in by.session.scalars(met.limit(OPENED)) if one is not None]


def _plans(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """What each plan would make of a contact, and starting one."""
    with measured.acting() as by:
        started = select(PlanRun.record_id)
        ids = list(
            by.session.scalars(select(Contact.id).where(Contact.id.not_in(started)).limit(80))
        )
        of_contacts = Plan.record_types.contains(["contact"])
        plan = by.session.scalar(select(Plan.id).where(of_contacts).limit(1))
    asked = [owner.write("GET", f"/contacts/{one}/plan") for one in ids[:OPENED]]
    yield measure("what plans would make of a contact", web, asked, limit=PANEL, at_once=False)
    if plan is not None:
        owner.get(f"/contacts/{ids[0]}")
        left = [
            owner.write("POST", f"/contacts/{one}/plan", body={"plan": str(plan)}) for one in ids
        ]
        before = look()
        samples = one_by_one(web, left, len(left), status=303)
        yield of_samples("start a plan", samples[8:], slowness=slowness(before, look()))


def _views(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """A list as a saved view, and the numbers of all views for who has not asked before."""
    with measured.acting() as by:
        views = list(by.session.scalars(select(SavedView.id).order_by(SavedView.id)))
    asked = [owner.write("GET", f"/contacts?view={one}") for one in views]
    yield measure("list of a saved view, with its number", web, asked, limit=LIST, at_once=False)
    mails = [REP, *(f"rep{number}@bench.example" for number in range(2, REPS))]
    people = [sign_in(web, mail) for mail in mails]
    before = look()
    samples = [
        sample
        for one in people
        for sample in one_by_one(web, [one.write("GET", "/contacts/views/counts")], 1)
    ]
    name = f"numbers of {len(views)} saved views, up to {COUNT_CAP:,} each, counted anew"
    yield of_samples(name, samples, slowness=slowness(before, look()))


def _bulk(measured: Workspace) -> Figure:
    """Milliseconds of each row of a bulk change, as its job does it piece by piece."""
    with measured.acting() as by:
        ids = tuple(by.session.scalars(select(Contact.id).order_by(Contact.id).limit(CHANGED)))
        title = {"title": f"Buyer {by.now:%H%M%S}"}
        change = begin_change(tailored("contact", by), "update", Selection(ids), title, by)
        change_id = change.id
    before, began = look(), perf_counter()
    samples = []
    for _number in count():
        at = perf_counter()
        with measured.acting() as by:
            has_more = _piece(change_id, by)
        samples.append((perf_counter() - at) * 1000 / PIECE)
        if not has_more:
            break
    rate = CHANGED / (perf_counter() - began)
    name = f"one row of a bulk change of {CHANGED:,}"
    pace = slowness(before, look())
    return of_samples(name, samples[:-1], rate=rate, slowness=pace, rate_slowness=pace)


def _piece(change_id: UUID, by: Actor) -> bool:
    return do_piece(find_change(change_id, by, lock=True), tailored("contact", by), by, PIECE)
