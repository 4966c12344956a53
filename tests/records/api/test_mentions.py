"""Programs read whom a text mentions as ids beside it, and may name people by id."""

from __future__ import annotations

from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs


def test_programs_name_by_id_and_read_ids_beside_the_text(
    acme: Workspace, alice: Person, bob: Person, dora: Person, program: Programs
) -> None:
    caller = program(alice)
    with acme.acting(alice) as by:
        firm = make_account(by).id
    body = f"Ask @[whoever]({dora.user_id}) and @Bob Baker."
    sent = {"kind": "note", "body": body, "account_id": str(firm)}
    made = caller.post("activities", sent).json
    assert made["body"] == "Ask @Dora Dunn and @Bob Baker."
    assert {one["name"]: one for one in made["mentions"]} == {
        "Dora Dunn": {"id": str(dora.user_id), "name": "Dora Dunn"},
        "Bob Baker": {"id": str(bob.user_id), "name": "Bob Baker", "may_read": False},
    }
    url = f"activities/{made['id']}"
    read = caller.get(url).json
    assert {one["id"] for one in read["mentions"]} == {str(dora.user_id), str(bob.user_id)}
    [listed] = caller.get("activities").json["data"]
    assert listed["mentions"] == read["mentions"]
    assert "mentions" not in caller.get(f"{url}?fields=kind").json
    again = caller.patch(url, {"body": read["body"]}).json
    assert again["mentions"] == read["mentions"]
    schema = caller.get("openapi.json").json["components"]["schemas"]
    assert "mentions" in schema["Activity"]["properties"]
    assert "mentions" not in schema["Account"]["properties"]
    refused = caller.patch(url, {"body": f"@[x]({firm})"})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "body"
