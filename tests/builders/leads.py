"""Leads for tests: valid by default, each with a number of its own, written through the store."""

import itertools
from typing import Any

from dialer.domain.compliance import locate
from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.lead_rows import LeadDraft
from dialer.domain.phone_numbers import describe_number
from dialer.store import leads as store
from dialer.store.leads import Lead
from dialer.store.localities import ensure_localities
from dialer.store.session import Transaction
from dialer.usecases.services import Services

_numbers = itertools.count(1)
_DRAFT_FIELDS = frozenset(LeadDraft.__dataclass_fields__)


def fresh_number() -> str:
    """A valid American number that no other call of this process returned."""
    return f"+1415{2_000_000 + next(_numbers) % 8_000_000}"


def _locality_id(services: Services, tx: Transaction, draft: LeadDraft) -> int:
    place = locate(
        describe_number(draft.phone_normalized), book=services.rules, state=draft.state, country=draft.country,
        postal_code=draft.postal_code, time_zone=draft.time_zone,
    )  # fmt: skip
    found = ensure_localities(tx.session, [(place.signature, place.jurisdictions, place.time_zones)])
    return found[place.signature]


def make_lead(
    services: Services, tenant_id: TenantId, *, campaign_id: CampaignId, phone: str | None = None, **columns: Any
) -> Lead:
    """Store a lead; `columns` are details (`first_name=…`) or what dialling changes (`status=…`, `next_call_at=…`)."""
    number = phone or fresh_number()
    details = {name: value for name, value in columns.items() if name in _DRAFT_FIELDS}
    draft = LeadDraft(**{"phone": number, "phone_normalized": number, "first_name": "Sara", **details})
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        ids = store.insert_leads(
            tx.session, [draft], tenant_id=tenant_id, campaign_id=campaign_id, import_id=None, now=now,
            locality_ids=[_locality_id(services, tx, draft)],
        )  # fmt: skip
        rest = {name: value for name, value in columns.items() if name not in _DRAFT_FIELDS}
        if rest:
            store.update_lead(tx.session, ids[number], rest, now=now)
        lead = store.find_lead(tx.session, ids[number])
    assert lead is not None
    return lead
