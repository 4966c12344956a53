"""What people agree to with customers, as far as a role's authority goes."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.language import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that people agree to with customers: a number in a field of a record type.

    `unit` is what stands behind the number. Where `bigger_is_more` is False, less of it is the
    further concession: a deposit. With `at` it is judged when one of these verbs is done, whatever
    they change, and at no other time: what is only being drafted agrees to nothing. Of one that
    `goes_back` only what is below zero is judged: a refund.
    """

    key: str
    label: Text
    unit: Text | str
    record_type: str
    field: str
    bigger_is_more: bool = True
    at: tuple[str, ...] = ()
    goes_back: bool = False
