"""Long exports: made by a worker, told, stopped, begun anew, offered for a week, and to whom."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.events import Event
from app.identity.models import FieldRule, Grant, Notice, Role, User
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.kernel.ids import new_id
from app.records.exports import jobs as export_jobs
from app.records.exports import make
from app.records.exports.models import Export, State
from app.records.jobs import clear_records
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity
from tests.records.exports.conftest import (
    allow,
    cells_of,
    download,
    export,
    files_in,
    last_export,
    rows_of,
)

pytestmark = pytest.mark.usefixtures("in_background")
URL = "/settings/exports"


def firms(workspace: Workspace, owner: Person, count: int = 5) -> list[str]:
    """Firms of somebody's, and their names in order."""
    names = [f"Firm {number}" for number in range(count)]
    with workspace.acting(owner) as by:
        for name in names:
            make_account(by, name)
    return names


def names_in(raw: bytes) -> list[str]:
    return [row["Name"] for row in rows_of(raw)]


def notices_of(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        return list(session.scalars(select(Notice.text).order_by(Notice.id)))


def work_of(workspace: Workspace) -> Work:
    with workspace.scope() as session:
        return session.scalars(select(Work).order_by(Work.id.desc()).limit(1)).one()


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_a_long_export_is_made_by_a_worker_and_offered_to_who_asked(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings, shape: str
) -> None:
    names = firms(acme, alice)
    answer = export(alice, shape=shape, list="sort=name&cols=name")
    assert (answer.status_code, answer.location) == (303, URL)
    made = last_export(acme)
    assert (made.state, made.total) == (State.WAITING, 5)
    page = alice.client.get(URL).text
    assert "Waiting" in page
    assert f"{URL}/{made.id}/cancel" in page
    assert download(alice, made).status_code == 404
    worker.drain()
    made = last_export(acme)
    assert (made.state, made.done) == (State.DONE, 5)
    (path,) = files_in(settings, acme)
    assert (path.name, path.stat().st_size) == (made.file, made.size)
    file = download(alice, made)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    found = names_in(file.data) if shape == "csv" else [r[0] for r in cells_of(file.data)[1:]]
    assert found == names
    assert notices_of(acme) == ["Your export is ready: 5 accounts."]
    page = alice.client.get(URL).text
    assert "Ready" in page
    assert f"{URL}/{made.id}/file" in page
    assert work_of(acme).state == "done"
    with acme.scope() as session:
        (event,) = session.scalars(select(Event).where(Event.record_type == "export"))
        assert (event.verb, event.record_id, event.changes["rows"]) == (
            "exported",
            made.id,
            [None, 5],
        )


def test_a_person_s_exports_are_theirs(
    acme: Workspace, alice: Person, bob: Person, charlie: Person, worker: Worker
) -> None:
    allow(acme, "sales_rep", "export")
    firms(acme, bob)
    export(bob)
    worker.drain()
    made = last_export(acme)
    assert download(bob, made).status_code == 200
    for stranger in (charlie,):
        assert download(stranger, made).status_code == 404
        for verb in ("cancel", "delete"):
            assert stranger.client.post(f"{URL}/{made.id}/{verb}").status_code == 404
    with acme.scope() as session:
        session.execute(update(Export).values(user_id=alice.user_id))
    assert download(bob, made).status_code == 404
    assert bob.client.post(f"{URL}/{made.id}/delete").status_code == 404
    assert str(made.id) not in bob.client.get(URL).text


def test_an_admin_fetches_what_they_could_have_exported_themselves_and_that_is_noted(
    acme: Workspace, alice: Person, bob: Person, dora: Person, worker: Worker
) -> None:
    firms(acme, alice)
    export(alice, columns="every")
    worker.drain()
    made = last_export(acme)
    allow(acme, "viewer", "export")
    assert download(dora, made).status_code == 404
    allow(acme, "viewer", "manage", kind="export")
    assert download(dora, made).status_code == 200
    assert "Alice Archer" in dora.client.get(URL).text
    with acme.scope() as session:
        event = session.scalars(
            select(Event).where(Event.record_type == "export", Event.verb == "downloaded")
        ).one()
        assert (event.actor_id, event.record_id) == (dora.user_id, made.id)
        role = session.scalars(select(Role).where(Role.key == "viewer")).one()
        session.add(FieldRule(role_id=role.id, record_type="account", field="phone", access=0))
        role.stamp = new_id()
    assert download(dora, made).status_code == 404


def test_a_right_that_was_withdrawn_ends_the_export_with_the_reason(
    acme: Workspace, bob: Person, worker: Worker, settings: Settings
) -> None:
    allow(acme, "sales_rep", "export")
    firms(acme, bob)
    export(bob)
    with acme.scope() as session:
        role = session.scalars(select(Role).where(Role.key == "sales_rep")).one()
        grants = session.scalars(select(Grant).where(Grant.role_id == role.id))
        for grant in grants:
            if grant.verb == "export":
                session.delete(grant)
        role.stamp = new_id()
    worker.drain()
    made = last_export(acme)
    assert (made.state, made.error) == (State.FAILED, "Your role does not allow this.")
    assert files_in(settings, acme) == []
    assert notices_of(acme) == ["Your export was not made. Your role does not allow this."]
    assert work_of(acme).state == "failed"


def test_a_person_who_is_gone_exports_nothing(
    acme: Workspace, bob: Person, worker: Worker, settings: Settings
) -> None:
    allow(acme, "sales_rep", "export")
    firms(acme, bob)
    export(bob)
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values(is_active=False))
    worker.drain()
    made = last_export(acme)
    assert (made.state, made.error) == (
        State.FAILED,
        "Whoever asked for it may not sign in.",
    )
    assert files_in(settings, acme) == []


