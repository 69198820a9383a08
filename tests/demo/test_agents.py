"""What a simulated agent does, on a console that writes down what he did."""

import random
from datetime import datetime

from demo.agents import Doing, Ended, Incoming, Joined, SimulatedAgent
from demo.settings import Habits
from demo.troubles import Troubles

QUIET = Habits(break_share=0.0, hangs_up_first_share=0.0, concludes_share=0.0)


class FakeConsole:
    """Writes down what was done; refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        self.refuses: set[str] = set()
        self.leads_left = 1

    def declare(self, status: str) -> None:
        self._note("declare", status)

    def confirm(self, call_id: str) -> None:
        self._note("confirm", call_id)

    def dial_next(self) -> bool:
        self._note("dial_next")
        return self.leads_left > 0

    def hang_up(self, call_id: str) -> None:
        self._note("hang_up", call_id)

    def conclude(self, call_id: str, disposition: str, *, notes: str | None, callback_at: datetime | None) -> None:
        if disposition == "callback" and (callback_at is None or callback_at.tzinfo is None):
            raise ValueError("a callback needs an aware time")
        self._note("conclude", call_id)

    def _note(self, *what: str) -> None:
        if what[0] in self.refuses:
            raise ConnectionError("refused")
        self.done.append(what)


class Desk:
    """An agent, his console, and a clock that the test moves."""

    def __init__(self, habits: Habits = QUIET, *, factor: float = 10.0, previews: bool = False):
        self.console = FakeConsole()
        self.troubles = Troubles()
        self.agent = SimulatedAgent(
            self.console, random.Random(1), self.troubles,
            seconds_per_second=factor, habits=habits, previews=previews,
        )  # fmt: skip
        self.now = 100.0
        self.agent.hear(Joined(None), self.now)

    def call(self, call_id: str = "c1") -> None:
        self.agent.hear(Incoming(call_id), self.now)

    def end(self, call_id: str = "c1", disposition: str = "answered", *, has_wrap_up: bool = True) -> None:
        self.agent.hear(Ended(call_id, disposition, has_wrap_up), self.now)

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.agent.act(self.now)


def test_an_agent_who_joins_becomes_available_and_waits() -> None:
    desk = Desk()
    assert desk.console.done == [("declare", "available")]
    assert desk.agent.doing is Doing.WAITING


def test_a_call_is_confirmed_and_talked_on() -> None:
    desk = Desk()
    desk.call()
    assert desk.console.done[-1] == ("confirm", "c1")
    assert desk.agent.doing is Doing.TALKING


def test_after_a_call_he_writes_up_for_simulated_seconds_and_becomes_available() -> None:
    desk = Desk(Habits(break_share=0, hangs_up_first_share=0, concludes_share=0, writing_up=(30, 30)), factor=10)
    desk.call()
    desk.end()
    desk.pass_seconds(2.9)
    assert desk.agent.doing is Doing.WRITING_UP
    desk.pass_seconds(0.2)
    assert desk.agent.doing is Doing.WAITING
    assert desk.console.done[-1] == ("declare", "available")


def test_a_machine_that_is_taken_from_him_leaves_him_waiting_at_once() -> None:
    desk = Desk(Habits(concludes_share=1.0))
    desk.call()
    desk.end(disposition="voicemail", has_wrap_up=False)
    assert desk.agent.doing is Doing.WAITING
    desk.pass_seconds(60)
    assert ("conclude", "c1") not in desk.console.done


def test_he_concludes_conversations_alone() -> None:
    desk = Desk(Habits(break_share=0, hangs_up_first_share=0, concludes_share=1.0))
    desk.call("c1")
    desk.end("c1", "answered")
    desk.pass_seconds(10)
    desk.call("c2")
    desk.end("c2", "voicemail")
    desk.pass_seconds(10)
    assert [done for done in desk.console.done if done[0] == "conclude"] == [("conclude", "c1")]


def test_every_conclusion_he_may_reach_is_acceptable() -> None:
    desk = Desk(Habits(break_share=0, hangs_up_first_share=0, concludes_share=1.0))
    for number in range(200):
        desk.call(f"c{number}")
        desk.end(f"c{number}")
        desk.pass_seconds(10)
    assert desk.troubles.lines() == []


def test_sometimes_he_hangs_up_first() -> None:
    desk = Desk(Habits(hangs_up_first_share=1.0, hangs_up_after=(20, 20)), factor=10)
    desk.call()
    desk.pass_seconds(2.1)
    assert desk.console.done[-1] == ("hang_up", "c1")
    assert desk.agent.doing is Doing.TALKING


def test_now_and_then_he_takes_a_break_and_comes_back() -> None:
    desk = Desk(Habits(break_share=1.0, hangs_up_first_share=0, concludes_share=0, on_break=(60, 60)), factor=10)
    desk.call()
    desk.end()
    desk.pass_seconds(10)
    assert desk.console.done[-1] == ("declare", "break")
    desk.pass_seconds(6.1)
    assert desk.console.done[-1] == ("declare", "available")


def test_the_same_call_shown_twice_is_one_call() -> None:
    desk = Desk()
    desk.call()
    desk.call()
    desk.end()
    assert desk.troubles.total == 0
    assert desk.agent.doing is Doing.WRITING_UP


def test_the_end_of_another_call_does_not_end_his() -> None:
    desk = Desk()
    desk.call("c2")
    desk.end("c1")
    assert desk.agent.doing is Doing.TALKING


def test_a_second_call_before_the_end_of_the_first_is_counted_as_trouble() -> None:
    desk = Desk()
    desk.call("c1")
    desk.call("c2")
    assert desk.troubles.total == 1
    desk.end("c2")
    assert desk.agent.doing is Doing.WRITING_UP


def test_a_console_that_comes_back_shows_the_call_in_progress() -> None:
    desk = Desk()
    desk.agent.hear(Joined("c9"), desk.now)
    assert desk.agent.doing is Doing.TALKING
    assert desk.console.done[-1] == ("confirm", "c9")


def test_a_call_that_ended_while_the_console_was_away_is_written_up() -> None:
    desk = Desk()
    desk.call()
    desk.agent.hear(Joined(None), desk.now)
    desk.pass_seconds(10)
    assert desk.agent.doing is Doing.WAITING


def test_what_fails_is_counted_and_tried_again() -> None:
    desk = Desk()
    desk.console.refuses = {"declare"}
    desk.call()
    desk.end()
    desk.pass_seconds(10)
    assert desk.troubles.lines() == ["1 × becoming available: ConnectionError: refused"]
    desk.console.refuses = set()
    desk.pass_seconds(1.1)
    assert desk.agent.doing is Doing.WAITING
    assert desk.console.done[-1] == ("declare", "available")


def test_when_the_shift_is_over_he_takes_leave_of_whom_he_talks_with() -> None:
    desk = Desk(Habits(hangs_up_first_share=0, taking_leave=(10, 10)), factor=10)
    desk.call()
    desk.agent.finish_up(desk.now)
    desk.pass_seconds(0.5)
    desk.agent.finish_up(desk.now)
    desk.pass_seconds(0.6)
    assert desk.console.done[-1] == ("hang_up", "c1")


def test_nobody_hangs_up_on_nobody_when_the_shift_is_over() -> None:
    desk = Desk()
    desk.agent.finish_up(desk.now)
    desk.pass_seconds(10)
    assert desk.console.done == [("declare", "available")]


def test_who_has_gone_home_takes_no_calls() -> None:
    desk = Desk()
    desk.agent.leave()
    desk.call()
    assert desk.console.done[-1] == ("declare", "offline")
    assert desk.agent.doing is Doing.GONE


def test_with_preview_he_reads_about_a_lead_and_has_him_called() -> None:
    desk = Desk(previews=True)
    desk.pass_seconds(0.4)
    assert ("dial_next",) not in desk.console.done
    desk.pass_seconds(2.0)
    assert desk.console.done[-1] == ("dial_next",)


def test_with_preview_he_waits_for_the_call_that_he_asked_for() -> None:
    desk = Desk(previews=True)
    desk.pass_seconds(2.0)
    desk.pass_seconds(60.0)
    assert desk.console.done.count(("dial_next",)) == 1


def test_with_preview_he_takes_the_next_lead_when_one_has_not_answered() -> None:
    desk = Desk(previews=True)
    desk.pass_seconds(2.0)
    desk.end(disposition="no_answer", has_wrap_up=False)
    desk.pass_seconds(2.0)
    assert desk.console.done.count(("dial_next",)) == 2


def test_with_preview_he_asks_again_when_there_is_no_lead() -> None:
    desk = Desk(previews=True)
    desk.console.leads_left = 0
    desk.pass_seconds(2.0)
    desk.pass_seconds(2.0)
    assert desk.console.done.count(("dial_next",)) == 2


def test_without_preview_nobody_asks_for_leads() -> None:
    desk = Desk()
    desk.pass_seconds(60.0)
    assert ("dial_next",) not in desk.console.done
