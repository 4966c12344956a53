"""The demo refuses early and in one sentence, and keeps its secret to itself."""

import socket

import pytest

from app.cli import demo, demo_state
from app.cli.errors import CommandError
from app.cli.processes import Processes


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_state, "STATE", tmp_path)
    monkeypatch.setattr(demo_state, "STATE_FILE", tmp_path / "demo.json")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)


def test_a_port_in_use_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="is in use"):
            demo._refuse_used_port(taken.getsockname()[1])


def test_half_of_a_database_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://zuke_app@db/zuke")
    with pytest.raises(CommandError, match="go together"):
        demo_state.demo_urls()


def test_the_state_survives_and_is_private():
    state = demo_state.DemoState(secret_key="made-up", port=8000, mail_port=2525)
    state.save()
    assert demo_state.load_state() == state
    assert demo_state.STATE_FILE.stat().st_mode & 0o777 == 0o600


def test_a_broken_state_counts_as_none():
    demo_state.STATE_FILE.write_text("{")
    assert demo_state.load_state() is None


def test_a_program_that_ends_is_named_with_its_log(tmp_path, capsys):
    processes = Processes(tmp_path)
    processes.start("web", ["-c", "raise SystemExit('no socket')"], {})
    processes.running["web"].wait()
    with pytest.raises(CommandError, match="The web process ended"):
        processes.check()
    assert "no socket" in capsys.readouterr().err


def test_programs_are_stopped(tmp_path):
    processes = Processes(tmp_path)
    processes.start("worker", ["-c", "import time; time.sleep(60)"], {})
    started = processes.running["worker"]
    processes.stop()
    assert started.returncode == -15
