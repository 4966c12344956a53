"""A declaration that names what there is not fails when the service starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.records.fields import Field
from app.records.registry import Registry, registry
from tests.cast import Workspace


@pytest.mark.parametrize("wrong", ["told_by", "to"])
def test_a_field_that_names_no_record_type_fails_the_start(acme: Workspace, wrong: str) -> None:
    account = registry().type("account")

    def misspelt(field: Field) -> Field:
        return replace(field, **{wrong: "acivity"}) if getattr(field, wrong) else field

    types = [one for one in registry() if one is not account]
    Registry([account, *types])
    broken = replace(account, fields=tuple(misspelt(one) for one in account.fields))
    with pytest.raises(ValueError, match="'acivity', which is no record type"):
        Registry([broken, *types])
