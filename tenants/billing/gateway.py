"""The way to Stripe: the official client, with every answer as plain data and every failure named.

Changes carry an idempotency key that is kept before the call (`stripe_call`), so that a second try
of the same wish after a timeout or a crash is answered with the first one's outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import stripe
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from config.settings import Settings
from tenants.billing.errors import Declined, NotConfigured, Unreachable, Unwilling
from tenants.billing.models import StripeCall
from tenants.database import control_session

TIMEOUT = 10  # Seconds; a page waits for the answer.
OFFICIAL = "https://api.stripe.com"

Plain = dict[str, Any]


class Gateway:
    """One account at Stripe."""

    def __init__(self, settings: Settings) -> None:
        """NotConfigured where there is no key."""
        if not settings.stripe_secret_key:
            raise NotConfigured
        self._client = stripe.StripeClient(
            settings.stripe_secret_key,
            base_addresses={"api": settings.stripe_api_base or OFFICIAL},
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
            max_network_retries=0,
        )

    def ask(self, call: Callable[[Any], Any]) -> Plain:
        """What `call` answers, which is given the client's first version of the API."""
        with _named():
            return plain(call(self._client.v1))

    def pages(self, call: Callable[[Any], Any]) -> Iterator[Plain]:
        """Every object of a list, page by page."""
        with _named():
            for one in call(self._client.v1).auto_paging_iter():
                yield plain(one)

    def change(
        self, tenant_id: UUID, verb: str, wish: str, now: datetime, call: Callable[[Any, Any], Any]
    ) -> Plain:
        """As `ask`, for a change: `call` is given the options with the key of this wish as well."""
        key = _key(tenant_id, verb, wish)
        row = {"key": key, "tenant_id": tenant_id, "verb": verb, "made_at": now}
        with control_session() as session:
            session.execute(insert(StripeCall).values(row).on_conflict_do_nothing())
        with _named():
            answer = plain(call(self._client.v1, {"idempotency_key": key}))
        with control_session() as session:
            done = {"answered_at": now, "answer": {"id": answer.get("id")}}
            mine = (StripeCall.key == key, StripeCall.tenant_id == tenant_id)
            session.execute(update(StripeCall).where(*mine).values(done))
        return answer


def was_answered(tenant_id: UUID, verb: str, wish: str) -> bool:
    """True where a change by this wish was made before, so that its answer would come again."""
    with control_session() as session:
        kept = session.get(StripeCall, _key(tenant_id, verb, wish))
        return kept is not None and kept.answered_at is not None


def last_answered(tenant_id: UUID, verb: str) -> datetime | None:
    """When the last change of this kind was asked for that Stripe has made; None for none."""
    made = (StripeCall.tenant_id == tenant_id, StripeCall.verb == verb)
    last = select(func.max(StripeCall.made_at)).where(*made, StripeCall.answered_at.is_not(None))
    with control_session() as session:
        return session.scalar(last)


def _key(tenant_id: UUID, verb: str, wish: str) -> str:
    """The key of a wish; it travels in a header, so a wish that can't is told by its SHA-256."""
    if not wish.isascii() or not wish.isprintable():
        wish = sha256(wish.encode(errors="surrogatepass")).hexdigest()
    return f"zuke:{tenant_id.hex}:{verb}:{wish}"[:120]


def plain(answer: Any) -> Plain:
    """An object of Stripe's client as dictionaries and lists."""
    made: Plain = answer.to_dict(for_json=True)
    return made


@contextmanager
def _named() -> Iterator[None]:
    """Turn the client's exceptions into ours; what Stripe says to a person is kept."""
    try:
        yield
    except stripe.CardError as error:
        raise Declined(error.user_message or "") from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise Unwilling(error.user_message or str(error)) from error
    except stripe.StripeError as error:  # Away, failing, too often, or a wrong key of ours.
        raise Unreachable(str(error)) from error
