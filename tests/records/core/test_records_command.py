"""`zuke records`: what derives from a declaration, on a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cli.main import main


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["records", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_names_every_type_with_its_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    found = {one["type"]: one for one in shown(capsys, "list")}
    assert list(found) == [
        "account",
        "contact",
        "activity",
        "product",
        "product_category",
        "lead",
        "opportunity",
        "price_book",
        "price",
        "quote",
        "order",
        "contract",
        "invoice",
        "payment",
    ]
    assert found["activity"]["verbs"][-2:] == ["complete", "reopen"]
    assert main(["records", "list"]) == 0
    assert capsys.readouterr().out.count("\n") == 14


def test_a_type_is_shown_by_its_singular_or_plural_with_all_that_derives(
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = shown(capsys, "show", "contact")
    assert facts == shown(capsys, "show", "contacts")
    fields = {one["key"]: one for one in facts["fields"]}
    assert fields["account_id"]["to"] == "account"
    assert fields["email"]["kind"] == "email"
    assert "kept by the product" in fields["name"]["is"]
    assert "contains" in fields["email"]["filters"]
    assert "stale" not in fields["email"]["filters"]
    assert "stale" in fields["created_at"]["filters"]
    assert "contact:update" in facts["permissions"]
    assert "contact.restored" in facts["events"]
    assert "PATCH /api/v1/contacts/<id>" in facts["api"]
    assert "POST /api/v1/contacts/<id>/restore" in facts["api"]
    assert "GET /contacts/new" in facts["pages"]
    assert main(["records", "show", "activities"]) == 0
    told = capsys.readouterr().out
    assert "one of follow_up, note" in told
    assert "filters eq ne in nin" in told


def test_an_unknown_type_is_one_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "show", "spaceship"]) == 1
    assert (
        "There are: account, contact, activity, product, product_category, lead, opportunity,"
        " price_book, price, quote, order, contract, invoice, payment." in capsys.readouterr().err
    )
