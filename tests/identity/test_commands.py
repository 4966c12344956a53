"""`zuke users` and `zuke tokens`: what they print, and one sentence for what can't be done."""

import io

import pytest
from sqlalchemy import select

from app.cli import application, main, tokens, users
from app.identity.actors import find_token
from app.identity.models import User
from app.identity.operations.users import find_by_email
from app.identity.passwords import verify_password
from app.kernel import clock


@pytest.fixture(autouse=True)
def our_app(app, settings, monkeypatch, outbox):
    """The commands run in the application of the tests."""
    monkeypatch.setattr(application, "command_app", lambda **_options: (app, settings))
    monkeypatch.setattr(main, "OWN_SURROUNDINGS", {"users", "tokens"})


def zuke(*words):
    return main.run(main.build_parser([users, tokens]).parse_args(words))


def test_a_user_without_a_password_is_invited(acme, outbox, capsys):
    code = zuke(
        "users",
        "create",
        "--tenant",
        "acme",
        "--email",
        "erin@acme.example",
        "--name",
        "Erin",
        "--role",
        "sales_rep",
    )
    assert code == 0
    assert outbox.last.template == "identity/invitation"
    with acme.scope() as session:
        assert find_by_email(session, "erin@acme.example").role.key == "sales_rep"


def test_a_password_is_set_from_the_input(acme, bob, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a quite different sentence\n"))
    words = ("--tenant", "acme", "--email", bob.email, "--password-stdin")
    assert zuke("users", "reset-password", *words) == 0
    assert verify_password(bob.user.password_hash, "a quite different sentence")


def test_a_disabled_user_is_out(acme, bob):
    assert zuke("users", "disable", "--tenant", "acme", "--email", bob.email) == 0
    with acme.scope() as session:
        assert not session.scalars(select(User.is_active).where(User.id == bob.user_id)).one()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("users", "disable", "--tenant", "nobody", "--email", "x@y.example"), "slug 'nobody'"),
        (("users", "disable", "--tenant", "acme", "--email", "x@y.example"), "has the e-mail"),
        (("users", "disable", "--tenant", "acme", "--email", "alice@acme.example"), "an owner"),
        (
            (
                "tokens",
                "create",
                "--tenant",
                "acme",
                "--user",
                "alice@acme.example",
                "--name",
                "x",
                "--scopes",
                "nothing:read",
            ),
            "no permission",
        ),
    ],
)
def test_what_can_t_be_done_is_one_sentence(acme, capsys, words, sentence):
    assert zuke(*words) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_a_token_is_printed_once_and_works(acme, alice, capsys):
    words = ("--tenant", "acme", "--user", alice.email, "--name", "Report")
    assert zuke("tokens", "create", *words, "--scopes", "user:manage") == 0
    secret = capsys.readouterr().out.strip()
    with acme.scope() as session:
        use = find_token(session, secret, clock.now())
    assert use is not None
    assert use.scopes == {"user:manage"}
