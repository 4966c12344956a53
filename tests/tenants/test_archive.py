"""Archives: what goes out comes back equal, what is hostile is refused whole."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.identity.models import ApiToken, User, UserSession
from app.identity.operations.tokens import create_token
from app.identity.operations.two_factor import begin_two_factor, confirm_two_factor, shared_secret
from app.identity.usage import seats
from app.identity.usage.models import SeatBound, UsageNotice
from app.leaving.keeping import DOORS, KEEPING, settled
from app.modules import tenant_schema
from app.records.door import perform
from config.settings import Settings
from tenants.archive.check import open_archive, verify
from tenants.archive.manifest import MANIFEST, BadArchive, Manifest
from tenants.archive.restore import restore
from tenants.archive.write import write_archive
from tenants.control import Tenant
from tenants.errors import SlugRefused, UnknownTenant
from tenants.facts import TenantFacts
from tenants.files import TENANTS
from tenants.history import TENANT, handed
from tenants.lifecycle import NewTenant, create
from tenants.schema import TenantSchema
from tests.cast import PASSWORD, Person, Workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAME = "0123456789abcdef0123456789abcdef.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of all workspaces' files."""
    folder = tmp_path / "kept"
    folder.mkdir()
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "acme.zip"


@pytest.fixture
def filled(acme: Workspace, alice: Person, root: Path) -> Workspace:
    """Acme with customers, a token, and a file on the disk."""
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        for number in range(20):
            account = perform(
                "account", "create", by=by, name=f"北风 {number} \\N =1+1", tax_profile="a\nb"
            )
            perform("contact", "create", by=by, last_name=f"Z{number}", account_id=account.id)
        create_token(by, user, name="Robot", scopes=("*",), expires_at=None)
    room = root / TENANTS / acme.facts.id.hex / "files"
    room.mkdir(parents=True)
    (room / NAME).write_bytes(b"offer\x00\xff" * 1000)
    return acme


def export(owner: Engine, target: Path, root: Path, slug: str = "acme") -> Manifest:
    return write_archive(owner, slug, target, files=root, keeping=KEEPING, now=NOW)


def bring(
    owner: Engine, source: Path, root: Path, slug: str = "acme-two", keys: tuple[str, ...] = ()
) -> TenantFacts:
    facts, _manifest = restore(
        owner,
        tenant_schema(),
        TENANT,
        source,
        slug,
        files=root,
        left_out=DOORS,
        now=NOW,
        settle=settled(keys, NOW),
    )
    return facts


