"""Scripts in every text that people type: a real Chromium shows them all and runs none."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.identity.models import Role, Team, User
from app.identity.operations.tokens import create_token
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.registry import registry
from app.records.types import RecordType
from tests.browser.visitor import Windows, look_up, ready, settled
from tests.cast import Person, Workspace
from tests.conformance.examples import values_for

install_record_types()

pytestmark = pytest.mark.browser

# One text that breaks out of an element, an attribute of either quote, a script, a template.
PAYLOAD = (
    "Mark'\"></textarea></title></script><img src=x onerror=hit=1><svg/onload=hit=1>"
    "<iframe srcdoc='<script>parent.hit=1</script>'><base href=//evil.example/>"
    "<a href=javascript:hit=1 autofocus onfocus=hit=1>{{7*14143}}${7*14143}</a>"
)
SHORT = "<img src=x onerror=hit=1>'\"><b>"
TEXTS = ("text", "long_text")


@pytest.fixture
def pages(acme: Workspace, alice: Person) -> list[str]:
    """Every page that shows what somebody has typed."""
    paths = [
        "/",
        "/search?q=Mark",
        f"/search?q={SHORT}",
        "/settings/me",
        "/settings/people",
        "/settings/people/invite",
        "/settings/teams",
        "/settings/roles",
        "/settings/roles/new",
        "/settings/tokens",
        "/settings/audit",
    ]
    with acme.acting(alice) as by:
        ids = {}
        for one in registry():
            values = {key: ids.get(f"{key}", value) for key, value in values_for(one, by).items()}
            for field in one.fields:
                if field.kind in TEXTS and not field.readonly:
                    values[field.key] = PAYLOAD[: field.max_length or len(PAYLOAD)]
            record = perform(one, "create", by=by, **values)
            ids[f"{one.key}_id"] = str(record.id)
            perform(one, "update", record, by=by, **_changed(one, values))
            own = f"/{one.collection}/{record.id}"
            paths += [f"/{one.collection}", f"/{one.collection}?q=Mark", own, f"{own}/edit"]
            paths += [f"/{one.collection}/new?{one.title.key}={SHORT}", f"{own}?show=changes"]
        user = by.session.get_one(User, alice.user_id)
        user.name = SHORT
        team = Team(id=new_id(), name=SHORT, path="x/", created_at=by.now)
        role = Role(
            id=new_id(),
            key=None,
            label={"en": SHORT},
            is_owner=False,
            position=50,
            stamp=new_id(),
            created_at=by.now,
        )
        by.session.add_all([team, role])
        create_token(by, user, name=SHORT)
        paths += [f"/settings/teams/{team.id}", f"/settings/roles/{role.id}"]
        paths += [f"/settings/people/{user.id}"]
    return paths


def _changed(one: RecordType, values: dict[str, Any]) -> dict[str, str]:
    """A second version of the texts, so that the changes tell of both."""
    return {
        field.key: f"Again {values[field.key]}"[: field.max_length or 5000]
        for field in one.fields
        if field.kind in TEXTS and field.key in values
    }


def assert_inert(page: Page, path: str) -> None:
    """Nothing ran, and no element was made of what somebody typed."""
    assert settled(page).evaluate("window.hit") is None, path
    assert page.locator("base, iframe, img[src=x], [onerror], [onload], [onfocus]").count() == 0
    assert str(7 * 14143) not in page.locator("main").inner_text(), path


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_nothing_that_was_typed_runs(
    windows: Windows, alice: Person, pages: list[str], lang: str
) -> None:
    page = windows.open(alice, lang=lang)
    shown = 0
    for path in pages:
        page.goto(path)
        shown += "onerror" in page.content()
        assert_inert(page, path)
    assert shown > len(pages) / 2


def test_toasts_boxes_and_the_palette_run_nothing(
    windows: Windows, alice: Person, pages: list[str]
) -> None:
    page = ready(windows.open(alice), "/accounts/new")
    page.locator("[name=name]").fill(SHORT)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text(SHORT)
    assert_inert(page, "toast")
    page.keyboard.press("Control+k")
    look_up(page, "onerror")
    assert_inert(page, "palette")
    ready(page, "/contacts/new")
    page.locator("[role=combobox]").first.focus()
    look_up(page, "Mark")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_inert(page, "lookup")


def test_nothing_that_a_sign_in_page_was_sent_runs(windows: Windows) -> None:
    page = windows.open()
    windows.watch.expect(404, 422)
    for path in (f"/login?next={SHORT}", f"/{SHORT}", f"/password/reset/{SHORT}"):
        page.goto(path)
        assert page.evaluate("window.hit") is None
        assert page.locator("[onerror]").count() == 0
