"""The journal of a call: each fact once, whoever reports it how often."""

from dialer.domain.calls import CallState, Verdict
from dialer.domain.ids import CallId
from dialer.store import calls as store
from tests.builders.floor import Floor
from tests.store.races import at_once


def record(floor: Floor, call_id: CallId, key: str) -> int | None:
    with floor.services.transaction(floor.tenant_id) as tx:
        _, event_id = store.record_event(
            tx.session, call_id=call_id, event_key=key, kind="status", payload={"n": 1}, now=floor.services.clock.now()
        )
    return event_id


def test_an_event_is_recorded_once(floor: Floor, call_id: CallId) -> None:
    assert record(floor, call_id, "a") is not None
    assert record(floor, call_id, "a") is None
    assert record(floor, call_id, "b") is not None
    assert len(floor.rows("select * from call_events")) == 2


def test_the_same_event_from_many_at_once_is_news_to_exactly_one(floor: Floor, call_id: CallId) -> None:
    told = at_once(*[lambda: record(floor, call_id, "a")] * 5)
    assert sum(event_id is not None for event_id in told) == 1


def test_the_same_status_webhook_many_times_at_once_is_applied_once(floor: Floor, call_id: CallId) -> None:
    verdicts = at_once(*[lambda: floor.report(call_id, CallState.NO_ANSWER)] * 5)
    assert sorted(str(verdict) for verdict in verdicts) == ["applied", *["duplicate"] * 4]
    assert floor.lead(floor.call(call_id).lead_id).call_attempts == 1


def test_all_reports_of_a_call_at_once_end_where_they_would_one_after_another(floor: Floor, call_id: CallId) -> None:
    floor.answer(call_id)
    at_once(
        lambda: floor.report(call_id, CallState.RINGING),
        lambda: floor.report(call_id, CallState.ANSWERED),
        lambda: floor.join(call_id),
        lambda: floor.report(call_id, CallState.COMPLETED, duration=5),
    )
    call = floor.call(call_id)
    ledger = floor.ledger(call_id)
    assert (call.state, call.disposition) == ("completed", "answered")
    assert floor.lead(call.lead_id).status == "completed"
    assert ledger is not None
    assert ledger[0] == "reached"
    assert floor.rows("select * from agents where cardinality(held_call_ids) > 0") == []


def test_each_event_carries_what_it_was_judged_to_mean(floor: Floor, call_id: CallId) -> None:
    floor.report(call_id, CallState.ANSWERED)
    floor.report(call_id, CallState.RINGING)
    floor.report(call_id, CallState.COMPLETED)
    events = floor.rows("select * from call_events order by id")
    assert [event.verdict for event in events] == [Verdict.APPLIED, Verdict.STALE, Verdict.APPLIED]
    assert events[0].payload == {"CallStatus": "answered"}
