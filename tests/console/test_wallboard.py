"""The wallboard against the API's own figures, and a supervisor on an agent's call."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.desk import Desk
from tests.console.person import PATIENCE_MS, People
from tests.console.scene import Scene, last_call
from tests.e2e.world import Witness, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def shown_figures(page: Page) -> dict[str, int]:
    """The counts of agents and calls by state, as they stand on the tiles."""
    script = """() => Object.fromEntries([...document.querySelectorAll("[data-figure]")]
        .filter(({dataset}) => /^(agents|calls)-/.test(dataset.figure))
        .map((tile) => [tile.dataset.figure, Number(tile.querySelector(".wb-figure, dd").textContent)]))"""
    figures: dict[str, int] = json.loads(json.dumps(page.evaluate(script)))
    return {name: count for name, count in figures.items() if count}


def figures_of(totals: dict[str, Any]) -> dict[str, int]:
    """The same, as the API tells them."""
    agents = {f"agents-{state}": count for state, count in totals["agents_by_state"].items()}
    calls = {f"calls-{state}": count for state, count in totals["calls_by_state"].items()}
    return {name: count for name, count in (agents | calls).items() if count}


def test_the_board_shows_what_the_api_says_while_the_floor_changes(scene: Scene, people: People) -> None:
    group = scene.office.add_group()
    consoles = [scene.office.add_console(group) for _ in range(3)]
    board = people.seat(scene.add_person("supervisor", "Sam"))
    page = board.go("/wallboard")

    def agrees() -> bool:
        told = figures_of(scene.admin.get("/api/wallboard")["wallboard"]["totals"])
        return shown_figures(page) == told

    expect(page.locator("[data-figure=agents-available] .wb-figure")).to_have_text("3", timeout=PATIENCE_MS)
    assert agrees()
    campaign_id = scene.office.add_campaign(group, name="On the board", dial_mode="progressive")
    scene.add_talkers(campaign_id, "Sara", "John")
    scene.start(campaign_id)
    expect(page.locator("[data-figure=agents-talking] .wb-figure")).to_have_text("2", timeout=PATIENCE_MS)
    expect(page.locator("tr[data-call][data-state=bridged]")).to_have_count(2, timeout=PATIENCE_MS)
    resting = next(console for console in consoles if not console.all_heard("incoming:call"))
    resting.say("agent:status", agentId=resting.agent_id, status="break")
    expect(page.locator("[data-figure=agents-paused] .wb-figure")).to_have_text("1", timeout=PATIENCE_MS)
    eventually(agrees, what="the board and the API agree", seconds=20)
    board.page.reload()
    board.await_page()
    eventually(agrees, what="so they do after a reload", seconds=20)


def test_a_supervisor_listens_whispers_barges_and_takes_over(scene: Scene, people: People, witness: Witness) -> None:
    ben = scene.add_agent(scene.office.add_group())
    desk = Desk(people.seat(ben), ben).open().begin()
    campaign_id = scene.dial_for(ben, "Sara")
    desk.talks_with("Sara")
    call_id = last_call(witness, campaign_id, "Sara")["id"]
    sam = people.seat(scene.add_person("supervisor", "Sam"))
    page = sam.go("/wallboard")
    doors, bar = page.locator(f"tr[data-call='{call_id}']"), page.locator(".wb-listening")
    doors.locator("[data-door=listen]").click()
    expect(bar).to_have_attribute("data-device", "ready", timeout=PATIENCE_MS)
    for mode, name in (("listen", ""), ("whisper", "Whisper"), ("barge", "Barge in")):
        if name:
            sam.press(name, within=bar)
        expect(bar).to_have_attribute("data-mode", mode, timeout=PATIENCE_MS)
    sam.press("Take over", within=bar)
    sam.press("Take over", within=page.get_by_role("alertdialog"))
    expect(bar).to_contain_text("You have taken the call over", timeout=PATIENCE_MS)
    desk.is_in("wrap-up")
    assert last_call(witness, campaign_id, "Sara")["ended_at"] is None
    sam.press("Stop", within=bar)
    eventually(lambda: last_call(witness, campaign_id, "Sara")["ended_at"], what="the call is over")
