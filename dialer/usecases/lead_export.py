"""Lists out: leads with what became of them, and calls, as files for spreadsheets.

A file is read in one transaction of one moment while it is sent: constant memory for any number of rows, and when the
reader goes away the transaction ends.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from dialer.domain.errors import Conflict, NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.lead_columns import MARK, OUTCOME, PERSON, STANDING, phone_headers
from dialer.domain.lead_filters import LeadFilter, check_filter, with_parsed_phones
from dialer.domain.lead_rows import CUSTOM_PREFIX
from dialer.domain.principals import Principal, Role
from dialer.domain.spans import Span
from dialer.store import campaigns
from dialer.store import lead_export as store
from dialer.store.campaigns import Campaign
from dialer.store.lead_export import ExportedLead
from dialer.store.session import Transaction
from dialer.usecases.services import Services
from dialer.usecases.spreadsheet_files import Download as Download
from dialer.usecases.spreadsheet_files import FileFormat as FileFormat
from dialer.usecases.spreadsheet_files import Row, download

MAX_CUSTOM_COLUMNS = 1_000
"""Further custom fields stand together in one column, as JSON."""
_CALL_ID, _RECORDING = store.CALL_COLUMNS.index("call_id"), store.CALL_COLUMNS.index("recording_url")
_REST = f"{CUSTOM_PREFIX}others"


def export_leads(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    chosen: LeadFilter,
    file_format: FileFormat,
    with_outcomes: bool,
) -> Download:
    """A campaign's leads in the order in which they came, each custom field in a column of its own.

    Imported again, the file gives the same people. Leads whose person was removed from them are left out.
    Raises NotFound for an unknown campaign, Conflict while two exports of the tenant are under way.
    """
    actor.require(Role.SUPERVISOR)
    check_filter(chosen)
    pages = _lead_pages(services, actor, campaign_id, chosen, with_outcomes=with_outcomes)
    return download("leads", file_format, pages)


def export_calls(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId | None,
    span: Span,
    file_format: FileFormat,
    recording_address: Callable[[UUID], str],
) -> Download:
    """The calls of a campaign, or of all, that were made in a span: the oldest first.

    `recording_address` says where the recording of a call can be heard.
    Raises NotFound for an unknown campaign, Conflict while two exports of the tenant are under way.
    """
    actor.require(Role.SUPERVISOR)
    return download("calls", file_format, _call_pages(services, actor, campaign_id, span, recording_address))


@contextmanager
def _long_read(services: Services, actor: Principal) -> Iterator[Transaction]:
    with services.transaction() as tx:
        store.begin_long_read(tx.session)
        tx.enter_tenant(actor.tenant_id)
        if not store.take_turn(tx.session, actor.tenant_id):
            raise Conflict(f"{store.EXPORTS_AT_ONCE} exports are under way; wait until one of them has ended.")
        yield tx


def _find_campaign(tx: Transaction, campaign_id: CampaignId) -> Campaign:
    campaign = campaigns.find_campaign(tx.session, campaign_id)
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return campaign


def _lead_pages(
    services: Services, actor: Principal, campaign_id: CampaignId, chosen: LeadFilter, *, with_outcomes: bool
) -> Iterator[list[Row]]:
    with _long_read(services, actor) as tx:
        region = _find_campaign(tx, campaign_id).settings.default_region
        chosen = with_parsed_phones(chosen, region or "US")
        phones = store.count_phones(tx.session, campaign_id)
        custom = store.list_custom_fields(tx.session, campaign_id)
        columns, others = custom[:MAX_CUSTOM_COLUMNS], custom[MAX_CUSTOM_COLUMNS:]
        outcome = OUTCOME if with_outcomes else ()
        headers = [MARK, *phone_headers(phones), *PERSON, *(f"{CUSTOM_PREFIX}{name}" for name in columns)]
        yield [[*headers, *([_REST] if others else ()), *STANDING, *outcome]]
        last = (*STANDING, *outcome)
        for page in store.read_leads(tx.session, campaign_id, chosen, with_outcomes=with_outcomes):
            yield [_lead_row(lead, phones, columns, others, last) for lead in page]


def _lead_row(
    lead: ExportedLead, phones: int, columns: Sequence[str], others: Sequence[str], last: Sequence[str]
) -> Row:
    values, custom = lead.values, lead.custom_fields
    row = [values[MARK], *lead.phones, *[""] * (phones - len(lead.phones))]
    row += [values[name] for name in PERSON]
    row += [_custom_text(custom[name]) if name in custom else "" for name in columns]
    if others:
        row.append(_others(custom, others))
    return row + [values[name] for name in last]


def _others(custom: Mapping[str, Any], names: Sequence[str]) -> str:
    kept = {name: custom[name] for name in names if name in custom}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _custom_text(value: object) -> str:
    """Texts as they are; what else JSON knows as JSON, and nothing for null."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _call_pages(
    services: Services,
    actor: Principal,
    campaign_id: CampaignId | None,
    span: Span,
    recording_address: Callable[[UUID], str],
) -> Iterator[list[Row]]:
    with _long_read(services, actor) as tx:
        if campaign_id is not None:
            _find_campaign(tx, campaign_id)
        yield [list(store.CALL_COLUMNS)]
        for page in store.read_calls(tx.session, campaign_id, span):
            yield [_call_row(values, recording_address) for values in page]


def _call_row(values: Sequence[str], recording_address: Callable[[UUID], str]) -> Row:
    row = list(values)
    if row[_RECORDING]:
        row[_RECORDING] = recording_address(UUID(row[_CALL_ID]))
    return row
