"""Tables of leads: a page of a campaign's list by filters and order, whatever its size."""

from dataclasses import dataclass

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.lead_search import Count, LeadSearch, LeadSort, Position, parse_search_text
from dialer.domain.phone_numbers import calling_code
from dialer.domain.principals import Principal
from dialer.store import campaigns, lead_search
from dialer.store import leads as store
from dialer.store.leads import Lead
from dialer.usecases.services import Services


@dataclass(frozen=True)
class PageWish:
    """Which page in which order: after the `cursor` of the one before, or the first."""

    sort: LeadSort = "created"
    cursor: str | None = None
    limit: int = 50
    count: Count = "capped"


@dataclass(frozen=True)
class LeadSearchPage:
    """Leads in order. `cursor`: of the next page, None at the end; there may be one after a page that is not full.

    `total`: how many fit, None if nobody asked; unless `is_total_exact`, there are more.
    """

    leads: tuple[Lead, ...]
    total: int | None
    is_total_exact: bool
    cursor: str | None


def search_leads(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    wanted: LeadSearch,
    typed: str | None = None,
    page: PageWish,
) -> LeadSearchPage:
    """List leads by filters, and by what somebody typed, a page at a time.

    Raises NotFound for an unknown campaign, Invalid for a strange cursor.
    """
    after = None if page.cursor is None else Position.from_cursor(page.cursor, page.sort)
    with services.transaction(actor.tenant_id) as tx:
        campaign = campaigns.find_campaign(tx.session, campaign_id)
        if campaign is None:
            raise NotFound("There is no campaign with this id.")
        codes = {calling_code(region) for region in (campaign.settings.default_region or "US",)}
        sought = parse_search_text(typed or "", sorted(code for code in codes if code))
        found = lead_search.search_leads(
            tx.session,
            campaign_id,
            LeadSearch(**{**vars(wanted), "text": sought}),
            sort=page.sort,
            after=after,
            limit=page.limit,
            counts=page.count == "capped",
        )
        leads = store.load_leads(tx.session, [LeadId(found_id) for found_id in found.ids])
        total, is_exact = found.total, found.is_exact
        if page.count == "exact" and not is_exact:
            total, is_exact = store.count_leads(tx.session, campaign_id, status=_only(wanted)), True
    following = None if found.after is None else found.after.to_cursor()
    return LeadSearchPage(tuple(leads), total, is_exact, following)


def _only(wanted: LeadSearch) -> str | None:
    return wanted.statuses[0] if wanted.statuses else None
