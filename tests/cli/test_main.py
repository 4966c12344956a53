"""Every failure that a user can mend is one sentence and exit code 1."""

from argparse import ArgumentParser, Namespace
from types import SimpleNamespace

import pytest
from psycopg2 import OperationalError
from sqlalchemy import create_engine

from app.cli import main
from app.cli.errors import CommandError
from config.settings import command_settings


def parse(run, argv=("greet",)):
    command = SimpleNamespace(NAME="greet", HELP="Greet.", configure=lambda parser: None, run=run)
    return main.build_parser([command]).parse_args(argv)


@pytest.fixture(autouse=True)
def no_demo(monkeypatch):
    monkeypatch.setattr(main, "OWN_SURROUNDINGS", {"greet"})


def raising(error):
    def run(args: Namespace) -> int:
        raise error

    return parse(run)


def test_a_command_error_is_one_sentence(capsys):
    assert main.run(raising(CommandError("No such workspace: acme."))) == 1
    assert capsys.readouterr().err == "zuke: No such workspace: acme.\n"


def test_a_database_that_is_down_is_one_sentence(capsys):
    def run(args: Namespace) -> int:
        create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none").connect()
        return 0

    assert main.run(parse(run)) == 1
    said = capsys.readouterr().err
    assert said.startswith("zuke: The database did not serve us: ")
    assert said.count("\n") == 1


def test_the_drivers_own_error_counts_as_well(capsys):
    assert main.run(raising(OperationalError("server closed the connection"))) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_settings_that_cannot_be_used_are_one_sentence(capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://zuke@db/zuke")
    monkeypatch.setenv("DATABASE_OWNER_URL", "mysql://zuke@db/zuke")
    command_settings.cache_clear()
    assert main.main(["tenants", "list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("zuke: DATABASE_URL can't be used: ")
    assert len(said.splitlines()) == 1
    command_settings.cache_clear()


def test_a_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        main.run(raising(ZeroDivisionError()))


@pytest.mark.parametrize("path", main.COMMANDS)
def test_every_command_keeps_the_convention(path):
    command = __import__("importlib").import_module(path)
    assert path == f"app.cli.{command.NAME.replace('-', '_')}"
    assert command.HELP.endswith(".")
    command.configure(ArgumentParser())


def test_options_of_pytest_pass_through_untouched(monkeypatch):
    monkeypatch.setattr("app.cli.test.run", lambda args: args.pytest == ["-k", "won", "-x"])
    assert main.main(["test", "-k", "won", "-x"])
