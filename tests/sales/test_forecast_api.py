"""Targets and the forecast by API: the page's figures, set by who may, seen as far as one reads."""

from __future__ import annotations

from datetime import date
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text, update

from app.identity.models import Grant, User
from app.identity.operations.teams import create_team
from app.kernel.actor import FieldAccess, Reach
from app.modules import install_record_types
from app.sales.operations.targets import USER, set_target
from tests.cast import Person, Workspace
from tests.records.api.conftest import Program, Programs, fields_in, program
from tests.records.api.test_openapi import read
from tests.records.api.test_openapi_whole import check
from tests.sales.conftest import narrow, repairs
from tests.sales.test_forecast import in_stage

__all__ = ["program"]
install_record_types()
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    return program(alice)


def target(person: Person, amount: Any, month: str = "2031-05", **more: Any) -> dict[str, Any]:
    return {"of": "user", "of_id": str(person.user_id), "month": month, "amount": amount, **more}


def put(api: Program, *targets: dict[str, Any]) -> Any:
    return api.call("PUT", "targets", {"targets": list(targets)})


def kept(api: Program) -> dict[str, str]:
    rows = api.get("targets?since=2031-01&until=2031-12").json["data"]
    return {f"{row['of_id']} {row['month']}": row["amount"]["amount"] for row in rows}


def pounds(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "GBP"}


def test_targets_are_set_read_and_taken_away(of_alice: Program, alice: Person, bob: Person) -> None:
    body = {"targets": [target(alice, "1,200.50"), target(bob, pounds("300"), "2031-06")]}
    assert of_alice.call("PUT", "targets", body).json == {"kept": 2}
    listed = check(of_alice, "get", "targets?since=2031-01&until=2031-12", "/targets")
    first = {**target(alice, pounds("1200.50"))}
    assert listed == {"data": [first, target(bob, pounds("300.00"), "2031-06")], "next": None}
    taken = [target(alice, None), target(bob, 250, "2031-06")]
    assert check(of_alice, "put", "targets", "/targets", {"targets": taken}) == {"kept": 2}
    assert kept(of_alice) == {f"{bob.user_id} 2031-06": "250.00"}
    assert of_alice.get("targets?since=2031-01&until=2031-05").json["data"] == []


def test_a_long_list_of_targets_comes_page_by_page(
    of_alice: Program, alice: Person, bob: Person
) -> None:
    asked = [target(one, 5, f"2031-{month:02}") for one in (alice, bob) for month in range(1, 5)]
    assert put(of_alice, *asked).status_code == 200
    met, cursor = [], ""
    while cursor is not None:
        page = of_alice.get(f"targets?since=2031-01&until=2031-12&limit=3&cursor={cursor}").json
        assert len(page["data"]) <= 3
        met += [(row["month"], row["of_id"]) for row in page["data"]]
        cursor = page["next"]
    assert met == sorted((one["month"], one["of_id"]) for one in asked)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"of": "firm"}, "targets[1].of"),
        ({"of_id": "me"}, "targets[1].of_id"),
        ({"of_id": "01a20000-0000-7000-8000-000000000000"}, "targets[1].of_id"),
        ({"of": "team"}, "targets[1].of_id"),
        ({"month": "2031-5"}, "targets[1].month"),
        ({"month": "1999-05"}, "targets[1].month"),
        ({"month": 5}, "targets[1].month"),
        ({"amount": "much"}, "targets[1].amount"),
        ({"amount": -1}, "targets[1].amount"),
        ({"amount": True}, "targets[1].amount"),
        ({"amount": {"amount": "5", "currency": "CNY"}}, "targets[1].amount"),
        ({"amount": {"amount": "5"}}, "targets[1].amount"),
        ({"was": "much"}, "targets[1].was"),
        ({"kind": "stretch"}, "targets[1].kind"),
    ],
)
def test_what_does_not_fit_is_named_and_none_is_kept(
    of_alice: Program, alice: Person, bob: Person, change: dict[str, Any], field: str
) -> None:
    refused = put(of_alice, target(alice, 5), target(bob, 6) | change)
    assert fields_in(refused) == [field]
    assert kept(of_alice) == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"targets": {}}, "targets"),
        ({"targets": [1]}, "targets[0]"),
        ({"targets": [{}]}, "targets[0].of"),
        ({"targets": [{}] * 501}, "targets"),
        ({"goals": []}, "goals"),
        ({}, "targets"),
    ],
)
def test_a_body_of_another_shape_is_refused(of_alice: Program, body: Any, field: str) -> None:
    assert field in fields_in(of_alice.call("PUT", "targets", body))


