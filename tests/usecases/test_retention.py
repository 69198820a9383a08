"""How long what is kept: what a sweep takes, what it leaves, and that it may be interrupted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.errors import Invalid
from dialer.domain.ids import CallId, LeadId
from dialer.domain.principals import Principal, Role
from dialer.store import retention as store
from dialer.usecases import recordings, retention
from dialer.usecases.retention import FIVE_YEARS, RetentionDays
from tests.builders.calls import make_call
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import make_lead
from tests.fakes import FakeCarrier


@pytest.fixture
def admin(floor: Floor) -> Principal:
    """Somebody who may."""
    return Principal(floor.tenant_id, None, Role.ADMIN, session_id="")  # type: ignore[arg-type]


def keep(floor: Floor, admin: Principal, **days: int | None) -> retention.Retention:
    return retention.set_retention(floor.services, actor=admin, days=RetentionDays(**days))


def lead(floor: Floor, *, days_ago: int, **columns: Any) -> LeadId:
    lead_id = make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, **columns).id
    at = floor.services.clock.now() - timedelta(days=days_ago)
    floor.change("update leads set created_at = :at where id = :id", at=at, id=lead_id)
    return lead_id


def call(floor: Floor, *, days_ago: int, **columns: Any) -> CallId:
    ours = {"tenant_id": floor.tenant_id, "campaign_id": floor.campaign_id}
    at = floor.services.clock.now() - timedelta(days=days_ago)
    return make_call(floor.services.database, **ours, at=at, **columns)


def bare(floor: Floor) -> set[LeadId]:
    return {row.id for row in floor.rows("select id from leads where erased_at is not null")}


def numbers(floor: Floor) -> list[str]:
    return [row.to_number for row in floor.rows("select to_number from calls order by created_at")]


def test_everything_is_kept_for_good_until_somebody_says_otherwise(floor: Floor, admin: Principal) -> None:
    lead(floor, days_ago=9_000, status="completed")
    shown = retention.load_retention(floor.services, actor=admin)
    assert (shown.days, shown.warnings) == (RetentionDays(), ())
    assert set(vars(shown.due).values()) == {0}
    assert retention.sweep_retention(floor.services) == {}
    assert bare(floor) == set()


def test_leads_that_are_done_with_lose_their_person_after_their_time(floor: Floor, admin: Principal) -> None:
    old = [lead(floor, days_ago=31, status=status, email="a@b.c") for status in ("completed", "failed", "dnc")]
    lead(floor, days_ago=29, status="completed")
    lead(floor, days_ago=31)
    lead(floor, days_ago=31, status="completed", last_call_at=floor.services.clock.now() - timedelta(days=1))
    assert keep(floor, admin, leads_days=30).due.leads == 3
    assert retention.sweep_retention(floor.services)["leads"] == 3
    assert bare(floor) == set(old)
    states = [(floor.lead(one).status, floor.lead(one).status_reason, floor.lead(one).email) for one in old]
    assert states == [(status, "retention", None) for status in ("completed", "failed", "dnc")]
    assert retention.load_retention(floor.services, actor=admin).due.leads == 0
    assert retention.sweep_retention(floor.services).get("leads", 0) == 0


def test_who_was_never_called_of_a_campaign_that_is_over_is_done_with_too(floor: Floor, admin: Principal) -> None:
    waiting = lead(floor, days_ago=31)
    floor.change("update campaigns set status = 'completed'")
    assert keep(floor, admin, leads_days=30).due.leads == 1
    retention.sweep_retention(floor.services)
    assert (bare(floor), floor.lead(waiting).status) == ({waiting}, "completed")


def test_a_number_that_went_by_time_may_come_again(floor: Floor, admin: Principal) -> None:
    old = lead(floor, days_ago=31, status="completed", phone="+14155552671")
    keep(floor, admin, leads_days=30)
    retention.sweep_retention(floor.services)
    again = lead(floor, days_ago=0, phone="+14155552671")
    assert floor.lead(old).phone_normalized != floor.lead(again).phone_normalized == "+14155552671"
    assert floor.rows("select 1 from erased_numbers") == []


def test_old_calls_lose_their_number_and_keep_what_is_counted(floor: Floor, admin: Principal) -> None:
    old = call(floor, days_ago=31, disposition="busy", state="busy", notes="two heads")
    call(floor, days_ago=29)
    assert keep(floor, admin, calls_days=30).due.calls == 1
    assert retention.sweep_retention(floor.services) == {"calls": 1}
    first, second = numbers(floor)
    assert (first, second == "") == ("", False)
    assert (floor.call(old).state, floor.call(old).disposition, floor.call(old).notes) == ("busy", "busy", None)


def test_calls_of_one_moment_are_dealt_with_in_several_batches(
    floor: Floor, admin: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        call(floor, days_ago=31)
    keep(floor, admin, calls_days=30)
    assert retention.sweep_retention(floor.services) == {"calls": 5}
    assert set(numbers(floor)) == {""}


def test_an_interrupted_sweep_goes_on_where_it_was(
    floor: Floor, admin: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for days in (33, 32, 31):
        call(floor, days_ago=days)
    keep(floor, admin, calls_days=30)
    whole, turns = retention._SWEEPS["calls"], []

    def dies(*arguments: Any) -> Any:
        turns.append(arguments)
        outcome = whole(*arguments)
        if len(turns) == 2:
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setitem(retention._SWEEPS, "calls", dies)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        retention.sweep_retention(floor.services)
    assert numbers(floor).count("") == 1
    assert retention.sweep_retention(floor.services) == {"calls": 2}


def test_a_shorter_time_takes_what_a_longer_one_left(floor: Floor, admin: Principal) -> None:
    call(floor, days_ago=31)
    call(floor, days_ago=20)
    keep(floor, admin, calls_days=30)
    retention.sweep_retention(floor.services)
    assert keep(floor, admin, calls_days=10).due.calls == 1
    assert retention.sweep_retention(floor.services) == {"calls": 1}


def test_old_recordings_go_and_the_carrier_deletes_them(floor: Floor, admin: Principal, carrier: FakeCarrier) -> None:
    old = call(floor, days_ago=31, recording_sid="RE1", recording_url="https://x/RE1", notes="kept")
    call(floor, days_ago=1, recording_sid="RE2", recording_url="https://x/RE2")
    assert keep(floor, admin, recordings_days=30).due.recordings == 1
    assert retention.sweep_retention(floor.services) == {"recordings": 1}
    kept = floor.call(old)
    assert (kept.recording_sid, kept.recording_url, kept.notes, kept.to_number != "") == (None, None, "kept", True)
    assert recordings.sweep_recordings(floor.services) == 1
    assert carrier.done == [("delete_recording", "RE1", "")]
    assert recordings.sweep_recordings(floor.services) == 0


def test_a_recording_that_the_carrier_does_not_delete_is_asked_for_again(
    floor: Floor, admin: Principal, carrier: FakeCarrier
) -> None:
    call(floor, days_ago=31, recording_sid="RE1")
    keep(floor, admin, recordings_days=30)
    retention.sweep_retention(floor.services)
    carrier.will_be_unavailable()
    assert recordings.sweep_recordings(floor.services) == 0
    assert recordings.sweep_recordings(floor.services) == 0
    floor.services.clock.advance(seconds=61)  # type: ignore[attr-defined]
    assert recordings.sweep_recordings(floor.services) == 1
    assert floor.rows("select 1 from recordings_to_delete") == []


def test_waits_between_askings_grow_to_a_day(floor: Floor, admin: Principal, carrier: FakeCarrier) -> None:
    call(floor, days_ago=31, recording_sid="RE1")
    keep(floor, admin, recordings_days=30)
    retention.sweep_retention(floor.services)
    waits = []
    for _ in range(13):
        carrier.will_refuse("20003")
        recordings.sweep_recordings(floor.services)
        (row,) = floor.rows("select ask_at from recordings_to_delete")
        waits.append(row.ask_at - floor.services.clock.now())
        floor.services.clock.advance(seconds=waits[-1].total_seconds())  # type: ignore[attr-defined]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-2:] == [timedelta(days=1)] * 2


def test_refused_rows_of_old_imports_go(floor: Floor, admin: Principal) -> None:
    for number, days in ((1, 31), (2, 1)):
        at = floor.services.clock.now() - timedelta(days=days)
        floor.change("insert into imports (id, tenant_id, campaign_id, filename, created_at, finished_at) "
                     "values (:id, :tenant, :campaign, 'a.csv', :at, :at)",
                     id=UUID(int=number), tenant=floor.tenant_id, campaign=floor.campaign_id, at=at)  # fmt: skip
        floor.change(
            "insert into import_problems (import_id, number, position, tenant_id, severity, field, column_name, code, "
            "value, message) values (:id, 2, 0, :tenant, 'refused', 'phone', 'Phone', 'x', 'bad', '')",
            id=UUID(int=number), tenant=floor.tenant_id,
        )  # fmt: skip
    assert keep(floor, admin, import_errors_days=30).due.import_errors == 1
    assert retention.sweep_retention(floor.services) == {"import_errors": 1}
    assert [row.import_id for row in floor.rows("select import_id from import_problems")] == [UUID(int=2)]


def test_each_account_s_time_is_its_own(floor: Floor, admin: Principal) -> None:
    other = open_floor(floor.services)
    lead(other, days_ago=31, status="completed")
    lead(floor, days_ago=31, status="completed")
    keep(floor, admin, leads_days=30)
    assert retention.sweep_retention(floor.services) == {"leads": 1}
    assert (len(bare(floor)), len(bare(other))) == (1, 0)


def test_a_lead_that_somebody_is_changing_is_left_for_the_next_time(floor: Floor, admin: Principal) -> None:
    held = lead(floor, days_ago=31, status="completed")
    free = lead(floor, days_ago=31, status="completed")
    keep(floor, admin, leads_days=30)
    with floor.services.transaction(floor.tenant_id) as tx:
        (locked,) = store.lock_old_leads(tx.session, before=floor.services.clock.now(), limit=1)
        assert retention.sweep_retention(floor.services) == {"leads": 1}
    assert bare(floor) == {held, free} - {locked}


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_times_that_make_no_sense_are_refused(floor: Floor, admin: Principal, days: int) -> None:
    with pytest.raises(Invalid):
        keep(floor, admin, calls_days=days)


@pytest.mark.parametrize(
    ("days", "warned"),
    [({"calls_days": FIVE_YEARS - 1}, ["five years", "Recordings"]), ({"calls_days": FIVE_YEARS}, ["Recordings"]),
     ({"calls_days": FIVE_YEARS, "recordings_days": 90}, []), ({"leads_days": 1, "recordings_days": 1}, [])],
)  # fmt: skip
def test_what_speaks_against_the_settings_is_said(
    floor: Floor, admin: Principal, days: dict[str, int], warned: list[str]
) -> None:
    warnings = keep(floor, admin, **days).warnings
    assert len(warnings) == len(warned)
    assert all(word in warning for word, warning in zip(warned, warnings, strict=True))
