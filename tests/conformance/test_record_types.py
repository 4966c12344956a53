"""Every record type through every standard verb, as every role: what is granted, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.events import Event
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.identity.seeds import BUILT_IN
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.errors import Missing, NotPermitted, Refused
from app.modules import install_record_types
from app.records.access import fetch, readable_fields, writable_keys
from app.records.called import called_text
from app.records.door import perform
from app.records.duplicates import groups
from app.records.duplicates.deny import deny, undeny
from app.records.duplicates.facts import How
from app.records.duplicates.match import match_many
from app.records.fields import Field
from app.records.filters import Filter
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.pages.columns import layout
from app.records.pages.form import edit_form
from app.records.pages.record import record_page
from app.records.pages.timeline import Asked
from app.records.query import Query, count, page
from app.records.references import titles
from app.records.registry import registry
from app.records.types import RecordType
from app.records.values import as_json
from tests.cast import Workspace
from tests.conformance.examples import make, values_for

TYPES = tuple(install_record_types())
ROLES = tuple(seed.key for seed in BUILT_IN)
GRANTS = {seed.key: seed.grants for seed in BUILT_IN}

every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)
known_again = pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.signs], ids=lambda one: one.key
)
every_role = pytest.mark.parametrize("role", ROLES)


@pytest.fixture
def boss(acme: Workspace) -> Iterator[Actor]:
    """The service acting in Acme's scope, in whose name the colleague's records are made."""
    with acme.scope():
        yield acme.actor()


def somebody(acme: Workspace, role: str) -> Actor:
    """A new colleague with this role, in a team of nobody else."""
    by = acme.actor()
    user = create_user(
        by,
        email=f"{role}@acme.example",
        name=f"Sam {role.title()}",
        role=role_by_key(by.session, role),
        password="a-Long-and-good-one-7",
    )
    return acme.actor(user)


def reach_of(role: str, record_type: RecordType, verb: str) -> Reach | None:
    """How far a built-in role reaches, read from its seed and not from the code under test."""
    return Reach.ALL if role == "owner" else GRANTS[role].get((record_type.key, verb))


def events_of(by: Actor, record_type: RecordType, record: object) -> list[str]:
    rows = by.session.scalars(
        select(Event.verb)
        .where(Event.record_type == record_type.key, Event.record_id == record.id)  # type: ignore[attr-defined]
        .order_by(Event.at, Event.id)
    )
    return list(rows)


@every_type
@every_role
def test_a_role_creates_what_it_may_and_nothing_else(
    acme: Workspace, boss: Actor, record_type: RecordType, role: str
) -> None:
    values = values_for(record_type, boss)
    by = somebody(acme, role)
    rows = select(func.count()).select_from(record_type.model)
    before = by.session.scalar(rows)
    if reach_of(role, record_type, "create") is None:
        with pytest.raises(NotPermitted):
            perform(record_type, "create", by=by, **values)
        assert by.session.scalar(rows) == before
    else:
        fields = record_type.by_key
        asked = {k for k, one in fields.items() if one.required or not one.to}
        asked &= writable_keys(record_type, by) | set(record_type.inputs)
        values = {k: one for k, one in values.items() if k in asked or k in record_type.inputs}
        for key, one in fields.items():
            if one.required and one.to and one.to != "user":  # One that the role may read.
                its = make(registry().type(one.to), boss, owner_id=str(by.user_id))
                values[key] = str(its.id)
        record = perform(record_type, "create", by=by, **values)
        assert record.owner_id == by.user_id
        assert events_of(by, record_type, record)[0] == "created"


@every_type
@every_role
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_role_changes_a_strangers_record_only_where_it_reaches_all(
    acme: Workspace, boss: Actor, record_type: RecordType, role: str, verb: str
) -> None:
    record = make(record_type, boss)
    by = somebody(acme, role)
    change = {"owner_id": str(by.user_id)} if verb == "update" else {}
    if reach_of(role, record_type, verb) is Reach.ALL:
        found = fetch(record_type, record.id, by, verb)
        perform(record_type, verb, found, by=by, **change)
        assert events_of(by, record_type, record)[-1] == f"{verb}d"
        return
    seen = reach_of(role, record_type, "read") is Reach.ALL
    with pytest.raises(NotPermitted if seen else Missing):
        fetch(record_type, record.id, by, verb)
    with pytest.raises(NotPermitted):
        perform(record_type, verb, record, by=by, **change)
    assert events_of(by, record_type, record)[-1] not in ("updated", "deleted")


@every_type
@every_role
def test_a_list_shows_what_a_role_may_read(
    acme: Workspace, boss: Actor, record_type: RecordType, role: str
) -> None:
    record = make(record_type, boss)
    by = somebody(acme, role)
    keys = [column.key for column in record_type.columns]
    ids = [row.id for row in page(record_type, Query(limit=200), by, keys).rows]
    assert (record.id in ids) is (reach_of(role, record_type, "read") is Reach.ALL)


@every_type
def test_what_was_given_comes_back(boss: Actor, record_type: RecordType) -> None:
    values = values_for(record_type, boss)
    record = perform(record_type, "create", by=boss, **values)
    boss.session.expire(record)
    for key, value in values.items():
        if key in record_type.inputs:  # It is no field.
            continue
        held = record_type.by_key[key].value(record)
        assert str(as_json(held)) == str(value), key


@every_type
def test_the_sort_and_search_keys_are_filled(boss: Actor, record_type: RecordType) -> None:
    record = make(record_type, boss)
    title = record_type.title_of(record)
    found = page(record_type, Query(q=title), boss, [record_type.title.key])
    assert record.id in [row.id for row in found.rows]


@every_type
def test_a_record_goes_and_comes_back(boss: Actor, record_type: RecordType) -> None:
    record = make(record_type, boss)
    perform(record_type, "delete", record, by=boss)
    with pytest.raises(Missing):
        fetch(record_type, record.id, boss)
    perform(record_type, "restore", record, by=boss)
    assert fetch(record_type, record.id, boss) is record
    assert events_of(boss, record_type, record)[-2:] == ["deleted", "restored"]


def reaching_own(by: Actor) -> Actor:
    """Somebody who reads of every type no more than what they own."""
    return replace(by, rights=Rights(grants={(one.key, "read"): Reach.OWN for one in TYPES}))


def of_references() -> list[tuple[RecordType, Field]]:
    """Every reference of every type to a record that a person can choose."""
    return [
        (one, field)
        for one in TYPES
        for field in one.fields
        if field.to and field.to != "user" and not field.readonly
    ]


@pytest.mark.parametrize(
    ("record_type", "field"), of_references(), ids=lambda one: getattr(one, "key", "")
)
def test_a_reference_names_only_what_may_be_read(
    acme: Workspace, boss: Actor, record_type: RecordType, field: Field
) -> None:
    target_type = registry().type(field.to or "")
    target = make(target_type, boss)
    by = reaching_own(somebody(acme, "sales_rep"))
    record = make(record_type, boss, owner_id=str(by.user_id), **{field.key: str(target.id)})

    def named() -> list[object]:
        rows = page(record_type, Query(limit=200), by, [field.key]).rows
        return [getattr(row, f"{field.key}__title") for row in rows if row.id == record.id]

    assert named() == [None]
    assert titles(target_type.key, [target.id], by) == {}
    perform(target_type, "update", target, by=boss, owner_id=str(by.user_id))
    called = called_text(target_type, target, by)
    assert named() == [called]
    assert titles(target_type.key, [target.id], by) == {target.id: called}
    assert called.endswith(target_type.title_of(target))


@pytest.mark.parametrize(
    ("record_type", "field"),
    [(one, field) for one, field in of_references() if field.to != one.key],
    ids=lambda one: getattr(one, "key", ""),
)
def test_a_reference_to_what_a_role_may_not_read_is_no_field_for_it(
    boss: Actor, record_type: RecordType, field: Field
) -> None:
    record = make(record_type, boss)
    verbs = {(one.key, verb): Reach.ALL for one in TYPES for verb in one.verbs}
    grants = {key: reach for key, reach in verbs.items() if key[0] != field.to}
    by = replace(boss, rights=Rights(grants=grants))
    assert field in readable_fields(record_type, boss)
    assert field not in readable_fields(record_type, by)
    assert field.key not in layout(record_type, by).keys
    form = edit_form(record_type, record, by)
    assert field.key not in [control.key for control in (*form.first, *form.more)]
    page = record_page(record_type, record, by, None, Asked())
    assert field.key not in [one.key for one in (*page.shown, *page.folded)]
    for operator in ("eq", "ne", "in", "isnull"):
        with pytest.raises(Refused):
            count(record_type, Query(filters=(Filter(field.key, operator, "true"),)), by)
    with pytest.raises(Refused):
        count(record_type, Query(filters=(Filter(field.key, "eq", str(record.id)),)), by)
    with pytest.raises(NotPermitted):
        perform(record_type, "update", record, by=by, **{field.key: None})


mergeable = pytest.mark.parametrize(
    "record_type", [one for one in TYPES if one.can_merge], ids=lambda one: one.key
)


@mergeable
def test_two_of_every_type_become_one_and_two_again(boss: Actor, record_type: RecordType) -> None:
    unlike = {one.key: "" for one in record_type.fields if one.is_unique}
    one, other = make(record_type, boss), make(record_type, boss, **unlike)
    referring = [
        (holder, field, make(holder, boss, **{field.key: str(other.id)}))
        for holder in TYPES
        for field in holder.fields
        if field.to == record_type.key and not field.readonly and not unlike_unique(holder)
    ]
    boss.session.expire_all()
    before = {
        field.key: field.value(one) for field in record_type.fields if field.key != "updated_at"
    }
    done = merge_records(record_type, one.id, [other.id], by=boss)
    boss.session.expire_all()
    assert all(field.value(record) == one.id for _holder, field, record in referring)
    with pytest.raises(Missing):
        fetch(record_type, other.id, boss)
    undo_merge(done.id, by=boss)
    boss.session.expire_all()
    assert all(field.value(record) == other.id for _holder, field, record in referring)
    assert fetch(record_type, other.id, boss).id == other.id
    assert {key: record_type.field(key).value(one) for key in before} == before


@known_again
def test_two_of_a_type_that_is_known_again_are_found_denied_and_merged(
    boss: Actor, record_type: RecordType
) -> None:
    one, other = make(record_type, boss), make(record_type, boss)
    pair = {one.id, other.id}

    def found(how: How | None = None) -> list[set[UUID]]:
        shown = groups.find_groups(record_type, boss, groups.Asked(how))
        return [{*group.ids} for group in shown if pair & {*group.ids}]

    signs = {sign.how for sign in record_type.signs}
    assert signs == set(groups.seen_signs(record_type, boss))
    assert found() == [pair]
    assert any(found(how) == [pair] for how in signs)
    assert match_many(record_type, [one.__dict__], boss) == [sorted(pair)]
    assert deny(record_type, sorted(pair), by=boss) == 1
    assert found() == []
    assert undeny(record_type, sorted(pair), by=boss) == 1
    assert found() == [pair]
    merge_records(record_type, one.id, [other.id], by=boss)
    assert found() == []


def unlike_unique(record_type: RecordType) -> bool:
    """True for a type of which no two can be made with the same example values."""
    return any(one.is_unique for one in record_type.fields)


@pytest.mark.parametrize(
    "record_type", [one for one in TYPES if not one.can_merge], ids=lambda one: one.key
)
def test_what_declares_no_merging_is_not_merged(boss: Actor, record_type: RecordType) -> None:
    one, other = make(record_type, boss), make(record_type, boss)
    with pytest.raises(Refused, match="can't be merged"):
        merge_records(record_type, one.id, [other.id], by=boss)