def test_a_target_that_is_another_by_now_is_not_overwritten(
    of_alice: Program, alice: Person, bob: Person
) -> None:
    assert put(of_alice, target(bob, 100, was=None)).status_code == 200
    late = put(of_alice, target(alice, 7), target(bob, 200, was=None))
    assert fields_in(late, 409) == ["targets[1].amount"]
    assert kept(of_alice) == {f"{bob.user_id} 2031-05": "100.00"}
    assert put(of_alice, target(bob, 200, was=pounds("100"))).status_code == 200
    # Who wants what stands already is in nobody's way.
    assert put(of_alice, target(bob, 200, was=100)).status_code == 200


def test_of_two_who_set_the_same_new_target_at_once_the_second_is_told(
    acme: Workspace, of_alice: Program, alice: Person, bob: Person
) -> None:
    answers: list[Any] = []
    both = (target(bob, 200), target(alice, 7))
    second = Thread(target=lambda: answers.append(put(of_alice, *both)))
    with acme.acting(alice) as by:
        set_target(by, USER, bob.user_id, date(2031, 5, 1), "100")
        second.start()
        # The other one waits for this transaction, which is over only then.
        while second.is_alive() and not by.session.scalar(WAITING):
            second.join(0.02)
    second.join(60)
    (late,) = answers
    assert fields_in(late, 409) == ["targets[0].amount"]
    assert kept(of_alice) == {f"{bob.user_id} 2031-05": "100.00"}


def test_a_page_shown_before_does_not_overwrite_a_target_either(
    alice: Person, of_alice: Program, bob: Person
) -> None:
    put(of_alice, target(bob, 100))
    name = f"user.{bob.user_id}.5"
    sent = {"year": "2031", name: "300", f"was.{name}": ""}
    refused = alice.client.post("/forecast/targets", data=sent)
    assert refused.status_code == 422
    assert "Somebody changed this target meanwhile." in refused.text
    assert f'name="{name}" value="300"' in refused.text
    assert f'name="was.{name}" value="100"' in refused.text
    again = alice.client.post("/forecast/targets", data=sent | {f"was.{name}": "100"})
    assert again.status_code == 303
    assert kept(of_alice) == {f"{bob.user_id} 2031-05": "300.00"}


def test_only_who_manages_targets_sets_them_and_others_see_their_own(
    of_alice: Program, program: Programs, alice: Person, bob: Person
) -> None:
    put(of_alice, target(alice, 5), target(bob, 6))
    his = program(bob)
    assert put(his, target(bob, 1)).status_code == 403
    assert f"{bob.user_id} 2031-05" in kept(his)
    assert program(alice, "account:read").get("targets").status_code == 403
    assert program(alice, "account:read").get("forecast").status_code == 403
    assert set(read(his)["paths"]["/targets"]) == {"get"}


