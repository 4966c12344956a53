"""Reports that take longer than a page waits: made by a worker, kept for their reader, stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Select, delete, func, literal, select, update

from app.crm.models import Account
from app.identity.models import Grant, Notice, User
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.kernel.actor import Reach
from app.kernel.ids import new_id
from app.reports.engine import run
from app.reports.runs import stopping
from app.reports.runs.models import ReportRun
from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import HostClient, Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_contact
from tests.records.api.conftest import Programs, program

__all__ = ["program"]
BY_COUNTRY = {"record_type": "account", "groups": [{"field": "country"}]}
BY_ACCOUNT = {"record_type": "contact", "groups": [{"field": "account_id"}]}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reports take a minute, while the page waits a twentieth of a second, until it is undone."""

    def sleeping(*_asked: Any) -> Select[Any]:
        return select(literal(0).label("level"), func.pg_sleep(60).label("m0_0"))

    @contextmanager
    def sleeps(wait_ms: int = 50) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(run, "statement", sleeping)
            patch.setitem(run.run_report.__kwdefaults__, "limit_ms", wait_ms)
            yield

    return sleeps


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """Two German firms of Bob's and one British of Alice's, each with somebody of Bob's."""
    with acme.acting(alice) as by:
        for name, country, owner in (("Zug", "DE", bob), ("Öl", "DE", bob), ("Rye", "GB", alice)):
            made = make_account(by, name, country=country, owner_id=owner.user_id)
            make_contact(by, f"Of {name}", account_id=str(made.id), owner_id=str(bob.user_id))


