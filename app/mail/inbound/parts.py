"""A part of a stranger's mail: read by the encodings in use, and none at length."""

from __future__ import annotations

from email.message import Message
from typing import Any

from app.mail.inbound.charsets import codec_of, decoded

LONGEST = 20_000  # Characters of one header that are looked at.


class MailPart(Message):
    """A part whose headers are cut, and whose RFC 2231 parameters name no codec of their own."""

    def get(self, name: str, failobj: Any = None) -> Any:
        """A header as text, as far as it is looked at."""
        found = super().get(name, failobj)
        return found if found is failobj else str(found)[:LONGEST]

    def get_param(
        self,
        param: str,
        failobj: Any = None,
        header: str = "content-type",
        unquote: bool = True,
    ) -> Any:
        """A parameter of a header as text; of `charset` the codec that is used for it."""
        found = super().get_param(param, failobj, header, unquote)
        if isinstance(found, tuple):
            found = decoded(found[2].encode("raw-unicode-escape"), found[0])
        if param == "charset" and found is not failobj:
            return codec_of(str(found)) or failobj
        return found
