"""Hidden copies of a mail: sealed, told to its writer and opened by who sends it."""

from __future__ import annotations

import json

from app.identity.sealing import unseal
from app.kernel.actor import Actor
from app.mail.messages.models import Message
from app.mail.messages.people import Mailbox, kept_people
from config.settings import Settings


def hidden_recipients(message: Message, by: Actor, settings: Settings) -> list[Mailbox]:
    """Who was sent a copy unseen, for its writer alone."""
    return opened_bcc(message, by, settings) if sees_hidden(message, by) else []


def sees_hidden(message: Message, by: Actor) -> bool:
    """True for the writer of a mail, who alone is told of its hidden copies."""
    return message.user_id is not None and message.user_id == by.person_id


def opened_bcc(message: Message, by: Actor, settings: Settings) -> list[Mailbox]:
    """The same for the service that sends it."""
    if message.bcc is None:
        return []
    plain = unseal(message.bcc, settings.keys, by.tenant.id, message.id)
    return kept_people(json.loads(plain)) if plain else []
