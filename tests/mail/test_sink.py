"""The demo's sink keeps mails whole, in order, and not too many."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.mail import sink
from tests.mail.conftest import free_port

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def raw(subject: str = "你好", html: str = "<p>Hello</p>") -> bytes:
    message = EmailMessage()
    message["From"] = "Acme <no-reply@zuke.test>"
    message["To"] = "bob@acme.example"
    message["Subject"] = subject
    message.set_content("Open http://acme.zuke.test/reset/x. Then http://acme.zuke.test/reset/x")
    message.add_alternative(html, subtype="html")
    return bytes(message)


def test_a_mail_is_kept_and_read(tmp_path: Path) -> None:
    mail_id = sink.keep(tmp_path, raw(), "a@zuke.test", ["bob@acme.example"], MOMENT)
    mail = sink.read(tmp_path, mail_id)
    assert mail is not None
    assert (mail.subject, mail.recipients, mail.at) == ("你好", "bob@acme.example", MOMENT)
    assert mail.html.strip() == "<p>Hello</p>"
    assert mail.links == ["http://acme.zuke.test/reset/x"]


def test_the_newest_come_first_and_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "MOST", 3)
    for n in range(5):
        sink.keep(tmp_path, raw(str(n)), "a@b.c", ["d@e.f"], MOMENT + timedelta(seconds=n))
    assert [mail.subject for mail in sink.list_mails(tmp_path)] == ["4", "3", "2"]
    assert len(os.listdir(tmp_path)) == 3


@pytest.mark.parametrize("mail_id", ["../x", "x", "", "20261122T093000000000-" + "g" * 16])
def test_an_id_is_no_path(tmp_path: Path, mail_id: str) -> None:
    assert sink.read(tmp_path, mail_id) is None


def test_a_broken_mail_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    broken = (
        b"Subject: =?utf-99?b?!!!?=\r\nContent-Type: text/html; charset=nowhere\r\n\r\n\xff\xfe<b>"
    )
    mail_id = sink.keep(tmp_path, broken, "a@b.c\r\nX: y", ["d@e.f"], MOMENT)
    mail = sink.read(tmp_path, mail_id)
    assert mail is not None
    assert "<b>" in mail.html
    assert b"\r\nX: y" not in (tmp_path / f"{mail_id}.eml").read_bytes()


def test_no_folder_yet_means_no_mails(tmp_path: Path) -> None:
    assert sink.list_mails(tmp_path / "nowhere") == []


def test_the_command_listens_keeps_and_ends(tmp_path: Path) -> None:
    port = free_port()
    command = ["-m", "app.cli", "mailsink", "--port", str(port), "--folder", str(tmp_path)]
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert b"Keeping mails" in process.stdout.readline()
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            smtp.sendmail("a@zuke.test", ["bob@acme.example"], raw("Hi"))
        assert [mail.subject for mail in sink.list_mails(tmp_path)] == ["Hi"]
        taken = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, timeout=30, check=False
        )
        assert taken.returncode == 1
        assert taken.stderr.startswith(f"zuke: Port {port} can't be had")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
        assert process.stdout is not None
        process.stdout.close()


def test_a_folder_that_cannot_be_made_is_one_sentence() -> None:
    command = ["-m", "app.cli", "mailsink", "--port", str(free_port()), "--folder", "/proc/mails"]
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("zuke: The folder /proc/mails can't be made")