def digests(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {one.name: (one.rows, one.sha256) for one in manifest.tables}


def refused(owner: Engine, source: Path, root: Path, match: str) -> None:
    """The archive is refused and leaves no workspace, no schema and no file."""
    schemas = text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'")
    with owner.connect() as connection:
        before = connection.execute(schemas).scalar()
    folders = sorted((root / TENANTS).iterdir()) if (root / TENANTS).is_dir() else []
    with pytest.raises(BadArchive, match=match):
        bring(owner, source, root)
    with owner.connect() as connection:
        assert connection.execute(schemas).scalar() == before
    assert (sorted((root / TENANTS).iterdir()) if folders else []) == folders
    with Session(owner) as session:
        assert session.scalar(select(Tenant.id).where(Tenant.slug == "acme-two")) is None


Change = Callable[[dict[str, Any], dict[str, bytes]], None]


def doctored(source: Path, change: Change) -> Path:
    """The archive with its manifest and parts changed by hand."""
    with zipfile.ZipFile(source) as pack:
        parts = {one: pack.read(one) for one in pack.namelist()}
    manifest = json.loads(parts.pop(MANIFEST))
    change(manifest, parts)
    target = source.with_name("doctored.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
        pack.writestr(MANIFEST, json.dumps(manifest))
    return target


def test_what_goes_out_comes_back_equal_row_by_row(
    owner: Engine, filled: Workspace, archive: Path, root: Path, tmp_path: Path
) -> None:
    sent = export(owner, archive, root)
    assert dict(digests(sent))["accounts"][0] == 20
    facts = bring(owner, archive, root)
    back = export(owner, tmp_path / "again.zip", root, "acme-two")
    assert digests(back) == digests(sent)
    assert [(one.path, one.sha256) for one in back.files] == [
        (one.path, one.sha256) for one in sent.files
    ]
    assert facts.id != filled.facts.id
    assert (facts.name, facts.zone, facts.currency) == ("Acme Ltd", "Europe/London", "GBP")


def test_the_restored_workspace_has_every_reference_and_index(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    export(owner, archive, root)
    facts = bring(owner, archive, root)
    shape = text(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = CAST(:schema AS regnamespace) ORDER BY 1, 2"
    )
    with owner.connect() as connection:

        def of(schema: str) -> list[Any]:
            connection.exec_driver_sql(f'SET LOCAL search_path TO "{schema}", ext')
            return [tuple(row) for row in connection.execute(shape, {"schema": f'"{schema}"'})]

        assert of(facts.schema) == of(filled.facts.schema)


def test_people_sign_in_at_the_copy_and_no_door_of_the_original_opens_it(
    owner: Engine,
    filled: Workspace,
    alice: Person,
    archive: Path,
    root: Path,
    engine_app: Flask,
    app: Flask,
) -> None:
    assert alice.client.get("/settings/me").status_code == 200
    export(owner, archive, root)
    with zipfile.ZipFile(archive) as pack:
        assert not {f"tables/{door}.copy" for door in DOORS} & set(pack.namelist())
    copy = Workspace(bring(owner, archive, root), engine_app)
    with copy.scope() as session:
        assert session.scalar(select(func.count()).select_from(UserSession)) == 0
        assert session.scalar(select(func.count()).select_from(ApiToken)) == 0
    client = Person(alice.part, copy, alice.user_id, app).sign_in()
    assert client.get("/settings/me").status_code == 200
    cookie = alice.client.get_cookie("session", domain=filled.host)
    assert cookie is not None
    stranger = Person(alice.part, copy, alice.user_id, app)
    browser = stranger.sign_in()
    browser.set_cookie("session", cookie.value, domain=copy.host)
    assert browser.get("/settings/me").status_code == 302


def test_a_second_step_moves_with_the_key_and_is_off_without_it(
    owner: Engine,
    acme: Workspace,
    alice: Person,
    archive: Path,
    root: Path,
    engine_app: Flask,
    app: Flask,
    settings: Settings,
) -> None:
    with app.app_context(), acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        begin_two_factor(by, user, password=PASSWORD)
        secret = shared_secret(by, user)
        assert secret is not None
        confirm_two_factor(by, user, code=pyotp.TOTP(secret).at(by.now))
    export(owner, archive, root)
    same = Workspace(bring(owner, archive, root, keys=tuple(settings.keys)), engine_app)
    with app.app_context(), same.scope() as session:
        user = session.get_one(User, alice.user_id)
        assert shared_secret(same.actor(), user) == secret
        assert user.has_two_factor
    other = Workspace(bring(owner, archive, root, "elsewhere", keys=("x" * 40,)), engine_app)
    with other.scope() as session:
        user = session.get_one(User, alice.user_id)
        assert user.totp_secret is None
        assert not user.has_two_factor


def test_the_copy_is_bound_to_no_seats_that_the_original_pays_for(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    with filled.scope():
        by = filled.actor()
        seats.follow(by, 7)
        by.session.add(UsageNotice(kind="seats", percent=100, told_at=NOW))
    export(owner, archive, root)
    copy = Workspace(bring(owner, archive, root), filled.engine_app)
    with copy.scope() as session:
        assert session.scalars(select(SeatBound.bought)).all() == [None]
        assert session.scalars(select(UsageNotice)).all() == []
    with filled.scope():
        assert seats.most(filled.actor()) == 7


def test_a_file_that_is_gone_is_told(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    with filled.scope() as session:
        session.execute(
            text(
                "INSERT INTO files (id, record_type, record_id, name, description, version, number,"
                " stored, size, digest, kind, sent_as, drawing, added_at, created_at) VALUES "
                "(gen_random_uuid(), 'account', gen_random_uuid(), 'gone.pdf', '', 1, 1, "
                ":name, 3, :digest, 'pdf', 'application/pdf', '', now(), now())"
            ),
            {"name": "f" * 32 + ".pdf", "digest": "0" * 64},
        )
    manifest = export(owner, archive, root)
    assert manifest.missing == (f"files/files/{'f' * 32}.pdf",)


def test_an_archive_of_an_earlier_release_is_brought_up_to_this_one(
    owner: Engine, clean: None, archive: Path, root: Path
) -> None:
    earlier = TENANT.line[-2].revision
    ddl = tuple(handed(TENANT.upgrade("", to=earlier), currency="USD"))
    old = TenantSchema(tenant_schema().metadata, earlier, ddl)
    create(owner, old, NewTenant(slug="oldfirm", name="Old Firm"), now=NOW)
    manifest = export(owner, archive, root, "oldfirm")
    assert manifest.version == earlier
    facts = bring(owner, archive, root)
    assert facts.version == TENANT.head


def test_of_two_workspaces_only_the_named_one_is_in_it_and_a_restore_touches_neither(
    owner: Engine, filled: Workspace, globex: Workspace, archive: Path, root: Path, tmp_path: Path
) -> None:
    with globex.acting() as by:
        perform("account", "create", by=by, name="Globex only")
    before = {slug: digests(export(owner, archive, root, slug)) for slug in ("globex", "acme")}
    assert "Globex only" not in archive.read_bytes().decode("latin-1")
    bring(owner, archive, root)
    for slug, held in before.items():
        assert digests(export(owner, tmp_path / f"{slug}.zip", root, slug)) == held


def test_a_taken_or_unknown_address_is_one_sentence(
    owner: Engine, filled: Workspace, globex: Workspace, archive: Path, root: Path
) -> None:
    export(owner, archive, root)
    with pytest.raises(SlugRefused):
        bring(owner, archive, root, "globex")
    with pytest.raises(UnknownTenant):
        export(owner, archive, root, "nobody")


def test_the_snapshot_is_one_moment_while_people_work_on(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    def work(name: str, _done: int, _total: int) -> None:
        if name == "accounts":
            with filled.acting() as by:
                account = perform("account", "create", by=by, name="Too late")
                perform("contact", "create", by=by, last_name="Late", account_id=account.id)

    manifest = write_archive(
        owner, "acme", archive, files=root, keeping=KEEPING, now=NOW, progress=work
    )
    assert digests(manifest)["contacts"][0] == 20
    bring(owner, archive, root)


def test_a_writer_that_is_killed_leaves_no_archive(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    def die(_name: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_archive(owner, "acme", archive, files=root, keeping=KEEPING, now=NOW, progress=die)
    assert list(archive.parent.glob("*acme*")) == []


def wrong_hash(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["files"][0]["sha256"] = "0" * 64


def another_row(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["tables/accounts.copy"] = parts["tables/accounts.copy"].replace(b"Z", b"Y", 1) + b"x"


def climbing_file(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    held = parts.pop(f"files/files/{NAME}")
    parts["files/../../../../etc/passwd"] = held
    manifest["files"][0] |= {"room": "../../..", "name": "etc/passwd"}


def climbing_entry(_manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    parts["../../evil.txt"] = b"evil"


def other_version(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["version"] = "9999"


def other_format(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["format_version"] = 2


def missing_table(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    manifest["tables"] = [one for one in manifest["tables"] if one["name"] != "users"]
    manifest["left_out"].append("users")
    parts.pop("tables/users.copy")


def foreign_table(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    part = dict(manifest["tables"][0]) | {"name": "pg_authid"}
    manifest["tables"].append(part)
    parts["tables/pg_authid.copy"] = parts[f"tables/{manifest['tables'][0]['name']}.copy"]


def forged_door(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
    manifest["tables"].append(
        {
            "name": "api_tokens",
            "columns": ["id"],
            "rows": 0,
            "bytes": 0,
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }
    )
    parts["tables/api_tokens.copy"] = b""


def column_with_sql(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["tables"][0]["columns"][0] = 'id") FROM STDIN; DROP SCHEMA control; --'


def no_number(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["tables"][0]["rows"] = "many"


def not_a_list(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["tables"] = {"a": 1}


def twice(manifest: dict[str, Any], _parts: dict[str, bytes]) -> None:
    manifest["files"].append(manifest["files"][0])


HOSTILE = (
    (wrong_hash, "not what was packed"),
    (another_row, "something else"),
    (climbing_file, "can't be read: 'room'"),
    (climbing_entry, "something else"),
    (other_version, "another release"),
    (other_format, "does not know"),
    (missing_table, "not those of its release"),
    (foreign_table, "not those of its release"),
    (forged_door, "keys to a workspace"),
    (column_with_sql, "can't be read: 'columns'"),
    (no_number, "can't be read: 'rows'"),
    (not_a_list, "can't be read: 'tables'"),
    (twice, "twice"),
)


@pytest.mark.parametrize(("change", "reason"), HOSTILE)
def test_a_hostile_archive_is_refused_whole(
    owner: Engine, filled: Workspace, archive: Path, root: Path, change: Change, reason: str
) -> None:
    export(owner, archive, root)
    refused(owner, doctored(archive, change), root, reason)


def honest(manifest: dict[str, Any], parts: dict[str, bytes], name: str, content: bytes) -> None:
    """Put other content in and say so everywhere, as a forger would."""
    parts[f"tables/{name}.copy"] = content
    for one in manifest["tables"]:
        if one["name"] == name:
            one |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def test_rows_that_point_at_nothing_are_refused_by_the_references(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    export(owner, archive, root)

    def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        honest(manifest, parts, "roles", b"")
        next(one for one in manifest["tables"] if one["name"] == "roles")["rows"] = 0

    refused(owner, doctored(archive, change), root, "don't fit")


def test_rows_that_are_none_are_refused(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    export(owner, archive, root)

    def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        honest(manifest, parts, "accounts", b"not\ta\trow\n")

    refused(owner, doctored(archive, change), root, "don't fit")


def test_a_bomb_is_not_unpacked(
    owner: Engine, filled: Workspace, archive: Path, root: Path, tmp_path: Path
) -> None:
    export(owner, archive, root)
    # It unpacks to 200 MB and says, in the manifest and in the list of parts, that it is small.
    target = doctored(archive, lambda _manifest, _parts: None)
    with zipfile.ZipFile(target) as pack:
        parts = {one: pack.read(one) for one in pack.namelist()}
    parts[f"files/files/{NAME}"] = bytes(200_000_000)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
    assert bomb.stat().st_size < 2_000_000
    refused(owner, bomb, root, "something else")
    with pytest.raises(BadArchive, match="more than"), open_archive(archive, most_bytes=1000):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"hello" * 1000, b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_zip_is_one_sentence(
    owner: Engine, root: Path, tmp_path: Path, content: bytes, clean: None
) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(content)
    refused(owner, file, root, "no archive")


def test_a_cut_off_or_flipped_archive_is_refused(
    owner: Engine, filled: Workspace, archive: Path, root: Path
) -> None:
    export(owner, archive, root)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    refused(owner, archive, root, "no archive")
    middle = whole.index(b"offer\x00\xff")
    archive.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    refused(owner, archive, root, "damaged")
    archive.write_bytes(whole)
    with open_archive(archive) as opened:
        verify(opened)
