"""The wallboard over sockets: a whole board, then frames that lead from it to what is there now."""

import queue as queues
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import text

from api.sockets import wallboard as sockets
from dialer.domain.errors import Unavailable
from dialer.domain.principals import Role
from dialer.domain.wallboard import Chosen, apply_change, board_of_json
from dialer.store.session import Database
from dialer.usecases import access
from dialer.usecases.wallboard import load_wallboard
from tests.builders.agents import make_agent, make_agent_group
from tests.sockets.looks import eventually


class Wall:
    """A wallboard page: keeps what it was told, and how."""

    def __init__(self, browser, caller):
        self.browser, self.caller = browser, caller
        self.frames: queues.Queue = queues.Queue()
        self.arrived: list[float] = []
        browser.client.on("wallboard:frame", self._take)

    def _take(self, frame):
        self.arrived.append(time.monotonic())
        self.frames.put(frame)

    def watch(self, **chosen):
        if not self.browser.client.connected:
            self.browser.connect(self.caller.token)
        self.answer = self.browser.say("wallboard:watch", chosen)
        if self.answer["success"]:
            self.sequence, self.board = self.answer["sequence"], board_of_json(self.answer["board"])
        return self.answer

    def next(self, seconds=4.0):
        """The next frame, which must be the one that follows; the board after it."""
        frame = self.frames.get(timeout=seconds)
        assert (frame["epoch"], frame["sequence"]) == (self.answer["epoch"], self.sequence + 1)
        self.sequence, self.board = frame["sequence"], apply_change(self.board, frame)
        return frame

    def until(self, holds, seconds=6.0):
        """Take frames until the board is as wanted."""
        until = time.monotonic() + seconds
        while not holds(self.board):
            self.next(until - time.monotonic())


@pytest.fixture
def wall(browser, sam):
    return Wall(browser, sam)


@pytest.fixture
def second_wall(second_browser, cleo):
    return Wall(second_browser, cleo)


def change(services, tenant_id, sql, **values):
    with services.transaction(tenant_id) as tx:
        tx.session.execute(text(sql), values)


def pause(services, ben, state="break"):
    change(services, ben.tenant_id, f"update agents set status = '{state}', updated_at = now()")


def state_of(agent_id):
    return lambda board: board.agents[str(agent_id)]["state"]


def test_the_whole_board_comes_first(wall, sam, bens_agent, services):
    told = wall.watch()
    assert (told["success"], told["sequence"]) == (True, 0)
    assert wall.board == load_wallboard(services, actor=sam.principal, chosen=Chosen()).board
    assert state_of(bens_agent)(wall.board) == "available"


def test_after_a_quiet_time_a_change_is_told_at_once(wall, ben, bens_agent, services):
    wall.watch()
    time.sleep(1.2)
    pause(services, ben)
    changed = time.monotonic()
    frame = wall.next()
    assert frame["changed"]["agents"][0]["state"] == "paused"
    # A tenth of a second by the look, some more for a busy machine.
    assert wall.arrived[0] - changed < 0.6


def test_frames_and_the_board_before_them_are_what_is_there_now(wall, sam, ben, bens_agent, services):
    wall.watch()
    for name, state in (("Bea", "break"), ("Bob", "available"), ("Bert", "offline")):
        make_agent(services.database, tenant_id=ben.tenant_id, name=name)
        pause(services, ben, state)
    change(services, ben.tenant_id, "update agents set is_active = false where name = 'Bob'")
    wall.until(lambda board: len(board.agents) == 3)
    assert wall.board == load_wallboard(services, actor=sam.principal, chosen=Chosen()).board


def test_there_is_at_most_one_frame_a_second(wall, ben, bens_agent, services):
    wall.watch()
    until = time.monotonic() + 2.6
    while time.monotonic() < until:
        pause(services, ben, "break")
        pause(services, ben, "available")
        change(services, ben.tenant_id, "update agents set name = :name", name=str(time.monotonic()))
        time.sleep(0.05)
    assert 2 <= len(wall.arrived) <= 4
    gaps = [later - earlier for earlier, later in pairwise(wall.arrived)]
    assert min(gaps) > 0.85


def test_a_quiet_floor_is_told_of_now_and_then(wall, bens_agent, monkeypatch):
    monkeypatch.setattr(sockets, "HEARTBEAT_SECONDS", 0.4)
    monkeypatch.setattr(sockets, "READ_SECONDS", 0.2)
    wall.watch()
    frame = wall.next()
    assert set(frame) == {"epoch", "sequence", "at"}


