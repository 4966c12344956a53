"""What a person signs mails with."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.mail.messages.models import MailProfile

LONGEST = 2_000


def signature_of(by: Actor) -> str:
    """The signature of whoever acts; empty without one."""
    if by.user_id is None:
        return ""
    found = by.session.get(MailProfile, by.user_id)
    return found.signature if found is not None else ""


def sign_with(text: str, by: Actor) -> None:
    """Sign with this from now on; Refused where it is too long."""
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Your role does not allow this."))
    kept = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(kept) > LONGEST:
        raise Refused(_("At most %(limit)s characters.", limit=LONGEST), field="signature")
    values = {"signature": kept, "updated_at": by.now}
    row = insert(MailProfile).values(user_id=by.user_id, **values)
    by.session.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=values))
