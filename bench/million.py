"""Lists, search, records and changes among 1,000,000 contacts of 100,000 accounts.

Each is asked as the owner, who reads all, and as representatives who read a team's records or only
their own 300, 5,000 and 250,000 contacts. It takes long, so it runs only when it is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from urllib.parse import quote_plus
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Account, Contact
from app.events import Event
from app.identity.models import User
from app.kernel.actor import Actor
from app.records.query import Query, sort_key, walk, walk_of, write_cursor
from app.records.query.cursor import Met
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values import as_json
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.filling import OWN
from bench.service import Person, Service, sign_in
from bench.surroundings import REP, Workspace

QUICK = Limit(floor=25, p95=100)  # Of lists and of search.
RECORD = Limit(floor=40)
CHANGE = Limit(floor=25)
OPENED = 20
ASKED = 40  # Requests of each figure.
# Orders of contacts and of accounts by key and by walking, one of each kind.
ORDERS = (
    ("contacts", "name", "name"),
    ("contacts", "-last_activity_at", "last activity"),
    ("contacts", "-created_at", "creation"),
    ("contacts", "owner_id", "owner"),
    ("contacts", "account_id", "account"),
    ("contacts", "x_grade", "an own choice"),
    ("contacts", "-x_score", "an own number"),
    ("accounts", "industry", "industry"),
    ("accounts", "-last_activity_at", "last activity"),
)
NARROWED = (
    ("contacts?x_grade=c", "an own choice"),
    ("contacts?x_score__gte=99900", "an own number, 0.1 % of the rows"),
    ("contacts?created_at__gte=2020-01-01&sort=name", "a date that holds for all"),
    ("contacts?last_activity_at__isnull=true&sort=name", "no activity"),
    ("contacts?x_grade=c&x_score__gte=50000&sort=name", "two own fields"),
    ("accounts?industry__in=machinery,electronics&country=CN", "industry and country"),
)
GROUPS = (
    ("contacts?group=owner_id", "contacts by owner"),
    ("contacts?group=x_grade", "contacts by an own choice"),
    ("contacts?group=account_id", "contacts by their 100,000 accounts"),
    ("contacts?group=created_at:month", "contacts by month"),
    ("accounts?group=industry", "accounts by industry"),
    ("activities?group=kind", "activities by kind"),
)
WORDS = (
    ("part of a Latin name", ("ander", "mitche", "ohns")),
    ("two Latin names", ("john smith", "anna lee")),
    ("part of a phone number", ("4821", "38017", "91750")),
    ("part of an e-mail", ("zhang.wei", "@ruichuan", "sales@")),
    ("a firm", ("瑞川", "union provisions", "freight")),
    ("one Chinese character", ("王", "丽", "欧")),
    ("two Chinese characters", ("小明", "王伟", "丽华")),
    ("three Chinese characters", ("王小明", "李建国", "张志强")),
    ("four Chinese characters and more", ("装饰材料", "贸易有限公司")),
    ("pinyin", ("wang", "zhangwei", "xiaoming")),
    ("pinyin's first letters", ("wxm", "zw", "ljg")),
    ("what nobody bears", ("qqzzxxv", "鑿齾", "龘")),
)


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    owner = sign_in(web)
    people = {
        "their team's": sign_in(web, REP),
        **{f"{name.partition('@')[0]} of their own": sign_in(web, name) for name in OWN},
    }
    return [
        *_orders(measured, web, owner),
        *_search(web, owner, "all"),
        *_records(measured, web, owner, people),
        *_changes(measured, web, owner),
        *_narrowed(web, owner),
        *_as_others(measured, web, people),
        *(one for told, who in people.items() for one in _search(web, who, told)),
        *_numbers(web, owner),
    ]


def _figure(
    name: str,
    web: Service,
    asked: Sequence[bytes],
    limit: Limit = QUICK,
    *,
    status: int = 200,
    note: str = "",
) -> Figure:
    return measure(
        name, web, asked, limit=limit, status=status, note=note, at_once=False, counted=ASKED
    )


def _orders(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """Each order on its first page, on page 100 and far behind."""
    for collection, sort, told in ORDERS:
        url = f"/{collection}?sort={sort}"
        yield _figure(f"{collection} by {told}, page 1", web, [owner.write("GET", url)])
        for place, cursor in _places(measured, collection, sort):
            asked = [owner.write("GET", f"{url}&cursor={cursor}")]
            yield _figure(f"{collection} by {told}, {place}", web, asked)


def _places(measured: Workspace, collection: str, sort: str) -> list[tuple[str, str]]:
    """Cursors of page 100 and of one behind nine tenths of a list."""
    with measured.acting() as by:
        record_type = tailored("contact" if collection == "contacts" else "account", by)
        behind = (99 * 50 - 1, (_count(record_type, by) * 9 // 10))
        rows = [_met(record_type, sort, place, by) for place in behind]
        names = ("page 100", f"page {behind[1] // 50:,}")
        return [
            (name, write_cursor(sort, True, row)) for name, row in zip(names, rows, strict=True)
        ]


def _count(record_type: RecordType, by: Actor) -> int:
    return by.session.scalar(select(func.count()).select_from(record_type.model)) or 0


def _met(record_type: RecordType, sort: str, place: int, by: Actor) -> Met:
    """Where the row of this place stands in an order.

    Of an order that is walked, a row far behind is any that lies in the middle of the table.
    """
    model = record_type.model
    walked = walk_of(record_type, sort, Query(), by)
    if walked is None:
        key, downwards = sort_key(record_type, sort, by)
        order = [one.desc() if downwards else one for one in (key, model.id)]
        found = select(key.label("key"), model.id).order_by(*order).offset(place).limit(1)
        row = by.session.execute(found).one()
        return Met(as_json(row.key), row.id)
    if place < 10_000:
        return walk(walked, by, place + 1, None)[-1]
    some = by.session.execute(select(model.id).order_by(model.id).offset(place // 2).limit(1))
    record_id = some.scalar_one()
    return Met([as_json(one) for one in walked.stop_of(record_id)], record_id)


def _as_others(measured: Workspace, web: Service, people: dict[str, Person]) -> Iterator[Figure]:
    """The same lists as representatives, and from the middle of the whole list on."""
    for told, who in people.items():
        for collection, sort, by_what in ORDERS:
            url = f"/{collection}?sort={sort}"
            name = f"{collection} by {by_what}, {told}"
            yield _figure(f"{name}, page 1", web, [who.write("GET", url)])
            place, cursor = _places(measured, collection, sort)[1]
            asked = [who.write("GET", f"{url}&cursor={cursor}")]
            yield _figure(f"{name}, from {place} of all on", web, asked)


def _narrowed(web: Service, owner: Person) -> Iterator[Figure]:
    for url, told in NARROWED:
        asked = [owner.write("GET", f"/{url}")]
        yield _figure(f"list filtered by {told}, with its number", web, asked)


def _numbers(web: Service, owner: Person) -> Iterator[Figure]:
    """Exact counts and groups, which read every row and say so; they have no floor."""
    asked = [owner.write("GET", "/contacts/count?total=exact")]
    yield measure("exact number of contacts", web, asked, at_once=False, counted=5)
    for url, told in GROUPS:
        asked = [owner.write("GET", f"/{url}")]
        yield measure(f"groups: {told}", web, asked, at_once=False, counted=5)


def _search(web: Service, who: Person, told: str) -> Iterator[Figure]:
    """The palette, and the same words in the list of contacts."""
    for kind, words in WORDS:
        for place, path in (("palette", "/search?fmt=palette&q="), ("list", "/contacts?q=")):
            asked = [who.write("GET", path + quote_plus(word)) for word in words]
            yield _figure(f"search in the {place}, {told}: {kind}", web, asked)


def _records(
    measured: Workspace, web: Service, owner: Person, people: dict[str, Person]
) -> Iterator[Figure]:
    """Records with 500 changes and hundreds of activities: their page, and beside a list."""
    with measured.acting() as by:
        busiest = (
            select(Event.record_id)
            .where(Event.record_type == "contact")
            .group_by(Event.record_id)
            .order_by(func.count().desc(), Event.record_id)
            .limit(OPENED)
        )
        ids = list(by.session.scalars(busiest))
        accounts = list(by.session.scalars(select(Contact.account_id).where(Contact.id.in_(ids))))
    for kind, found in (("contacts", ids), ("accounts", accounts)):
        pages = [owner.write("GET", f"/{kind}/{one}") for one in found]
        yield _figure(f"page of one of the {kind} with 500 events", web, pages, RECORD)
        peeks = [owner.write("GET", f"/{kind}/{one}", headers=PEEK) for one in found]
        yield _figure(f"the same beside its list, {kind}", web, peeks, RECORD)
    for told, who in people.items():
        own = _own(measured, who)
        pages = [who.write("GET", f"/contacts/{one}") for one in own]
        yield _figure(f"page of a contact, {told}", web, pages, RECORD)


PEEK = {"HX-Request": "true", "HX-Target": "div#peek-body"}


def _own(measured: Workspace, who: Person) -> list[UUID]:
    """Some contacts of somebody."""
    with measured.acting() as by:
        user_id = by.session.scalar(select(User.id).where(User.email == who.email))
        own = select(Contact.id).where(Contact.owner_id == user_id).order_by(Contact.id)
        return list(by.session.scalars(own.limit(OPENED)))


def _changes(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """One more contact, and another title for one that stands, by the forms of the browser."""
    with measured.acting() as by:
        account = str(by.session.scalar(select(Account.id).limit(1)))
        ids = list(by.session.scalars(select(Contact.id).order_by(Contact.id).limit(OPENED)))
    owner.get("/contacts/new")
    numbers = count(1)

    def typed() -> dict[str, str]:
        number = next(numbers)
        return {
            "last_name": "王",
            "first_name": f"小明{number % 97}",
            "account_id": account,
            "title": f"采购经理 {number}",
            "phone": f"138{number:08}",
            "email": f"new{number}@bench.example",
        }

    made = [owner.write("POST", "/contacts/new", body=typed()) for _number in range(ASKED)]
    yield _figure("create a contact", web, made, CHANGE, status=303)
    edits = [
        owner.write("POST", f"/contacts/{one}/edit", body={"title": f"Title {number}"})
        for number in range(3)
        for one in ids
    ]
    yield _figure("change a contact", web, edits, CHANGE, status=303)
