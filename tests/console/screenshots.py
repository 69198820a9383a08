"""`python -m tests.console.screenshots [NAME…]`: a picture of every page at two widths and in both themes.

The pictures go to `screenshots/`. What they show is a tenant at work on the simulated carrier.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from dialer.embedded.stack import EmbeddedStack, TwinOptions
from tests.console import moments
from tests.console.browser import launch
from tests.console.living import Living, bring_to_life
from tests.console.person import NARROW, WIDE, People
from tests.console.scene import set_scene
from tests.console.viewers import Viewers
from tests.console.views import VIEWS

_SIZES = {"1280": WIDE, "390": NARROW}
_THEMES = ("light", "dark")


def main() -> int:
    """Take the pictures; status 1 if a page had an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.console.screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", help="pages, by name; all without one")
    parser.add_argument("--into", type=Path, default=Path("screenshots"), help="the folder")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    twin = TwinOptions(seed=1, time_factor=10, calls_per_second=20)
    with (
        sync_playwright() as playwright,
        launch(playwright) as browser,
        tempfile.TemporaryDirectory(prefix="dialer-screenshots-", ignore_cleanup_errors=True) as home,
        EmbeddedStack(home, 0, twin_options=twin, environ={}, say=lambda _: None) as stack,
    ):
        scene = set_scene(stack)
        troubles = _take_all(browser, bring_to_life(scene), options.into, set(options.names))
        scene.office.close()
    for trouble in troubles:
        sys.stderr.write(f"{trouble}\n")
    return 1 if troubles else 0


def _take_all(browser: Browser, living: Living, folder: Path, names: set[str]) -> list[str]:
    people = People(browser, living.scene.stack)
    viewers = Viewers(people, living)
    troubles = []
    for view in VIEWS:
        if names and view.name not in names:
            continue
        person = viewers.of(view)
        try:
            page = person.open_tab(view.address(living))
            _take(page, folder, view.name)
            page.close()
        except Exception as problem:
            troubles.append(f"{view.name}: {problem}")
        troubles += [f"{view.name}: {trouble}" for trouble in person.guard.troubles()]
    for name, page in moments.softphone_moments(people, living):
        if not names or name in names:
            _take(page, folder, name)
    return troubles


def _take(page: Page, folder: Path, name: str) -> None:
    # What sticks to the edge of a phone would lie across the middle of a long picture.
    is_long = not name.startswith("softphone")
    for width, size in _SIZES.items():
        page.set_viewport_size(size)
        for theme in _THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(150)
            page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=is_long and width == "390")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


if __name__ == "__main__":
    sys.exit(main())
