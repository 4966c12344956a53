"""Products over the API: names by language, amounts with currency, numbers that are unique."""

from __future__ import annotations

from tests.cast import Person
from tests.records.api.conftest import Programs, fields_in

NAME = {"en": "Hammer drill", "zh-CN": "冲击钻"}


def test_a_product_is_made_read_changed_and_found(alice: Person, program: Programs) -> None:
    api = program(alice)
    sent = {"name": NAME, "number": "BF-18", "list_price": "469.50", "tax_rate": 13}
    made = api.post("products", sent)
    assert made.status_code == 201, made.text
    one = f"products/{made.json['id']}"
    told = api.get(one).json
    assert told["name"] == NAME
    assert told["list_price"] == {"amount": "469.50", "currency": "GBP"}
    assert (told["tax_rate"], told["status"]) == (13, "active")
    changed = api.patch(one, {"name": {**NAME, "zh-CN": "锤钻"}})
    assert changed.json["name"]["zh-CN"] == "锤钻"
    for asked in ("q=锤钻", "q=hammer", "name=锤钻", "name__starts=Ham", "list_price__gt=469"):
        assert [row["name"]["en"] for row in api.get(f"products?{asked}").json["data"]] == [
            "Hammer drill"
        ], asked
    assert api.get("products?name__contains=冲击").json["data"] == []
    plain = api.post("products", {"name": "Mug"})
    assert plain.json["name"] == {"en": "Mug"}


def test_what_does_not_fit_is_refused_at_its_field(alice: Person, program: Programs) -> None:
    api = program(alice)
    assert api.post("products", {"name": NAME, "number": "BF-18"}).status_code == 201
    again = api.post("products", {"name": {"de": "Bohrer"}, "number": "bf-18", "tax_rate": "x"})
    assert again.status_code == 422
    assert fields_in(again) == ["name", "tax_rate"]
    twice = api.post("products", {"name": "Other", "number": "bf-18"})
    assert fields_in(twice) == ["number"]
    rows = [{"name": "A", "number": "N"}, {"name": "B", "number": "n"}]
    many = api.post("products/bulk", {"verb": "create", "records": rows})
    assert many.status_code == 422
    assert fields_in(many) == ["records[1].number"]
