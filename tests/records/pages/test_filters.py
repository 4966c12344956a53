"""The builder of filters and the chips that it leaves: chosen, told, changed and taken off."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from app.records.filters import Filter, Group, write_filters
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact

CHIP = re.compile(r'<a class="chip-open"[^>]*>(.*?)<b>(.*?)</b></a>')


def names(html: str) -> list[str]:
    return re.findall(r'<a class="who-name"[^>]*>([^<]*)</a>', html)


def chips(html: str) -> list[str]:
    return [unescape(f"{label}{text}") for label, text in CHIP.findall(html)]


def build(person: Person, collection: str, **sent: str | list[str]) -> TestResponse:
    """What the builder answers to a form; a dot in a name is written as two underscores."""
    pairs = {name.replace("__", "."): value for name, value in sent.items()}
    query = urlencode({"rest": "", **pairs}, doseq=True)
    return person.client.get(f"/{collection}/filter?{query}")


def arguments(answer: TestResponse) -> dict[str, str]:
    """The arguments of the list that the builder leads to."""
    assert answer.status_code == 303, answer.text
    query = urlsplit(answer.headers["Location"]).query
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


@pytest.mark.parametrize(
    ("key", "way", "values", "name", "text"),
    [
        ("city", "contains", ["ee"], "city__contains", "ee"),
        ("city", "eq", ["Leeds"], "city", "Leeds"),
        ("city", "empty", [], "city__isnull", "true"),
        ("lifecycle", "in", ["customer", "former"], "lifecycle__in", "customer,former"),
        ("country", "ne", ["GB"], "country__ne", "GB"),
        ("owner_id", "eq", ["my_team"], "owner_id", "my_team"),
        ("parent_id", "below", [str(UUID(int=5))], "parent_id__below", str(UUID(int=5))),
        ("created_at", "period", ["this_week"], "created_at", "this_week"),
        ("created_at", "last", ["30"], "created_at", "last_30_days"),
        ("last_activity_at", "stale", ["14"], "last_activity_at__stale", "14"),
        ("next_step_at", "ago", ["3"], "next_step_at__lt", "3_days_ago"),
        ("next_step_at", "before", ["2026-11-24"], "next_step_at__lt", "2026-11-24"),
        (
            "created_at",
            "between",
            ["2026-11-01", "2026-11-30"],
            "created_at__between",
            "2026-11-01,2026-11-30",
        ),
        ("parent_id.city", "eq", ["Leeds"], "parent_id.city", "Leeds"),
    ],
)
def test_a_condition_leads_to_the_list_and_is_shown_again_as_it_was_chosen(
    acme: Workspace, alice: Person, key: str, way: str, values: list[str], name: str, text: str
) -> None:
    row = {"c__0__f": key, "c__0__w": way, "c__0__v": values}
    answer = build(alice, "accounts", do="apply", **row)
    assert arguments(answer) == {name: text}
    again = alice.client.get(f"/accounts/filter?{urlencode({name: text})}").text
    assert f'<option value="{key}" selected>' in again
    assert f'<option value="{way}" selected>' in again
    for value in values:
        assert f'value="{value}" selected' in again or f'value="{value}"' in again


def test_conditions_are_joined_as_their_groups_say(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence", city="Leeds")
        make_account(by, "Gate", city="York", lifecycle="customer")
        make_account(by, "Hedge", city="York")
    sent: dict[str, str | list[str]] = {
        "c__how": "or",
        "c__0__f": "city",
        "c__0__w": "eq",
        "c__0__v": "Leeds",
        "c__1__how": "and",
        "c__1__0__f": "city",
        "c__1__0__w": "eq",
        "c__1__0__v": "York",
        "c__1__1__f": "lifecycle",
        "c__1__1__w": "in",
        "c__1__1__v": ["customer"],
    }
    answer = build(alice, "accounts", do="apply", **sent)
    page = alice.client.get(answer.headers["Location"]).text
    assert sorted(names(page)) == ["Fence", "Gate"]
    assert chips(page) == ["Any of City Leeds, (All of City York, Lifecycle Customer)"]
    again = unescape(alice.client.get(f"/accounts/filter?{urlencode(arguments(answer))}").text)
    assert 'name="c.1.1.v" value="customer" checked' in again


def test_what_else_the_address_says_is_kept(acme: Workspace, alice: Person) -> None:
    opened = alice.client.get("/accounts/filter?city=York&sort=name&q=fen").text
    rest = re.search(r'name="rest" value="([^"]*)"', opened)
    assert rest is not None
    answer = build(
        alice, "accounts", rest=unescape(rest[1]), do="apply", c__0__f="city", c__0__v="x"
    )
    assert arguments(answer) == {"city__contains": "x", "sort": "name", "q": "fen"}
    cleared = re.search(r'<a class="btn" href="([^"]*)"', opened)
    assert cleared is not None
    assert unescape(cleared[1]) == "/accounts?q=fen&sort=name"


def test_rows_and_groups_are_added_and_removed(acme: Workspace, alice: Person) -> None:
    row = {"c__0__f": "city", "c__0__w": "eq", "c__0__v": "Leeds", "c__0__was": "city|text"}
    more = build(alice, "accounts", do="add", **row).text
    assert 'name="c.1.f"' in more
    assert 'value="Leeds"' in more
    grouped = build(alice, "accounts", do="group", **row).text
    assert 'name="c.1.how"' in grouped
    assert 'name="c.1.0.f"' in grouped
    less = build(alice, "accounts", do="drop.0", **row).text
    assert 'value="Leeds"' not in less
    assert 'name="c.0.f"' in less
    for odd in (
        "drop.",
        "drop.7",
        "drop.x.y",
        "add.0",
        "add.-1",
        "group.9.9",
        "nonsense",
        "drop.²",
    ):
        assert build(alice, "accounts", do=odd, **row).status_code == 200


def test_another_field_brings_its_own_controls(acme: Workspace, alice: Person) -> None:
    row = {"c__0__f": "lifecycle", "c__0__w": "contains", "c__0__v": "Leeds"}
    page = build(alice, "accounts", do="show.0", c__0__was="city|text", **row).text
    assert 'type="checkbox" name="c.0.v" value="customer"' in page
    assert not re.search(r'<input class="input"[^>]*value="Leeds"', page)
    dates = build(alice, "accounts", do="show.0", c__0__f="created_at", c__0__w="between").text
    assert dates.count('type="date"') == 2


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"c__0__f": "city", "c__0__w": "eq"}, "Give a value to compare with."),
        ({"c__0__f": "created_at", "c__0__w": "last", "c__0__v": "x"}, "Enter a date and time"),
        (
            {"c__0__f": "created_at", "c__0__w": "between", "c__0__v": "2026-11-01"},
            "Give two values",
        ),
        ({"c__0__f": "created_at", "c__0__w": "stale", "c__0__v": "0"}, "Give a number of days"),
        ({"c__0__f": "nothing", "c__0__v": "x"}, "be filtered by nothing"),
    ],
)
def test_what_does_not_fit_is_said_beside_it_and_nothing_is_lost(
    acme: Workspace, alice: Person, sent: dict[str, str], told: str
) -> None:
    kept = {"c__1__f": "name", "c__1__w": "eq", "c__1__v": "Fence"}
    answer = build(alice, "accounts", do="apply", **sent, **kept)
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert 'id="c-0-error"' in answer.text
    assert 'value="Fence"' in answer.text
    for value in sent.values():
        assert value in answer.text


def test_too_many_conditions_are_refused_in_the_form(acme: Workspace, alice: Person) -> None:
    rows = {
        f"c__{n}__{part}": text for n in range(31) for part, text in (("f", "city"), ("v", "a"))
    }
    answer = build(alice, "accounts", do="apply", **rows)
    assert answer.status_code == 422
    assert "at most 30 conditions" in answer.text


def test_a_filter_that_the_form_has_no_control_for_is_kept(acme: Workspace, alice: Person) -> None:
    page = alice.client.get("/accounts/filter?created_at__lte=this_month").text
    assert "up to this month" in page
    row = {"c__0__f": "created_at", "c__0__op": "lte", "c__0__v": "this_month"}
    assert arguments(build(alice, "accounts", do="apply", **row)) == {
        "created_at__lte": "this_month"
    }


def test_a_filter_of_many_conditions_tells_how_many_and_all_of_them_to_the_pointer(
    alice: Person,
) -> None:
    cities = [Filter("city", "eq", one) for one in ("Leeds", "York", "Hull")]
    four = [*cities, Filter("lifecycle", "eq", "customer")]
    page = ""
    for parts, told in (
        (cities, "Any of City Leeds, City York, City Hull"),
        (four, "Any of 4 conditions"),
    ):
        written = write_filters([Group("or", tuple(parts))])
        page = alice.client.get(f"/accounts?{urlencode(written)}").text
        assert chips(page) == [told]
    assert 'title="Any of City Leeds, City York, City Hull, Lifecycle Customer"' in page


def test_a_chip_says_its_condition_opens_it_and_takes_it_off(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        fence = make_account(by, "Fence & Sons", city="Leeds")
        make_contact(by, "Ash", "Ann", account_id=str(fence.id))
    query = f"account_id={fence.id}&account_id.city=Leeds&created_at=last_30_days"
    page = alice.client.get(f"/contacts?{query}").text
    assert names(page) == ["Ann Ash"]
    assert chips(page) == ["Account Fence & Sons", "Account › City Leeds", "Created last 30 days"]
    opened = re.findall(r'<a class="chip-open" href="([^"]*)"', page)
    assert unescape(opened[1]).endswith("&at=1")
    form = alice.client.get(unescape(opened[1])).text
    assert re.search(r'name="c\.1\.v"[^>]* autofocus', form)
    taken = [unescape(url) for url in re.findall(r'<a class="chip-x" href="([^"]*)"', page)]
    assert "account_id.city" not in taken[1]
    assert chips(alice.client.get(taken[1]).text) == [
        "Account Fence & Sons",
        "Created last 30 days",
    ]


def test_typed_search_keeps_the_whole_tree(acme: Workspace, alice: Person) -> None:
    tree = json.dumps({"or": [{"f": "city", "v": "Leeds"}, {"f": "city", "v": "York"}]})
    page = alice.client.get(f"/accounts?filter={quote(tree)}").text
    kept = re.search(r'<input type="hidden" name="filter" value="([^"]*)">', page)
    assert kept is not None
    assert len(json.loads(unescape(kept[1]))["or"]) == 2


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("city__isnull=true", "城市 未填写"),
        ("last_activity_at__stale=14", "最近跟进 近 14 天没有"),
        ("owner_id=my_team", "负责人 我的部门"),
        ("created_at=this_quarter", "创建时间 本季度"),
        ("lifecycle__nin=customer,former", None),
    ],
)
def test_chips_speak_chinese(acme: Workspace, alice: Person, query: str, told: str | None) -> None:
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    found = chips(alice.client.get(f"/accounts?{query}").text)
    assert len(found) == 1
    assert not re.search("[A-Za-z]{3,}", found[0])
    if told is not None:
        assert found == [told]


def test_fields_are_found_by_their_name_and_by_pinyin(acme: Workspace, alice: Person) -> None:
    found = alice.client.get("/contacts/filter/fields?q=indus").text
    assert 'data-value="account_id.industry"' in found
    assert 'data-value="account_id.parent_id.industry"' in found  # A step further.
    assert found.count('role="option"') == 2
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert 'data-value="city"' in alice.client.get("/accounts/filter/fields?q=chengshi").text
    assert "option-none" in alice.client.get("/accounts/filter/fields?q=qqqq").text


def test_a_box_offers_the_records_own_fields_and_says_what_typing_finds(alice: Person) -> None:
    bare = alice.client.get("/contacts/filter/fields").text
    assert 'data-value="title"' in bare
    assert 'data-value="account_id.industry"' not in bare
    assert "Type to find what related records say" in bare
    assert "Account" in bare.partition("related records say")[2]


def test_a_drawer_holds_of_the_fields_what_is_chosen(alice: Person) -> None:
    """The rest is fetched by the box; a page for whoever has no scripts holds them all."""
    asked = "/contacts/filter?account_id.industry=retail&title=Buyer"
    whole = alice.client.get(asked).text
    drawer = alice.client.get(asked, headers={"HX-Request": "true"}).text
    for key in ("account_id.industry", "title"):
        assert f'<option value="{key}" selected>' in whole
        assert f'<option value="{key}" selected>' in drawer
    assert '<option value="email">' in whole
    assert '<option value="email">' not in drawer


def test_colleagues_are_offered_with_oneself_and_ones_team(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    found = alice.client.get("/accounts/filter/people?q=").text
    assert found.index('data-value="me"') < found.index(str(bob.user_id))
    assert 'data-value="my_team"' in found
    found = alice.client.get("/accounts/filter/people?q=bob").text
    assert 'data-value="me"' not in found


def test_a_hidden_field_is_offered_nowhere(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting() as by:
        role = role_by_key(by.session, "sales_rep")
        hidden = {("account", "city"): FieldAccess.HIDDEN}
        write_rights(by, role, acme.actor(bob).rights.grants, hidden)
    for path in ("/accounts/filter", "/contacts/filter", "/contacts/filter/fields?q=c"):
        assert "city" not in bob.client.get(path).text
    opened = bob.client.get("/accounts/filter?city=Leeds")
    assert opened.status_code == 200
    assert '<option value="city" selected>city</option>' in opened.text
    answer = build(bob, "accounts", do="apply", c__0__f="city", c__0__v="Leeds")
    unknown = build(bob, "accounts", do="apply", c__0__f="nope", c__0__v="Leeds")
    assert answer.status_code == unknown.status_code == 422
    assert answer.text.count("city") == unknown.text.count("nope")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("filter=%7B", "The filters in this address can’t be read."),
        ("nothing=1", "This list can't be filtered by nothing."),
        ("created_at=someday", "Enter a date and time like"),
        ("sort=nothing", "This list can't be sorted by that."),
    ],
)
def test_an_address_that_asks_for_what_can_not_be_leads_to_the_whole_list(
    acme: Workspace, alice: Person, query: str, told: str
) -> None:
    answer = alice.client.get(f"/accounts?{query}")
    assert answer.status_code == 422
    assert told in unescape(answer.text)
    assert '<a class="btn" href="/accounts">' in answer.text
    part = alice.client.get(f"/accounts?{query}", headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert "<html" not in part.text
    assert told in unescape(part.text)


def test_the_builder_of_a_broken_filter_is_refused(acme: Workspace, alice: Person) -> None:
    assert alice.client.get("/accounts/filter?filter=%7B").status_code == 422
