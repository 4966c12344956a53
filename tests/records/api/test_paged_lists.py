"""Lists of what runs in the background, of notices and invitations: page by page, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.identity.models import Invitation, Notice, Role
from app.identity.routes.paging import Place, gather
from app.jobs.progress import State as WorkState
from app.jobs.progress import Work
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.leaving.models import State as TakeoutState
from app.leaving.models import Takeout
from app.records.exports.models import Export
from app.records.exports.models import State as ExportState
from app.records.imports.models import ImportRun
from app.records.imports.models import State as ImportState
from tests.cast import Person, Workspace
from tests.documents.test_paged_lists import walked
from tests.records.api.conftest import Programs, fields_in

START = datetime(2026, 11, 23, tzinfo=UTC)
GONE = "no_such_type"  # What was made of it nobody sees any more.


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list, which its reader gets or not."""

    at: datetime
    id: UUID
    is_seen: bool


def an_export(by: Actor, record_type: str, **more: Any) -> Export:
    return Export(
        record_type=record_type,
        format="csv",
        query="",
        ids=[],
        keys=["name"],
        is_whole=True,
        via="api",
        language="en",
        state=ExportState.FAILED,
        total=1,
        file="x",
        user_id=by.user_id,
        **more,
    )


def an_import(by: Actor, record_type: str, **more: Any) -> ImportRun:
    return ImportRun(
        record_type=record_type,
        file="x",
        file_name="x.csv",
        size=1,
        how={},
        mapping={"columns": []},
        via="api",
        language="en",
        state=ImportState.FAILED,
        failures="x",
        user_id=by.user_id,
        **more,
    )


def a_notice(by: Actor, _kind: str, created_at: Any, **more: Any) -> Notice:
    assert by.user_id is not None
    return Notice(user_id=by.user_id, text="News", url="/", icon="bell", at=created_at, **more)


def a_work(by: Actor, _kind: str, **more: Any) -> Work:
    return Work(kind="test", title="Long work", user_id=by.user_id, state=WorkState.DONE, **more)


def an_invitation(by: Actor, _kind: str, **more: Any) -> Invitation:
    role_id = by.role_id
    assert role_id is not None
    role = by.session.get_one(Role, role_id)
    return Invitation(
        way="link",
        language="",
        digest=new_id().hex,
        role_id=role.id,
        max_uses=2,
        expires_at=by.now + timedelta(days=7),
        **more,
    )


def a_takeout(by: Actor, _kind: str, **more: Any) -> Takeout:
    return Takeout(
        user_id=by.user_id,
        language="en",
        state=TakeoutState.FAILED,
        total=1,
        file="x",
        told={},
        **more,
    )


@pytest.mark.parametrize(
    ("path", "make", "is_filtered"),
    [
        ("exports", an_export, True),
        ("imports", an_import, True),
        ("notices", a_notice, False),
        ("work", a_work, False),
        ("invitations", an_invitation, False),
        ("takeouts", a_takeout, False),
    ],
)
def test_a_list_is_walked_page_by_page(
    acme: Workspace,
    alice: Person,
    program: Programs,
    path: str,
    make: Callable[..., Any],
    is_filtered: bool,
) -> None:
    expected = []
    with acme.acting(alice) as by:
        for number in range(12):  # Two of each moment, as of one transaction.
            is_seen = not is_filtered or number % 4 == 0
            at = by.now - timedelta(days=3) + timedelta(minutes=number // 2)
            row = make(by, "account" if is_seen else GONE, id=new_id(), created_at=at)
            by.session.add(row)
            if is_seen:
                expected.append((at, row.id))
    newest_first = [str(row_id) for _at, row_id in sorted(expected, reverse=True)]
    api = program(alice)
    for size in (1, 2, 3, 200):
        assert walked(api, path, size) == newest_first
    assert fields_in(api.get(f"{path}?cursor=nonsense")) == ["cursor"]


def test_what_a_reader_does_not_get_costs_few_statements_however_small_the_page() -> None:
    rows = [Row(START - timedelta(seconds=n), new_id(), n == 990) for n in range(1000)]
    asked = 0

    def fetched(many: int, after: Place | None) -> list[Row]:
        nonlocal asked
        asked += 1
        rest = [one for one in rows if after is None or one.at < after[0]]
        return rest[:many]

    found, following = gather(fetched, lambda one: one.is_seen, 1, None, lambda one: one.at)
    assert ([one.at for one in found], following) == ([rows[990].at], None)
    assert asked <= 6
