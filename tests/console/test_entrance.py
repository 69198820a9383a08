"""How people get in: with a forgotten password, by an invitation, with a second factor, as founders of a company."""

import base64
import re
import time
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

from dialer.domain.one_time_codes import STEP_SECONDS, code_at
from dialer.embedded.stack import EmbeddedStack
from tests.console.person import PATIENCE_MS, People, Person
from tests.console.scene import Scene
from tests.e2e.world import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NEW_PASSWORD = "seven quiet lanterns"


def sign_in(person: Person, email: str, password: str) -> None:
    person.fill("E-mail address", email)
    person.page.get_by_label("Password", exact=True).fill(password)
    person.press("Sign in")


def is_at(person: Person, path: str) -> None:
    expect(person.page).to_have_url(f"{person.url}/console/#{path}", timeout=PATIENCE_MS)


def link_mailed_to(stack: EmbeddedStack, email: str, to: str) -> str:
    """What stands behind the `#` of the newest link to a page in a mail to somebody."""

    def find() -> str | None:
        for file in sorted((stack.home.path / "mail").glob("*.eml"), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if email in str(mail["To"]):
                found = re.search(rf"#(/{to}\S+)", mail.get_content())
                if found:
                    return found[1]
        return None

    return eventually(find, what=f"a mail to {email}") or ""


def test_a_forgotten_password_is_replaced_by_the_link_of_a_mail(
    stack: EmbeddedStack, scene: Scene, people: People
) -> None:
    sam = scene.add_person("supervisor", "Sam")
    person = people.seat(None)
    person.guard.expect(401, "^/api/auth/login$")
    person.go("/")
    sign_in(person, sam.email, "not this one, surely")
    person.sees("The e-mail address or the password is wrong.")
    person.page.get_by_role("link", name="Forgot your password?").click()
    person.fill("E-mail address", sam.email)
    person.press("Send the link")
    person.sees("Look into your mail")
    person.go(link_mailed_to(stack, sam.email, "reset-password"))
    person.page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    person.press("Set the password")
    sign_in(person, sam.email, NEW_PASSWORD)
    is_at(person, "/wallboard")


def test_an_invited_agent_lands_at_the_softphone(stack: EmbeddedStack, scene: Scene, people: People) -> None:
    invitation = {"email": f"dana.{scene.office.tenant_id}@example.net", "role": "agent"}
    scene.admin.post("/api/invitations", invitation)
    person = people.seat(None)
    person.go(link_mailed_to(stack, invitation["email"], "accept-invitation"))
    person.fill("First name", "Dana")
    person.page.get_by_label("Password", exact=True).fill("short")
    person.press("Join")
    person.sees("It needs 8 characters or more.")
    person.page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    person.press("Join")
    is_at(person, "/softphone")
    users = scene.admin.get("/api/users")["users"]
    assert (invitation["email"], "agent") in {(user["email"], user["role"]) for user in users}


def test_a_company_is_founded_and_its_owner_protects_his_account(people: People) -> None:
    email = f"founder{time.monotonic_ns()}@example.net"
    person = people.seat(None)
    person.go("/register")
    person.fill("Company", "Northwind")
    person.fill("First name", "Ada")
    person.fill("E-mail address", email)
    person.page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    person.press("Set up the company")
    is_at(person, "/first-steps")
    person.go("/profile")
    secret = _set_up_second_factor(person)
    person.press("Sign out")
    sign_in(person, email, NEW_PASSWORD)
    # A code is good once: the one of the set-up is used.
    person.fill("Code from the app", _code(secret, ahead=1))
    assert not person.page.url.endswith("/campaigns"), "the password alone does not let him in"
    person.press("Go on")
    is_at(person, "/campaigns")


def _set_up_second_factor(person: Person) -> bytes:
    panel = person.page.locator(".panel.factor")
    person.press("Set up an app", within=panel)
    panel.get_by_label("Current password", exact=True).fill(NEW_PASSWORD)
    person.press("Go on", within=panel)
    secret = base64.b32decode(panel.locator("code").first.inner_text().replace(" ", ""))
    person.fill("Code from the app", _code(secret), within=panel)
    person.press("Switch it on", within=panel)
    panel.get_by_label("I have kept them").check()
    person.press("Done", within=panel)
    return secret


def _code(secret: bytes, *, ahead: int = 0) -> str:
    return code_at(secret, int(time.time()) // STEP_SECONDS + ahead)
