from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.cli import main, tenants
from app.cli.postgres.databases import DatabaseUrls
from app.cli.table import width
from config import settings as settings_file
from config.settings import Settings
from tenants.control import Job, Tenant
from tests.cast import Workspace

Zuke = Callable[..., tuple[int, str, str]]


@pytest.fixture
def zuke(
    urls: DatabaseUrls,
    acme: Workspace,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Zuke]:
    """Type `zuke tenants ...`; answers with exit code, output and complaint."""
    monkeypatch.setenv("ZUKE_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", urls.app)
    monkeypatch.setenv("DATABASE_OWNER_URL", urls.owner)
    monkeypatch.setenv("SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("BASE_URL", settings.base_url)
    settings_file.command_settings.cache_clear()
    log = logging.getLogger()
    handlers, level = log.handlers[:], log.level

    def typed(*arguments: str) -> tuple[int, str, str]:
        parser = main.build_parser([tenants])
        code = main.run(parser.parse_args(["tenants", *arguments]))
        said = capsys.readouterr()
        return code, said.out, said.err

    yield typed
    # A command sends the logs to its own output, which is closed by now.
    log.handlers, log.level = handlers, level
    settings_file.command_settings.cache_clear()


def test_listing_names_everybody_who_rents(zuke: Zuke) -> None:
    code, out, _err = zuke("list")
    assert code == 0
    assert "acme" in out
    assert "Globex Corp" in out


def test_listing_as_json_is_for_programs(zuke: Zuke) -> None:
    _code, out, _err = zuke("list", "--json")
    rows = {row["slug"]: row for row in json.loads(out)}
    assert rows["acme"]["currency"] == "GBP"
    assert set(rows) == {"acme", "globex"}


def test_status_says_who_is_behind_by_its_exit_code(zuke: Zuke, owner: Engine) -> None:
    code, out, _err = zuke("status", "--json")
    assert code == 0
    assert [row["workspace"] for row in json.loads(out)] == ["(shared tables)", "acme", "globex"]
    with owner.begin() as connection:
        connection.execute(text("UPDATE control.tenant SET version = '0000' WHERE slug = 'acme'"))
    code, out, _err = zuke("status")
    assert code == 1
    assert "True" in out


def test_migrating_with_nothing_to_do_says_so(zuke: Zuke) -> None:
    assert zuke("migrate", "--jobs", "2") == (
        0,
        "Every workspace is at the newest migration already.\n",
        "",
    )
    assert zuke("migrate", "--jobs", "0")[0] == 1


def test_suspending_and_resuming(zuke: Zuke, owner: Engine) -> None:
    assert zuke("suspend", "acme")[:2] == (0, "acme is suspended.\n")
    with Session(owner) as session:
        assert session.scalar(select(Tenant.state).where(Tenant.slug == "acme")) == "suspended"
    assert zuke("suspend", "acme")[0] == 1
    assert zuke("resume", "acme")[:2] == (0, "acme is trial again.\n")


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_a_wrong_slug_is_one_clear_sentence(zuke: Zuke, verb: str) -> None:
    assert zuke(verb, "nobody") == (1, "", "zuke: No workspace has the address 'nobody'.\n")


def test_erasing_wants_to_be_meant(zuke: Zuke, owner: Engine) -> None:
    code, _out, err = zuke("erase", "acme")
    assert (code, "--yes" in err) == (1, True)
    assert zuke("list")[1].count("acme") == 1
    assert zuke("erase", "nobody", "--yes")[0] == 1


def test_a_workspace_goes_out_comes_back_and_is_cloned(
    zuke: Zuke, owner: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "acme.zip"
    code, out, _err = zuke("export", "acme", str(file))
    assert (code, "rows of" in out, file.stat().st_mode & 0o077) == (0, True, 0)
    code, out, _err = zuke("restore", str(file), "--as", "acme-again")
    assert (code, "acme-again holds" in out) == (0, True)
    assert zuke("restore", str(file), "--as", "globex")[0] == 1
    assert zuke("clone", "acme", "acme-clone")[0] == 0
    assert {"acme", "globex", "acme-again", "acme-clone"} == {
        row["slug"] for row in json.loads(zuke("list", "--json")[1])
    }
    file.write_bytes(b"nonsense")
    code, _out, err = zuke("restore", str(file), "--as", "third")
    assert (code, err) == (1, "zuke: This file is no archive of a workspace.\n")
    for slug in ("acme-again", "acme-clone"):
        assert zuke("erase", slug, "--yes")[0] == 0


CREATE = ("create", "--slug", "Initech", "--name", "Initech", "--owner", "peter@initech.example")


def test_a_workspace_is_created_with_an_invitation_for_its_owner(zuke: Zuke, owner: Engine) -> None:
    code, out, err = zuke(*CREATE, "--starter", "hotel", "--currency", "cny")
    assert (code, err) == (0, "")
    assert "http://initech.zuke.test" in out
    with Session(owner) as session:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == "initech")).one()
        assert (tenant.currency, tenant.starter) == ("CNY", "hotel")
        kinds = session.scalars(select(Job.kind).where(Job.tenant_id == tenant.id)).all()
        # Its industry's fields of its own get their indexes.
        assert sorted(kinds) == ["send_mail", "tend_indexes"]
    assert zuke("erase", "initech", "--yes")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--slug", "acme"), "is taken"),
        (("--slug", "a-c-m-e"), "looks too much like"),
        (("--slug", "www"), "kept for the service"),
        (("--slug", "a_b"), "can't be used"),
        (("--owner", "nonsense"), "e-mail"),
        (("--starter", "nothing"), "There is no starter"),
        (("--zone", "Mars/Olympus"), "There is no time zone"),
        (("--currency", "XYZW"), "There is no currency"),
    ],
)
def test_what_can_not_be_created_is_one_clear_sentence_and_leaves_nothing(
    zuke: Zuke, owner: Engine, arguments: tuple[str, ...], sentence: str
) -> None:
    schemas = text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'")
    with owner.connect() as connection:
        before = connection.execute(schemas).scalar()
    code, out, err = zuke(*CREATE, *arguments)
    assert (code, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1
    with owner.connect() as connection:
        assert connection.execute(schemas).scalar() == before


def test_a_database_that_is_down_is_one_clear_sentence(
    zuke: Zuke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql+psycopg2://zuke_owner@127.0.0.1:1/zuke")
    settings_file.command_settings.cache_clear()
    code, out, err = zuke("list")
    assert (code, out) == (1, "")
    assert "Connection refused" in err
    assert err.count("\n") == 1


def test_without_the_owners_login_nothing_is_tried(
    zuke: Zuke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "")
    settings_file.command_settings.cache_clear()
    code, _out, err = zuke("list")
    assert code == 1
    assert "DATABASE_OWNER_URL is missing" in err


def test_a_chinese_name_leaves_the_columns_straight(zuke: Zuke, owner: Engine) -> None:
    with Session(owner) as session, session.begin():
        acme = session.scalars(select(Tenant).where(Tenant.slug == "acme")).one()
        acme.name = "北风贸易"
    _code, out, _err = zuke("list")
    lines = [line for line in out.splitlines() if line.startswith(("acme ", "globex "))]
    before_state = [line.partition("trial")[0] for line in lines]
    assert len({width(text) for text in before_state}) == 1
    assert "北风贸易" in before_state[0] + before_state[1]
