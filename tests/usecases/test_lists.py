"""Lists while others work on them."""

from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Conflict
from dialer.domain.ids import ListId
from dialer.store.session import Database
from dialer.usecases.lists import delete_list, update_list
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor
from tests.builders.leads import make_lead
from tests.builders.lists import make_list
from tests.store.races import in_background, until_somebody_waits_for_a_lock


@pytest.fixture
def floor(services: Services, ada: Any) -> Floor:
    """A campaign of Ada's."""
    return Floor(services, ada.tenant_id, make_campaign(services, ada.tenant_id, status="active").id)


def test_a_list_on_which_somebody_is_putting_leads_is_not_deleted_under_his_hands(
    floor: Floor, ada: Any, owner_database: Database
) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    lead = make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update leads set list_id = :id"), {"id": second})
        with in_background(lambda: delete_list(floor.services, actor=ada.principal, list_id=second)) as deleting:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
            with pytest.raises(Conflict, match="has leads"):
                deleting.result(timeout=10)
    assert floor.lead(lead.id).list_id == second


def test_a_list_is_changed_while_leads_come_in(floor: Floor, ada: Any) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update leads set list_id = :id"), {"id": second})
        changed = update_list(floor.services, actor=ada.principal, list_id=second, changes={"weight": 5})
    assert changed.weight == 5


def test_a_tick_does_not_wait_for_whoever_changes_a_list(floor: Floor) -> None:
    make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, name="Third")
    floor.leads(1)
    floor.leads(1, list_id=second)
    floor.console_agent()
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from lists for no key update"))
        assert len(floor.plan()) == 1


def test_leads_that_are_being_called_move_with_their_list(floor: Floor, ada: Any) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    (lead_id,) = floor.leads(1, list_id=second)
    floor.console_agent()
    floor.dial()
    delete_list(floor.services, actor=ada.principal, list_id=second, move_to=ListId(floor.campaign_id))
    assert (floor.lead(lead_id).list_id, floor.lead(lead_id).status) == (floor.campaign_id, "calling")
