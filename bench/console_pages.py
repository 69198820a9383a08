"""The browser of the console bench: pages of agents that note when they show what, and first loads of pages."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

STORED_AS = "dialer.session"
BOX = "[data-testid=agent-state]"
"""The box that says what the agent is doing."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Notes what the desk's box says whenever it says something else, at the frame in which it is painted.
_WATCH = """
    window.benchShown = [];
    let last = null;
    new MutationObserver(() => {
        const box = document.querySelector("[data-testid=agent-state]");
        const shown = box && box.dataset.state;
        if (!shown || shown === last) return;
        last = shown;
        requestAnimationFrame(() => { const channel = new MessageChannel();
            channel.port1.onmessage = () => window.benchShown.push({shown, at: Date.now()});
            channel.port2.postMessage(0); });
    }).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"]});
"""
_WEIGH = """() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const mine = all.filter((entry) => !/twilio/.test(entry.name));
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return {requests: mine.length, bytes: mine.reduce((sum, entry) => sum + entry.transferSize, 0),
            painted: paint ? paint.startTime : null};
}"""


@dataclass(frozen=True)
class Load:
    """One first load: bytes as sent, headers included; milliseconds since the address was opened."""

    requests: int
    kilobytes: float
    painted: float
    usable: float


def what_is_missing() -> str | None:
    """What keeps the bench from running here; it needs more than the product does."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "Playwright is missing: make setup-tools"
    return None if any(map(shutil.which, _NAMES)) else "no Chromium on PATH: install the package chromium"


@contextmanager
def running_browser() -> Iterator["Browser"]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, _NAMES)))
    options = ["--disable-gpu", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream",
               "--use-fake-ui-for-media-stream", *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


class AgentPage:
    """An agent's softphone in a browser."""

    def __init__(self, browser: "Browser", url: str, *, agent_id: str, session: dict[str, Any]):
        self.agent_id = agent_id
        self._context = new_context(browser, session)
        self._context.add_init_script(_WATCH)
        self._page: Page = self._context.new_page()
        self._page.goto(f"{url}/console/#/softphone")

    def take_calls(self) -> None:
        """Put the headset on and declare to be available."""
        self._page.get_by_role("button", name="Put headset on").click()
        self._page.get_by_role("button", name="Begin taking calls").click()
        self._page.wait_for_selector(f"{BOX}[data-state=available]")

    def wait(self, seconds: float) -> None:
        """Let time pass; the browser's messages are read meanwhile."""
        self._page.wait_for_timeout(1000 * seconds)

    def shown(self) -> list[tuple[float, str]]:
        """When what was painted, in seconds since 1970."""
        entries: list[dict[str, Any]] = self._page.evaluate("window.benchShown")
        return [(entry["at"] / 1000, entry["shown"]) for entry in entries]

    def close(self) -> None:
        """Leave."""
        self._context.close()


def new_context(browser: "Browser", session: dict[str, Any] | None) -> "BrowserContext":
    """A browser's memory of its own; with a session, somebody is signed in."""
    context = browser.new_context(permissions=["microphone"])
    if session is not None:
        script = f"localStorage.setItem({json.dumps(STORED_AS)}, {json.dumps(json.dumps(session))})"
        context.add_init_script(script)
    return context


def first_load(browser: "Browser", url: str, path: str, *, session: dict[str, Any] | None, usable: str) -> Load:
    """Open a page with nothing in the cache, until the element that its reader came for is there and quiet."""
    context = new_context(browser, session)
    page = context.new_page()
    page.goto(f"{url}/console/#{path}", wait_until="commit")
    page.wait_for_selector(usable, state="visible")
    milliseconds = page.evaluate("() => new Promise((done) => requestIdleCallback(() => done(performance.now())))")
    page.wait_for_load_state("networkidle")
    weighed = page.evaluate(_WEIGH)
    context.close()
    return Load(weighed["requests"], weighed["bytes"] / 1024, weighed["painted"] or 0.0, milliseconds)
