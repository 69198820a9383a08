"""The pages of the console, with who looks at them, and ways to look: by rules of access, by words, by steadiness."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.console.browser import CONSOLE
from tests.console.living import Living


@dataclass(frozen=True)
class View:
    """A page, by the address of which `{names}` are filled in from the living tenant."""

    name: str
    path: str
    who: str = "ada"
    refused: str | None = None
    """The address of a request that is rightly refused here, as a pattern."""

    def address(self, living: Living) -> str:
        """Where it is."""
        return self.path.format(
            campaign=living.campaign_id, draft=living.draft_id, lead=living.lead_id, file=living.import_id,
            agent=living.agent.agent_id,
        )  # fmt: skip


VIEWS = (
    View("sign-in", "/sign-in", "nobody"),
    View("register", "/register", "nobody"),
    View("forgot-password", "/forgot-password", "nobody"),
    View("reset-password", "/reset-password?token=unknown", "nobody"),
    View("accept-invitation", "/accept-invitation?token=unknown", "nobody", refused="/api/auth/invitations/show"),
    View("profile", "/profile"),
    View("softphone", "/softphone", "ben"),
    View("wallboard", "/wallboard", "sam"),
    View("campaigns", "/campaigns"),
    View("campaign-new", "/campaigns/new"),
    View("campaign", "/campaigns/{campaign}"),
    View("campaign-leads", "/campaigns/{campaign}?tab=leads"),
    View("campaign-lists", "/campaigns/{campaign}?tab=lists"),
    View("campaign-settings", "/campaigns/{campaign}?tab=settings"),
    View("campaign-script", "/campaigns/{campaign}?tab=script"),
    View("import-new", "/imports/new?campaign={campaign}"),
    View("import", "/imports/{file}"),
    View("leads", "/leads?campaign={campaign}"),
    View("lead", "/leads/{lead}"),
    View("dnc", "/dnc"),
    View("agents", "/agents"),
    View("agent", "/agents/{agent}"),
    View("groups", "/groups"),
    View("people", "/people"),
    View("numbers", "/numbers"),
    View("settings", "/settings"),
    View("audit-log", "/audit-log"),
)


def equip(context: BrowserContext) -> None:
    """Let the pages of a context be looked at by the functions below; to be called before they are opened."""
    context.add_init_script(path=CONSOLE / "node_modules" / "axe-core" / "axe.min.js")
    context.add_init_script(path=Path(__file__).with_name("look.js"))


def shift_of(page: Page) -> dict[str, Any]:
    """How much has moved since the document was opened, and what."""
    shift: dict[str, Any] = page.evaluate("look.shift()")
    return shift


def violations_on(page: Page, *rules: str) -> list[str]:
    """What axe finds serious or critical, by all rules or some."""
    found: list[str] = page.evaluate("(rules) => look.violations(rules)", list(rules))
    return found


def speak(page: Page, language: str) -> None:
    """Change the language of a page, as its menu does."""
    page.evaluate("(language) => look.speak(language)", language)


def keys_shown_on(page: Page) -> list[str]:
    """Texts that are names of texts."""
    found: list[str] = page.evaluate("look.keys()")
    return found


def too_wide_on(page: Page) -> list[str]:
    """Whether the page has to be moved sideways, and for what."""
    found: list[str] = page.evaluate("look.tooWide()")
    return found
