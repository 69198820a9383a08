"""Deciding again from what was kept: the same engine gives the same answers, and a difference is found."""

from datetime import datetime, timedelta

import pytest

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing import PacingEvent, Snapshot
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from dialer.usecases.pacing_replay import ReadPosition, ReplayReport, iterate_lines, replay_campaign
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.usecases.pacing_story import work


@pytest.fixture
def floor(services: Services, clock: FrozenClock) -> Floor:
    """Three agents who have worked for a minute on a predictive campaign."""
    floor = open_floor(services, dial_mode="predictive")
    for _ in range(3):
        floor.console_agent()
    floor.leads(120)
    work(floor, clock, turns=60)
    return floor


def replay(floor: Floor, owner_database: Database, *, since: datetime | None = None) -> ReplayReport:
    now = floor.services.clock.now()
    return replay_campaign(
        owner_database, campaign_id=floor.campaign_id, since=since or now - timedelta(hours=1), until=now
    )


def test_every_decision_comes_out_as_it_was(floor: Floor, owner_database: Database) -> None:
    report = replay(floor, owner_database)
    assert len(report.decisions) == len(floor.rows("select 1 from pacing_decisions")) > 20
    assert report.skipped == 0
    assert report.contradictions == 0
    assert list(iterate_lines(report, only_differences=True)) == []


def test_part_of_the_time_starts_from_the_last_whole_state_before_it(
    floor: Floor, owner_database: Database, clock: FrozenClock
) -> None:
    since = clock.now() - timedelta(seconds=15)
    report = replay(floor, owner_database, since=since)
    assert 0 < len(report.decisions) < 30
    assert min(replayed.at for replayed in report.decisions) >= since
    assert report.contradictions == 0


def test_a_checkpoint_is_enough_when_what_lies_before_is_swept(
    floor: Floor, owner_database: Database, clock: FrozenClock
) -> None:
    clock.advance(minutes=6)
    work(floor, clock, turns=35)
    floor.change("delete from pacing_decisions where at < :at", at=clock.now() - timedelta(seconds=40))
    report = replay(floor, owner_database)
    assert (report.contradictions, report.skipped, len(report.decisions) >= 3) == (0, 1, True)


def test_another_answer_of_the_same_engine_is_a_contradiction(floor: Floor, owner_database: Database) -> None:
    floor.change(
        "update pacing_decisions set decision = jsonb_set(decision, '{calls}', '99') "
        "where id = (select max(id) from pacing_decisions where decision is not null)"
    )
    report = replay(floor, owner_database)
    assert report.contradictions == 1
    (line,) = iterate_lines(report, only_differences=True)
    assert line.startswith("!")
    assert "calls 99 ->" in line


def test_another_engines_answers_are_shown_and_are_no_contradiction(floor: Floor, owner_database: Database) -> None:
    floor.change("update pacing_decisions set engine = 'predictive/0', decision = jsonb_set(decision, '{calls}', '99')")
    report = replay(floor, owner_database)
    assert report.contradictions == 0
    assert all(line.startswith("~") for line in iterate_lines(report, only_differences=True))


def test_a_missing_event_is_noticed(floor: Floor, owner_database: Database) -> None:
    floor.change("delete from pacing_events where kind in ('connected', 'answered')")
    assert replay(floor, owner_database).contradictions > 0


def test_a_change_of_mode_and_of_settings_is_replayed_as_it_was(
    floor: Floor, owner_database: Database, clock: FrozenClock
) -> None:
    for change in ("dial_mode = 'progressive'", "dial_mode = 'predictive', max_abandonment_rate = 0.01"):
        floor.change(f"update campaigns set {change}")
        work(floor, clock, turns=12)
    report = replay(floor, owner_database)
    assert {replayed.effective_mode for replayed in report.decisions} == {"predictive", "progressive"}
    assert report.contradictions == 0


class CountingPacer:
    """Wants as many calls as it has observed events."""

    def __init__(self) -> None:
        self.seen: list[PacingEvent] = []

    def observe(self, event: PacingEvent) -> None:
        self.seen.append(event)

    def calls_to_place(self, snapshot: Snapshot) -> int:
        return len(self.seen)


def test_another_pacer_observes_each_event_once_and_in_order(floor: Floor, owner_database: Database) -> None:
    made: list[CountingPacer] = []

    def make() -> CountingPacer:
        made.append(CountingPacer())
        return made[-1]

    now = floor.services.clock.now()
    report = replay_campaign(
        owner_database, campaign_id=floor.campaign_id, since=now - timedelta(hours=1), until=now, make_pacer=make
    )
    (pacer,) = made
    times = [event.at for event in pacer.seen]
    assert times == sorted(times)
    assert report.contradictions == 0
    last = floor.rows("select max(at) as at from pacing_decisions")[0].at
    assert len(pacer.seen) == len(floor.rows("select 1 from pacing_events where at < :at", at=last))


def test_an_unknown_campaign_is_not_found(owner_database: Database, clock: FrozenClock) -> None:
    with pytest.raises(NotFound):
        replay_campaign(owner_database, campaign_id=CampaignId(new_id()), since=clock.now(), until=clock.now())


@pytest.mark.parametrize(
    ("xid", "saw"), [(9, True), (10, False), (11, True), (12, False), (13, True), (14, False), (99, False)]
)
def test_a_position_knows_whom_it_saw(xid: int, saw: bool) -> None:
    assert ReadPosition.parse("10:14:10,12").saw(xid) is saw


def test_a_position_without_anything_in_progress_is_read_too() -> None:
    assert ReadPosition.parse("10:10:").saw(9)
