"""`zuke export`: records as a file from the command line, with the rights of a person."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.cli import application
from app.cli.main import main
from app.events import Event
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

pytestmark = pytest.mark.usefixtures("no_files")


@pytest.fixture(autouse=True)
def command(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, no_files: None
) -> None:
    """Commands act in the tests' own application."""
    monkeypatch.setattr(application, "command_app", lambda **_options: (app, settings))
    monkeypatch.setattr("app.cli.main.OWN_SURROUNDINGS", frozenset({"export"}))


@pytest.fixture(autouse=True)
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """Two firms and somebody."""
    with acme.acting(alice) as by:
        make_account(by, "Ash Ltd", city="Leeds")
        make_account(by, "北风贸易有限公司", city="York", owner_id=str(bob.user_id))
        make_contact(by, "Archer", "Ann")


def names(data: bytes) -> list[str]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return sorted(row["Name"] for row in csv.DictReader(text))


def test_the_records_of_a_type_are_written_and_the_audit_tells_it(
    acme: Workspace, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "accounts.csv"
    assert main(["export", "acme", "accounts", "--to", str(file)]) == 0
    assert names(file.read_bytes()) == ["Ash Ltd", "北风贸易有限公司"]
    capsysbinary.readouterr()
    assert main(["export", "acme", "account", "--query", "city=Leeds"]) == 0
    assert names(capsysbinary.readouterr().out) == ["Ash Ltd"]
    assert main(["export", "acme", "contacts", "--format", "vcard"]) == 0
    assert b"FN:" in capsysbinary.readouterr().out
    with acme.scope() as session:
        told = session.scalars(select(Event.changes).where(Event.verb == "exported"))
        assert sorted(one["rows"][1] for one in told) == [1, 1, 2]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["ghosts"], "There is no record type 'ghosts'"),
        (["accounts", "--format", "papyrus"], "Choose one of the formats."),
        (["accounts", "--query", "shoe=1"], "can't be filtered by"),
        (["accounts", "--query", "city=Nowhere"], "There is nothing to export here."),
        (["accounts", "--user", "nobody@acme.example"], "Nobody in 'acme'"),
        (["accounts", "--user", "bob@acme.example"], "Your role does not allow this."),
        (["accounts", "--to", "/nowhere/at/all.csv"], "can't be written"),
    ],
)
def test_what_stands_against_it_is_one_sentence(
    capsys: pytest.CaptureFixture[str], asked: list[str], says: str
) -> None:
    assert main(["export", "acme", *asked]) == 1
    assert says in capsys.readouterr().err
