"""Every page: no error, nothing jumps, accessible in both themes and at two widths, every language whole."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dialer.embedded.stack import EmbeddedStack
from tests.console import views
from tests.console.living import Living, bring_to_life
from tests.console.person import NARROW, People
from tests.console.scene import set_scene
from tests.console.viewers import Viewers

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

MAX_SHIFT = 0.1


@pytest.fixture(scope="module")
def living(stack: EmbeddedStack) -> Iterator[Living]:
    scene = set_scene(stack)
    yield bring_to_life(scene)
    scene.office.close()


@pytest.fixture(scope="module")
def viewers(browser: Browser, stack: EmbeddedStack, living: Living) -> Iterator[Viewers]:
    people = People(browser, stack)
    yield Viewers(people, living, is_examined=True)
    people.leave()


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda view: view.name)
def test_the_page_is_steady_and_accessible_and_speaks_every_language(
    view: views.View, viewers: Viewers, living: Living
) -> None:
    viewer = viewers.of(view)
    if view.refused is not None:
        viewer.guard.expect(400, view.refused)
    found: list[str] = []
    try:
        page = viewer.open_tab(view.address(living))
        _look(page, found)
        page.close()
    finally:
        found += viewer.guard.troubles()
    assert found == []


def _look(page: Page, found: list[str]) -> None:
    shift = views.shift_of(page)
    if shift["sum"] > MAX_SHIFT:
        found.append(f"moved by {shift['sum']:.2f}: {shift['parts']}")
    found += [f"wide: {each}" for each in views.violations_on(page)]
    # Colours do not depend on the width, so two looks see both widths and both themes.
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    found += [f"narrow, dark: {each}" for each in views.violations_on(page)]
    page.emulate_media(color_scheme="light")
    for language in ("en", "ru", "es"):
        views.speak(page, language)
        found += [f"{language}, narrow: {each}" for each in views.too_wide_on(page)]
        found += [f"{language}: {each}" for each in views.keys_shown_on(page)]
    # What a tab chooses is remembered for the next one.
    views.speak(page, "en")
