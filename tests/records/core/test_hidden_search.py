"""A search tells nothing of a field that the reader's role hides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.modules import install_record_types
from app.records.query import Query, page
from app.records.registry import registry
from tests.cast import Workspace
from tests.factories import make_contact

install_record_types()


def found_by(by: Actor, q: str) -> list[str]:
    """The names of the contacts that a search finds."""
    return [row.name for row in page(registry().type("contact"), Query(q=q), by, ["name"]).rows]


def without(by: Actor, *hidden: str) -> Actor:
    """The same actor in a role that hides fields of contacts."""
    fields = {("contact", key): FieldAccess.HIDDEN for key in hidden}
    return replace(by, rights=Rights(grants={("contact", "read"): Reach.ALL}, fields=fields))


@pytest.mark.parametrize("q", ["7946", "frank@fence", "+44 20 7946 0123", "fr"])
def test_what_is_hidden_can_not_be_probed(acme: Workspace, q: str) -> None:
    with acme.scope():
        by = acme.actor()
        make_contact(
            by,
            last_name="Müller",
            first_name="Uwe",
            phone="+442079460123",
            email="frank@fence.example",
        )
        assert found_by(by, q) == ["Uwe Müller"]
        assert found_by(without(by, "phone", "email"), q) == []


def test_what_is_not_hidden_is_still_found(acme: Workspace) -> None:
    with acme.scope():
        by = acme.actor()
        make_contact(by, last_name="王", first_name="少帆", phone="+8613800138000")
        assert found_by(without(by, "phone"), "少帆") == ["王少帆"]
        assert found_by(without(by, "phone"), "王") == ["王少帆"]
