"""The logo and the seal that a firm uploaded, and those that earlier documents bear."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.documents.papers.letterhead import PICTURES, letterhead
from app.documents.papers.models import DocumentPicture
from app.kernel.actor import Actor

FOLDER = "letterhead"


def pictures_of(by: Actor) -> Iterator[tuple[str, bytes]]:
    """Each picture with its path in the file with everything: the present ones by what they are.

    Those that only documents of before bear follow, by the digest of their bytes.
    """
    head = letterhead(by)
    present = {key: digest for key in PICTURES if (digest := getattr(head, key))}
    for key, digest in present.items():
        yield f"{FOLDER}/{key}.png", by.session.get_one(DocumentPicture, digest).content
    earlier = select(DocumentPicture).where(DocumentPicture.digest.not_in(present.values()))
    for one in by.session.scalars(earlier.order_by(DocumentPicture.digest)):
        yield f"{FOLDER}/earlier/{one.digest}.png", one.content
