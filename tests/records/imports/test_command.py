"""`zuke import`: files become records from the command line, by a mapping that is written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.cli import application
from app.cli.main import build_parser, main
from app.cli.main import run as run_command
from app.crm.models import Account, Contact, Product
from app.identity.models import Notice, User
from app.jobs.progress import Work
from app.records.imports.models import ImportRun
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.records.imports.conftest import living, sheet

SAMPLE = Path(__file__).parent / "online_retail_sample.csv.gz"


@pytest.fixture(autouse=True)
def command(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands act in the tests' own application."""
    monkeypatch.setattr(application, "command_app", lambda **_options: (app, settings))
    monkeypatch.setattr("app.cli.main.OWN_SURROUNDINGS", frozenset({"import"}))


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert main(["import", "acme", *map(str, arguments), "--json"]) == 0, capsys.readouterr()
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_the_customers_of_the_shop_come_in_by_the_mapping_that_is_shipped(
    acme: Workspace, alice: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "accounts", SAMPLE, "--mapping", "online-retail-customers")
    names = living(acme, Account, Account.name, Account.country, Account.lifecycle)
    assert told["failed"] == 0
    assert told["created"] == len(names) > 900
    assert told["created"] + told["skipped"] == 2000  # type: ignore[operator]
    assert ("Customer 17850", "GB", "customer") in names
    assert {country for _name, country, _lifecycle in names} >= {"GB", "FR", "DE", "IE"}
    again = answer(capsys, "accounts", SAMPLE, "--mapping", "online-retail-customers")
    assert (again["created"], again["updated"], again["failed"]) == (0, 0, 0)


COUNTRIES = (  # Of the whole year, as the file writes them.
    "Australia Austria Bahrain Belgium Brazil Canada Channel_Islands Cyprus Czech_Republic Denmark"
    " EIRE European_Community Finland France Germany Greece Hong_Kong Iceland Israel Italy Japan"
    " Lebanon Lithuania Malta Netherlands Norway Poland Portugal RSA Saudi_Arabia Singapore Spain"
    " Sweden Switzerland USA United_Arab_Emirates United_Kingdom Unspecified"
)


def test_every_country_of_the_whole_file_is_known(
    acme: Workspace, alice: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(str(n), one.replace("_", " ")) for n, one in enumerate(COUNTRIES.split())]
    file = tmp_path / "countries.csv"
    file.write_bytes(sheet(["CustomerID", "Country"], *rows))
    told = answer(capsys, "accounts", file, "--mapping", "online-retail-customers")
    assert (told["created"], told["failed"]) == (38, 0)


def test_its_products_come_in_too(
    acme: Workspace, alice: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "products", SAMPLE, "--mapping", "online-retail-products")
    assert told["failed"] == 0
    assert told["created"] == len(living(acme, Product, Product.number)) > 1000


