"""One Chromium for each test worker, looking at the real application on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.cli.chromium import INSTALL_HINT, find_chromium
from app.kernel import clock
from app.operator.accounts import create_operator
from app.web.assets import DIST
from config.machine import read_machine
from config.settings import Settings
from tests.browser.pace import Pace, read_pace
from tests.browser.site import Site, serve
from tests.browser.visitor import PATIENCE, Windows
from tests.cast import PASSWORD, Person

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A browser that leaves a page drops the files that it needs no more; the server for tests leaves
# the closing of such a file to the collector of garbage.
DROPPED = "ignore:unclosed file .*/static/dist/:ResourceWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `-m "not browser"` leaves them out.

    Each is tried once more before it fails: browser, server and database share the machine with
    the other workers, and a press that came before its page listened is no fault of the product.
    The closing line counts those that needed it, and pytest names them.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings(DROPPED))
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none, tests are left out, but fail in CI."""
    machine = read_machine()
    program = find_chromium(machine.chromium)
    if program is None:
        missing = pytest.fail if machine.is_ci else pytest.skip
        missing(f"No Chromium was found. {INSTALL_HINT}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def pace() -> Pace:
    """How slow line and machine are in this run."""
    return read_pace()


@pytest.fixture(scope="session")
def site(browser: Browser, settings: Settings, owner: Engine, pace: Pace) -> Iterator[Site]:
    """The application with its built scripts and styles, serving at a port of its own."""
    if not (DIST / "manifest.json").is_file():
        pytest.fail("Scripts and styles are not built: run ./zuke test, or npm run build.")
    with serve(settings, pace) as served:
        yield served


@pytest.fixture(scope="session")
def app(site: Site) -> Flask:
    """The application that is being served."""
    return site.app


@pytest.fixture
def windows(browser: Browser, site: Site, pace: Pace, clean: None) -> Iterator[Windows]:
    """Opens windows; any error, policy violation or request elsewhere in them fails the test."""
    opened = Windows(browser, site, pace)
    yield opened
    wrong = opened.close()
    assert not wrong, "The browser complained:\n" + "\n".join(wrong)


@pytest.fixture
def page(windows: Windows, alice: Person) -> Page:
    """Alice's window, in English, light, at a desk."""
    return windows.open(alice)


@pytest.fixture
def operator(owner: Engine, clean: None) -> str:
    """The e-mail address of somebody who runs the service; the password is the cast's."""
    email = "olga@zuke.example"
    with Session(owner) as session, session.begin():
        create_operator(session, email=email, name="Olga Orr", password=PASSWORD, now=clock.now())
    return email
