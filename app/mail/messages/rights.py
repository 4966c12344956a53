"""The rights around mails to customers."""

SEND = ("message", "send")
SETUP = ("message", "setup")  # Shared senders, the mail server, domains that are signed for.
