"""What browsers and networks do to an agent in mid-call: the call goes on, and the page finds it again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from dialer.embedded.stack import EmbeddedStack
from tests.console.cable import Cable
from tests.console.desk import Desk
from tests.console.person import PATIENCE_MS, People
from tests.console.scene import Login, Scene, last_call
from tests.e2e.world import Witness, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def ben(scene: Scene) -> Login:
    return scene.add_agent(scene.office.add_group())


@pytest.fixture
def cable(stack: EmbeddedStack) -> Iterator[Cable]:
    cable = Cable(stack.port)
    yield cable
    cable.close()


def test_a_reload_in_mid_call_finds_the_call_again(scene: Scene, ben: Login, people: People, witness: Witness) -> None:
    desk = Desk(people.seat(ben), ben).open().begin()
    campaign_id = scene.dial_for(ben, "Sara")
    desk.talks_with("Sara")
    desk.person.fill("Notes on this call", "Likes")
    before = last_call(witness, campaign_id, "Sara")
    desk.page.reload()
    desk.talks_with("Sara")
    expect(desk.page.get_by_label("Notes on this call")).to_have_value("Likes")
    expect(desk.page.get_by_role("button", name="Mute", exact=True)).to_be_enabled()
    after = last_call(witness, campaign_id, "Sara")
    assert (after["id"], after["ended_at"]) == (before["id"], None)
    desk.press("Hang up")
    desk.is_in("wrap-up")


def test_a_call_outlives_the_network_and_notes_arrive_later(
    cable: Cable, scene: Scene, ben: Login, people: People, witness: Witness
) -> None:
    desk = Desk(people.seat(ben, url=cable.url), ben).open().begin()
    campaign_id = scene.dial_for(ben, "Sara")
    desk.talks_with("Sara")
    with desk.person.guard.cut_off():
        cable.cut()
        expect(desk.page.get_by_text("No connection to the server")).to_be_visible(timeout=PATIENCE_MS)
        desk.talks_with("Sara")
        desk.person.fill("Notes on this call", "Written in the tunnel.")
        cable.mend()
        expect(desk.page.get_by_text("No connection to the server")).to_be_hidden(timeout=PATIENCE_MS)
        eventually(
            lambda: last_call(witness, campaign_id, "Sara")["notes"] == "Written in the tunnel.", what="notes arrive"
        )
    desk.talks_with("Sara")
    assert last_call(witness, campaign_id, "Sara")["ended_at"] is None
    desk.press("Hang up")
    desk.is_in("wrap-up")


def test_two_tabs_show_one_desk_and_one_headset(scene: Scene, ben: Login, people: People, witness: Witness) -> None:
    person = people.seat(ben)
    first = Desk(person, ben).open().begin()
    second = Desk(person, ben, person.open_tab("/softphone"))
    expect(second.page.get_by_text("Another tab has the headset")).to_be_visible(timeout=PATIENCE_MS)
    campaign_id = scene.dial_for(ben, "Sara")
    for desk in (first, second):
        desk.talks_with("Sara")
    second.press("Hang up")
    for desk in (first, second):
        desk.is_in("wrap-up")
    assert last_call(witness, campaign_id, "Sara")["ended_at"] is not None


def test_a_token_that_has_expired_is_renewed_unseen(scene: Scene, ben: Login, people: People) -> None:
    person = people.seat(Login(ben.answer | {"token": _spoilt(ben.token)}, ben.email, ben.agent_id))
    person.guard.expect(401, "^/api/")
    Desk(person, ben).open().begin()


def test_who_must_sign_in_again_comes_back_to_his_page(scene: Scene, ben: Login, people: People) -> None:
    gone = ben.answer | {"token": _spoilt(ben.token), "refresh_token": _spoilt(str(ben.answer["refresh_token"]))}
    person = people.seat(Login(gone, ben.email, ben.agent_id))
    person.guard.expect(401, "^/api/")
    person.page.goto(f"{person.url}/console/#/profile")
    person.sees("Your session has ended")
    person.fill("E-mail address", ben.email)
    person.page.get_by_label("Password", exact=True).fill(ben.password)
    person.press("Sign in")
    expect(person.page).to_have_url(f"{person.url}/console/#/profile", timeout=PATIENCE_MS)


def _spoilt(token: str) -> str:
    """With another signature: refused like one that has expired."""
    return token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")
