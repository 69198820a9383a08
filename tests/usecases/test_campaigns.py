"""What follows from a campaign's change of status, and campaigns that start and end by themselves."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.usecases import campaigns as usecases
from tests.builders.campaigns import make_campaign


def status_of(services: Any, caller: Any, campaign: Any) -> str:
    """The campaign's status as shown."""
    view = usecases.load_campaign(services, actor=caller.principal, campaign_id=campaign.id)
    return str(view.campaign.status)


def test_starting_wakes_the_pacing_and_tells_the_floor(services: Any, ada: Any, queue: Any, feed: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    usecases.start_campaign(services, actor=ada.principal, campaign_id=campaign.id)
    [sent] = queue.sent
    assert sent.task == "dialer.dialing.pace_campaign"
    assert sent.arguments == {"tenant_id": str(ada.tenant_id), "campaign_id": str(campaign.id)}
    [shown] = feed.to_tenants
    assert (shown.audience, shown.event, shown.payload["status"]) == (ada.tenant_id, "campaign:updated", "active")


@pytest.mark.parametrize(
    "stop", [usecases.pause_campaign, usecases.complete_campaign, usecases.cancel_campaign], ids=lambda f: f.__name__
)
def test_stopping_withdraws_planned_calls(services: Any, ada: Any, queue: Any, stop: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="active")
    stop(services, actor=ada.principal, campaign_id=campaign.id)
    assert queue.names == ["dialer.dialing.withdraw_planned_calls"]


def test_a_refused_change_has_no_effects(services: Any, ada: Any, queue: Any, feed: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="cancelled")
    with pytest.raises(Conflict):
        usecases.start_campaign(services, actor=ada.principal, campaign_id=campaign.id)
    assert (queue.sent, feed.events) == ([], [])


def test_a_start_in_the_future_only_schedules(services: Any, ada: Any, clock: Any, queue: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, schedule_start=clock.now() + timedelta(hours=1))
    change = usecases.start_campaign(services, actor=ada.principal, campaign_id=campaign.id)
    assert change.view.campaign.status == "scheduled"
    assert "will start at 2026-03-04T19:00:00" in change.message
    assert queue.sent == []


def test_starting_without_leads_is_a_start_like_any_other(services: Any, ada: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    change = usecases.start_campaign(services, actor=ada.principal, campaign_id=campaign.id)
    assert change.message == "Campaign started successfully"


def test_a_scheduled_campaign_keeps_a_start(services: Any, ada: Any, clock: Any) -> None:
    start = clock.now() + timedelta(hours=1)
    campaign = make_campaign(services, ada.tenant_id, status="scheduled", schedule_start=start)
    with pytest.raises(Conflict, match="Pause it first"):
        usecases.update_campaign(
            services, actor=ada.principal, campaign_id=campaign.id, changes={"schedule_start": None}
        )


def test_scheduled_campaigns_of_all_tenants_start_when_their_moment_comes(
    services: Any, ada: Any, cleo: Any, clock: Any, queue: Any
) -> None:
    start = clock.now() + timedelta(hours=1)
    due = [make_campaign(services, who.tenant_id, status="scheduled", schedule_start=start) for who in (ada, cleo)]
    later = make_campaign(services, ada.tenant_id, status="scheduled", schedule_start=start + timedelta(hours=1))
    assert usecases.start_scheduled_campaigns(services) == 0
    clock.at = start
    assert usecases.start_scheduled_campaigns(services) == 2
    assert usecases.start_scheduled_campaigns(services) == 0
    assert [status_of(services, ada, due[0]), status_of(services, cleo, due[1])] == ["active", "active"]
    assert status_of(services, ada, later) == "scheduled"
    assert queue.names == ["dialer.dialing.pace_campaign"] * 2


def test_campaigns_end_with_their_schedule(services: Any, ada: Any, clock: Any, queue: Any) -> None:
    end = clock.now() + timedelta(hours=1)
    ending = [make_campaign(services, ada.tenant_id, status=word, schedule_end=end) for word in ("active", "paused")]
    draft = make_campaign(services, ada.tenant_id, schedule_end=end)
    assert usecases.end_scheduled_campaigns(services) == 0
    clock.at = end
    assert usecases.end_scheduled_campaigns(services) == 2
    assert usecases.end_scheduled_campaigns(services) == 0
    assert [status_of(services, ada, campaign) for campaign in ending] == ["completed", "completed"]
    assert status_of(services, ada, draft) == "draft"
    assert queue.names == ["dialer.dialing.withdraw_planned_calls"] * 2


def test_a_campaign_whose_whole_schedule_was_slept_through_ends_without_having_dialled(
    services: Any, ada: Any, clock: Any
) -> None:
    schedule = {"schedule_start": clock.now() + timedelta(hours=1), "schedule_end": clock.now() + timedelta(hours=2)}
    campaign = make_campaign(services, ada.tenant_id, status="scheduled", **schedule)
    clock.advance(hours=3)
    assert usecases.start_scheduled_campaigns(services) == 0
    assert usecases.end_scheduled_campaigns(services) == 1
    assert status_of(services, ada, campaign) == "completed"


def test_a_restart_clears_the_end_and_keeps_the_first_start(services: Any, ada: Any, clock: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="active")
    usecases.complete_campaign(services, actor=ada.principal, campaign_id=campaign.id)
    clock.advance(hours=1)
    view = usecases.start_campaign(services, actor=ada.principal, campaign_id=campaign.id).view
    assert view.campaign.ended_at is None
    assert view.campaign.started_at == campaign.started_at


def test_use_cases_check_roles_and_tenants_themselves(services: Any, ada: Any, ben: Any, cleo: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    with pytest.raises(Forbidden):
        usecases.start_campaign(services, actor=ben.principal, campaign_id=campaign.id)
    with pytest.raises(NotFound):
        usecases.start_campaign(services, actor=cleo.principal, campaign_id=campaign.id)
    with pytest.raises(NotFound):
        usecases.clone_campaign(services, actor=cleo.principal, campaign_id=campaign.id, name=None, with_leads=True)