def test_the_forecast_answers_as_it_is_described_by_period_person_and_team(
    acme: Workspace, of_alice: Program, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        in_stage(by, 0, "1000", "2031-05-31")  # 10 %, in the pipeline.
        in_stage(by, 2, "400", "2031-06-01", owner_id=bob.user_id)  # 50 %, best case.
        in_stage(by, 2, "9", "2020-06-01")
        team = create_team(by, name="North")
        by.session.get_one(User, bob.user_id).team_id = team.id
        team_id = str(team.id)
    put(of_alice, target(alice, 50), target(bob, 60, "2031-06"))
    put(of_alice, {"of": "team", "of_id": team_id, "month": "2031-06", "amount": 80})
    asked = "forecast?span=month&start=2031-05-17&periods=2"
    answer = check(of_alice, "get", asked, "/forecast")
    may, june = answer["data"]
    assert (may["start"], may["end"], may["of"], may["of_id"]) == (
        "2031-05-01",
        "2031-05-31",
        "all",
        None,
    )
    assert (may["pipeline"], may["weighted"]) == (pounds("1000.00"), pounds("100.00"))
    assert (june["best_case"], june["weighted"]) == (pounds("400.00"), pounds("200.00"))
    # Bob's team has a target of its own, Alice is in none.
    assert (may["target"], june["target"]) == (pounds("50.00"), pounds("80.00"))
    assert answer["overdue"] == {"count": 1, "amount": pounds("9.00")}
    people = check(of_alice, "get", f"{asked}&by=user", "/forecast")["data"]
    assert [(row["start"], row["of_id"], row["target"]) for row in people] == [
        ("2031-05-01", str(alice.user_id), pounds("50.00")),
        ("2031-06-01", str(bob.user_id), pounds("60.00")),
    ]
    teams = check(of_alice, "get", f"{asked}&by=team", "/forecast")["data"]
    north = [row for row in teams if row["of_id"] == team_id]
    assert [(row["of_id"], row["target"], row["best_case"]) for row in north] == [
        (team_id, None, pounds("0.00")),
        (team_id, pounds("80.00"), pounds("400.00")),
    ]
    (quarter,) = of_alice.get("forecast?span=quarter&start=2031-06-17").json["data"]
    assert (quarter["start"], quarter["end"]) == ("2031-04-01", "2031-06-30")
    assert (quarter["target"], quarter["weighted"]) == (pounds("130.00"), pounds("300.00"))


def test_a_forecast_of_one_pipeline_has_no_targets(
    acme: Workspace, of_alice: Program, alice: Person
) -> None:
    with acme.acting(alice) as by:
        other = repairs(by)
        in_stage(by, 0, "1000", "2031-05-31")
    put(of_alice, target(alice, 50))
    (line,) = of_alice.get(f"forecast?start=2031-05-01&pipeline_id={other.id}").json["data"]
    assert (line["pipeline"], line["target"]) == (pounds("0.00"), None)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("span=day", "span"),
        ("by=cat", "by"),
        ("start=2031-13-01", "start"),
        ("start=0001-01-01", "start"),
        ("periods=0", "periods"),
        ("periods=13", "periods"),
        ("pipeline_id=zzz", "pipeline_id"),
        ("until=2031", "until"),
        ("span=month&span=month", "span"),
    ],
)
def test_an_address_of_no_meaning_is_refused(of_alice: Program, said: str, field: str) -> None:
    assert fields_in(of_alice.get(f"forecast?{said}")) == [field]


@pytest.mark.parametrize(
    "said",
    [
        "since=2031",
        "until=2031-00",
        "year=2031",
        "limit=0",
        "cursor=zzz",
        "cursor=2031-05.user.me",
        "cursor=2031-13.user.01a20000-0000-7000-8000-000000000000",
    ],
)
def test_targets_of_no_month_are_refused(of_alice: Program, said: str) -> None:
    assert fields_in(of_alice.get(f"targets?{said}")) == [said.partition("=")[0]]


def test_whose_role_hides_amounts_has_no_forecast_by_program(
    acme: Workspace, bob: Person, program: Programs
) -> None:
    assert program(bob).get("forecast").status_code == 200
    narrow(acme, bob, "amount", FieldAccess.HIDDEN)
    assert program(bob).get("forecast").status_code == 403


def test_whose_role_hides_the_owner_is_told_nothing_of_people_and_teams(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        in_stage(by, 2, "400", "2031-05-01")
        other = repairs(by)
        role_id = by.session.get_one(User, bob.user_id).role_id
        whole = (Grant.role_id == role_id, Grant.record_type == "opportunity")
        by.session.execute(update(Grant).where(*whole).values(reach=int(Reach.ALL)))
    asked = "forecast?start=2031-05-01"
    assert program(bob).get(f"{asked}&by=user").status_code == 200
    narrow(acme, bob, "owner_id", FieldAccess.HIDDEN)
    his = program(bob)
    (line,) = his.get(asked).json["data"]
    assert line["best_case"] == pounds("400.00")
    for whose in ("user", "team"):
        assert his.get(f"{asked}&by={whose}").status_code == 403
    for who in ("person", "team"):
        page = bob.client.get(f"/forecast?start=2031-05-01&who={who}")
        assert page.status_code == 200
        assert ">£400<" in page.text
        assert "Alice" not in page.text
        assert "By person" not in page.text
    assert his.get(f"{asked}&pipeline_id={other.id}").status_code == 200
    narrow(acme, bob, "pipeline_id", FieldAccess.HIDDEN)
    assert program(bob).get(f"{asked}&pipeline_id={other.id}").status_code == 403
    assert "Repairs" not in bob.client.get("/forecast").text
