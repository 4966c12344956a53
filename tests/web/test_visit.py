"""The visit's cookie: bound to one address, and left alone where there is no visit."""

from __future__ import annotations

from flask import Flask

from tests.cast import Person, Workspace


def test_a_missing_built_file_leaves_the_visit_alone(app: Flask, acme: Workspace) -> None:
    browser = app.test_client()
    base = f"http://{acme.host}"
    browser.get("/login", base_url=base)
    visit = browser.get_cookie("visit", domain=acme.host)
    answer = browser.get("/static/dist/gone.js", base_url=base)
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    assert browser.get_cookie("visit", domain=acme.host) == visit


def test_an_unknown_host_gets_no_cookie(app: Flask) -> None:
    answer = app.test_client().get("/login", base_url="http://nobody.zuke.test")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_visit_of_one_workspace_is_none_at_another(
    app: Flask, acme: Workspace, charlie: Person
) -> None:
    theirs = charlie.client.get_cookie("visit", domain=charlie.workspace.host)
    assert theirs is not None
    browser = app.test_client()
    browser.set_cookie("visit", theirs.value, domain=acme.host)
    data = {"lang": "en", "csrf_token": charlie.client.token}
    answer = browser.post("/language", data=data, base_url=f"http://{acme.host}")
    assert answer.status_code == 400
