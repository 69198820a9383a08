"""The pacing tick: look at the floor, decide how many calls to place, plan them.

A tick keeps nothing in memory: what the pacer has learned is saved now and then, and the next tick, in whichever
worker, goes on from there with the events since. Dead at any point, it has planned and saved either all or nothing.
"""

import json
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from dialer.domain.fair_shares import in_turn, line_room, start_room
from dialer.domain.ids import CallId, CampaignId, TenantId
from dialer.domain.pacing import Snapshot
from dialer.ports import CarrierAccount
from dialer.store import claims, pacing_floor, placements
from dialer.store.abandonment import load_abandonment_standing
from dialer.store.pacing_floor import PacedCampaign, PacingFloor, TickRecord
from dialer.store.session import Transaction
from dialer.usecases.callable_localities import choose_localities, explain_closed, utc
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.dialing import line_up
from dialer.usecases.pacing_engine import (
    OVERDIALLING,
    Choice,
    Engine,
    PacingSettings,
    build_engine,
    decide_calls,
    engine_version,
    snapshot_as_record,
)
from dialer.usecases.services import Services
from dialer.usecases.verdicts import window_of

log = structlog.get_logger()

PLACEMENT_LIFE = timedelta(seconds=10)
"""A planned call that was not placed by then is withdrawn: the floor it was planned for has changed."""
CLAIM_LIFE = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(seconds=4)
"""A call that has been planned for so long is lined up again: the gate may have lost it, and knows it if not."""

SAVE_EVERY = timedelta(seconds=10)
"""Each save writes up to 64 KB to PostgreSQL's log; a tick reads the events since again instead. The account of
abandonments is read anew as often."""
SAVE_AFTER_EVENTS = 100
"""Each tick until the next save observes them again."""
KEEP_EVERY = timedelta(seconds=10)
"""A decision is kept at least so often, and besides whenever it placed something, its reason changed, or it saved."""
CHECKPOINT_EVERY = timedelta(minutes=5)
"""How often a kept decision carries the whole state, for the replay to begin with."""


@dataclass(frozen=True)
class Plan:
    """What a tick did. `bound_by`: what kept it from placing more."""

    choice: Choice | None
    wanted: int
    allowed: int
    planned: list[CallId]
    bound_by: str
    note: str


@dataclass(frozen=True)
class Learned:
    """What is known besides the floor: the campaign's engine, if this tick has one, and its abandonment account."""

    engine: Engine | None
    standing: dict[str, Any] | None
    is_standing_new: bool
    save: bool
    position: str
    """Up to where the engine has observed."""


def pace_active_campaigns(services: Services) -> int:
    """Send a pacing tick for each active campaign of every tenant; return their number."""
    with services.transaction() as tx:
        campaigns = placements.list_active_campaigns(tx.session)
    # Many campaigns of one tenant do not come before the only one of another; nor do two of one tenant, of which the
    # second would find the first at work, come together.
    for tenant_id, campaign_id in in_turn(campaigns):
        services.queue.send(
            "dialer.dialing.pace_campaign", expires_seconds=2, tenant_id=str(tenant_id), campaign_id=str(campaign_id)
        )
    return len(campaigns)


def pace_tenant(services: Services, *, tenant_id: TenantId) -> None:
    """Run a pacing tick for each active campaign of one tenant now, because an agent has become free."""
    with services.transaction(tenant_id) as tx:
        campaigns = placements.list_active_campaigns_of_tenant(tx.session)
    for campaign_id in campaigns:
        pace_campaign(services, tenant_id=tenant_id, campaign_id=campaign_id)