def test_who_lost_a_frame_asks_again_and_is_right(wall, ben, bens_agent, services):
    wall.watch()
    pause(services, ben)
    wall.frames.get(timeout=4)
    pause(services, ben, "offline")
    with pytest.raises(AssertionError):
        wall.next()
    wall.watch()
    wall.until(lambda board: state_of(bens_agent)(board) == "offline")


def test_whoever_comes_back_gets_another_board(wall, second_browser, ben, bens_agent, sam, services):
    first = wall.watch()
    wall.browser.client.disconnect()
    pause(services, ben)
    again = Wall(second_browser, sam)
    assert again.watch()["epoch"] != first["epoch"]
    again.until(lambda board: state_of(bens_agent)(board) == "paused")


def test_two_who_look_at_the_same_get_the_same_frames(wall, second_browser, ben, bens_agent, ada, services):
    other = Wall(second_browser, ada)
    assert wall.watch()["epoch"] == other.watch()["epoch"]
    pause(services, ben)
    assert wall.next() == other.next()


def test_a_part_of_the_floor_is_all_that_is_told_of_it(wall, ben, bens_agent, services):
    group_id = make_agent_group(services.database, tenant_id=ben.tenant_id)
    bob = make_agent(services.database, tenant_id=ben.tenant_id, agent_group_id=group_id, name="Bob")
    wall.watch(agent_group_id=str(group_id))
    pause(services, ben)
    frame = wall.next()
    assert [agent["id"] for agent in frame["changed"]["agents"]] == [str(bob)]


def test_cleo_hears_of_her_own_floor_alone(wall, second_wall, ben, bens_agent, cleo, services):
    own = make_agent(services.database, tenant_id=cleo.tenant_id, name="Own")
    wall.watch()
    assert second_wall.watch()["board"]["agents"][0]["id"] == str(own)
    pause(services, ben)
    pause(services, cleo, "break")
    wall.until(lambda board: state_of(bens_agent)(board) == "paused")
    second_wall.until(lambda board: state_of(own)(board) == "paused")
    assert (set(wall.board.agents), set(second_wall.board.agents)) == ({str(bens_agent)}, {str(own)})
    assert second_wall.answer["epoch"] != wall.answer["epoch"]


def test_an_agent_is_refused(browser, ben):
    assert Wall(browser, ben).watch()["code"] == "forbidden"


def test_a_supervisor_who_is_one_no_longer_hears_no_more(wall, sam, ada, ben, bens_agent, services, app):
    wall.watch()
    access.change_user(services, actor=ada.principal, user_id=sam.user_id, role=Role.AGENT)
    app.extensions["presence_keeper"].recheck()
    assert wall.browser.gone.wait(5)
    assert eventually(lambda: app.extensions["wallboards"].watched == 0)
    pause(services, ben)
    time.sleep(0.3)
    assert wall.frames.empty()


def test_nothing_runs_while_nobody_watches(wall, app, bens_agent):
    boards = app.extensions["wallboards"]
    assert boards.watched == 0
    wall.watch()
    assert boards.watched == 1
    assert wall.browser.say("wallboard:unwatch", {})["success"] is True
    assert boards.watched == 0
    assert wall.browser.say("wallboard:unwatch", {})["code"] == "conflict"


def test_a_page_that_is_closed_ends_the_watch(wall, app, bens_agent):
    wall.watch()
    wall.browser.client.disconnect()
    assert eventually(lambda: app.extensions["wallboards"].watched == 0)


def test_a_wrong_clock_is_said_instead_of_wrong_ages(wall, bens_agent, clock):
    wall.watch()
    clock.is_right = False
    frame = wall.next()
    assert (frame["problem"], frame["stale_since"], "changed" in frame) == ("clock", frame["at"], False)
    clock.is_right = True
    assert "stale_since" not in wall.next()


def test_while_the_database_is_away_nothing_old_is_told_as_new(wall, ben, bens_agent, services, app):
    wall.watch()
    (producer,) = app.extensions["wallboards"]._producers.values()
    reader = producer._reader
    reader._services = replace(services, database=Database("postgresql://nobody@127.0.0.1:1/none"))
    frame = wall.next(8)
    assert (frame["problem"], frame["stale_since"]) == ("database", wall.answer["at"])
    pause(services, ben)
    reader._services = services
    wall.until(lambda board: state_of(bens_agent)(board) == "paused")


def test_without_a_database_nobody_begins_to_watch(wall, app, services, monkeypatch):
    def away(self):
        raise Unavailable("The database cannot be reached at the moment.")

    monkeypatch.setattr(sockets.BoardReader, "read", away)
    assert wall.watch()["code"] == "unavailable"
    assert app.extensions["wallboards"].watched == 0
