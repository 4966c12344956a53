"""What somebody does at a page by hand, counted, in the words of the page's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from app.kernel.language import gettext, using
from tests.browser.visitor import arriving, settled


@dataclass
class Hand:
    """One person at one window; `count` is how often they pressed, typed or chose something.

    On a phone they tap.
    """

    page: Page
    lang: str
    count: int = 0
    seen: list[str] = field(default_factory=list)  # The paths of the pages that were opened.
    on_phone: bool = False

    def __post_init__(self) -> None:
        self.page.on("framenavigated", lambda frame: self.seen.append(urlsplit(frame.url).path))

    def says(self, message: str, **values: object) -> str:
        """What the product calls something in this person's language."""
        with using(self.lang):
            return gettext(message, **values)

    def sees(self, message: str, **values: object) -> None:
        """Expect words of the product on the page."""
        expect(self.page.get_by_text(self.says(message, **values)).first).to_be_visible()

    def press(self, target: Locator) -> None:
        """Press a button or a link once."""
        self.count += 1
        if self.on_phone:
            target.tap()
        else:
            target.click()

    def press_button(self, message: str, **values: object) -> None:
        """Press the button of this name."""
        name = self.says(message, **values)
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def go(self, message: str, within: str = "body") -> None:
        """Press the link of this name and wait for its page."""
        link = self.page.locator(within).get_by_role("link", name=self.says(message), exact=True)
        with arriving(self.page):
            self.press(link.first)

    def send(self, message: str, **values: object) -> None:
        """Press the button of this name and wait for the page that it leads to."""
        with arriving(self.page):
            self.press_button(message, **values)

    def fill(self, field_id: str, text: str) -> None:
        """Type into a field."""
        self.count += 1
        self.page.locator(f'[id="{field_id}"]').fill(text)

    def type_into(self, target: Locator, text: str) -> None:
        """Type into what stands anywhere on the page."""
        self.count += 1
        target.fill(text)

    def write(self, field: str, text: str) -> None:
        """Type into a field of the form in the drawer, by the field's name."""
        self.count += 1
        self.page.locator(f"#drawer-body [name={field}]").first.fill(text)

    def choose(self, field_id: str, value: str) -> None:
        """Choose one of a list."""
        self.count += 1
        self.page.locator(f'[id="{field_id}"]').select_option(value)

    def attach(self, field_id: str, name: str, content: bytes) -> None:
        """Choose a picture of the machine."""
        self.count += 1
        file = {"name": name, "mimeType": "image/png", "buffer": content}
        self.page.locator(f'[id="{field_id}"]').set_input_files(files=[file])  # type: ignore[list-item]

    def open(self, address: str) -> None:
        """Follow a link of a mail, or open the browser at an address."""
        self.count += 1
        settled(self.page).goto(address)
        self.page.locator("html[data-ready]").wait_for(state="attached")
