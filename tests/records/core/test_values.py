"""Values: what each kind of field takes, and what it answers to the rest."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, Session

from app.kernel import model
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.fields import Field, Option
from app.records.values import Unfit, as_json, read_value
from tenants.facts import State, TenantFacts
from tests.cast import Person, Workspace
from tests.factories import make_account


class Apart(DeclarativeBase):
    """Keeps the sample out of the product's tables."""

    type_annotation_map = model.Base.type_annotation_map


class Sample(Apart):
    """An attribute of every kind."""

    __tablename__ = "samples"

    id: Mapped[model.Id]
    text: Mapped[model.Short | None]
    long_text: Mapped[model.LongText | None]
    email: Mapped[model.Email | None]
    phone: Mapped[model.Phone | None]
    url: Mapped[model.Url | None]
    choice: Mapped[model.Choice | None]
    whole: Mapped[model.Whole | None]
    flag: Mapped[model.Flag | None]
    moment: Mapped[model.Moment | None]
    day: Mapped[model.Day | None]
    reference: Mapped[model.Reference | None]


OPTIONS = (Option("red", _("Red")), Option("blue", _("Blue")))
SOME_ID = UUID("01a20172-c7fd-73c7-b690-51729345771b")

GOOD = [
    ("text", "  Fence & Sons ", "Fence & Sons"),
    ("text", "王小明 😀", "王小明 😀"),
    ("text", "{{7*7}} <b>${7*7}</b>", "{{7*7}} <b>${7*7}</b>"),
    ("text", "x" * 80, "x" * 80),
    ("text", "   ", None),
    ("text", "", None),
    ("text", None, None),
    ("long_text", "one\r\ntwo\rthree\u2028four\tfive", "one\ntwo\nthree\nfour\tfive"),
    ("long_text", "x" * 20_000, "x" * 20_000),
    ("email", " Li@Firm.Example ", "Li@firm.example"),
    ("email", "李@公司.example", "李@公司.example"),
    ("phone", "020 7946 0018", "+442079460018"),
    ("phone", "+86 138 0013 8000", "+8613800138000"),
    ("phone", "020 7946 0018 ext. 12", "+442079460018 x12"),
    ("phone", "转123", "x123"),
    ("url", "firm.example", "https://firm.example"),
    ("url", "http://firm.example/a?b=c#d", "http://firm.example/a?b=c#d"),
    ("url", "www.公司.example", "https://www.公司.example"),
    ("choice", "red", "red"),
    ("choice", " Red ", "red"),
    ("whole", "1,200", 1200),
    ("whole", -5, -5),
    ("whole", 2**53, 2**53),
    ("flag", True, True),
    ("flag", "on", True),
    ("flag", "0", False),
    ("moment", "2026-11-22T09:30:00Z", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
    ("moment", "2026-11-22T17:30:00+08:00", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
    ("moment", "2026-07-01 10:30", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
    ("day", "2026-11-22", date(2026, 11, 22)),
    ("reference", str(SOME_ID), SOME_ID),
    ("reference", SOME_ID, SOME_ID),
]
BAD = [
    *(
        (kind, value)
        for kind in ("text", "email", "choice")
        for value in (5, True, ["a"], {"a": 1}, 1.5)
    ),
    ("text", "a\x00b"),
    ("text", "a\x1bb"),
    ("text", "\ud800"),
    ("text", "two\nlines"),
    ("text", "two\rlines"),
    ("text", "two\u2028lines"),
    ("text", "x" * 81),
    ("long_text", "x" * 20_001),
    ("email", "li"),
    ("email", "li@firm.example\nBcc: x@y.example"),
    ("email", "a" * 250 + "@b.example"),
    ("phone", "none"),
    ("phone", "123"),
    ("phone", "x"),
    ("phone", "12 x123"),
    ("phone", "ask for 12 at the gate"),
    ("phone", "1" * 41),
    ("url", "javascript:alert(1)"),
    ("url", "https://user@firm.example"),
    ("url", "https://firm"),
    ("url", "ftp://firm.example"),
    ("url", "firm.example/" + "x" * 485),
    ("choice", "green"),
    ("whole", "1.5"),
    ("whole", 1.5),
    ("whole", True),
    ("whole", 2**53 + 1),
    ("whole", 10**400),
    ("whole", "9" * 5000),
    ("flag", "maybe"),
    ("flag", 2),
    ("flag", ["true"]),
    ("moment", "tomorrow"),
    ("moment", 5),
    ("moment", "0001-01-01T00:00:00+14:00"),
    ("moment", "9999-12-31T23:59:59-14:00"),
    ("moment", "1899-12-31"),
    ("moment", "2026-13-01"),
    ("day", "2026-02-30"),
    ("day", "2026-11-22T00:00:00"),
    ("day", 20261122),
    ("day", "2300-01-01"),
    ("reference", "x"),
    ("reference", 5),
    ("reference", [str(SOME_ID)]),
]


@pytest.fixture
def by() -> Actor:
    """Somebody in London; reading a value takes no database."""
    facts = TenantFacts(
        id=SOME_ID,
        slug="acme",
        name="Acme Ltd",
        db_role="t_x",
        schema="t_x",
        state=State.ACTIVE,
        zone="Europe/London",
        country="GB",
    )
    return service_actor(Session(), facts, datetime(2026, 11, 22, 9, 30, tzinfo=UTC), via="web")


def field_of(kind: str) -> Field:
    return Field(getattr(Sample, kind), _("Sample"), options=OPTIONS)


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_a_kind_takes_what_people_write(by: Actor, kind: str, raw: Any, value: Any) -> None:
    assert field_of(kind).kind == kind
    assert read_value(field_of(kind), raw, by, ()) == value


@pytest.mark.parametrize(("kind", "raw"), BAD)
def test_a_kind_refuses_what_it_can_not_hold(by: Actor, kind: str, raw: Any) -> None:
    with pytest.raises(Unfit) as caught:
        read_value(field_of(kind), raw, by, ())
    assert str(caught.value.message)


@pytest.mark.parametrize(
    "kind", ["text", "long_text", "email", "phone", "url", "whole", "moment", "flag"]
)
@pytest.mark.parametrize("piece", ["a", ".", "@", "1", " ", "-", "a.", "@a", "://", "１"])
def test_no_value_keeps_a_server_busy(by: Actor, kind: str, piece: str) -> None:
    begun = time.thread_time()  # What it costs, however busy the machine is with others.
    tries = (piece * 20_000, piece * 150, "http://" + piece * 120 + " ", "a@" + piece * 120)
    for text in tries:
        with suppress(Unfit):
            read_value(field_of(kind), text, by, ())
    assert time.thread_time() - begun < 1.5


def test_every_value_comes_out_as_json() -> None:
    assert as_json(datetime(2026, 11, 22, 9, 30, tzinfo=UTC)) == "2026-11-22T09:30:00Z"
    assert as_json(date(2026, 11, 22)) == "2026-11-22"
    assert as_json(SOME_ID) == str(SOME_ID)
    assert [as_json(one) for one in (None, 5, True, "x")] == [None, 5, True, "x"]


def test_all_that_is_wrong_is_said_at_once(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as caught:
        make_account(by, "", email="x", kind="other", nothing="x", created_at="2026-01-01")
    assert set(caught.value.errors) == {"name", "email", "kind", "nothing", "created_at"}


def test_an_account_can_not_stand_below_itself(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        top = make_account(by, "Top")
        middle = make_account(by, "Middle", parent_id=top.id)
        low = make_account(by, "Low", parent_id=middle.id)
        for above in (top, middle, low):
            with pytest.raises(Refused) as caught:
                perform("account", "update", top, by=by, parent_id=above.id)
            assert list(caught.value.errors) == ["parent_id"]
            by.session.refresh(top)
        perform("account", "update", low, by=by, parent_id=top.id)
