"""An agent's desk, as the person who sits there uses it."""

from playwright.sync_api import Locator, Page, expect

from tests.console.person import PATIENCE_MS, Person
from tests.console.scene import Login


class Desk:
    """The softphone in one tab."""

    def __init__(self, person: Person, login: Login, page: Page | None = None):
        self.person = person
        self.login = login
        self.page = page or person.page

    @property
    def box(self) -> Locator:
        """What everybody looks at: what the agent is doing."""
        return self.page.get_by_test_id("agent-state")

    def open(self) -> "Desk":
        """Sit down."""
        self.person.go("/softphone", self.page)
        return self

    def begin(self) -> "Desk":
        """Put the headset on and take calls."""
        self.person.press("Put headset on", within=self.page)
        self.person.press("Begin taking calls", within=self.page)
        self.is_in("available")
        return self

    def is_in(self, *states: str) -> None:
        """Wait until the box says one of these."""
        one_of = ", ".join(f"[data-testid=agent-state][data-state={state}]" for state in states)
        expect(self.page.locator(one_of)).to_be_visible(timeout=PATIENCE_MS)

    def talks_with(self, name: str) -> None:
        """Wait until the call with somebody is on the screen."""
        self.is_in("talking")
        expect(self.page.get_by_role("heading", name=name)).to_be_visible(timeout=PATIENCE_MS)

    def settles(self) -> None:
        """Wait until nothing that was asked for is under way."""
        expect(self.page.locator("[aria-busy='true']")).to_have_count(0, timeout=PATIENCE_MS)

    def press(self, name: str) -> None:
        """Press a button of the desk."""
        self.person.press(name, within=self.page)

    def conclude(self, disposition: str) -> None:
        """Say how it went."""
        region = self.page.get_by_role("region", name="How did it go?")
        region.get_by_role("button", name=disposition, exact=True).click()
