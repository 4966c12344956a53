"""Texts made to keep a processor busy: whoever sends one is answered as fast as anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask

from app.front.doors import slug_of
from app.identity.passwords import check_new_password, verify_password
from app.identity.texts import clean_email, clean_name, clean_phone, email_key
from app.kernel.errors import Answer
from app.kernel.language import best_match
from app.kernel.phones import to_e164
from app.kernel.searchkeys import query_terms
from app.mail.addresses import clean_address, clean_header
from app.records.values.texts import LINE_END
from app.web.links import safe_path
from config.logging import redact_text
from config.settings import Settings
from tenants.resolve import plain_host
from tests.cast import Person, Workspace, visitor

# A run of marks that Unicode wants put in order: normalising it takes time by its square.
MARKS = "a" + "\u0315\u0300" * 32_000
LONG = [
    MARKS,
    "a" * 64_000,
    "a." * 32_000,
    "token" * 13_000,
    "/" * 64_000,
    "a@" + "\u0660" * 64_000,
    "a@" + "a-" * 32_000 + ".example",
    " \t" * 32_000 + "x",
    "(" * 64_000,
    "1" * 64_000 + "x",
    "陈" * 64_000,
]
BUSY = 5.0  # Seconds of a processor, on the slowest of machines; what is kept busy takes minutes.
READERS: dict[str, Callable[[str], object]] = {
    "e-mail": clean_email,
    "the key of an e-mail": email_key,
    "name": clean_name,
    "phone": lambda text: clean_phone(text, "GB"),
    "any phone": lambda text: to_e164(text[:500], "CN"),
    "new password": check_new_password,
    "password": lambda text: verify_password(None, text),
    "address of a mail": clean_address,
    "header of a mail": clean_header,
    "host": plain_host,
    "path": safe_path,
    "language": best_match,
    "search": query_terms,
    "line ends": lambda text: LINE_END.sub("\n", text),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_keeps_a_reader_busy(reader: str) -> None:
    with suppress(Answer):
        READERS[reader]("warm")
    for text in LONG:
        begun = time.process_time()
        with suppress(Answer):
            READERS[reader](text)
        assert time.process_time() - begun < BUSY, (reader, text[:20])


def test_no_line_keeps_the_log_busy(settings: Settings) -> None:
    for text in LONG:
        begun = time.process_time()
        redact_text(text[:8_190])  # What gunicorn takes as an address, the most that a line holds.
        slug_of(text, settings)
        assert time.process_time() - begun < BUSY, text[:20]


def test_signing_in_with_a_long_text_costs_nothing_more(app: Flask, acme: Workspace) -> None:
    """Nobody has to be signed in for this, and one such request held a whole process."""
    forms = ({"email": MARKS, "password": "x"}, {"email": "a@b.example", "password": MARKS})
    for browser, path in ((visitor(app, acme), "/login"), (visitor(app), "/operator/login")):
        for form in forms:
            begun = time.process_time()
            answer = browser.post(path, data=form)
            assert answer.status_code == 422
            assert time.process_time() - begun < 1.5, path


def test_forms_of_people_with_a_long_text_cost_nothing_more(app: Flask, alice: Person) -> None:
    forms = [
        ("/password/forgot", {"email": MARKS}),
        ("/settings/me", {"name": MARKS}),
        ("/settings/me/password", {"present": MARKS, "new": MARKS}),
        ("/settings/teams/new", {"name": MARKS}),
        ("/settings/roles/new", {"label": MARKS}),
        ("/settings/me/tokens/new", {"name": MARKS, "all": "1"}),
        ("/contacts/new", {"last_name": MARKS}),
    ]
    for path, form in forms:
        begun = time.process_time()
        answer = alice.client.post(path, data=form)
        assert answer.status_code in (200, 422), path
        assert time.process_time() - begun < 1.5, path
