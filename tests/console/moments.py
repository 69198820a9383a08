"""The softphone in the moments of an agent's day, for pictures."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.console.desk import Desk
from tests.console.living import Living, write_script
from tests.console.person import People


def softphone_moments(people: People, living: Living) -> Iterator[tuple[str, Page]]:
    """Name and page of each moment; the page is in it while the caller looks."""
    scene = living.scene
    agent = scene.add_agent(scene.office.add_group(), "Noor")
    desk = Desk(people.seat(agent), agent).open()
    yield "softphone-start", desk.page
    desk.begin()
    yield "softphone-available", desk.page
    campaign_id = scene.dial_for(agent, name="Renewals, autumn")
    write_script(scene, campaign_id)
    scene.add_talkers(campaign_id, "Sara")
    desk.is_in("talking")
    desk.person.fill("Notes on this call", "Wants the family plan; call again if the offer changes.")
    yield "softphone-talking", desk.page
    desk.press("Hang up")
    desk.is_in("wrap-up")
    yield "softphone-wrap-up", desk.page
    desk.page.keyboard.press("Shift+?")
    yield "softphone-shortcuts", desk.page