def pace_campaign(services: Services, *, tenant_id: TenantId, campaign_id: CampaignId) -> list[CallId]:
    """Plan the calls that the campaign's pacer wants now, and line them up to be placed.

    Does nothing while another tick of the same tenant runs: the pacing lock is held until commit, so two ticks never
    plan for the same idle agent.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        database_now = pacing_floor.begin_tick(tx.session, tenant_id=tenant_id)
        if database_now is None:
            return []
        floor = pacing_floor.load_floor(
            tx.session,
            campaign_id=campaign_id,
            now=now,
            saved_before=now - SAVE_EVERY,
            forgotten_before=now - FORGOTTEN_AFTER,
        )
        if floor is None:
            return []
        settings = _settings(floor.campaign)
        learned = _learn(tx, floor, settings, now)
        if services.clock.agrees_with(database_now):
            plan = _plan(services, tx, floor, settings, learned, now)
        else:
            log.error("clock_is_wrong", database_now=database_now.isoformat())
            plan = _nothing("clock", _WRONG_CLOCK)
        record = _tick_record(floor, settings, learned, plan, now)
        pacing_floor.record_tick(tx.session, campaign=floor.campaign, record=record, now=now)
        line_up(services, tx, [*floor.forgotten_calls, *plan.planned], tenant_id=tenant_id)
    return plan.planned


def learn_only(tx: Transaction, floor: PacingFloor, now: datetime) -> None:
    """Save what a campaign's pacer learns from the events of a floor that is not dialled."""
    settings = _settings(floor.campaign)
    engine, position = _build(tx, floor, settings, now)
    learned = Learned(engine, None, is_standing_new=False, save=True, position=position)
    note = "the campaign is not active"
    record = _tick_record(floor, settings, learned, Plan(None, 0, 0, [], "not_active", note), now)
    pacing_floor.record_learning(tx.session, campaign=floor.campaign, record=record, now=now)


def _learn(tx: Transaction, floor: PacingFloor, settings: PacingSettings, now: datetime) -> Learned:
    """Bring the campaign's engine up to this moment, where the mode needs it or something is to be saved."""
    saved = floor.saved
    standing, is_new = _standing(tx, floor, settings, now)
    is_predictive = settings.dial_mode == "predictive"
    if not floor.is_learning or not (is_predictive or floor.events or saved is None):
        return Learned(None, standing, is_new, save=False, position=floor.position)
    engine, position = _build(tx, floor, settings, now)
    save = _is_save_due(floor, now) or engine.started_afresh
    return Learned(engine, standing, is_new, save, position)


def _standing(
    tx: Transaction, floor: PacingFloor, settings: PacingSettings, now: datetime
) -> tuple[dict[str, Any] | None, bool]:
    """The abandonment account, and whether it was read just now; None in modes that cannot overrun it."""
    if settings.dial_mode not in OVERDIALLING:
        return None, False
    known = None if floor.saved is None or floor.saved.standing is None else dict(floor.saved.standing)
    if known is not None and now - datetime.fromisoformat(known["read_at"]) < SAVE_EVERY:
        return known, False
    standing = load_abandonment_standing(tx.session, campaign_id=floor.campaign.campaign_id, now=now)
    return standing.as_record() | {"read_at": now.isoformat()}, True


def _build(tx: Transaction, floor: PacingFloor, settings: PacingSettings, now: datetime) -> tuple[Engine, str]:
    """The engine, and the position up to which it has observed."""
    saved = floor.saved
    engine = build_engine(
        None if saved is None else saved.state,
        observed_until=0.0 if saved is None else saved.observed_until,
        events=floor.events,
        settings=settings,
        now=floor.snapshot.now,
    )
    if saved is None or saved.state is None or not engine.started_afresh:
        return engine, floor.position
    # What was saved cannot be read. The events since then alone would leave calls in flight unknown.
    afresh = pacing_floor.load_floor(
        tx.session, campaign_id=floor.campaign.campaign_id, now=now, saved_before=now, is_afresh=True
    )
    if afresh is None:
        return engine, floor.position
    anew = build_engine(None, observed_until=0.0, events=afresh.events, settings=settings, now=floor.snapshot.now)
    return replace(anew, trouble=engine.trouble), afresh.position


def _is_save_due(floor: PacingFloor, now: datetime) -> bool:
    saved = floor.saved
    if saved is None or len(floor.events) >= SAVE_AFTER_EVENTS:
        return True
    return bool(floor.events) and now - saved.saved_at >= SAVE_EVERY


