"""The pages of insight: what they tell whom, what opens their lists, and when they are silent."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.crm.models import Account
from app.insight.models import InsightSnapshot
from app.insight.operations.runs import current_run, firms_today
from app.kernel.actor import Actor, FieldAccess
from app.modules import install_record_types
from app.sales.models import Order
from tests.cast import Person, Workspace
from tests.insight.histories import AS_OF, crowd, reckoned, regular
from tests.sales.conftest import narrow

install_record_types()
PAGES = ("/insight", "/insight/classes", "/insight/leaving")


@pytest.fixture
def late_id(acme: Workspace, alice: Person) -> UUID:
    """A customer who is late, among others; all are Alice's."""
    with acme.acting(alice) as by:
        crowd(by, 35)
        late = regular(by, "Late Ltd", AS_OF - timedelta(days=75), every=29, times=8, amount=7770)
        reckoned(by)
        return late.id


def text_of(person: Person, url: str) -> str:
    answer = person.client.get(url)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def count_in(by: Actor, **values: str) -> int:
    """How many customers of the current run have these values."""
    rows = select(func.count()).where(InsightSnapshot.is_current)
    for key, value in values.items():
        rows = rows.where(getattr(InsightSnapshot, key) == value)
    return by.session.scalar(rows) or 0


@pytest.mark.usefixtures("late_id")
def test_each_page_says_as_of_when_and_on_how_much_data(alice: Person) -> None:
    for url in PAGES:
        text = text_of(alice, url)
        assert "As of 30 Jun 2025" in text
        assert re.search(r"36 customers, [\d,]+ purchases from", text)


@pytest.mark.usefixtures("late_id")
def test_every_cell_and_quadrant_opens_the_list_of_as_many(acme: Workspace, alice: Person) -> None:
    text = text_of(alice, "/insight") + text_of(alice, "/insight/classes")
    links = set(re.findall(r'href="(/accounts\?value_(\w+)=([\w-]+))"', text))
    assert len(links) > 8
    with acme.acting(alice) as by:
        expected = {url: count_in(by, **{key: value}) for url, key, value in links}
    for url, key, value in links:
        told = text_of(alice, f"/accounts/count?{url.partition('?')[2]}&total=exact")
        assert re.search(rf"\b{expected[url]}\b", told), (key, value, told)


@pytest.mark.usefixtures("late_id")
def test_a_list_that_is_filtered_so_says_it_in_words(alice: Person) -> None:
    text = text_of(alice, "/accounts?value_standing=leaving&value_quadrant__ne=risk")
    assert "Late Ltd" in text
    assert "May be leaving" in text
    assert "Risk customers" in text


def test_who_is_leaving_stands_with_the_reason_and_a_press_plans_the_call(
    acme: Workspace, alice: Person, late_id: UUID
) -> None:
    assert "/rescue" not in text_of(alice, "/insight/leaving"), "these figures are of long ago"
    with acme.acting(alice) as by:
        today = firms_today(by)
        by.session.execute(
            update(Order).values(ordered_at=Order.ordered_at + (today - AS_OF)),
            execution_options={"synchronize_session": False},
        )
        reckoned(by, today)
    text = text_of(alice, "/insight/leaving")
    assert "Late Ltd" in text
    assert "Usually orders every 29 days, last order 75 days ago." in text
    answer = alice.client.post(f"/insight/leaving/{late_id}/rescue")
    assert answer.status_code == 303
    assert "Keep the customer Late Ltd" in text_of(alice, answer.headers["Location"])
    text = text_of(alice, "/insight/leaving")
    assert "Follow-up under way" in text
    assert "Not measured yet" in text
    assert alice.client.post(f"/insight/leaving/{late_id}/rescue").status_code == 409


def test_the_account_and_home_tell_it_too(alice: Person, late_id: UUID) -> None:
    text = text_of(alice, f"/accounts/{late_id}")
    assert "Customer value" in text
    assert "Usually orders every 29 days" in text
    placed = re.findall(r'"(/home/widgets/[^"?]+)', text_of(alice, "/"))
    assert any("Late Ltd" in text_of(alice, url) for url in dict.fromkeys(placed))


@pytest.mark.usefixtures("late_id")
def test_who_reads_no_account_of_it_sees_none_and_sums_say_so(bob: Person) -> None:
    for url in PAGES:
        text = text_of(bob, url)
        assert "Late Ltd" not in text
        assert "/accounts?value_quadrant" not in text
    for url in PAGES[1:]:
        assert "of the customers that you may read" in text_of(bob, url)


@pytest.mark.parametrize(
    ("kind", "key", "statuses"),
    [
        ("order", "net", (403, 403, 403)),
        ("order", "ordered_at", (403, 403, 403)),
        ("opportunity", "amount", (403, 200, 200)),
    ],
)
@pytest.mark.usefixtures("late_id")
def test_who_is_kept_from_what_figures_are_made_of_is_kept_from_them(
    acme: Workspace, dora: Person, kind: str, key: str, statuses: tuple[int, int, int]
) -> None:
    narrow(acme, dora, key, FieldAccess.HIDDEN, kind)
    found = tuple(dora.client.get(url).status_code for url in PAGES)
    assert found == statuses
    is_open = dora.client.get("/accounts?value_quadrant=risk").status_code
    assert is_open == 422, "a filter would betray it as well"


def test_below_thirty_customers_the_pages_are_silent_and_say_why(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        crowd(by, 29)
        reckoned(by)
        account_id = by.session.scalar(select(Account.id).limit(1))
    for url in PAGES:
        text = text_of(alice, url)
        assert "So far 29 customers have bought." in text
        assert "/accounts?value_" not in text
    assert "As of 30 Jun" not in text_of(alice, f"/accounts/{account_id}")
    assert alice.client.get("/accounts?value_segment=new").status_code == 422


def test_before_the_first_run_the_pages_say_that_nothing_was_reckoned(alice: Person) -> None:
    for url in PAGES:
        assert "Not reckoned yet" in text_of(alice, url)


def test_a_run_is_begun_by_a_press_and_a_second_is_told_to_wait(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    assert dora.client.post("/insight/runs").status_code == 403
    answer = alice.client.post("/insight/runs", data={"as_of": "2999-01-01"})
    assert answer.status_code == 422
    assert "Choose a day that has come" in answer.text
    assert alice.client.post("/insight/runs", data={"as_of": "2025-06-30"}).status_code == 303
    answer = alice.client.post("/insight/runs", data={"as_of": "2025-06-30"})
    assert answer.status_code == 409
    assert "being reckoned already" in answer.text
    with acme.acting(alice) as by:
        assert current_run(by) is None


def test_settings_show_what_is_wrong_and_lose_nothing_typed(alice: Person) -> None:
    sent = {
        "version": "0",
        "current_by": "own",
        "potential_by": "mean",
        "current_own": "many",
        "basis": "revenue",
        "strategic.name.en": "Allies",
    }
    answer = alice.client.post("/settings/insight", data=sent)
    assert answer.status_code == 422
    assert "This must be a number." in answer.text
    assert 'value="many"' in answer.text
    assert 'value="Allies"' in answer.text
    answer = alice.client.post("/settings/insight", data={**sent, "current_own": "1000"})
    assert answer.status_code == 303
    assert 'value="Allies"' in text_of(alice, "/settings/insight")
