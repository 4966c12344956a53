"""Demo data: deterministic, plausible, and the same shape at any size."""

import itertools
import re
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.demo.ages import entered
from app.demo.business_ids import credit_check, organisation_check
from app.demo.diary import activities
from app.demo.generate import accounts, contacts, contacts_of
from app.demo.people import WORKSPACES
from app.kernel.folding import has_han
from app.kernel.phones import to_e164
from tenants.starters import load_starter

SUNDAY = datetime(2026, 11, 22, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
WEDNESDAY = SUNDAY + timedelta(days=3)
NAMES = ("beifeng", "harbor", "mixed")


def diary(workspace, *, n=400, as_of=WEDNESDAY, seed=1):
    return list(activities(seed, n, workspace, accounts=60, contacts=150, as_of=as_of))


def starter_of(workspace):
    demo = {it.slug: it.starter for it in WORKSPACES}
    return load_starter(demo[workspace])


@pytest.mark.parametrize("workspace", NAMES)
def test_the_same_seed_gives_the_same_data(workspace):
    assert list(accounts(5, 200, workspace)) == list(accounts(5, 200, workspace))
    first = list(contacts(5, 300, workspace, accounts=100))
    assert first == list(contacts(5, 300, workspace, accounts=100))
    assert first != list(contacts(6, 300, workspace, accounts=100))
    assert diary(workspace) == diary(workspace)


def test_the_data_do_not_depend_on_the_hash_seed_of_the_process():
    code = (
        "from app.demo.generate import accounts, contacts;"
        "print(list(accounts(3, 300, 'mixed')), list(contacts(3, 300, 'mixed', accounts=90)))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_more_accounts_begin_with_the_same_ones():
    assert list(itertools.islice(accounts(1, 5000, "mixed"), 50)) == list(accounts(1, 50, "mixed"))


def test_the_demo_firm_has_customers_at_home_and_abroad():
    listed = list(accounts(1, 126, "beifeng"))
    at_home = sum(account.country == "CN" for account in listed)
    assert at_home == 84
    assert len({account.name for account in listed}) == 126
    assert len({account.country for account in listed}) > 12


@pytest.mark.parametrize("workspace", NAMES)
def test_names_and_mails_are_single(workspace):
    firms = list(accounts(2, 3000, workspace))
    assert len({account.website for account in firms}) == 3000
    assert len({account.name for account in firms}) > 2950
    people = list(contacts(2, 6000, workspace, accounts=3000))
    assert len(people) == len({person.email for person in people}) == 6000
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z0-9-]+\.example", person.email) for person in people)


def test_half_of_grown_data_is_chinese():
    people = list(contacts(4, 4000, "mixed", accounts=1000))
    chinese = sum(has_han(person.last_name) for person in people)
    assert 0.45 < chinese / len(people) < 0.55


@pytest.mark.parametrize("workspace", [one for one in NAMES if one != "mixed"])
def test_every_value_is_one_that_the_starter_lists(workspace):
    starter = starter_of(workspace)
    for account in accounts(3, 1500, workspace):
        for field in ("industry", "size", "customer_kind", "source"):
            keys = {choice.key for choice in starter.choices("account", field)}
            assert getattr(account, field) in keys
    ways = {choice.key for choice in starter.choices("activity", "way")}
    assert {seed.way for seed in diary(workspace) if seed.kind == "follow_up"} <= ways


@pytest.mark.parametrize("workspace", NAMES)
def test_numbers_can_be_dialled_and_reach_nobody(workspace):
    firms = list(accounts(3, 500, workspace))
    for number in (
        *(a.phone for a in firms),
        *(c.phone for c in contacts(3, 500, workspace, accounts=200)),
    ):
        assert not number or to_e164(number, "CN") == number
        if number.startswith("+861"):
            assert number[6:9] == "000" or number.startswith("+86105550")
        elif number.startswith("+1"):
            assert "55501" in number


def test_chinese_firms_have_a_right_credit_code_and_others_none():
    for account in accounts(3, 500, "mixed"):
        code = account.business_id
        assert bool(code) == (account.country == "CN")
        if code:
            assert re.fullmatch(r"91\d{6}[0-9A-HJ-NP-RTUW-Y]{10}", code)
            assert code[16] == organisation_check(code[8:16])
            assert code[17] == credit_check(code[:17])


def test_the_check_characters_are_those_of_the_standard():
    assert organisation_check("D2143569") == "X"  # The example of GB 11714.
    assert credit_check("91350100M000100Y4") == "3"  # The example of GB 32100.


def test_every_contact_belongs_to_one_account_and_the_first_have_most():
    ranges = [contacts_of(a, contacts=1000, accounts=300) for a in range(300)]
    assert [index for members in ranges for index in members] == list(range(1000))
    assert len(ranges[0]) > len(ranges[-1])
    found = list(contacts(1, 1000, "mixed", accounts=300))
    assert all(index in ranges[person.account] for index, person in enumerate(found))


def test_contacts_without_accounts_are_none():
    assert list(contacts(1, 10, "mixed", accounts=0)) == []
    assert list(activities(1, 10, "mixed", accounts=0, contacts=0, as_of=SUNDAY)) == []


@pytest.mark.parametrize("workspace", NAMES)
@pytest.mark.parametrize("as_of", [SUNDAY, WEDNESDAY])
def test_the_diary_lies_around_its_moment_in_working_hours(workspace, as_of):
    now = as_of.astimezone(UTC)
    for seed in diary(workspace, as_of=as_of):
        moment = seed.due or seed.at
        local = moment.astimezone(as_of.tzinfo)
        assert local.weekday() < 5
        assert 9 <= local.hour < 18
        assert now - timedelta(days=200) < moment < now + timedelta(days=22)
        if seed.done:
            assert moment < now
        if seed.kind in {"follow_up", "note"}:
            assert seed.done
        if seed.kind == "task":
            assert seed.at < now
        if seed.next_at:
            assert seed.next_at > seed.at


def test_the_diary_has_work_done_work_to_come_and_a_little_overdue():
    seeds = diary("beifeng", n=1000)
    now = WEDNESDAY.astimezone(UTC)
    overdue = [seed for seed in seeds if seed.due and seed.due < now and not seed.done]
    to_come = [seed for seed in seeds if (seed.due or seed.at) > now]
    assert 10 < len(overdue) < 80
    assert 100 < len(to_come) < 250
    assert {seed.kind for seed in seeds} >= {"follow_up", "task", "call", "meeting", "note"}


@pytest.mark.parametrize("workspace", NAMES)
def test_texts_are_filled_and_name_a_contact_of_the_account(workspace):
    for seed in diary(workspace):
        assert seed.subject
        assert "{" not in seed.subject + seed.body
        members = contacts_of(seed.account, contacts=150, accounts=60)
        assert seed.contact in members if members else seed.contact is None


def test_colleagues_write_in_the_language_of_their_firm():
    assert all(has_han(seed.subject) for seed in diary("beifeng"))
    assert not any(has_han(seed.subject + seed.body) for seed in diary("harbor"))


def test_records_stream_with_flat_memory():
    def peak(n):
        tracemalloc.start()
        for _ in contacts(1, n, "mixed", accounts=n // 3):
            pass
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(100)
    assert peak(20_000) < peak(5_000) + 4_000_000


def test_each_demo_workspace_has_the_six_people_who_sign_in():
    for workspace in WORKSPACES:
        mailboxes = [
            person.email.removesuffix(f"@{workspace.slug}.example") for person in workspace.people
        ]
        assert mailboxes == ["owner", "manager", "rep", "agent", "marketer", "viewer"]
        assert len({person.phone for person in workspace.people}) == 6
        assert load_starter(workspace.starter).language == workspace.language


@pytest.mark.parametrize("workspace", NAMES)
@pytest.mark.parametrize("as_of", [SUNDAY, WEDNESDAY])
def test_nothing_is_done_with_a_record_before_it_was_entered(workspace, as_of):
    ages = [seed.age for seed in accounts(1, 60, workspace)]
    people = list(contacts(1, 150, workspace, accounts=60))
    born = [entered(age, as_of) for age in ages]
    for person in people:
        assert entered(person.age, as_of) >= born[person.account]
    for seed in diary(workspace, n=2000, as_of=as_of):
        assert seed.at >= born[seed.account]
        if seed.contact is not None:
            assert seed.at >= entered(people[seed.contact].age, as_of)


def test_records_are_entered_on_working_mornings_before_now():
    for days in range(5, 60):
        age = timedelta(days=days / 2, minutes=7)
        at = entered(age, SUNDAY).astimezone(SUNDAY.tzinfo)
        assert (at.weekday() < 5, at.hour) == (True, 8)
        assert at < SUNDAY
    moments = [entered(timedelta(hours=hours), SUNDAY) for hours in range(50, 2000, 3)]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("workspace", NAMES)
def test_what_is_planned_does_not_read_as_what_came_of_it(workspace):
    seeds = diary(workspace, n=3000)
    planned = {(seed.kind, seed.subject) for seed in seeds if not seed.done and seed.kind != "task"}
    told = {(seed.kind, seed.subject) for seed in seeds if seed.done}
    assert len(planned) > 20
    assert not planned & told
