"""The environment: what production refuses, and addresses as providers write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, command_settings, load_settings

FIT = {
    "DATABASE_URL": "postgresql://zuke_app:x@db/zuke",
    "SECRET_KEY": "a-secret-that-is-long-enough-to-be-one-0123",
    "BASE_URL": "https://zuke.example",
    "ZUKE_ENV": "production",
    "DEBUG": "false",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A production environment that is fit to start with."""
    for name, value in FIT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_fit_environment_starts(environment: pytest.MonkeyPatch) -> None:
    assert load_settings().is_production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "changeme"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("BASE_URL", "http://zuke.example"),
        ("DEBUG", "true"),
        ("DEMO_CLOCK", "/tmp/clock"),
    ],
)
def test_production_refuses_to_start_and_names_the_variable(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_time_is_moved_in_the_demo_alone(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DEMO_CLOCK", "/tmp/clock")
    for name in ("development", "test"):
        environment.setenv("ZUKE_ENV", name)
        assert command_settings.__wrapped__().moved_clock is None
        with pytest.raises(SettingsError, match="DEMO_CLOCK"):
            load_settings()
    environment.setenv("ZUKE_ENV", "demo")
    assert load_settings().moved_clock == Path("/tmp/clock")


def test_an_earlier_secret_opens_and_never_closes(environment: pytest.MonkeyPatch) -> None:
    first, second = (
        "an-earlier-secret-of-some-length-0001",
        "a-still-earlier-secret-of-length-00002",
    )
    environment.setenv("SECRET_KEY_FALLBACKS", f" {first}, {second},")
    assert load_settings().keys == (FIT["SECRET_KEY"], first, second)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_database_address_names_our_driver(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://a:b@db/zuke")
    assert settings.database_url == "postgresql+psycopg2://a:b@db/zuke"


def test_a_workspace_lies_below_the_service() -> None:
    settings = Settings(base_url="http://localhost:8000")
    assert settings.workspace_url("beifeng") == "http://beifeng.localhost:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_THREADS", "many"),
        ("MAILS_PER_HOUR", "0"),
        ("DATABASE_URL", "mysql://zuke_app:x@db/zuke"),
        ("DATABASE_OWNER_URL", "a-password-alone"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    command_settings.cache_clear()
    for read in (load_settings, command_settings):
        with pytest.raises(SettingsError, match=f"^{name} can't be used: ") as refused:
            read()
        assert value not in str(refused.value) or value == "0"
    command_settings.cache_clear()
