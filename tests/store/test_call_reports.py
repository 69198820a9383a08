"""Lists and statistics of calls on a real PostgreSQL."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dialer.domain.ids import TenantId
from dialer.domain.spans import parse_span
from dialer.store import call_reports as store
from dialer.store.call_reports import CallFilter
from tests.builders.agents import make_agent, make_tenant
from tests.builders.calls import make_call, make_conversation, make_dialed_campaign
from tests.fakes.clock import NOON


@pytest.fixture
def tenant_id(database) -> TenantId:
    return make_tenant(database)


def listed(database, tenant_id, *, limit=50, offset=0, **chosen):
    with database.transaction(tenant_id) as tx:
        return [
            call.id for call in store.list_calls(tx.session, chosen=CallFilter(**chosen), limit=limit, offset=offset)
        ]


def summary(database, tenant_id, **chosen):
    with database.transaction(tenant_id) as tx:
        return store.summarize_calls(tx.session, chosen=CallFilter(**chosen))


def test_the_newest_call_comes_first_and_pages_cut_the_list(database, tenant_id):
    calls = [make_call(database, tenant_id=tenant_id, at=NOON + timedelta(minutes=minute)) for minute in range(4)]
    assert listed(database, tenant_id) == calls[::-1]
    assert listed(database, tenant_id, limit=2, offset=1) == [calls[2], calls[1]]


def test_what_was_never_placed_was_never_a_call(database, tenant_id):
    make_call(database, tenant_id=tenant_id, state="planned")
    withdrawn = make_call(database, tenant_id=tenant_id, state="cancelled", placing_at=None)
    cancelled = make_call(database, tenant_id=tenant_id, state="cancelled")
    assert listed(database, tenant_id) == [cancelled]
    assert summary(database, tenant_id).total_calls == 1
    with database.transaction(tenant_id) as tx:
        assert store.find_call(tx.session, withdrawn) is None


def test_each_filter_restricts(database, tenant_id):
    agent_id, campaign_id = (
        make_agent(database, tenant_id=tenant_id),
        make_dialed_campaign(database, tenant_id=tenant_id),
    )
    wanted = make_conversation(database, tenant_id=tenant_id, agent_id=agent_id, campaign_id=campaign_id)
    make_call(
        database, tenant_id=tenant_id, disposition="busy", answered_by="machine_start", at=NOON - timedelta(days=2)
    )
    for chosen in (
        {"campaign_id": campaign_id},
        {"agent_id": agent_id},
        {"disposition": "answered"},
        {"answered_by": "human"},
        {"span": parse_span("2026-03-04", "2026-03-04")},
    ):
        assert listed(database, tenant_id, **chosen) == [wanted]


def test_the_last_day_of_a_span_is_whole(database, tenant_id):
    late = make_call(database, tenant_id=tenant_id, at=NOON.replace(hour=23, minute=59))
    make_call(database, tenant_id=tenant_id, at=NOON + timedelta(days=1))
    assert listed(database, tenant_id, span=parse_span(None, "2026-03-04")) == [late]


def test_a_call_names_lead_campaign_and_agent(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, name="Ben")
    call_id = make_conversation(database, tenant_id=tenant_id, agent_id=agent_id)
    with database.transaction(tenant_id) as tx:
        call = store.find_call(tx.session, call_id)
    assert (call.first_name, call.last_name, call.campaign_name, call.agent_name) == ("Sara", "Ahmed", "Spring", "Ben")
    assert call.phone == call.to_number
    assert (call.start_time, call.answer_time) == (NOON, NOON + timedelta(seconds=10))


def test_another_tenants_calls_are_not_counted(database, tenant_id):
    call_id = make_call(database, tenant_id=make_tenant(database, name="Cleo's"))
    assert listed(database, tenant_id) == []
    assert summary(database, tenant_id).total_calls == 0
    with database.transaction(tenant_id) as tx:
        assert store.find_call(tx.session, call_id) is None


def test_the_summary_counts_averages_and_adds_up(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    for seconds, cost in ((60, "0.014"), (91, "0.028")):
        make_conversation(database, tenant_id=tenant_id, agent_id=agent_id, talk_seconds=seconds, cost=Decimal(cost))
    make_call(
        database,
        tenant_id=tenant_id,
        disposition="voicemail",
        answered_at=NOON,
        answered_by="machine_end_beep",
        duration_seconds=10,
    )
    for disposition in ("no_answer", "no_answer", "busy", "failed", "abandoned"):
        make_call(database, tenant_id=tenant_id, disposition=disposition)
    assert summary(database, tenant_id) == store.CallStatistics(
        total_calls=8,
        answered_calls=2,
        voicemail_calls=1,
        no_answer_calls=2,
        busy_calls=1,
        failed_calls=1,
        human_answered=2,
        machine_answered=1,
        avg_duration=54.33,
        avg_talk_time=75.5,
        total_cost=Decimal("0.04200"),
    )


def test_without_machine_detection_whoever_answers_is_a_person(database, tenant_id):
    make_call(database, tenant_id=tenant_id, answered_at=NOON, answered_by=None)
    make_call(database, tenant_id=tenant_id, answered_at=NOON, answered_by="fax")
    assert summary(database, tenant_id).human_answered == 1


def test_a_summary_of_nothing_is_all_zero(database, tenant_id):
    assert set(vars(summary(database, tenant_id)).values()) == {0}


def test_dispositions_are_counted_the_most_frequent_first(database, tenant_id):
    for disposition in ("busy", "answered", "answered", None):
        make_call(database, tenant_id=tenant_id, disposition=disposition)
    with database.transaction(tenant_id) as tx:
        found = store.count_by_disposition(tx.session, chosen=CallFilter())
    assert [(line.disposition, line.count) for line in found] == [("answered", 2), ("busy", 1)]
