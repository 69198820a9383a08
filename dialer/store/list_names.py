"""Lists of a campaign by their names, as imports are told them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ListId


def is_list_of(session: Session, list_id: ListId, campaign_id: CampaignId) -> bool:
    """Tell whether the campaign has this list."""
    return session.execute(_IS_OF, {"id": list_id, "campaign_id": campaign_id}).one_or_none() is not None


def find_list(session: Session, campaign_id: CampaignId, name: str) -> ListId | None:
    """The campaign's list of this name."""
    found = session.execute(_FIND, {"campaign_id": campaign_id, "name": name}).scalar_one_or_none()
    return ListId(found) if found is not None else None


_IS_OF = text("select id from lists where id = :id and campaign_id = :campaign_id")
_FIND = text("select id from lists where campaign_id = :campaign_id and name = :name")