def begun(client: HostClient, definition: dict[str, Any], name: str = "By country") -> str:
    form = {"definition": json.dumps(definition), "name": name}
    answer = client.post("/reports/runs", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def numbers(html: str) -> list[str]:
    return re.findall(r'<td class="num">(?:<a href="[^"]*">)?([^<]*)', html)


def build_url(definition: dict[str, Any]) -> str:
    return f"/reports/build?{urlencode({'definition': json.dumps(definition)})}"


@pytest.mark.usefixtures("firms")
def test_what_takes_long_is_made_by_a_worker_and_kept_for_its_reader(
    acme: Workspace, alice: Person, worker: Worker, slow: Any
) -> None:
    client = alice.sign_in()
    form = {"definition": json.dumps(BY_COUNTRY), "name": "Slow one", "audience": "private"}
    place = str(client.post("/reports/save", data=form).headers["Location"])
    with slow():
        page = client.get(place)
        assert "longer than two seconds" in page.text
        assert 'data-hx-trigger="load, submit"' in page.text
        url = begun(client, BY_COUNTRY)
        assert "waits for its turn" in client.get(url).text
        assert "waits for its turn" in client.get(place).text
        assert begun(client, BY_COUNTRY) == url
    worker.drain()
    with slow():
        for address in (url, place, build_url(BY_COUNTRY)):
            made = client.get(address)
            assert numbers(made.text) == ["2", "1", "3"], made.text
            assert "Counted in the background" in made.text
        assert "longer than two seconds" in client.get(f"{place}?fresh=1").text
        file = {"definition": json.dumps(BY_COUNTRY), "name": "x", "format": "csv"}
        lines = client.post("/reports/file", data=file | {"run": url.rpartition("/")[2]})
        assert lines.get_data(as_text=True).splitlines()[-1] == "All,3"
    with acme.scope() as session:
        told = session.scalars(select(Notice.text).where(Notice.url == url)).all()
        assert told == ["Your report is ready: By country"]


@pytest.mark.usefixtures("firms")
def test_a_result_is_nobody_else_s(
    alice: Person, bob: Person, charlie: Person, worker: Worker, slow: Any
) -> None:
    url = begun(alice.sign_in(), BY_COUNTRY)
    worker.drain()
    for person in (bob, charlie):
        assert person.sign_in().get(url).status_code == 404
        assert person.sign_in().post(f"{url}/cancel").status_code == 404
    with slow():
        assert "longer than two seconds" in bob.sign_in().get(build_url(BY_COUNTRY)).text


def sees_more(acme: Workspace, bob: Person) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        mine = (Grant.role_id == role.id, Grant.record_type == "account", Grant.verb == "read")
        session.execute(update(Grant).where(*mine).values(reach=Reach.ALL))
        role.stamp = new_id()


def sees_no_city(acme: Workspace, bob: Person) -> None:
    hide(acme, bob, "account", "city")


def joins_a_team(acme: Workspace, bob: Person) -> None:
    with acme.scope() as session:
        by = acme.actor()
        change_team(by, session.get_one(User, bob.user_id), create_team(by, name="North"))


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("change", [sees_more, sees_no_city, joins_a_team])
def test_a_result_is_dropped_when_its_reader_s_rights_change(
    acme: Workspace, bob: Person, worker: Worker, change: Callable[[Workspace, Person], None]
) -> None:
    client = bob.sign_in()
    url = begun(client, BY_COUNTRY)
    worker.drain()
    assert numbers(client.get(url).text) == ["2", "2"]
    change(acme, bob)
    answer = client.get(url)
    assert "What you may see has changed" in answer.text
    assert not numbers(answer.text)
    assert client.get(url).status_code == 404  # Nothing of it is kept.


@pytest.mark.usefixtures("firms")
def test_a_result_of_records_that_may_not_be_read_any_more_is_refused(
    acme: Workspace, bob: Person, worker: Worker
) -> None:
    client = bob.sign_in()
    url = begun(client, BY_COUNTRY)
    worker.drain()
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        of_accounts = (Grant.role_id == role.id, Grant.record_type == "account")
        session.execute(delete(Grant).where(*of_accounts))
        role.stamp = new_id()
    assert client.get(url).status_code == 403


@pytest.mark.usefixtures("firms")
def test_names_of_what_the_reader_may_not_open_any_more_are_not_told(
    acme: Workspace, alice: Person, bob: Person, worker: Worker
) -> None:
    client = bob.sign_in()
    url = begun(client, BY_ACCOUNT)
    worker.drain()
    assert "Zug" in client.get(url).text
    with acme.scope() as session:
        changed = update(Account).where(Account.name == "Zug")
        session.execute(changed.values(owner_id=alice.user_id))
    page = client.get(url)
    assert page.status_code == 200
    assert "Zug" not in page.text
    assert "Öl" in page.text


@pytest.mark.usefixtures("firms")
def test_periods_of_a_kept_result_are_those_of_its_day(
    alice: Person, worker: Worker, clock: Clock
) -> None:
    client = alice.sign_in()
    today = {**BY_COUNTRY, "period": {"field": "created_at", "in": "today"}}
    url = begun(client, today)
    worker.drain()
    assert numbers(client.get(url).text) == ["2", "1", "3"]
    clock.shift(timedelta(days=1))
    client = alice.sign_in()
    page = client.get(url).text
    assert numbers(page) == ["2", "1", "3"]
    *_others, every = re.findall(r'<td class="num"><a href="([^"]*)">', page)
    assert "Rye" in client.get(unescape(every)).text
    # Opened as itself, "today" is another day by now.
    assert "Counted in the background" not in client.get(build_url(today)).text
    clock.shift(timedelta(days=8))
    assert alice.sign_in().get(url).status_code == 404


@pytest.mark.usefixtures("firms")
def test_a_report_that_runs_is_stopped_in_the_database_too(
    acme: Workspace, alice: Person, worker: Worker, slow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "EVERY", 0.05)
    client = alice.sign_in()
    url = begun(client, BY_COUNTRY)
    with slow():
        working = Thread(target=worker.drain)
        working.start()
        while True:
            with acme.scope() as session:
                if session.scalar(select(Work.state)) == "running":
                    break
        assert client.post(f"{url}/cancel").status_code == 303
        working.join(30)  # Half of what the statement would take.
        assert not working.is_alive()
    page = client.get(url)
    assert "It was stopped" in page.text
    with acme.scope() as session:
        assert session.scalars(select(Work.state)).all() == ["cancelled"]
        assert session.scalars(select(Notice.id).where(Notice.url == url)).all() == []
    assert client.post(f"{url}/cancel").status_code == 422


@pytest.mark.usefixtures("firms")
def test_whoever_left_gets_nothing_counted(acme: Workspace, bob: Person, worker: Worker) -> None:
    begun(bob.sign_in(), BY_COUNTRY)
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    worker.drain()
    with acme.scope() as session:
        assert session.scalars(select(Work.state)).all() == ["failed"]
        assert session.scalars(select(ReportRun.as_of)).all() == [None]


@pytest.mark.usefixtures("firms")
def test_one_person_has_only_so_many_made_at_once(alice: Person) -> None:
    client = alice.sign_in()
    for number in range(3):
        begun(client, {**BY_COUNTRY, "groups": [{"field": "country", "most": number + 1}]})
    form = {"definition": json.dumps(BY_ACCOUNT), "name": "One more"}
    answer = client.post("/reports/runs", data=form)
    assert answer.status_code == 422
    assert "3 of your reports are being made" in answer.text


@pytest.mark.usefixtures("firms")
def test_programs_are_told_where_a_slow_report_will_be(
    alice: Person, program: Programs, worker: Worker, slow: Any
) -> None:
    calls = program(alice)
    with slow():
        asked = calls.post("reports/run", {"definition": BY_COUNTRY})
        assert asked.status_code == 202
        place = asked.headers["Location"].removeprefix("/api/v1/")
        assert calls.get(place).json["state"] == "waiting"  # type: ignore[index]
    worker.drain()
    made = calls.get(place).json
    assert made is not None
    assert made["state"] == "done"
    # Its person finds it as well, and does not take it away by looking.
    seen = alice.sign_in().get(f"/{place}")
    assert numbers(seen.text)
    assert calls.get(place).status_code == 200
    at_once = calls.post("reports/run", {"definition": BY_COUNTRY}).json
    assert at_once is not None
    assert made["numbers"]["rows"] == at_once["rows"]
    # A token that may do less than the one that asked is shown nothing of it.
    assert program(alice, "account:update").get(place).status_code in (403, 404)