def _settings(campaign: PacedCampaign) -> PacingSettings:
    return PacingSettings(
        dial_mode=campaign.dial_mode,
        pacing_ratio=float(campaign.pacing_ratio),
        max_abandonment_rate=float(campaign.max_abandonment_rate),
        agent_group_id=None if campaign.agent_group_id is None else str(campaign.agent_group_id),
    )


def _plan(
    services: Services, tx: Transaction, floor: PacingFloor, settings: PacingSettings, learned: Learned, now: datetime
) -> Plan:
    if (obstacle := _obstacle(floor.campaign, now)) is not None:
        return _nothing(*obstacle)
    campaign = floor.campaign
    leads = choose_localities(
        services,
        tx,
        campaign.terms,
        campaign.lists,
        tenant_id=campaign.tenant_id,
        revision=campaign.rules_revision,
        now=now,
    )
    if not leads.lists:
        return _nothing("calling_hours", explain_closed(tx, leads) or "no lead could be claimed")
    if settings.dial_mode == "preview":
        return _nothing("preview", "preview: agents decide themselves whom to call")
    account = account_of(services, tx.session, campaign.tenant_id)
    choice = decide_calls(
        settings, engine=learned.engine, snapshot=floor.snapshot, exhausted=_exhausted(learned.standing)
    )
    wanted = choice.decision.calls
    gates = _gates(account, floor)
    narrowest = min(gates, key=lambda gate: gates[gate])
    allowed = min(wanted, gates[narrowest])
    planned = claims.plan_calls(
        tx.session,
        lists=leads.lists,
        max_calls=allowed,
        now=now,
        place_before=now + PLACEMENT_LIFE,
        claimed_until=now + CLAIM_LIFE,
    )
    if allowed and not planned and (note := explain_closed(tx, leads)) is not None:
        return Plan(choice, wanted, allowed, [], "calling_hours", note)
    kept_by: str = choice.decision.bound_by
    if len(planned) < allowed:
        kept_by = "leads"
    elif allowed < wanted:
        kept_by = narrowest
    note = _note(floor.snapshot, choice, wanted=wanted, full=None if allowed else narrowest, planned=len(planned))
    if learned.engine is not None and learned.engine.trouble is not None:
        note = f"{note}; {learned.engine.trouble}"
    return Plan(choice, wanted, allowed, planned, kept_by, note)


def _gates(account: CarrierAccount, floor: PacingFloor) -> dict[str, int]:
    """How many calls more the account has room for: starts within the next seconds, and lines."""
    shared = floor.shared_account
    of_all = (None, None, 1) if shared is None else (shared.planned, shared.lines, shared.tenants)
    planned_by_all, lines_of_all, sharers = of_all
    return {
        "calls_per_second": start_room(
            account.calls_per_second, planned=floor.planned, planned_by_all=planned_by_all, sharers=sharers
        ),
        "account_lines": line_room(
            account.max_lines, lines=floor.lines_in_flight, lines_of_all=lines_of_all, sharers=sharers
        ),
    }


def _nothing(bound_by: str, note: str) -> Plan:
    return Plan(None, 0, 0, [], bound_by, note)


def _obstacle(campaign: PacedCampaign, now: datetime) -> tuple[str, str] | None:
    """Why the campaign places nothing, whatever the floor looks like; None if nothing stands in its way."""
    terms = campaign.terms
    if terms.schedule_end is not None and now >= terms.schedule_end:
        return "schedule", "the schedule has ended"
    window = window_of(terms)
    # Hours on the callees' clocks are asked for each place.
    if window.timezone is not None and not window.is_open(now):
        return "calling_hours", f"outside calling hours until {window.next_opening(now).isoformat()}"
    if campaign.lists:
        return None
    if campaign.waiting_until is not None:
        first = utc(campaign.waiting_until)
        return "retry_times", f"no lead is due: retries are waiting for their time, the first until {first}"
    if campaign.open_leads_exist:
        return "leads", "no lead is ready: those that are left are in calls, or on lists that are switched off"
    return "leads", "no leads left to call"


def _exhausted(standing: dict[str, Any] | None) -> str | None:
    if standing is None or not standing["is_exhausted"]:
        return None
    return (
        f"the abandonment budget is used up ({standing['abandoned']} of {standing['live_answers']} answers, "
        f"at most {standing['max_rate']:.1%})"
    )


