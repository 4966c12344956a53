"""Filters over a workspace's own fields: every kind, by every operator that it is told to have."""

from __future__ import annotations

from typing import Any

import pytest

from app.kernel.actor import Actor
from app.records.custom.kinds import KINDS
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.filters import Filter, operators_of
from app.records.query import Query, page
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account

COLOURS = ({"label": {"en": "Red"}}, {"label": {"en": "Green"}})
# What three records hold, and what each filter finds of them: 0 and 1 hold a value, 2 holds none.
CASES: dict[str, tuple[Any, Any, dict[tuple[str, str], str]]] = {
    "text": ("Äpfel", "birnen", {("contains", "ÄPF"): "0", ("starts", "BIR"): "1"}),
    "long_text": ("One\nTwo", "Three", {("contains", "two"): "0"}),
    "number": (10, 9, {("gt", "9.5"): "0", ("between", "1,9"): "1", ("in", "9,10"): "01"}),
    "money": (1200, 99, {("gte", "1,200"): "0", ("lt", "1200"): "1"}),
    "amount": (
        {"amount": "1200", "currency": "GBP"},
        99,
        {("gte", "1,200"): "0", ("lt", "GBP 1200"): "1", ("in", "99,1200"): "01"},
    ),
    "percent": (50, 5, {("lte", "5%"): "1", ("ne", "5"): "02"}),
    "day": (
        "2026-11-22",
        "2025-01-01",
        {("between", "2026-11-01,2026-11-30"): "0", ("lt", "2026-11-22"): "1"},
    ),
    "moment": (
        "2026-11-22T09:30:00Z",
        "2026-11-22T10:30:00Z",
        {("eq", "2026-11-22"): "01", ("lt", "2026-11-22T10:00:00Z"): "0", ("stale", "3650"): "2"},
    ),
    "time": ("09:30", "10:30", {("lt", "10:00"): "0", ("between", "10:00,11:00"): "1"}),
    "choice": ("red", "green", {("in", "red,green"): "01", ("nin", "red"): "12"}),
    "choices": (["red"], ["red", "green"], {("eq", "green"): "1", ("nin", "green"): "02"}),
    "flag": (True, False, {("eq", "true"): "0", ("ne", "true"): "12"}),
    "email": ("ann@a.example", "bea@b.example", {("contains", "B.EX"): "1"}),
    "phone": ("+442079460018", "+442079460000", {("eq", "020 7946 0018"): "0"}),
    "url": ("https://a.example", "https://b.example", {("starts", "https://b"): "1"}),
    "user": ("me", None, {("eq", "me"): "0", ("in", "me,my_team"): "0", ("ne", "my_team"): "12"}),
}


def found(by: Actor, key: str, operator: str, text: str) -> str:
    asked = Query(filters=(Filter(key, operator, text),), sort="created_at", limit=200)
    return "".join(row.name for row in page(tailored("account", by), asked, by, ("name",)).rows)


def test_every_kind_has_a_case() -> None:
    assert set(KINDS) - set(CASES) == {"reference"}


@pytest.mark.parametrize("kind", CASES)
def test_a_field_of_ones_own_is_filtered_like_any_other(
    acme: Workspace, alice: Person, kind: str
) -> None:
    first, second, asked = CASES[kind]
    with acme.acting(alice) as by:
        options = COLOURS if KINDS[kind].has_options else ()
        wish = Wish({"en": "Own"}, options=options)
        key = define_field(by, tailored("account", by), kind, wish).key
    with acme.acting(alice) as by:
        for name, value in (("0", first), ("1", second), ("2", None)):
            sent = str(alice.user_id) if value == "me" else value
            make_account(by, name, **({} if sent is None else {key: sent}))
        empty = "12" if second is None else "2"
        assert found(by, key, "isnull", "true") == empty
        for (operator, text), names in asked.items():
            assert found(by, key, operator, text) == names, (operator, text)
        field = tailored("account", by).by_key[key]
        assert {operator for operator, _text in asked} <= set(operators_of(field))
