"""The short way of reading an address answers as the library does."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from app.kernel.mails import read_address

LOCALS = st.text("ab.Z9_+-'@ \"ü", max_size=70) | st.sampled_from(["Postmaster", "INFO", "a" * 64])
PARTS = st.text("ab0-X", min_size=1, max_size=5) | st.sampled_from(
    ["com", "test", "local", "arpa", "home", "a" * 63, "a" * 64, "xn--fiqs8s", "c0m"]
)
DOMAINS = (
    st.lists(PARTS, min_size=1, max_size=6).map(".".join)
    | st.text("ab.Z9-_ü", max_size=20)
    | st.sampled_from(
        [
            "example.com",
            "EXAMPLE.Com",
            "a.test",
            "localhost",
            "x.local",
            "例子.中国",
            "a" * 64 + ".com",
        ]
    )
)


def judged(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


@given(LOCALS, DOMAINS)
@example("Abuse", "example.com")
@example("a" * 65, "example.com")
@example("a", ".".join(["b" * 60] * 4) + ".com")
@example("a" * 20, ".".join(["b" * 60] * 3) + "." + "c" * 51 + ".com")
@example("ann", "xn--fsqu00a.xn--fiqs8s")
def test_an_address_is_judged_as_the_library_judges_it(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    assert read_address(text) == judged(text)
