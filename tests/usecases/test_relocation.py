"""Leads without a locality get one in the background, and all get another when addresses are read in another way."""

from typing import Any

from sqlalchemy import text

from dialer.domain.campaigns import CallingProfile
from dialer.usecases.campaigns import update_campaign
from dialer.usecases.relocation import RELOCATE, determine_localities, relocate_leads
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import RecordingQueue
from tests.fixtures_cast import Caller

PLACES = "select lo.time_zones from leads l join localities lo on lo.id = l.locality_id order by l.phone_normalized"


def zones(floor: Floor) -> list[Any]:
    with floor.services.transaction(floor.tenant_id) as tx:
        return [row.time_zones for row in tx.session.execute(text(PLACES))]


def test_leads_from_before_there_were_localities_are_located(services: Services, floor: Floor) -> None:
    floor.leads(3)
    floor.leads(1, phone="+16172530000", phone_normalized="+16172530000", state="CA")
    floor.change("update leads set locality_id = 0")
    assert determine_localities(services, batch=2) == 4
    assert zones(floor)[-1] == ["America/Los_Angeles", "America/New_York"]
    assert zones(floor)[0] == ["America/Los_Angeles"]
    assert determine_localities(services) == 0


def test_leads_that_wait_or_are_done_are_left_alone(services: Services, floor: Floor) -> None:
    floor.leads(2)
    floor.change("update leads set locality_id = 0, status = 'completed'")
    assert determine_localities(services) == 0


def test_another_profile_locates_every_lead_anew(services: Services, ada: Caller, queue: RecordingQueue) -> None:
    floor = open_floor(services, ada.tenant_id)
    floor.leads(1, phone="+16172530000", phone_normalized="+16172530000", state="CA")
    assert zones(floor) == [["America/Los_Angeles", "America/New_York"]]
    changes: Any = {"calling_profile": CallingProfile.ADDRESS_FIRST}
    update_campaign(services, actor=ada.principal, campaign_id=floor.campaign_id, changes=changes)
    assert [sent.arguments for sent in queue.sent if sent.task == RELOCATE] == [
        {"tenant_id": str(ada.tenant_id), "campaign_id": str(floor.campaign_id)}
    ]
    assert relocate_leads(services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, batch=1) == 1
    assert zones(floor) == [["America/Los_Angeles"]]
