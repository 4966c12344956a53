"""Pages as people load them, signed in, in a workspace of the size asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, String, func, select, update
from sqlalchemy import cast as cast_to

from app.crm.models import Account, Activity, Contact
from app.identity.models import User
from app.identity.operations.tokens import create_token
from app.records.query import write_cursor
from bench.asking import measure, one_by_one, side_by_side
from bench.figures import Figure, Limit, of_samples, ratio_of
from bench.http import write_request
from bench.service import HOST, Person, Service, sign_in
from bench.surroundings import OWNER, REP, Workspace

LIST = Limit(floor=15, aim=10, rate_floor=150, rate_aim=200)
BOARD = Limit(floor=50, aim=35, rate_aim=50)
RECORD = Limit(floor=30, aim=20, rate_aim=80)
CREATE = Limit(floor=15, aim=10, rate_aim=130)
DEPTH = Limit(floor=1.25)
DEEP = 2_000
OPENED = 24  # Records that are opened in turn.


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    owner = sign_in(web)
    return [
        *_lists(web, owner),
        *_as_rep(web),
        *_lenses(web, owner),
        *_depth(measured, web, owner),
        *_records(measured, web, owner),
        *_creating(measured, web, owner),
        *_pool(measured, web),
    ]


def _lists(web: Service, owner: Person) -> Iterator[Figure]:
    for language, shown in (("zh-CN", "Chinese"), ("en", "English")):
        for sort, told in (("name", "by name"), ("-last_activity_at", "by last activity")):
            asked = owner.write("GET", f"/contacts?sort={sort}", language=language)
            yield measure(f"list of contacts, 50 rows, {told}, {shown}", web, [asked], limit=LIST)


def _as_rep(web: Service) -> Iterator[Figure]:
    """The same for a sales representative, whose rights narrow what is read."""
    asked = sign_in(web, REP).write("GET", "/contacts?sort=-last_activity_at")
    yield measure("list of contacts, as a sales representative", web, [asked], limit=LIST)


def _pool(measured: Workspace, web: Service) -> Iterator[Figure]:
    """A quarter of the accounts without an owner, as somebody who is shown a part of each."""
    pooled = func.hashtext(cast_to(Account.id, String)) % 4 == 0
    with measured.acting() as by:
        by.session.execute(update(Account).where(pooled).values(owner_id=None))
    asked = sign_in(web, REP).write("GET", "/accounts?owner_id__isnull=true")
    yield measure("pool of accounts, 50 rows, as a sales representative", web, [asked], limit=LIST)
    with measured.acting() as by:
        unowned = update(Account).where(Account.owner_id.is_(None))
        by.session.execute(unowned.values(owner_id=Account.created_by_id))


def _lenses(web: Service, owner: Person) -> Iterator[Figure]:
    """Boards with their numbers and the cards of every column, and a month of the calendar."""
    for path, told in (("accounts/board", "accounts"), ("activities/board", "activities")):
        asked = owner.write("GET", f"/{path}")
        yield measure(f"board of {told}, 20 cards a column", web, [asked], limit=BOARD)
    asked = owner.write("GET", "/activities/calendar")
    yield measure("calendar of activities, a month", web, [asked])


def _depth(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """Page 2,000, or the last full one of a smaller workspace, against page 1."""
    deep = min(DEEP, measured.amounts.contacts // 50 - 1)
    cursor = _cursor_of(measured, deep)
    first = owner.write("GET", "/contacts?sort=name")
    far = owner.write("GET", f"/contacts?sort=name&cursor={cursor}&from={(deep - 1) * 50 + 1}")
    one_by_one(web, [first, far], 16)
    near_samples, far_samples = side_by_side(web, [first], [far])
    yield of_samples(f"page {deep:,} of the list", far_samples, limit=LIST)
    yield ratio_of(f"page {deep:,} against page 1", far_samples, near_samples, DEPTH)


def _cursor_of(measured: Workspace, number: int) -> str:
    """The cursor that leads to page `number` of the contacts by name."""
    with measured.acting() as by:
        before = by.session.execute(
            select(Contact.id, Contact.name_sort.label("sort_key"))
            .where(Contact.deleted_at.is_(None))
            .order_by(Contact.name_sort, Contact.id)
            .offset((number - 1) * 50 - 1)
            .limit(1)
        ).one()
        return write_cursor("name", True, cast("Row[Any]", before))


def _records(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """Records with a diary, each the page of another one in turn."""
    with measured.acting() as by:
        ids: dict[str, list[UUID]] = {
            kind: list(by.session.scalars(_busiest(column)))
            for kind, column in (
                ("contacts", Activity.contact_id),
                ("accounts", Activity.account_id),
            )
        }
    for kind, told in (("contacts", "a contact"), ("accounts", "an account")):
        asked = [owner.write("GET", f"/{kind}/{one}") for one in ids[kind]]
        yield measure(f"open {told} with its timeline", web, asked, limit=RECORD)


def _busiest(column: Any) -> Any:
    """The records about which most was noted."""
    return (
        select(column)
        .where(column.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(OPENED)
    )


def _creating(measured: Workspace, web: Service, owner: Person) -> Iterator[Figure]:
    """One more contact, by the form of the browser and by the API."""
    with measured.acting() as by:
        account = str(by.session.scalar(select(Account.id).limit(1)))
        user = by.session.scalars(select(User).where(User.email == OWNER)).one()
        token = create_token(by, user, name=f"bench {by.now:%Y%m%d%H%M%S}").secret
    owner.get("/contacts/new")
    numbers = count(1)

    def typed() -> dict[str, str]:
        number = next(numbers)
        return {
            "last_name": "王",
            "first_name": f"小明{number % 97}",
            "account_id": account,
            "title": "采购经理",
            "phone": f"138{number:08}",
            "email": f"new{number}@bench.example",
        }

    forms = [owner.write("POST", "/contacts/new", body=typed()) for _number in range(40)]
    yield measure("create a contact by the form", web, forms, limit=CREATE, status=303)
    calls = [_call(token, typed()) for _number in range(40)]
    yield measure("create a contact by the API", web, calls, limit=CREATE, status=201)


def _call(token: str, fields: dict[str, str]) -> bytes:
    headers = {
        "Host": HOST,
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    return write_request("POST", "/api/v1/contacts", headers, json.dumps(fields).encode())
