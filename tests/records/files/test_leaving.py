"""Files that go with their records: merged, erased, purged; and what killed processes left."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import update

from app.jobs.enqueue import enqueue
from app.jobs.worker import Worker
from app.kernel import clock
from app.records.erase import erase_record
from app.records.files.leaving import REMOVE, purge_files, sweep
from app.records.files.models import File, FileStorage
from app.records.files.places import room_of
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.tailored import tailored
from app.records.trash import fetch_deleted, purge_deleted
from config.settings import Settings
from tenants.files import new_name
from tests.cast import Person, Workspace
from tests.factories import make_account, make_file
from tests.records.files.conftest import TEXT, kept, on_disk, only, picture, upload, used
from tests.records.files.test_verbs import new_version


def aged(path: Path, days: float = 2) -> Path:
    """A file that has lain there for two days, or for as long as said."""
    then = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


def test_files_follow_a_record_that_is_merged_and_go_back_with_the_undo(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        fence, double = make_account(by, "Fence"), make_account(by, "Double")
        file_id = make_file(by, "account", double.id).id
        merge = merge_records("account", fence.id, [double.id], by=by)
        assert by.session.get_one(File, file_id).record_id == fence.id
        by.session.flush()
        undo_merge(merge.id, by=by)
        by.session.expire_all()
        assert by.session.get_one(File, file_id).record_id == double.id


def test_erasing_a_record_removes_the_bytes_of_every_version_and_the_names(
    acme: Workspace, alice: Person, settings: Settings, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        fence = f"/accounts/{make_account(by).id}"
    upload(alice.client, fence, ("marker.png", picture()))
    worker.drain()
    new_version(alice.client, only(acme), "marker 2.txt", TEXT)
    assert len(on_disk(settings, acme)) == 2
    assert len(on_disk(settings, acme, "pictures")) == 2
    alice.client.post(f"{fence}/delete")
    with acme.acting(alice) as by:
        record_type = tailored("account", by)
        record = fetch_deleted(record_type, UUID(fence.rpartition("/")[2]), by)
        assert record is not None
        erase_record(record_type, record, by)
    worker.drain()
    assert kept(acme) == []
    assert used(acme) == 0
    assert on_disk(settings, acme) == on_disk(settings, acme, "pictures") == []
    alice.client.get("/")  # What was said of it before.
    assert "marker" not in alice.client.get("/settings/audit").text


def test_an_erasure_that_is_undone_loses_no_bytes(
    acme: Workspace, alice: Person, settings: Settings, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        make_file(by, "account", fence.id)
    with pytest.raises(RuntimeError, match="undone"), acme.acting(alice) as by:  # noqa: PT012
        purge_files(clock.now() + timedelta(days=1), by)
        raise RuntimeError("undone")
    worker.drain()
    assert len(on_disk(settings, acme)) == len(kept(acme)) == 1


def test_deleted_files_go_for_good_after_their_days(
    acme: Workspace, alice: Person, settings: Settings, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        gone, stays = make_file(by, "account", fence.id).id, make_file(by, "account", fence.id).id
    alice.client.post(f"/files/{gone}/delete")
    alice.client.post(f"/files/{stays}/delete")
    with acme.scope() as session:
        long_ago = clock.now() - timedelta(days=31)
        session.execute(update(File).where(File.id == gone).values(deleted_at=long_ago))
    with acme.acting() as by:
        enqueue(by, "tend_files", {})
    worker.drain()
    assert [one.id for one in kept(acme)] == [stays]
    assert used(acme) == len(b"Offer")
    assert len(on_disk(settings, acme)) == 1


def test_files_of_a_purged_record_go_with_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by)
        make_file(by, "account", fence.id)
        address = f"/accounts/{fence.id}"
    alice.client.post(f"{address}/delete")
    with acme.acting() as by:
        assert purge_deleted(tailored("account", by), clock.now() + timedelta(days=1), by) == 1
    assert kept(acme) == []
    assert used(acme) == 0


def test_what_a_killed_process_left_is_swept_and_nothing_else(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with acme.acting(alice) as by:
        make_file(by, "account", make_account(by).id)
    held = aged(on_disk(settings, acme)[0])
    orphan = held.with_name(new_name("bin"))
    fresh = held.with_name(new_name("bin"))
    arriving = held.parent.parent / "arriving" / new_name("part")
    for path in (orphan, fresh, arriving):
        path.write_bytes(b"x")
    aged(orphan)
    aged(arriving)
    aged(fresh, days=0.5)
    with acme.scope() as session:
        session.execute(update(FileStorage).values(used=999))
    with acme.acting() as by:
        swept = sweep(by)
    assert set(on_disk(settings, acme)) == {held, fresh}, "a request may be about to name it"
    assert on_disk(settings, acme, "arriving") == []
    assert swept == 2
    assert used(acme) == len(b"Offer"), "the number is put right"


def test_a_forged_job_removes_no_bytes_that_a_file_names(
    acme: Workspace, alice: Person, settings: Settings, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        stored = make_file(by, "account", make_account(by).id).stored
        enqueue(by, REMOVE, {"stored": [stored]})
    worker.drain()
    assert [one.name for one in on_disk(settings, acme)] == [stored]


def test_erasing_a_workspace_removes_its_files(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    from tenants.files import erase_files

    with acme.acting(alice) as by:
        make_file(by, "account", make_account(by).id)
        assert room_of(by)
    root = Path(urlsplit(settings.files_url).path)
    erase_files(root, acme.facts.id)
    assert not (root / "tenants" / acme.facts.id.hex).exists()
