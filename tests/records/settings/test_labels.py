"""No two fields of a type read the same, in either language."""

from __future__ import annotations

import pytest

from app.kernel.errors import Refused
from app.records.custom.operations import bring_back_field, get_field, retire_field
from tests.cast import Person, Workspace
from tests.records.settings.conftest import Define, Fields

NEW = "/settings/fields/accounts/new"


@pytest.mark.parametrize(
    ("typed", "beside", "told"),
    [
        ({"label.en": "Wood", "label.zh-CN": "木头"}, "label.en", "Another field is called"),
        ({"label.en": " WOOD "}, "label.en", "Another field is called"),
        ({"label.en": "Timber", "label.zh-CN": "木材"}, "label.zh-CN", "Another field is called"),
        ({"label.en": "Industry"}, "label.en", "A built-in field is called"),
        ({"label.en": "Trade", "label.zh-CN": "行业"}, "label.zh-CN", "A built-in field is called"),
        ({"label.zh-CN": "行业"}, "label.zh-CN", "A built-in field is called"),
        # Who reads Chinese sees the English name of a field that has no Chinese one.
        ({"label.en": "行业"}, "label.en", "A built-in field is called"),
    ],
)
def test_a_label_that_is_taken_is_refused_beside_its_input(
    alice: Person, define: Define, fields: Fields, typed: dict[str, str], beside: str, told: str
) -> None:
    define()
    answer = alice.client.post(NEW, data={"kind": "text", "help.en": "Kept", **typed})
    assert answer.status_code == 422
    assert f'id="{beside}-error"' in answer.text
    assert told in answer.text
    assert 'value="Kept"' in answer.text
    assert len(fields()) == 1


def test_the_same_label_stands_on_another_type(define: Define) -> None:
    define()
    define(on="contact")


def test_a_field_is_not_renamed_to_a_label_that_is_taken(
    alice: Person, define: Define, fields: Fields
) -> None:
    define()
    stone = define(label="Stone")
    path = f"/settings/fields/accounts/{stone.id}"
    sent = {"version": str(stone.version), "label.en": "wood"}
    answer = alice.client.post(path, data=sent)
    assert answer.status_code == 422
    assert 'id="label.en-error"' in answer.text
    same = alice.client.post(path, data={**sent, "label.en": "Stone", "help.en": "Hard"})
    assert same.status_code == 303, "its own label stands in nobody's way"


def test_a_retired_field_does_not_come_back_beside_its_namesake(
    acme: Workspace, alice: Person, define: Define
) -> None:
    retired = define()
    with acme.acting(alice) as by:
        retire_field(by, get_field(by, retired.id))
    define()
    with acme.acting(alice) as by, pytest.raises(Refused, match="Another field is called"):
        bring_back_field(by, get_field(by, retired.id))


def test_a_conflict_tells_what_else_is_wrong(alice: Person, define: Define) -> None:
    define()
    stone = define(label="Stone")
    path = f"/settings/fields/accounts/{stone.id}"
    seen = {"version": str(stone.version)}
    alice.client.post(path, data={**seen, "label.en": "Rock"})
    answer = alice.client.post(path, data={**seen, "label.en": "Wood"})
    assert answer.status_code == 409
    assert "Somebody changed this field while you were editing it." in answer.text
    assert 'id="label.en-error"' in answer.text