def hide_phone(workspace: Workspace, role_key: str) -> None:
    with workspace.scope() as session:
        role = session.scalars(select(Role).where(Role.key == role_key)).one()
        session.add(FieldRule(role_id=role.id, record_type="account", field="phone", access=0))
        role.stamp = new_id()


def test_a_field_that_was_hidden_meanwhile_does_not_go_out(
    acme: Workspace, bob: Person, worker: Worker, settings: Settings
) -> None:
    allow(acme, "sales_rep", "export")
    firms(acme, bob)
    export(bob, columns="every")
    hide_phone(acme, "sales_rep")
    worker.drain()
    made = last_export(acme)
    assert made.state == State.FAILED
    assert "no longer shows one of these fields" in (made.error or "")
    assert files_in(settings, acme) == []


@contextmanager
def at_page(monkeypatch: pytest.MonkeyPatch, number: int, happens: Any) -> Iterator[None]:
    """Let something happen in the midst of an export, when it reads this page."""
    real, pages = make.rows_of, iter(range(1, 1000))

    def reading(*args: Any) -> Any:
        if next(pages) == number:
            happens()
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(make, "rows_of", reading)
        yield


def killed() -> None:
    raise SystemExit("killed in the middle of a page")


def test_a_worker_that_is_killed_leaves_no_torn_file_and_its_successor_begins_anew(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    settings: Settings,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = firms(acme, alice)
    export(alice, list="sort=name")
    with at_page(monkeypatch, 2, killed), pytest.raises(SystemExit):
        worker.drain()
    made = last_export(acme)
    assert (made.state, made.done) == (State.RUNNING, 2), "the first page was told"
    assert download(alice, made).status_code == 404
    clock.shift(timedelta(minutes=5))
    successor = replace(worker, name="successor")
    with successor.app.app_context():
        successor.upkeep()
    clock.shift(timedelta(minutes=5))
    successor.drain()
    made = last_export(acme)
    assert (made.state, made.done) == (State.DONE, 5)
    assert names_in(download(alice, made).data) == names
    assert [path.name for path in files_in(settings, acme)] == [made.file]


def test_an_export_under_which_worker_after_worker_is_killed_ends_with_a_reason(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    settings: Settings,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    firms(acme, alice)
    export(alice)
    for number in range(5):
        successor = replace(worker, name=f"successor {number}")
        with at_page(monkeypatch, 1, killed), pytest.raises(SystemExit):
            successor.drain()
        clock.shift(timedelta(minutes=5))
        with successor.app.app_context():
            successor.upkeep()
        clock.shift(timedelta(hours=2))
    replace(worker, name="the last one").drain()
    made = last_export(acme)
    assert made.state == State.FAILED
    assert "given up" in (made.error or "")
    assert work_of(acme).state == "failed"
    assert files_in(settings, acme) == []
    assert len(notices_of(acme)) == 1
    with acme.acting() as by:
        export_jobs.export_given_up.run(by, {"export_id": str(made.id)})
        export_jobs.export_given_up.run(by, {"export_id": str(alice.user_id)})
    assert len(notices_of(acme)) == 1


def test_an_export_is_cancelled_where_it_stands(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    firms(acme, alice)
    export(alice)
    export_id = last_export(acme).id
    monkeypatch.setattr(export_jobs, "_hold", cancelled_before_end(export_jobs._hold))
    worker.drain()
    made = last_export(acme)
    assert (made.id, made.state) == (export_id, State.CANCELLED)
    assert files_in(settings, acme) == []
    assert notices_of(acme) == []
    assert "Cancelled" in alice.client.get(URL).text


def cancelled_before_end(real: Any) -> Any:
    """The export is cancelled between its last page and its end, when its file stands already."""
    calls = iter(range(1, 100))

    def hold(export_id: Any, by: Any) -> Any:
        if next(calls) == 5:  # The begin, three pages, the end.
            values = {"state": State.CANCELLED.value}
            by.session.execute(update(Export).where(Export.id == export_id).values(**values))
        return real(export_id, by)

    return hold


def test_what_waits_is_cancelled_by_its_button_and_never_made(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings
) -> None:
    firms(acme, alice)
    export(alice)
    made = last_export(acme)
    assert alice.client.post(f"{URL}/{made.id}/cancel").location == URL
    assert work_of(acme).state == "cancelled"
    worker.drain()
    assert last_export(acme).state == State.CANCELLED
    assert files_in(settings, acme) == []
    assert alice.client.post(f"{URL}/{made.id}/cancel").status_code == 422


def test_an_export_is_deleted_with_its_file(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings
) -> None:
    firms(acme, alice)
    export(alice)
    worker.drain()
    made = last_export(acme)
    assert len(files_in(settings, acme)) == 1
    assert alice.client.post(f"{URL}/{made.id}/delete").location == URL
    assert files_in(settings, acme) == []
    assert download(alice, made).status_code == 404
    assert "No exports yet" in alice.client.get(URL).text


def test_an_export_that_is_deleted_under_way_is_not_made(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings
) -> None:
    firms(acme, alice)
    export(alice)
    alice.client.post(f"{URL}/{last_export(acme).id}/delete")
    worker.drain()
    assert files_in(settings, acme) == []
    assert work_of(acme).state == "cancelled"


def test_files_expire_after_a_week_and_their_rows_after_a_month(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings, clock: Clock
) -> None:
    firms(acme, alice)
    export(alice)
    worker.drain()
    made = last_export(acme)
    clock.shift(timedelta(days=6, hours=23))
    upkeep(acme)
    client = alice.sign_in()
    assert client.get(f"{URL}/{made.id}/file", buffered=True).status_code == 200
    clock.shift(timedelta(hours=2))
    assert client.get(f"{URL}/{made.id}/file").status_code == 404, "even before the upkeep"
    assert "Expired" in client.get(URL).text
    assert len(files_in(settings, acme)) == 1
    upkeep(acme)
    assert files_in(settings, acme) == []
    assert last_export(acme).state == State.EXPIRED
    assert "Expired" in alice.sign_in().get(URL).text
    clock.shift(timedelta(days=30))
    upkeep(acme)
    with acme.scope() as session:
        assert session.scalars(select(Export)).all() == []


def upkeep(workspace: Workspace) -> None:
    with workspace.acting() as by:
        clear_records.run(by, {})


def test_the_upkeep_sweeps_what_killed_workers_left_and_nothing_else(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings, clock: Clock
) -> None:
    firms(acme, alice)
    export(alice)
    worker.drain()
    (made,) = files_in(settings, acme)
    left, fresh = made.with_name(f"{'0' * 32}.part"), made.with_name(f"{'1' * 32}.part")
    scratch = made.with_name("rows-left")
    scratch.mkdir()
    old = clock.now.timestamp() - 2 * 86_400
    for path in (left, fresh):
        path.write_text("torn")
    for path in (left, scratch, made):
        os.utime(path, (old, old))
    upkeep(acme)
    assert files_in(settings, acme) == sorted((fresh, made))


@contextmanager
def disk_holds(size: int) -> Iterator[None]:
    """No file can become larger than this, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_a_full_disk_is_told_and_leaves_nothing(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    shape: str,
) -> None:
    with acme.acting(alice) as by:
        for number in range(12):
            make_activity(by, subject=f"Long {number}", body=os.urandom(9_000).hex())
    with disk_holds(100_000):
        export(alice, "activities", shape=shape, columns="every")
        worker.drain()
    made = last_export(acme)
    assert made.state == State.FAILED
    assert "There is no space left for files" in (made.error or "")
    assert files_in(settings, acme) == []
    assert "There is no space left for files" in notices_of(acme)[0]
    monkeypatch.setattr("app.records.routes.exports.AT_ONCE", 100)
    with disk_holds(100_000):
        answer = export(alice, "activities", shape=shape, columns="every")
    assert answer.status_code == 507
    assert "There is no space left for files" in answer.text
    assert 'name="format"' in answer.text, "the form is still there"
    assert files_in(settings, acme) == []
    assert export(alice, "activities", shape=shape, columns="every").status_code == 200


def test_rows_that_change_their_place_meanwhile_go_out_once(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = firms(acme, alice)
    export(alice, list="sort=name")
    real = make.rows_of

    def shuffled(record_type: Any, ids: Any, keys: Any, by: Any) -> Any:
        rows = real(record_type, ids, keys, by)
        model = record_type.model
        by.session.execute(update(model).values(name_sort="z" + model.name_sort))
        return rows

    monkeypatch.setattr(make, "rows_of", shuffled)
    worker.drain()
    assert names_in(download(alice, last_export(acme)).data) == names


def test_ticked_rows_are_exported_in_the_background_too(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_account(by, name).id) for name in ("Wall", "Arch", "Gate")]
    export(alice, id=",".join(ids[:2]), list="sort=name")
    worker.drain()
    assert names_in(download(alice, last_export(acme)).data) == ["Arch", "Wall"]


def test_a_suspended_workspace_s_export_is_made(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    kind = export_jobs.make_export
    assert kind.while_suspended
    assert export_jobs.export_given_up.while_suspended
