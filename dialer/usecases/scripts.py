"""A campaign's script: written by supervisors, read by agents, filled in for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.errors import Conflict, NotFound
from dialer.domain.ids import CampaignId, LeadId, UserId
from dialer.domain.principals import Principal, Role
from dialer.domain.scripts import (
    CUSTOM,
    LEAD_FIELDS,
    Block,
    ScriptWarning,
    check_script,
    fill_script,
    known_fields,
    parse_script,
    show_script,
)
from dialer.store import campaign_desks as store
from dialer.store import desk as desk_store
from dialer.store.agents import find_agent
from dialer.store.campaign_desks import CampaignDesk
from dialer.store.desk import DeskLead
from dialer.store.session import Transaction
from dialer.usecases.services import Services


@dataclass(frozen=True)
class ScriptView:
    """A script as it was written and as it reads; `text` None: there is none. `updated_at` names this version."""

    campaign_id: CampaignId
    text: str | None
    blocks: tuple[Block, ...]
    warnings: tuple[ScriptWarning, ...]
    known_fields: tuple[str, ...]
    updated_at: datetime | None
    updated_by: UserId | None


def load_script(
    services: Services, *, actor: Principal, campaign_id: CampaignId, lead_id: LeadId | None = None
) -> ScriptView:
    """A campaign's script; with a lead of its, filled in for that person and the one who asks. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        desk = store.find_desk(tx.session, campaign_id)
        if desk is None:
            raise _no_campaign()
        if lead_id is None:
            return _view(tx, desk)
        lead = desk_store.find_desk_lead(tx.session, lead_id)
        if lead is None or lead.campaign_id != campaign_id:
            raise NotFound("There is no lead with this id in this campaign.")
        agent = None if actor.agent_id is None else find_agent(tx.session, actor.agent_id)
        return _view(tx, desk, values_of(lead, agent_name=None if agent is None else agent.name))


def save_script(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    text: str,
    seen: datetime | None = None,
    dry_run: bool = False,
) -> ScriptView:
    """Write a campaign's script; an empty one takes it away. A field that nobody will fill is a warning, no refusal.

    `seen` is the version that was edited: Conflict if somebody has saved since. `dry_run` shows what would be, and
    stores nothing. Raises NotFound, and Invalid for one that is too long.
    """
    actor.require(Role.SUPERVISOR)
    parse_script(text)
    with services.transaction(actor.tenant_id) as tx:
        desk = store.find_desk(tx.session, campaign_id, lock=not dry_run)
        if desk is None:
            raise _no_campaign()
        if seen is not None and seen != desk.script_updated_at:
            raise Conflict("Somebody has saved this script since you opened it: look at it anew.")
        now = services.clock.now()
        kept = text if text.strip() else None
        if not dry_run:
            store.save_script(
                tx.session,
                tenant_id=actor.tenant_id,
                campaign_id=campaign_id,
                script=kept,
                by=actor.user_id,
                now=now,
            )
        version = (desk.script_updated_at, desk.script_updated_by) if dry_run else (now, actor.user_id)
        return _view(tx, CampaignDesk(campaign_id, desk.campaign_name, kept, *version, dispositions=None))


def values_of(lead: DeskLead, *, agent_name: str | None) -> Mapping[str, object]:
    """What a script says to this person, by the names of its fields."""
    return {
        **{name: getattr(lead, name) for name in LEAD_FIELDS},
        "agent_name": agent_name,
        "campaign_name": lead.campaign_name,
        **{CUSTOM + name: value for name, value in lead.custom_fields.items()},
    }


def fill_for(lead: DeskLead, *, agent_name: str) -> tuple[Block, ...]:
    """The script of the lead's campaign as an agent reads it to this person; empty where there is none."""
    if lead.script is None:
        return ()
    return fill_script(parse_script(lead.script), values_of(lead, agent_name=agent_name))


def _view(tx: Transaction, desk: CampaignDesk, values: Mapping[str, object] | None = None) -> ScriptView:
    custom_fields = store.list_custom_fields(tx.session, desk.campaign_id)
    script = parse_script(desk.script or "")
    return ScriptView(
        campaign_id=desk.campaign_id,
        text=desk.script,
        blocks=show_script(script) if values is None else fill_script(script, values),
        warnings=check_script(script, custom_fields),
        known_fields=known_fields(custom_fields),
        updated_at=desk.script_updated_at,
        updated_by=desk.script_updated_by,
    )


def _no_campaign() -> NotFound:
    return NotFound("There is no campaign with this id.")
