"""What programs are told of the firm and of invitations."""

from __future__ import annotations

from app.identity.operations.invitations import MOST_USES, WAYS
from app.kernel.language import LOCALES, OFFERED, _
from app.records.openapi.parts import (
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
    refused,
    sent,
)
from app.records.openapi.values import Schema

FIRM_TAG, TAG = _("Firm and workspace"), _("Invitations")
FACTS: dict[str, Schema] = {
    "name": {**TEXT, "minLength": 1},
    "language": one_of(*OFFERED),
    "zone": TEXT,
    "country": {**TEXT, "minLength": 2, "maxLength": 2},
    "currency": {**TEXT, "minLength": 3, "maxLength": 3},
}
FIRM: dict[str, Schema] = {"Firm": record_of(**dict.fromkeys(FACTS, TEXT), slug=TEXT)}
FIRM_SENT = sent((), **FACTS)
FIRM_ONE = {"200": answer(ref("Firm"))}

NAMED: dict[str, Schema] = {
    "Invitation": record_of(
        id=ID,
        way=one_of(*WAYS),
        email=nullable(TEXT),
        role_id=ID,
        team_id=nullable(ID),
        language=TEXT,
        max_uses=WHOLE,
        uses=WHOLE,
        created_by_id=nullable(ID),
        created_at=MOMENT,
        expires_at=MOMENT,
        url=nullable(TEXT),
    )
}
WISHED: dict[str, Schema] = {
    "way": one_of(*WAYS),
    "role_id": ID,
    "team_id": nullable(ID),
    "email": TEXT,
    "max_uses": {**WHOLE, "minimum": 1, "maximum": MOST_USES},
    "language": one_of(*LOCALES),
}
SENT = sent(("way", "role_id"), **WISHED)
LISTED = {"200": answer(page_of("Invitation"))}
MADE = {"201": answer(ref("Invitation"), LOCATION), **refused((402,))}
