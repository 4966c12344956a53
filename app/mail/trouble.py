"""What goes wrong with a mail server: our sentence in the reader's language, its words beside it.

A mail is sent by a worker, who knows no reader. So a word and what the server said are kept, and
put into sentences by whoever shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.jobs.errors import GiveUp, TryLater
from app.kernel.language import Text, _, gettext

LONGEST = 400  # Characters of what a server said.


class Kind(StrEnum):
    """What went wrong."""

    ADDRESS = "address"
    CONNECTION = "connection"
    TIME = "time"
    CHATTER = "chatter"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign-in"
    OPEN = "open"
    FEATURE = "feature"
    LOST = "lost"
    BUSY = "busy"
    REFUSED = "refused"
    LETTERS = "letters"
    HELD = "held"
    PASSWORD = "password"  # noqa: S105  A word for what went wrong.
    KEY = "key"
    MADE = "made"


SENTENCES: dict[Kind, Text] = {
    Kind.ADDRESS: _("The mail server has no public address, or none at all."),
    Kind.CONNECTION: _("No connection to the mail server."),
    Kind.TIME: _("The mail server did not answer in time."),
    Kind.CHATTER: _("The mail server’s answer had no end."),
    Kind.CERTIFICATE: _("The mail server’s certificate is not valid for its name."),
    Kind.SIGN_IN: _("The mail server did not accept our sign-in."),
    Kind.OPEN: _("The mail server offers no encryption, so it does not get our password."),
    Kind.FEATURE: _("The mail server lacks something that is needed."),
    Kind.LOST: _("The connection to the mail server was lost."),
    Kind.BUSY: _("The mail server does not take it now."),
    Kind.REFUSED: _("The mail server refused it."),
    Kind.LETTERS: _("The mail server can’t carry addresses beyond Latin letters."),
    Kind.HELD: _(
        "The mail server failed several times in a row, so mails wait until it answers again."
    ),
    Kind.PASSWORD: _("The password of the mail server can’t be read; enter it again."),
    Kind.KEY: _("The key of the domain can’t be read; remove the domain and add it again."),
    Kind.MADE: _("The e-mail could not be put together."),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault: its kind and the server's own words; `detail` is for operators alone."""

    kind: Kind
    said: str = ""
    detail: str = ""

    @property
    def kept(self) -> str:
        """As a row keeps it, for `told`."""
        return f"{self.kind.value}|{self.said}"

    @property
    def plain(self) -> str:
        """One line for operators."""
        return " ".join(filter(None, (SENTENCES[self.kind].message, self.said, self.detail)))


class Failing(Exception):
    """Why a mail did not go, as a Trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.plain)
        self.trouble = trouble


class NotNow(Failing, TryLater):
    """The server does not take this mail now."""


class ServerAway(NotNow):
    """The server does not serve us at all, whomever the mail is for."""


class Never(Failing, GiveUp):
    """Trying again would change nothing.

    `refused` has what the server answered for each address, where it refused all of them.
    """

    def __init__(self, trouble: Trouble, refused: dict[str, str] | None = None) -> None:
        super().__init__(trouble)
        self.refused = refused or {}


class Uncertain(Failing):
    """The line was lost after the mail was given: nobody knows whether the server has it."""


class Unreadable(Failing, ValueError):
    """What was sealed opens no more."""


def words_of(said: bytes | str) -> str:
    """What a server said in one line, without what no page and no table holds."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    seen = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(seen.split())[:LONGEST]


def told(kept: str) -> str:
    """What a row keeps, in the language in use; a text of another kind as it stands."""
    word, bar, said = kept.partition("|")
    if not bar or word not in set(Kind):
        return kept
    sentence = str(SENTENCES[Kind(word)])
    if not said:
        return sentence
    return gettext("%(sentence)s It said: “%(said)s”", sentence=sentence, said=said)
