"""A real browser: the system's own Chromium, and a guard that lets no error in a page pass unseen."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Playwright, Request, Response, WebError

CONSOLE = Path(__file__).resolve().parents[2] / "api" / "console"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# What the browser itself says in the console about an answer or a connection; the guard judges those by themselves.
_BROWSERS_OWN_WORDS = re.compile(r"^Failed to load resource:|^WebSocket connection to ")
_TELLS_OF_FORBIDDEN = """
    addEventListener("securitypolicyviolation", (event) =>
        console.error(`forbidden by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def launch(playwright: Playwright) -> Browser:
    """Start Chromium. Without one, and without the pages' libraries, the test is skipped; in CI it fails."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        _miss("no Chromium on PATH: install the package chromium (Debian, Ubuntu)")
    if not (CONSOLE / "vendor").is_dir():
        _miss("the console's libraries are missing: run `make console`")
    # Sounds and a microphone that nobody has to allow; figures drawn alike on every machine.
    options = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--disable-gpu",
               "--font-render-hinting=none", "--disable-dev-shm-usage"]  # fmt: skip
    return playwright.chromium.launch(
        executable_path=path, args=[*options, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    )


def _miss(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"in CI the console is tested in a browser: {what}", pytrace=False)
    pytest.skip(what)


class Guard:
    """Collects what went wrong in the pages of a context: errors in the console, exceptions, refused answers."""

    def __init__(self, context: BrowserContext):
        self._troubles: list[str] = []
        self._expected: list[tuple[int, re.Pattern[str]]] = []
        self._is_cut_off = False
        context.add_init_script(_TELLS_OF_FORBIDDEN)
        context.on("console", self._hear)
        context.on("weberror", self._note_exception)
        context.on("response", self._judge)
        context.on("requestfailed", self._note_failure)

    def expect(self, status: int, path: str) -> None:
        """The test wants this refusal: answers with the status to addresses that match are in order."""
        self._expected.append((status, re.compile(path)))

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """While the block lasts, requests may fail for want of a network."""
        self._is_cut_off = True
        try:
            yield
        finally:
            self._is_cut_off = False

    def troubles(self) -> list[str]:
        """What was seen since the last time somebody asked."""
        found, self._troubles = self._troubles, []
        return found

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _BROWSERS_OWN_WORDS.search(message.text):
            self._troubles.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _note_exception(self, error: WebError) -> None:
        self._troubles.append(f"exception: {error.error.stack or error.error}")

    def _judge(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status < 400 or (self._is_cut_off and response.status >= 502):
            return
        if not any(status == response.status and pattern.search(path) for status, pattern in self._expected):
            self._troubles.append(f"{response.status} for {response.request.method} {path}")

    def _note_failure(self, request: Request) -> None:
        # A page that is left, or a search that was overtaken, ends its requests itself.
        if not self._is_cut_off and request.failure != "net::ERR_ABORTED":
            self._troubles.append(f"{request.failure} for {request.method} {request.url}")
