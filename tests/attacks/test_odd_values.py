"""Values of every odd kind, sent to what plans, moves, views and shares records: none is a 500."""

from __future__ import annotations

from urllib.parse import quote

from app.kernel.ids import new_id
from app.modules import install_record_types
from tests.attacks.program import Programs
from tests.cast import Person, Workspace

install_record_types()


ODD = [
    "",
    "x",
    "-1",
    "9" * 5000,
    "\ud800",
    "\u0000",
    [],
    {},
    ["x"],
    {"en": "x"},
    True,
    None,
    5,
    1e300,
    -0.0,
    "0001-01-01",
    "9999-12-31T23:59:59-23:59",
    str(new_id()),
]


def test_odd_values_are_answered_by_the_api(
    acme: Workspace, alice: Person, program: Programs, ids: dict[str, str]
) -> None:
    api, bad = program(alice), []
    account, task = ids["account"], ids["task"]
    for odd in ODD:
        asked = [
            ("POST", f"accounts/{account}/start_plan", {"plan": odd}),
            ("POST", f"accounts/{account}/start_plan", {"plan": ids["plan"], "run": odd}),
            ("POST", f"accounts/{account}/stop_plan", {"plan": odd}),
            ("POST", f"activities/{task}/complete", {"outcome": odd, "next": {"kind": "no"}}),
            ("POST", f"activities/{task}/complete", {"next": odd}),
            *(
                (
                    "POST",
                    f"activities/{task}/complete",
                    {
                        "next": {
                            "kind": "call",
                            "due_at": "2027-01-01T09:00",
                            "subject": "x",
                            key: odd,
                        },
                        "outcome": "no such",
                    },
                )
                for key in ("kind", "due_at", "subject", "owner_id")
            ),
            *(
                ("POST", "views", {"record_type": "account", "name": "x", "query": "", key: odd})
                for key in ("record_type", "name", "query", "audience", "is_pinned", "role_ids")
            ),
            *(
                ("POST", "tags", {"record_type": "account", "name": "x", key: odd})
                for key in ("record_type", "name", "colour")
            ),
            *(
                (
                    "POST",
                    "sharing-rules",
                    {
                        "record_type": "account",
                        "filter": {"all": [{"field": "industry", "operator": "eq", "value": "x"}]},
                        "access": "read",
                        "group_kind": "role",
                        "group_id": ids["role"],
                        key: odd,
                    },
                )
                for key in ("record_type", "filter", "access", "group_kind", "group_id")
            ),
            ("POST", "products", {"name": odd}),
            ("POST", "products", {"name": {"en": odd, "xx": odd}}),
            ("POST", "products", {"name": "x", "cost": odd, "list_price": odd}),
            ("POST", "products", {"name": "x", "category_id": odd}),
            ("POST", "accounts/bulk", {"verb": "update", "ids": odd, "changes": odd}),
        ]
        for method, path, body in asked:
            answer = api.call(method, path, body)
            if answer.status_code >= 500:
                bad.append((answer.status_code, path, repr(body)[:150]))
        if isinstance(odd, str) and len(odd) < 100:
            text = quote(odd, errors="replace", safe="")
            for path in (
                "audit?cursor=",
                "audit?after=",
                "audit?since=",
                "audit?record_id=",
                "audit?actor_id=",
                "audit?verb=",
                "recycle-bin?cursor=",
                "recycle-bin?record_type=",
                "views?record_type=",
                "tags?record_type=",
                "audit?limit=",
                f"accounts/{account}/followers?limit=",
            ):
                answer = api.get(path + text)
                if answer.status_code >= 500:
                    bad.append((answer.status_code, path, odd))
    assert not bad


def test_odd_values_are_answered_by_forms(alice: Person, ids: dict[str, str]) -> None:
    bad = []
    places = (
        ("/accounts/{account}/move", ("field", "value", "version", "day", "list", "undo", "next")),
        ("/activities/{task}/move", ("field", "value", "version", "day", "list")),
        ("/accounts/{account}/plan", ("plan", "next")),
        ("/activities/{task}/done", ("outcome", "when", "kind", "subject", "owner_id", "due_at")),
        (
            "/settings/plans/new",
            (
                "name.en",
                "record_types",
                "step.0.kind",
                "step.0.days",
                "steps.0.days",
                "steps.-1.kind",
                "steps.9999999999.who",
                "add",
                "version",
            ),
        ),
        ("/accounts/views", ("name", "query", "audience", "order")),
        ("/accounts/views/new", ("name", "query", "audience", "is_pinned", "role")),
        ("/accounts/columns", ("cols", "col", "width", "freeze", "query")),
    )
    usual = {
        "move": {"field": "due_at", "day": "2026-11-23"},
        "done": {
            "outcome": "no such",
            "when": "other",
            "kind": "call",
            "due_at": "2027-01-04T09:00",
        },
    }
    texts = [
        "",
        "x",
        "-1",
        "9" * 5000,
        "0001-01-01",
        "9999-12-31",
        "2026-W01-1",
        "%00",
        "name=%00",
        "q=%ED%A0%80",
        "sort=%00&group=%00",
        "group=owner_id",
        "\u2028",
        "kind",
        "created_at",
        "industry",
        "²",
        "true",
        "tomorrow",
        "me",
        "lens=board&by=%00",
        str(new_id()),
    ]
    for path, keys in places:
        for key in keys:
            for text in texts:
                base = usual.get(path.rpartition("/")[2], {})
                for heads in ({}, {"HX-Request": "true"}):
                    answer = alice.client.post(
                        path.format(**ids), data={**base, key: text}, headers=heads
                    )
                    if answer.status_code >= 500:
                        bad.append((answer.status_code, path, key, text[:50]))
    assert not bad
