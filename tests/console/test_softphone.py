"""An agent's day at the softphone: calls one after another, by mouse and by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.console.desk import Desk
from tests.console.person import PATIENCE_MS, People
from tests.console.scene import Login, Scene, last_call
from tests.e2e.world import Witness, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def ben(scene: Scene) -> Login:
    return scene.add_agent(scene.office.add_group())


def test_from_signing_in_to_the_next_call(scene: Scene, ben: Login, people: People, witness: Witness) -> None:
    person = people.seat(None)
    desk = Desk(person, ben)
    person.go("/")
    person.fill("E-mail address", ben.email)
    person.page.get_by_label("Password", exact=True).fill(ben.password)
    person.press("Sign in")
    desk.begin()
    campaign_id = scene.dial_for(ben, "Sara", "John")
    desk.is_in("talking")
    first = "Sara" if person.page.get_by_role("heading", name="Sara").is_visible() else "John"
    desk.talks_with(first)
    person.sees("ACME")
    desk.press("Mute")
    desk.press("Unmute")
    person.fill("Notes on this call", "Wants the family plan.")
    desk.press("Hang up")
    desk.is_in("wrap-up")
    desk.conclude("Interested")
    person.sees("Concluded: Interested")
    desk.press("Finish, next call")
    desk.talks_with("John" if first == "Sara" else "Sara")
    call = last_call(witness, campaign_id, first)
    assert (call["agent_disposition"], call["notes"]) == ("interested", "Wants the family plan.")
    assert call["bridged_at"] is not None


def test_a_whole_call_without_a_mouse(scene: Scene, ben: Login, people: People, witness: Witness) -> None:
    desk = Desk(people.seat(ben), ben).open()
    keys = desk.page.keyboard
    _tab_to(desk, "Put headset on")
    keys.press("Enter")
    expect(desk.page.get_by_role("button", name="Begin taking calls")).to_be_visible()
    keys.press("Control+Shift+A")
    desk.is_in("available")
    campaign_id = scene.dial_for(ben, "Sara", "John")
    desk.is_in("talking")
    keys.press("Control+Shift+L")
    desk.is_in("held")
    desk.settles()
    keys.press("Control+Shift+L")
    desk.is_in("talking")
    keys.press("Control+Shift+H")
    desk.is_in("wrap-up")
    keys.press("1")
    expect(desk.page.get_by_text("Concluded:")).to_be_visible(timeout=PATIENCE_MS)
    keys.press("Control+Shift+A")
    desk.is_in("talking")
    done = witness.rows(
        "select agent_disposition from calls where campaign_id = %(id)s and ended_at is not null", id=campaign_id
    )
    assert [row["agent_disposition"] is not None for row in done] == [True]


def _tab_to(desk: Desk, name: str) -> None:
    """Move the focus on and on, until it is there; not at all if it cannot get there."""
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        if name in (desk.page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"the Tab key does not lead to {name}")


def test_a_call_is_handed_over_after_a_word_with_the_colleague(scene: Scene, ben: Login, people: People) -> None:
    eva = scene.add_agent(scene.office.add_group(), "Eva")
    giver, taker = Desk(people.seat(ben), ben).open().begin(), Desk(people.seat(eva), eva).open().begin()
    scene.dial_for(ben, "Sara")
    giver.talks_with("Sara")
    giver.press("Transfer")
    dialog = giver.page.get_by_role("dialog")
    dialog.get_by_label("Eva Ortiz").check()
    giver.person.press("Transfer", within=dialog)
    giver.person.sees("You talk to Eva Ortiz", within=giver.box)
    taker.talks_with("Sara")
    taker.person.sees("Ben Ortiz speaks with you first", within=taker.box)
    expect(taker.page.get_by_role("button", name="Hang up")).to_be_disabled()
    giver.press("All together")
    taker.person.sees("the person and you talk together", within=taker.box)
    giver.press("Hand over now")
    giver.is_in("wrap-up")
    taker.person.sees("Handed over by Ben Ortiz.")
    taker.press("Hang up")
    taker.is_in("wrap-up")


def test_a_lead_is_looked_at_skipped_and_dialled(scene: Scene, ben: Login, people: People, witness: Witness) -> None:
    campaign_id = scene.dial_for(ben, "Sara", "John", dial_mode="preview")
    desk = Desk(people.seat(ben), ben).open().begin()
    desk.press("Show next lead")
    desk.is_in("preview")
    desk.press("Skip")
    desk.press("Better at another time")
    skipped = "select 1 from previews where state = 'skipped' and agent_id = %(id)s"
    eventually(lambda: witness.rows(skipped, id=ben.agent_id), what="the skip is stored")
    desk.is_in("preview", "available")
    if desk.box.get_attribute("data-state") == "available":
        desk.press("Show next lead")
    desk.is_in("preview")
    desk.press("Dial")
    desk.is_in("talking")
    assert len(witness.rows("select 1 from calls where campaign_id = %(id)s", id=campaign_id)) == 1
