"""Refusals that name the service's address lead there."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import escape

from app.web.problems import with_link

EMAIL = "help@lighthouse.example"


def test_the_address_in_a_refusal_is_a_link_and_the_rest_stays_text(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = app.extensions["settings"]
    with app.app_context():
        assert with_link("<b>Write</b>") == "<b>Write</b>"  # The template escapes it.
        changed = before.model_copy(update={"provider_email": EMAIL})
        monkeypatch.setitem(app.extensions, "settings", changed)
        told = with_link(f"<b>Write</b> to {EMAIL} to hear why.")
        link = f'<a href="mailto:{EMAIL}">{EMAIL}</a>'
        assert escape(told) == f"&lt;b&gt;Write&lt;/b&gt; to {link} to hear why."
