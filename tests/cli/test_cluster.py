"""The embedded server: made once, found running, and back after it was killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from app.cli.postgres import server as server_file
from app.cli.postgres.databases import bootstrap, open_cursor
from app.cli.postgres.places import ROOT
from app.cli.postgres.server import ensure_running


@pytest.fixture
def server(tmp_path):
    running = ensure_running(root=tmp_path)
    yield running
    running.stop()
    running.cluster.stop()
    for folder in (running.cluster.places.home, running.cluster.places.socket):
        shutil.rmtree(folder, ignore_errors=True)


def kill(cluster):
    pid_file = cluster.places.data / "postmaster.pid"
    pid = int(pid_file.read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)
            time.sleep(0.02)
    return pid_file


def test_it_is_found_running_and_comes_back_after_a_crash_with_its_data(server, tmp_path):
    assert server.started_here
    found = ensure_running(root=tmp_path)
    assert not found.started_here
    found.stop()

    urls = bootstrap(server.superuser_url, "zuke_crash")
    pid_file = kill(server.cluster)
    # The number of the dead server now names another program of the same account.
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    again = ensure_running(root=tmp_path)
    assert again.started_here
    with open_cursor(urls.app) as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("zuke_app",)
    again.stop()


def test_the_last_one_to_leave_stops_it(server, tmp_path):
    second = ensure_running(root=tmp_path)
    server.stop()
    assert server.cluster.is_running()
    with open_cursor(second.superuser_url) as cursor:
        cursor.execute("SELECT 1")
    second.stop()
    assert not server.cluster.is_running()


def test_a_user_that_was_killed_does_not_keep_it_running(server, tmp_path):
    program = (
        "import sys, time, pathlib; from app.cli.postgres.server import ensure_running;"
        "used = ensure_running(root=pathlib.Path(sys.argv[1])); print('uses it', flush=True);"
        "time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as user:
        assert user.stdout.readline() == b"uses it\n"
        user.kill()
    assert server.cluster.is_running()
    server.stop()
    assert not server.cluster.is_running()


def test_somebody_who_looks_into_it_by_hand_is_not_cut_off(server, monkeypatch):
    monkeypatch.setattr(server_file, "LEAVING", 0)
    with open_cursor(server.superuser_url) as cursor:
        server.stop()
        cursor.execute("SELECT 1")
    assert server.cluster.is_running()


def test_its_secrets_and_its_socket_are_private(server):
    places = server.cluster.places
    assert places.password.stat().st_mode & 0o777 == 0o600
    assert places.data.stat().st_mode & 0o777 == 0o700
    assert places.socket.stat().st_mode & 0o777 == 0o700
    with open_cursor(server.superuser_url) as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
