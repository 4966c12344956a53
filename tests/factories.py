"""Records for tests, made through the door: five lines each, readable, nothing random."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from email.message import EmailMessage
from typing import Any, cast
from uuid import UUID

from app.crm.models import Account, Activity, Contact, Product
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.mail.inbound.models import Fate, IncomingMail
from app.mail.inbound.receive import ROOM
from app.mail.inbound.take import take_in
from app.mail.messages.models import Message
from app.mail.messages.wish import Wish
from app.mail.messages.write import write
from app.records.access import fetch
from app.records.door import perform
from app.records.files.models import File
from app.records.files.operations import add_file
from app.records.picklists import STAMP, PicklistValue
from app.records.tailored import tailored
from app.sales.models import Opportunity
from config.settings import Settings
from tenants.arriving import Arriving
from tenants.files import folder_of, new_name


def make_account(by: Actor, name: str = "Fence & Sons", **changes: Any) -> Account:
    """A firm that its maker owns, with nothing but a name."""
    return cast("Account", perform("account", "create", by=by, name=name, **changes))


def make_contact(
    by: Actor, last_name: str = "Fence", first_name: str = "Frank", **changes: Any
) -> Contact:
    """A person without a firm."""
    inputs = {"last_name": last_name, "first_name": first_name, **changes}
    return cast("Contact", perform("contact", "create", by=by, **inputs))


def make_activity(by: Actor, kind: str = "note", **changes: Any) -> Activity:
    """A note written down just now; `due_at` makes a plan of it."""
    inputs = {"kind": kind, "body": "They like green fences.", **changes}
    return cast("Activity", perform("activity", "create", by=by, **inputs))


def make_product(by: Actor, name: str | dict[str, str] = "Hammer drill", **changes: Any) -> Product:
    """Goods on sale, with nothing but a name in the workspace's language."""
    return cast("Product", perform("product", "create", by=by, name=name, **changes))


def make_category(by: Actor, name: str | dict[str, str] = "Tools", **changes: Any) -> Any:
    """A product category with nothing above it."""
    return perform("product_category", "create", by=by, name=name, **changes)


def make_picklist(
    by: Actor,
    record_type: str,
    field: str,
    labels: Mapping[str, Mapping[str, str]],
    retired: Collection[str] = (),
) -> None:
    """The values of a choice in their order, as a starter brings them; `labels` by value."""
    for position, (value, label) in enumerate(labels.items()):
        by.session.add(
            PicklistValue(
                id=new_id(),
                record_type=record_type,
                field=field,
                value=value,
                label=dict(label),
                position=position,
                retired_at=by.now if value in retired else None,
            )
        )
    stamps.draw(by.session, STAMP)


def make_opportunity(by: Actor, name: str = "Forty fences", **changes: Any) -> Opportunity:
    """A sale to a firm of its own, in the first stage, without an amount."""
    if "account_id" not in changes:
        changes["account_id"] = str(make_account(by).id)
    return cast("Opportunity", perform("opportunity", "create", by=by, name=name, **changes))


def make_file(
    by: Actor, kind: str, record_id: UUID | str, name: str = "offer.txt", content: bytes = b"Offer"
) -> File:
    """A file on a record, as if it had been sent."""
    record_type = tailored(kind, by)
    record = fetch(record_type, UUID(str(record_id)), by)
    with folder_of(by.tenant.id, "arriving").passing() as draft:
        arriving = Arriving(draft, name, len(content))
        arriving.write(content)
        arriving.seek(0)
        made = add_file(record_type, record, arriving, by).file
        arriving.close()
        return made


def make_mail(by: Actor, contact: Contact, settings: Settings, **changes: Any) -> Message:
    """A mail to a contact that waits its ten seconds."""
    wish = Wish(
        **{"to": contact.email, "subject": "Our fences", "body": "**Dear** Frank", **changes}
    )
    return write(tailored("contact", by), contact, wish, by, settings)


def make_mail_in(
    by: Actor,
    settings: Settings,
    *,
    sender: str = "frank@fence.example",
    text: str = "Hello",
    html: str = "",
) -> IncomingMail:
    """A mail that came to one's own address, and what became of it."""
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"] = sender, "bob@acme.example", "Green fences"
    raw["Message-ID"] = f"<{new_id()}@fence.example>"
    raw.set_content(text)
    if html:
        raw.add_alternative(html, subtype="html")
    content = raw.as_bytes()
    stored = new_name("eml")
    with folder_of(by.tenant.id, ROOM).making(stored) as draft:
        draft.write_bytes(content)
    mail = IncomingMail(
        id=new_id(),
        user_id=by.user_id,
        received_at=by.now,
        state=Fate.WAITING,
        stored=stored,
        size=len(content),
        digest="0" * 64,
        envelope_from=sender,
    )
    by.session.add(mail)
    by.session.flush()
    take_in(mail, by, settings)
    return mail
