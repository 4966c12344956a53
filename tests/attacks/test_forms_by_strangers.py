"""Forms that somebody else made, leads elsewhere, previews and narrow tokens change nothing."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.modules import install_record_types
from app.records.bulk.begin import begin_change
from app.records.bulk.selection import Selection
from app.records.registry import registry
from tests.attacks.previewing import preview
from tests.attacks.program import Programs
from tests.attacks.test_faults import together
from tests.cast import Person, Workspace
from tests.factories import (
    make_account,
)

install_record_types()


FORMS = (
    ("/accounts/{account}/move", {"field": "industry", "value": ""}),
    ("/accounts/{account}/plan", {"plan": "{plan}"}),
    ("/accounts/{account}/plan/{run}/stop", {}),
    ("/accounts/{account}/plan/{run}/resume", {}),
    ("/activities/{task}/done", {}),
    ("/activities/{task}/done/{task}/undo", {}),
    ("/settings/plans/new", {"name.en": "x", "record_types": "account"}),
    ("/settings/plans/{plan}/retire", {}),
    ("/settings/roles/{role}/preview", {}),
    ("/preview/end", {}),
    ("/notices/read", {}),
    ("/accounts/views", {"name": "x"}),
    ("/accounts/bulk", {"verb": "delete", "id": "{account}"}),
)


@pytest.mark.parametrize(("path", "sent"), FORMS)
def test_a_form_that_somebody_else_made_changes_nothing(
    alice: Person, ids: dict[str, str], path: str, sent: dict[str, str]
) -> None:
    data = {key: text.format(**ids) for key, text in sent.items()}
    answer = alice.client.post(path.format(**ids), data=data, csrf=False)
    assert answer.status_code == 400


@pytest.mark.parametrize(("path", "sent"), FORMS)
@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/%09/evil",
        "///evil.example",
    ],
)
def test_no_form_leads_elsewhere(
    alice: Person, ids: dict[str, str], path: str, sent: dict[str, str], next_: str
) -> None:
    data = {key: text.format(**ids) for key, text in sent.items()}
    answer = alice.client.post(path.format(**ids), data={**data, "next": next_, "return": next_})
    assert answer.status_code < 500
    assert "evil.example" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", [path for path, _sent in FORMS if path != "/preview/end"])
def test_who_looks_as_a_role_sends_no_form(
    acme: Workspace, alice: Person, ids: dict[str, str], path: str
) -> None:
    client = preview(acme, alice, "viewer")
    assert client.post(path.format(**ids), data={}).status_code == 403


def test_who_looks_as_a_role_that_is_deleted_is_led_on(acme: Workspace, alice: Person) -> None:
    made = alice.client.post("/settings/roles/new", data={"label": "Temp", "name": "Temp"})
    role = made.headers["Location"].rpartition("/")[2]
    looking = alice.sign_in()
    assert looking.post(f"/settings/roles/{role}/preview").status_code == 303
    assert alice.client.post(f"/settings/roles/{role}/delete").status_code < 500
    for path in ("/", "/accounts", "/notices"):
        assert looking.get(path).status_code == 200
    assert looking.post("/preview/end").status_code == 303


def test_a_bulk_change_is_undone_once_however_often_it_is_asked(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        ids = tuple(make_account(by, f"Fence {n}", city="Leeds").id for n in range(5))
    for _round in range(3):
        with acme.acting(alice) as by:
            firms, inputs = Selection(ids=ids), {"city": "York"}
            change = begin_change(registry().type("account"), "update", firms, inputs, by).id
        url = f"/accounts/bulk/{change}/undo"
        answers = together([partial(alice.sign_in().post, url) for _one in range(2)])
        assert min(one.status_code for one in answers) == 303
        # Whoever comes second is led to the receipt, or refused while the first is at it.
        assert max(one.status_code for one in answers) in (303, 409, 422)
        with acme.scope() as session:
            assert set(session.scalars(select(Account.city))) == {"Leeds"}


def test_a_token_that_may_read_changes_nothing_new(
    acme: Workspace, alice: Person, bob: Person, program: Programs, ids: dict[str, str]
) -> None:
    narrow = program(alice, "account:read", "activity:read", "contact:read")
    account, task = ids["account"], ids["task"]
    view = program(alice).post("views", {"record_type": "account", "name": "x", "query": ""}).json
    for method, path, body in (
        ("POST", f"accounts/{account}/start_plan", {"plan": ids["plan"]}),
        ("POST", f"accounts/{account}/stop_plan", {"plan": ids["plan"]}),
        ("POST", f"activities/{task}/complete", {}),
        ("PUT", f"accounts/{account}/followers/{bob.user_id}", None),
        ("DELETE", f"accounts/{account}/followers/{bob.user_id}", None),
        ("POST", "views", {"record_type": "account", "name": "y", "query": ""}),
        ("PATCH", f"views/{view['id']}", {"name": "z"}),
        ("DELETE", f"views/{view['id']}", None),
        ("POST", "tags", {"record_type": "account", "name": "y"}),
        ("POST", "sharing-rules", {}),
        ("GET", "sharing-rules", None),
        ("GET", "audit", None),
        ("DELETE", f"recycle-bin/accounts/{account}", None),
    ):
        assert narrow.call(method, path, body).status_code == 403, (method, path)
    only = program(alice, "account:read", "account:start_plan")
    with acme.acting(alice) as by:
        other = make_account(by).id
    answer = only.post(f"accounts/{other}/start_plan", {"plan": ids["plan"]})
    assert answer.status_code == 403, answer.text