def test_without_a_mapping_the_columns_are_guessed_and_the_person_is_named(
    acme: Workspace, bob: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(sheet(["Last name", "E-mail"], ["Archer", "ann@example.com"], ["", "x"]))
    assert main(["import", "acme", "contact", str(file), "--user", bob.email]) == 1
    assert "Your role does not allow this." in capsys.readouterr().err
    told = answer(capsys, "contact", file, "--failed", tmp_path / "failed.csv")
    assert (told["created"], told["failed"]) == (1, 1)
    assert living(acme, Contact, Contact.last_name, Contact.email) == [
        ("Archer", "ann@example.com")
    ]
    failed = (tmp_path / "failed.csv").read_text("utf-8-sig").splitlines()
    assert failed[0] == "Last name,E-mail,Problem,Row in the file"
    assert failed[1].startswith(",x,")
    assert failed[1].endswith(",3")


def test_a_dry_run_keeps_nothing(
    acme: Workspace, alice: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "products", SAMPLE, "--mapping", "online-retail-products", "--dry-run")
    assert told["is_dry_run"] is True
    assert told["created"]
    assert living(acme, Product, Product.number) == []


def test_what_was_typed_wrongly_is_one_clear_sentence(
    acme: Workspace, alice: Person, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, sentence in (
        (("accounts", tmp_path / "none.csv"), "There is no file"),
        (("doors", SAMPLE), "There is no record type 'doors'; there are accounts"),
        (("accounts", SAMPLE, "--mapping", "no"), "There is no mapping 'no'. With Zuke come"),
        (("accounts", SAMPLE, "--user", "nobody@acme.example"), "Nobody in 'acme'"),
    ):
        assert main(["import", "acme", *map(str, arguments)]) == 1
        assert sentence in capsys.readouterr().err


def test_an_import_that_is_interrupted_is_cancelled_and_what_it_did_stands(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["import", "acme", "products", str(SAMPLE), "--mapping", "online-retail-products"]
    args = build_parser([__import__("importlib").import_module("app.cli.import")]).parse_args(
        arguments
    )

    def interrupted(*_options: object) -> object:
        def told(_run: ImportRun) -> None:
            raise KeyboardInterrupt

        return told

    monkeypatch.setattr("app.cli.import._progress", interrupted)
    assert run_command(args) == 130
    with acme.scope() as session:
        run = session.scalars(select(ImportRun)).one()
        work = session.get_one(Work, run.id)
        assert (run.state, work.state) == ("cancelled", "cancelled")
        assert len(session.scalars(select(Product.id)).all()) == run.created > 0


def test_what_stays_of_it_is_in_the_language_of_the_person(
    acme: Workspace,
    alice: Person,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    in_pieces: None,
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).language = "zh-CN"
    file = tmp_path / "people.csv"
    file.write_bytes(sheet(["Last name", "E-mail"], ["A", "a@example.com"], ["B", "x"], ["C", ""]))
    told = answer(capsys, "contact", file)
    assert (told["created"], told["failed"]) == (2, 1)
    with acme.scope() as session:
        assert list(session.scalars(select(Notice.text))) == [
            "导入 people.csv：新建 2 条、失败 1 条。"
        ]
        assert list(session.scalars(select(Work.title))) == ["导入 people.csv"]
    failures = alice.client.get(f"/contacts/import/{told['id']}/failed.csv").text
    assert "请填写邮箱地址" in failures


def test_the_country_of_phone_numbers_is_named(
    acme: Workspace, alice: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "firms.csv"
    file.write_bytes(sheet(["Company", "Phone"], ["Rue Roofs", "01 42 68 53 00"]))
    assert main(["import", "acme", "account", str(file), "--phone-country", "xx"]) == 1
    assert "no country" in capsys.readouterr().err
    assert answer(capsys, "account", file, "--phone-country", "fr")["created"] == 1
    assert living(acme, Account, Account.phone) == ["+33142685300"]


@pytest.mark.parametrize(
    ("language", "closing", "failure"),
    [
        (
            "en",
            "Import of firms.csv: 1 created, 1 follow-up noted, 1 failed.",
            "  Row 3: Company: ",
        ),
        ("zh-CN", "导入 firms.csv：新建 1 条、记录跟进 1 条、失败 1 条。", "  第 3 行：Company："),
    ],
)
def test_the_closing_line_is_a_sentence_in_the_language_of_the_person(
    acme: Workspace,
    alice: Person,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    closing: str,
    failure: str,
) -> None:
    with acme.scope() as session:
        session.get_one(User, alice.user_id).language = language
    file = tmp_path / "firms.csv"
    rows = [["Rue Roofs", "2026-01-02 10:00"], ["", "2026-01-02 10:00"]]
    file.write_bytes(sheet(["Company", "Last contacted"], *rows))
    assert main(["import", "acme", "account", str(file)]) == 0
    told = capsys.readouterr()
    assert told.out.strip() == closing
    assert failure in told.err
