"""Files on a record's page: chosen, dropped, pasted, refused, seen, and never run."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.jobs.registry import Registry, connect
from app.jobs.worker import Worker
from app.modules import JOBS
from config.settings import Settings
from tests.browser.visitor import Windows, ready, settled
from tests.cast import Person, Workspace
from tests.factories import make_account, make_file
from tests.records.files.conftest import PDF, kept, only, picture

pytestmark = pytest.mark.usefixtures("no_files")

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.hit=1'><script>hit=1</script></svg>"


@pytest.fixture
def fence(page: Page, acme: Workspace, alice: Person) -> str:
    """The address of a firm's page, which is open in Alice's window."""
    with acme.acting(alice) as by:
        account = make_account(by)
    ready(page, f"/accounts/{account.id}")
    return f"/accounts/{account.id}"


@pytest.fixture
def files(page: Page, fence: str) -> Locator:
    """The panel of files of that firm."""
    return page.get_by_role("region", name="Files")


def given(name: str, raw: bytes, kind: str = "") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": raw}


def hand_over(page: Page, how: str, target: str, name: str, raw: bytes, kind: str) -> None:
    """Drop a file on an element, or paste it there, as a browser tells a page of it."""
    page.evaluate(
        """([how, target, name, raw, kind]) => {
          const bytes = Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0));
          const held = new DataTransfer();
          held.items.add(new File([bytes], name, { type: kind }));
          const at = document.querySelector(target);
          const told = { bubbles: true, cancelable: true };
          if (how === 'paste') {
            at.dispatchEvent(new ClipboardEvent('paste', { ...told, clipboardData: held }));
          } else {
            for (const type of ['dragover', 'drop']) {
              at.dispatchEvent(new DragEvent(type, { ...told, dataTransfer: held }));
            }
          }
        }""",
        [how, target, name, base64.b64encode(raw).decode(), kind],
    )


def test_chosen_files_are_sent_and_told(page: Page, acme: Workspace, files: Locator) -> None:
    expect(files).to_contain_text("No files yet. Drop them anywhere on this page")
    chosen = [given("报价单.pdf", PDF), given("notes.txt", b"words")]
    files.get_by_label("Add files").set_input_files(chosen)  # type: ignore[arg-type]
    for name in ("报价单.pdf", "notes.txt"):
        expect(files.locator(".files-list b", has_text=name)).to_be_visible()
    expect(files.locator(".badge")).to_have_text("2")
    expect(page.locator("#timeline")).to_contain_text("added the file “报价单.pdf”")
    expect(page.locator("#toasts")).to_contain_text("2 files were added.")
    expect(files.locator(".uploads li")).to_have_count(0)


def test_a_refused_file_says_why_beside_its_name_and_the_others_come(
    page: Page, windows: Windows, acme: Workspace, files: Locator
) -> None:
    windows.watch.expect(422)
    chosen = [given("run.exe", b"MZ\0\0"), given("notes.txt", b"words")]
    files.get_by_label("Add files").set_input_files(chosen)  # type: ignore[arg-type]
    refused = files.locator(".uploads li.is-bad")
    expect(refused).to_contain_text("“run.exe” is a program.")
    expect(files.locator(".files-list b")).to_have_text(["notes.txt"])
    refused.get_by_role("button", name="Close").click()
    expect(refused).to_have_count(0)


def test_a_file_dropped_anywhere_comes(page: Page, acme: Workspace, files: Locator) -> None:
    hand_over(page, "drop", "#record-head", "dropped.txt", b"words", "text/plain")
    expect(files.locator(".files-list b")).to_have_text(["dropped.txt"])
    expect(page.locator("[data-files-drop]")).to_be_hidden()


def test_a_pasted_picture_is_called_by_its_moment(
    page: Page, acme: Workspace, files: Locator
) -> None:
    hand_over(page, "paste", "body", "image.png", picture(), "image/png")
    expect(files.locator(".files-list b")).to_contain_text(["Pasted picture 20"])
    assert only(acme).kind == "png"


def test_a_note_carries_what_is_dropped_on_it_and_keeps_it_when_it_is_refused(
    page: Page, windows: Windows, acme: Workspace, files: Locator
) -> None:
    windows.watch.expect(422)
    page.get_by_role("tab", name="Note").click()
    note = page.get_by_role("tabpanel", name="Note")
    hand_over(page, "drop", "#form-note textarea", "offer.txt", b"words", "text/plain")
    expect(note.locator("[data-attached]")).to_contain_text("offer.txt")
    note.get_by_role("button", name="Save note").click()
    expect(note.locator(".error")).to_be_visible()
    expect(note.locator("[data-attached]")).to_contain_text("offer.txt")
    note.get_by_role("textbox").fill("See the offer")
    note.get_by_role("button", name="Save note").click()
    expect(page.locator("#timeline .tl-files")).to_contain_text("offer.txt")
    expect(note.locator("[data-attached] li")).to_have_count(0)
    assert only(acme).record_type == "activity"


def test_a_file_is_renamed_deleted_and_brought_back_by_keys(
    page: Page, acme: Workspace, alice: Person, fence: str, files: Locator
) -> None:
    with acme.acting(alice) as by:
        make_file(by, "account", fence.rpartition("/")[2])
    ready(page, fence)
    files.get_by_role("link", name="offer.txt TXT").press("Enter")
    drawer = page.locator("#drawer")
    name = drawer.get_by_label("Name")
    expect(name).to_be_focused()
    name.fill("Offer for May.txt")
    name.press("Enter")
    expect(drawer).to_be_hidden()
    expect(files.locator(".files-list b")).to_have_text(["Offer for May.txt"])
    settled(page)
    files.get_by_role("link", name="Offer for May.txt TXT").press("Enter")
    drawer.get_by_role("button", name="Delete").press("Enter")
    expect(drawer).to_be_hidden()
    expect(files).to_contain_text("No files yet.")
    page.locator("#toasts").get_by_role("button", name="Undo").press("Enter")
    expect(files.locator(".files-list b")).to_have_text(["Offer for May.txt"])


def test_a_picture_is_seen_once_it_is_drawn(
    page: Page,
    acme: Workspace,
    engine_app: Flask,
    settings: Settings,
    files: Locator,
) -> None:
    files.get_by_label("Add files").set_input_files([given("hall.png", picture())])  # type: ignore[list-item]
    expect(files.locator(".files-list b")).to_have_text(["hall.png"])
    connect(engine_app, Registry(JOBS))
    Worker(engine_app, settings, None, threads=1, grace=5).drain()
    engine_app.extensions.pop("zuke-jobs", None)
    shown = files.locator("img.file-picture")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 40)


def test_a_file_with_a_script_in_it_runs_nowhere(
    page: Page, windows: Windows, acme: Workspace, alice: Person, fence: str
) -> None:
    with acme.acting(alice) as by:
        for name in ("photo.svg", "page.html", "code.txt"):
            raw = SVG if name == "photo.svg" else b"<script>window.hit=1</script>"
            raw = b"window.hit = 1" if name == "code.txt" else raw
            make_file(by, "account", fence.rpartition("/")[2], name, raw)
    ready(page, fence)
    for file in kept(acme):
        address = f"/files/{file.id}/content"
        with page.expect_download() as download:
            page.evaluate("(address) => { location.href = address }", address)
        assert download.value.suggested_filename == file.name
        for element in ("script", "img", "iframe", "embed", "object", "link"):
            page.evaluate(
                """([kind, address]) => new Promise((done) => {
                  const made = document.createElement(kind);
                  made.onload = made.onerror = done;
                  setTimeout(done, 1000);
                  if (kind === 'link') made.rel = 'stylesheet';
                  made[{ link: 'href', object: 'data' }[kind] ?? 'src'] = address;
                  document.body.append(made);
                })""",
                [element, address],
            )
    assert page.evaluate("() => window.hit") is None
    assert page.url.endswith(fence)
    windows.watch.forgive("/files/")  # The browser says of each that it was not run.


def test_without_scripts_a_plain_form_sends_files(
    windows: Windows, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
    plain = windows.open(alice, java_script_enabled=False)
    plain.goto(f"/accounts/{account.id}")
    panel = plain.get_by_role("region", name="Files")
    panel.locator("input[type=file]").set_input_files([given("notes.txt", b"words")])  # type: ignore[list-item]
    panel.get_by_role("button", name="Upload").click()
    expect(panel.locator(".files-list b")).to_have_text(["notes.txt"])
    panel.get_by_role("link", name="notes.txt TXT").click()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.get_by_role("region", name="Files")).to_contain_text("No files yet.")
