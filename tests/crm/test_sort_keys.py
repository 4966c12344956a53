"""Records from before a release that orders lists by more texts."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.crm.jobs import fill_every_sort_key
from app.crm.models import Account, Activity, Contact, Product
from app.crm.operations import orders
from app.kernel.searchkeys import number_key
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements


def test_older_records_get_the_keys_that_new_ones_have_and_keep_their_version(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(orders, "CHUNK", 2)
    monkeypatch.setattr(orders, "enqueue", lambda _by, _kind, payload: asked.append(payload))
    with acme.acting(alice) as by:
        firms = [make_account(by, f"Firm {city}", city=city) for city in ("北京", "Bath", None)]
        person = make_contact(by, "曾", title="Head of fences")
        task = make_activity(by, "task", subject="Mend the fence")
        product = perform("product", "create", by=by, name={"en": "Post"}, number="P-10")
        by.session.execute(update(Product).values(number_sort="p 10"))
        for model, key in (
            (Account, "city"),
            (Contact, "title"),
            (Contact, "last_name"),
            (Activity, "subject"),
        ):
            by.session.execute(update(model).values({f"{key}_sort": None}))
        payload: dict[str, object] = {}
        for _round in range(9):
            fill_every_sort_key.run(by, payload)
            if not asked:
                break
            payload = asked.pop()
        for one in (*firms, person, task, product):
            by.session.refresh(one)
        assert product.number_sort == number_key("P-10")
        assert [one.city_sort for one in firms] == ["bei3北 jing1京", "bath", None]
        assert (person.title_sort, task.subject_sort) == ("head of fences", "mend the fence")
        assert person.last_name_sort == "zeng1曾"
        assert {one.version for one in (*firms, person, task)} == {1}
        with statements() as seen:
            fill_every_sort_key.run(by, {})
        assert not [one for one in seen if one.startswith("UPDATE")]  # All of it stands already.