def _note(snapshot: Snapshot, choice: Choice, *, wanted: int, full: str | None, planned: int) -> str:
    floor = (
        f"{snapshot.idle_agents} idle of {len(snapshot.agents)} agents, "
        f"{len(snapshot.ringing)} ringing, {len(snapshot.waiting)} waiting"
    )
    if choice.reason is not None:
        floor = f"{floor}; dialling progressively: {choice.reason}"
    if planned:
        return f"placing {planned}: {floor}"
    if not snapshot.agents:
        return f"no agent is ready to take calls: {floor}"
    if wanted == 0:
        return f"{_WHY_NONE.get(choice.decision.bound_by, 'every idle agent has calls on the way')}: {floor}"
    if full is not None:
        return f"{_FULL[full]}: {floor}"
    return f"no lead could be claimed: {floor}"


_WRONG_CLOCK = (
    "the clocks of this worker and of the database differ, so nobody can say who may be called now: "
    "set both by a time server"
)
_FULL = {
    "calls_per_second": "as many calls are planned as the carrier account may start soon",
    "account_lines": "all lines of the carrier account are in use",
}
_WHY_NONE = {
    "risk": "one call more would risk an abandoned person",
    "budget": "abandonments are being paid back",
}


def _tick_record(
    floor: PacingFloor, settings: PacingSettings, learned: Learned, plan: Plan, now: datetime
) -> TickRecord:
    """What is to be written down: the note always, the state and the decision when they are due."""
    saved, engine = floor.saved, learned.engine
    state = engine.state_as_json() if learned.save and engine is not None else None
    is_checkpoint = state is not None and _is_checkpoint_due(floor, now)
    effective_mode = settings.dial_mode if plan.choice is None else plan.choice.effective_mode
    reason = f"{effective_mode}: {plan.bound_by}"
    is_kept = (
        saved is None
        or state is not None
        or bool(plan.planned)
        or reason != saved.reason
        or (plan.choice is not None and (saved.decided_at is None or now - saved.decided_at >= KEEP_EVERY))
    )
    observed_until = engine.observed_until if engine is not None else 0.0
    return TickRecord(
        note=plan.note,
        saved_state=state,
        position=learned.position if state is not None else None,
        observed_until=observed_until,
        checkpoint_at=now if is_checkpoint else None,
        reason=reason if is_kept else None,
        standing=json.dumps(learned.standing) if learned.is_standing_new else None,
        decision={
            "dial_mode": settings.dial_mode,
            "effective_mode": effective_mode,
            "engine": engine_version() if effective_mode == "predictive" else None,
            "settings": json.dumps(settings.as_record()),
            "snapshot": json.dumps(snapshot_as_record(floor.snapshot)),
            "decision": None if plan.choice is None else json.dumps(_decision_record(plan.choice, learned)),
            "wanted": plan.wanted,
            "allowed": plan.allowed,
            "planned": len(plan.planned),
            "bound_by": plan.bound_by,
            "started_afresh": engine is not None and engine.started_afresh,
            "is_saved": state is not None,
            "read_position": learned.position,
            "checkpoint": _checkpoint(state, observed_until) if is_checkpoint and state is not None else None,
        }
        if is_kept
        else None,
    )


def _checkpoint(state: str, observed_until: float) -> str:
    return f'{{"state": {state}, "observed_until": {json.dumps(observed_until)}}}'


def _is_checkpoint_due(floor: PacingFloor, now: datetime) -> bool:
    saved = floor.saved
    return saved is None or saved.checkpoint_at is None or now - saved.checkpoint_at >= CHECKPOINT_EVERY


def _decision_record(choice: Choice, learned: Learned) -> dict[str, object]:
    why = [] if choice.reason is None else [choice.reason]
    if learned.engine is not None and learned.engine.trouble is not None:
        why.append(learned.engine.trouble)
    # JSON has no word for infinity or for no number at all, and a decision must be written whatever it says.
    record = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in choice.decision.as_record().items()
    }
    return {**record, "why": why}
