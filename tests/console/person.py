"""Somebody in front of a page: signed in already, unless signing in is what the test is about."""

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from dialer.embedded.stack import EmbeddedStack
from tests.console.browser import Guard
from tests.console.scene import Login

PATIENCE_MS = 30_000
"""How long a page may take to show something before a test gives up; far above what it takes."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_LOADING = ".loading, [aria-busy='true']"


class Person:
    """One browser's memory and one tab of it; more tabs by `open_tab`."""

    def __init__(self, context: BrowserContext, url: str):
        self.context = context
        self.guard = Guard(context)
        self.url = url
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()

    def go(self, path: str, page: Page | None = None) -> Page:
        """Open one of the console's pages and wait until it has what it shows."""
        page = page or self.page
        page.goto(f"{self.url}/console/#{path}")
        self.await_page(page)
        return page

    def await_page(self, page: Page | None = None) -> None:
        """Wait until a page has what it shows."""
        page = page or self.page
        expect(page.locator("h1")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(_LOADING)).to_have_count(0, timeout=PATIENCE_MS)

    def open_tab(self, path: str) -> Page:
        """One more tab of the same browser."""
        return self.go(path, self.context.new_page())

    def press(self, name: str, *, within: Locator | Page | None = None) -> None:
        """Press the button that is called so."""
        (within or self.page).get_by_role("button", name=name).click()

    def fill(self, label: str, value: str, *, within: Locator | Page | None = None) -> None:
        """Write into the field that is labelled so."""
        (within or self.page).get_by_label(label).fill(value)

    def sees(self, text: str, *, within: Locator | Page | None = None) -> None:
        """Wait until the words are on the page."""
        expect((within or self.page).get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)


class People:
    """All who sit in front of pages in a test."""

    def __init__(self, browser: Browser, stack: EmbeddedStack):
        self._browser = browser
        self._stack = stack
        self._seated: list[Person] = []

    def seat(
        self,
        login: Login | None,
        *,
        url: str | None = None,
        size: Mapping[str, int] = WIDE,
        memory: Mapping[str, object] | None = None,
        **how: Any,
    ) -> Person:
        """Give somebody a browser; with a login he is signed in. `memory` is what his browser remembers besides."""
        url = url or self._stack.url
        remembered = {"language": "en", **(memory or {})}
        if login is not None:
            names = ("token", "refresh_token", "user")
            remembered["session"] = {name: login.answer[name] for name in names}
        stored = [{"name": f"dialer.{name}", "value": json.dumps(value)} for name, value in remembered.items()]
        context = self._browser.new_context(
            storage_state={"cookies": [], "origins": [{"origin": url, "localStorage": stored}]},
            viewport=dict(size), permissions=["microphone"], locale="en-GB", timezone_id="Europe/Madrid",
            reduced_motion="reduce", **how,
        )  # fmt: skip
        person = Person(context, url)
        self._seated.append(person)
        return person

    def leave(self) -> None:
        """Close every page; there must have been nothing wrong in any of them."""
        for person in self._seated:
            person.context.close()
        troubles = [trouble for person in self._seated for trouble in person.guard.troubles()]
        assert not troubles, "\n".join(troubles)
