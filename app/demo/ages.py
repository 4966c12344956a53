"""How long ago records were entered: a firm before its people, both before what is done with them.

An age is worked out from the index alone, so that activities know it without the rows before them.
"""

from datetime import UTC, datetime, timedelta

from app.demo.draws import draw

_YOUNGEST = 2.0
_OLDEST = 420.0
_CONTACT_YOUNGEST = 1.5
_FRIDAY = 4
_HOUR = 8  # Before anybody calls: what is done with a record on its first day comes later.


def account_age(seed: int, account: int) -> timedelta:
    """Draw how long ago an account was entered: up to fourteen months, more of them of late."""
    share = draw(seed, "account age", account).random() ** 1.4
    return timedelta(days=_YOUNGEST + (_OLDEST - _YOUNGEST) * share)


def contact_age(seed: int, account: int, contact: int) -> timedelta:
    """Draw how long ago a contact was entered: after the account, mostly soon after it."""
    youngest = timedelta(days=_CONTACT_YOUNGEST)
    share: float = draw(seed, "contact age", contact).random() ** 0.5
    return youngest + (account_age(seed, account) - youngest) * share


def entered(age: timedelta, as_of: datetime) -> datetime:
    """Return when a record of that age was entered, in UTC: from eight to nine on a working day.

    `as_of` counts as now, in the zone of the firm. What fell on a weekend was entered on the Friday
    before. The older of two is never entered after the younger.
    """
    near = as_of - age
    share = (near.hour * 60 + near.minute) / (24 * 60)
    into_weekend = max(near.weekday() - _FRIDAY, 0)
    if near.weekday() >= _FRIDAY:
        share = (into_weekend + share) / 3
        near -= timedelta(days=into_weekend)
    at = near.replace(hour=_HOUR, minute=int(60 * share), second=0, microsecond=0)
    return at.astimezone(UTC)
