"""Own fields where roles are narrowed and where a command lists what derives from a type."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from flask import Flask

from app.cli import application, demo_state, main, records
from app.identity.operations.roles import role_by_key
from app.kernel.actor import FieldAccess
from app.records.custom.operations import bring_back_field, get_field, retire_field
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.settings.conftest import Define

Narrow = Callable[..., int]


@pytest.fixture
def narrow(acme: Workspace, alice: Person, bob: Person) -> Narrow:
    """Saves the sales reps' role as its page sends it, with some fields narrowed."""

    def save(**fields: int) -> int:
        with acme.acting() as by:
            role = role_by_key(by.session, "sales_rep")
            grants = acme.actor(bob).rights.grants
        sent = {f"grant.{kind}.{verb}": str(int(reach)) for (kind, verb), reach in grants.items()}
        sent |= {f"field.account.{key}": str(rule) for key, rule in fields.items()}
        data = {"label": "Sales rep", **sent}
        return alice.client.post(f"/settings/roles/{role.id}", data=data).status_code

    return save


def rule(acme: Workspace, bob: Person) -> FieldAccess:
    with acme.acting(bob) as by:
        return by.rights.field("account", "x_wood")


def test_a_role_is_narrowed_on_an_own_field_as_on_a_built_in_one(
    acme: Workspace, alice: Person, bob: Person, define: Define, narrow: Narrow
) -> None:
    define()
    with acme.scope() as session:
        role = role_by_key(session, "sales_rep")
    page = alice.client.get(f"/settings/roles/{role.id}").text
    assert 'name="field.account.x_wood"' in page
    assert 'name="field.contact.x_wood"' not in page
    with acme.acting(bob) as by:
        account = make_account(by, x_wood="Oak")
    assert "Oak" in bob.client.get(f"/accounts/{account.id}").text
    assert narrow(x_wood=0) == 303
    assert rule(acme, bob) is FieldAccess.HIDDEN
    assert "Oak" not in bob.client.get(f"/accounts/{account.id}").text
    assert narrow(x_other=0) == 422


def test_the_rule_of_a_retired_field_waits_for_it(
    acme: Workspace, alice: Person, bob: Person, define: Define, narrow: Narrow
) -> None:
    row = define()
    narrow(x_wood=0)
    with acme.acting(alice) as by:
        retire_field(by, get_field(by, row.id))
    assert narrow() == 303
    with acme.acting(alice) as by:
        bring_back_field(by, get_field(by, row.id))
    assert rule(acme, bob) is FieldAccess.HIDDEN
    narrow()
    assert rule(acme, bob) is FieldAccess.WRITE


def test_a_workspace_narrows_its_own_fields_alone(
    define: Define, charlie: Person, globex: Workspace
) -> None:
    define()
    with globex.scope() as session:
        role = role_by_key(session, "sales_rep")
    page = charlie.client.get(f"/settings/roles/{role.id}").text
    assert "field.account.city" in page
    assert "x_wood" not in page


def test_a_command_lists_a_workspace_s_own_fields(
    app: Flask,
    settings: Settings,
    define: Define,
    globex: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(application, "command_app", lambda **_options: (app, settings))
    monkeypatch.setattr(demo_state, "demo_database", nullcontext)
    define()

    def shown(*words: str) -> dict[str, list[str]]:
        arguments = main.build_parser([records]).parse_args(
            ["records", "show", "account", "--json", *words]
        )
        assert records.run(arguments) == 0
        facts = json.loads(capsys.readouterr().out)
        return {one["key"]: one["is"] for one in facts["fields"]}

    assert "the workspace's own" in shown("--tenant", "acme")["x_wood"]
    assert "x_wood" not in shown("--tenant", globex.facts.slug)
    assert "x_wood" not in shown()
