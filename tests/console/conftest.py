"""One running product and one browser for all tests here; a context, and so a memory, of its own for each person."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from dialer.embedded.stack import EmbeddedStack, TwinOptions
from tests.console.browser import launch
from tests.console.person import People
from tests.console.scene import Scene, set_scene
from tests.e2e.world import Witness

TIME_FACTOR = 10


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """The product; not started where there is no browser to look at it with."""
    folder = tmp_path_factory.mktemp("stack")
    options = TwinOptions(seed=1, time_factor=TIME_FACTOR, calls_per_second=20)
    with EmbeddedStack(folder, 0, twin_options=options, environ={}, ready_seconds=100, say=lambda _: None) as running:
        yield running


@pytest.fixture(scope="package")
def witness(stack: EmbeddedStack) -> Witness:
    """What the database says."""
    return Witness(stack)


@pytest.fixture
def scene(stack: EmbeddedStack) -> Iterator[Scene]:
    """A tenant of the test's own."""
    scene = set_scene(stack)
    yield scene
    scene.office.close()


@pytest.fixture
def people(browser: Browser, stack: EmbeddedStack) -> Iterator[Callable[..., object]]:
    """Puts persons in front of pages; fails the test if any page of theirs had an error."""
    people = People(browser, stack)
    yield people
    people.leave()
