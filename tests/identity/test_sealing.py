"""The secrets of two-factor sign-in lie sealed, each for one user of one workspace."""

from datetime import timedelta

import pyotp
import pytest

from app.identity.models import User
from app.identity.operations.two_factor import seal_secrets, shared_secret, use_code
from app.identity.sealing import is_sealed, seal, unseal
from app.kernel.ids import new_id
from tests.identity.conftest import phone_of, totp_code, turn_on_two_factor

OLD, NEW = "an-old-secret-of-forty-characters-000001", "a-new-secret-of-forty-characters-0000002"
PLAIN = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_what_was_sealed_opens_for_the_same_user_alone():
    tenant, user = new_id(), new_id()
    sealed = seal(PLAIN, [NEW], tenant, user)
    assert PLAIN not in sealed
    assert unseal(sealed, [NEW], tenant, user) == PLAIN
    assert unseal(sealed, [NEW], tenant, new_id()) is None
    assert unseal(sealed, [NEW], new_id(), user) is None
    assert unseal(sealed, [OLD], tenant, user) is None
    assert seal(PLAIN, [NEW], tenant, user) != sealed


@pytest.mark.parametrize("spoiled", ["v1:", "v1:AAAA", "v1:%%%", "v1:" + "A" * 83, "v1:é"])
def test_what_is_spoiled_opens_for_nobody(spoiled):
    assert unseal(spoiled, [NEW], new_id(), new_id()) is None


def test_one_changed_letter_is_noticed():
    tenant, user = new_id(), new_id()
    sealed = seal(PLAIN, [NEW], tenant, user)
    other = "B" if sealed[20] == "A" else "A"
    assert unseal(sealed[:20] + other + sealed[21:], [NEW], tenant, user) is None


def test_the_table_holds_no_secret_that_a_phone_could_use(acme, alice):
    turn_on_two_factor(alice)
    kept = alice.user.totp_secret
    assert is_sealed(kept)
    with acme.acting(alice) as by:
        secret = shared_secret(by, by.session.get_one(User, alice.user_id))
    assert len(secret) == 32
    assert secret not in kept


def test_a_row_copied_to_a_colleague_or_another_workspace_verifies_nothing(
    acme, globex, alice, bob, charlie, clock
):
    turn_on_two_factor(alice)
    clock.shift(timedelta(minutes=5))
    code, kept = totp_code(alice, clock.now), alice.user.totp_secret
    for workspace, person in ((acme, bob), (globex, charlie)):
        with workspace.acting(person) as by:
            user = by.session.get_one(User, person.user_id)
            user.totp_secret = kept
            user.totp_confirmed_at = by.now
            assert not use_code(by, user, code)
    with acme.acting(alice) as by:
        assert use_code(by, by.session.get_one(User, alice.user_id), code)


def test_a_secret_that_was_kept_plain_is_sealed_at_the_next_right_code(acme, alice, clock):
    turn_on_two_factor(alice)
    keep(alice, PLAIN)
    clock.shift(timedelta(minutes=5))
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        assert not use_code(by, user, "000000")
        assert user.totp_secret == PLAIN
        assert use_code(by, user, pyotp.TOTP(PLAIN).at(by.now))
    assert is_sealed(alice.user.totp_secret)
    clock.shift(timedelta(minutes=5))
    with acme.acting(alice) as by:
        assert use_code(by, by.session.get_one(User, alice.user_id), pyotp.TOTP(PLAIN).at(by.now))


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_it_anew(
    acme, alice, clock, engine_app, monkeypatch
):
    turn_on_two_factor(alice)
    before = engine_app.extensions["settings"]
    changed = before.model_copy(
        update={"secret_key": NEW, "secret_key_fallbacks": f"{OLD}, {before.secret_key}"}
    )
    monkeypatch.setitem(engine_app.extensions, "settings", changed)
    clock.shift(timedelta(minutes=5))
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        assert use_code(by, user, phone_of(by, user).at(by.now))
    forgotten = changed.model_copy(update={"secret_key_fallbacks": ""})
    monkeypatch.setitem(engine_app.extensions, "settings", forgotten)
    with acme.acting(alice) as by:
        assert shared_secret(by, by.session.get_one(User, alice.user_id)) is not None


def test_without_its_key_only_a_recovery_code_opens(acme, alice, clock, engine_app, monkeypatch):
    codes = turn_on_two_factor(alice)
    lost = engine_app.extensions["settings"].model_copy(update={"secret_key": NEW})
    monkeypatch.setitem(engine_app.extensions, "settings", lost)
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        assert shared_secret(by, user) is None
        assert not use_code(by, user, "123456")
        assert use_code(by, user, codes[0])


def keep(person, secret):
    """Put a secret into the row of somebody of the cast as it is."""
    with person.workspace.scope() as session:
        session.get_one(User, person.user_id).totp_secret = secret


def test_all_secrets_are_sealed_under_the_key_of_today_at_once(
    acme, alice, bob, dora, engine_app, monkeypatch
):
    before = engine_app.extensions["settings"]
    for person in (alice, bob):
        turn_on_two_factor(person)
    keep(alice, PLAIN)
    spoiled = "v1:spoiled"
    keep(dora, spoiled)
    with acme.acting() as by:
        assert seal_secrets(by) == 1
        assert seal_secrets(by) == 0
    assert is_sealed(alice.user.totp_secret)
    assert dora.user.totp_secret == spoiled
    changed = before.model_copy(
        update={"secret_key": NEW, "secret_key_fallbacks": before.secret_key}
    )
    monkeypatch.setitem(engine_app.extensions, "settings", changed)
    with acme.acting() as by:
        assert seal_secrets(by) == 2
    alone = changed.model_copy(update={"secret_key_fallbacks": ""})
    monkeypatch.setitem(engine_app.extensions, "settings", alone)
    with acme.acting() as by:
        for person in (alice, bob):
            assert shared_secret(by, by.session.get_one(User, person.user_id)) is not None
