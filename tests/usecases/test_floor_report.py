"""The report of a campaign's run."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from dialer.domain.errors import Forbidden, NotFound
from dialer.store.schema import Campaign, LiveAnswer
from dialer.usecases.floor_report import campaign_report
from tests.builders.agents import make_agent
from tests.builders.calls import make_call, make_called_lead, make_conversation, make_dialed_campaign
from tests.fakes.clock import NOON


@pytest.fixture
def campaign_id(services, ada):
    return make_dialed_campaign(services.database, tenant_id=ada.tenant_id)


def answer(services, tenant_id, campaign_id, outcome):
    call_id = make_call(services.database, tenant_id=tenant_id, campaign_id=campaign_id)
    with services.transaction(tenant_id) as tx:
        tx.session.execute(
            insert(LiveAnswer).values(
                call_id=call_id,
                tenant_id=tenant_id,
                campaign_id=campaign_id,
                answered_at=NOON,
                waited_milliseconds=5,
                outcome=outcome,
                message_played=False,
                recorded_at=NOON,
            )
        )


def test_a_campaign_without_calls_has_an_empty_report(services, ada, campaign_id):
    report = campaign_report(services, actor=ada.principal, campaign_id=campaign_id)
    assert (report.calls.total_calls, report.abandonment.rate, report.occupancy.ratio) == (0, None, None)
    assert report.latency.answer_to_twiml_p50 is None


def test_abandonment_counts_late_and_abandoned_of_all_who_waited(services, ada, campaign_id):
    for outcome in ["reached"] * 7 + ["late", "abandoned", "abandoned", "hung_up"]:
        answer(services, ada.tenant_id, campaign_id, outcome)
    report = campaign_report(services, actor=ada.principal, campaign_id=campaign_id)
    assert (report.abandonment.hung_up, report.abandonment.rate) == (1, 0.3)


def test_the_standing_is_what_counts_by_the_campaigns_rule(services, ada, campaign_id):
    for outcome in ["reached"] * 40 + ["late", "hung_up"]:
        answer(services, ada.tenant_id, campaign_id, outcome)
    shown = ada.get(f"/api/campaigns/{campaign_id}/report")["report"]["abandonment_standing"]
    assert shown.pop("upper_bound") == pytest.approx(0.1106, abs=1e-4)
    assert shown.pop("standard")["key"] == "strict"
    assert shown == {
        "window_start": "2026-03-03T18:00:00Z",
        "window_end": None,
        "live_answers": 41,
        "abandoned": 1,
        "rate": 1 / 41,
        "max_rate": 0.03,
        "budget_left": 0,
        "is_exhausted": False,
    }


def test_the_standing_of_a_campaign_that_is_over_is_that_at_its_end(services, clock, ada, campaign_id):
    answer(services, ada.tenant_id, campaign_id, "reached")
    with services.transaction(ada.tenant_id) as tx:
        tx.session.execute(update(Campaign).values(status="completed", ended_at=NOON))
    clock.advance(days=3)
    report = campaign_report(services, actor=ada.principal, campaign_id=campaign_id)
    assert report.standing.live_answers == 1


def test_retries_are_leads_called_before_and_due_again(services, ada, campaign_id):
    for status, attempts in (("pending", 1), ("pending", 0), ("completed", 1)):
        make_called_lead(
            services.database, tenant_id=ada.tenant_id, campaign_id=campaign_id, status=status, call_attempts=attempts
        )
    report = campaign_report(services, actor=ada.principal, campaign_id=campaign_id)
    assert report.retries_scheduled == 1
    assert report.leads_by_status == {"pending": 2, "completed": 1}


def test_latencies_are_percentiles_of_what_was_measured(services, ada, campaign_id):
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id)
    for number in range(101):
        make_conversation(
            services.database,
            tenant_id=ada.tenant_id,
            agent_id=agent_id,
            campaign_id=campaign_id,
            answered_at=NOON,
            twiml_milliseconds=float(number),
            agent_reserved_at=NOON - timedelta(milliseconds=number),
            screen_popped_at=NOON + timedelta(milliseconds=2 * number),
        )
    latency = campaign_report(services, actor=ada.principal, campaign_id=campaign_id).latency
    assert (latency.answer_to_twiml_p50, latency.answer_to_twiml_p99) == (50, 99)
    assert (latency.answer_to_screen_pop_p50, latency.answer_to_screen_pop_p99) == (100, 198)
    assert (latency.reserved_to_screen_pop_p50, latency.reserved_to_screen_pop_p99) == (150, 297)
    assert (latency.twiml_count, latency.screen_pop_count) == (101, 101)


def test_occupancy_spans_from_the_first_call_to_now(services, ada, campaign_id, clock):
    make_agent(services.database, tenant_id=ada.tenant_id)
    make_call(services.database, tenant_id=ada.tenant_id, campaign_id=campaign_id, at=NOON + timedelta(seconds=10))
    clock.advance(seconds=40)
    report = campaign_report(services, actor=ada.principal, campaign_id=campaign_id)
    assert report.occupancy.seconds_by_state == {"available": 30}


def test_reports_are_for_supervisors_of_the_tenant(services, campaign_id, sam, ben, cleo):
    assert campaign_report(services, actor=sam.principal, campaign_id=campaign_id).campaign.name == "Spring"
    with pytest.raises(Forbidden):
        campaign_report(services, actor=ben.principal, campaign_id=campaign_id)
    with pytest.raises(NotFound):
        campaign_report(services, actor=cleo.principal, campaign_id=campaign_id)
