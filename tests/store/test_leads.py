"""Leads in SQL: what row-level security and constraints guarantee whatever the code above does."""

from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Conflict
from dialer.domain.lead_rows import LeadDraft
from dialer.store import leads as store
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead


def test_a_known_number_is_left_as_it_is_and_not_returned(services: Any, ada: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    known = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552671", first_name="Sara")
    drafts = [LeadDraft(phone, phone, first_name="New") for phone in ("+14155552671", "+14155552672")]
    with services.transaction(ada.tenant_id) as tx:
        inserted = store.insert_leads(
            tx.session, drafts, tenant_id=ada.tenant_id, campaign_id=campaign.id, import_id=None, now=known.created_at
        )
        unchanged = store.find_lead(tx.session, known.id)
    assert list(inserted) == ["+14155552672"]
    assert unchanged is not None
    assert unchanged.first_name == "Sara"


def test_rows_for_another_tenant_cannot_be_written(services: Any, ada: Any, cleo: Any, clock: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    draft = LeadDraft("+14155552671", "+14155552671")
    with services.transaction(cleo.tenant_id) as tx:
        inserted = store.insert_leads(
            tx.session, [draft], tenant_id=ada.tenant_id, campaign_id=campaign.id, import_id=None, now=clock.now()
        )
    assert inserted == {}
    with services.transaction(ada.tenant_id) as tx:
        assert store.count_leads(tx.session, campaign.id) == 0


def test_a_number_that_the_campaign_has_is_a_conflict(services: Any, ada: Any, clock: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    first, second = (make_lead(services, ada.tenant_id, campaign_id=campaign.id) for _ in range(2))
    with pytest.raises(Conflict), services.transaction(ada.tenant_id) as tx:
        store.update_lead(tx.session, second.id, {"phone_normalized": first.phone_normalized}, now=clock.now())


def test_only_known_columns_are_written(services: Any, ada: Any, clock: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=make_campaign(services, ada.tenant_id).id)
    with pytest.raises(ValueError, match="tenant_id"), services.transaction(ada.tenant_id) as tx:
        store.update_lead(tx.session, lead.id, {"tenant_id": lead.tenant_id}, now=clock.now())


def test_a_copy_leaves_out_those_not_to_call(services: Any, ada: Any, clock: Any, owner_database: Any) -> None:
    source, target = (make_campaign(services, ada.tenant_id) for _ in range(2))
    for columns in ({}, {"do_not_call": True}, {"status": "dnc"}, {"status": "failed", "call_attempts": 3}):
        make_lead(services, ada.tenant_id, campaign_id=source.id, **columns)
    with services.transaction(ada.tenant_id) as tx:
        assert store.copy_leads(tx.session, source=source.id, target=target.id, now=clock.now()) == 2
    with owner_database.transaction() as tx:
        statement = text("select status, call_attempts, last_attempt_number from leads where campaign_id = :id")
        rows = tx.session.execute(statement, {"id": target.id})
        assert {tuple(row) for row in rows} == {("pending", 0, 0)}
