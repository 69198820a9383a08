"""The figures of a board: how they come of what was read. Each one's formula is told in docs/wallboard.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from dialer.domain.agents import LOGGED_IN, OCCUPIED, AgentState
from dialer.domain.calls import DIALLING, IN_FLIGHT, CallState
from dialer.domain.ids import CampaignId
from dialer.domain.pacing.abandonment import AbandonmentStanding
from dialer.domain.wallboard.boards import Board, Entry, Section
from dialer.domain.wallboard.facts import (
    EVERYTHING,
    AgentMinute,
    BoardAgent,
    BoardCall,
    BoardCampaign,
    BoardDecision,
    BoardFacts,
    CallMinute,
    Chosen,
    LeadCounts,
)

SERIES_SPAN = timedelta(minutes=60)


def compose_board(facts: BoardFacts, chosen: Chosen = EVERYTHING) -> Board:
    """Put the board together, or the part of it that somebody looks at."""
    campaigns = [campaign for campaign in facts.campaigns if chosen.has_campaign(campaign)]
    agents = [agent for agent in facts.agents if chosen.has_group(agent.agent_group_id)]
    campaign_ids = {campaign.id for campaign in campaigns}
    agent_ids = {agent.id for agent in agents}
    calls = [
        call
        for call in facts.calls
        if call.campaign_id in campaign_ids and (call.agent_id is None or call.agent_id in agent_ids)
    ]
    call_minutes = [minute for minute in facts.call_minutes if minute.campaign_id in campaign_ids]
    running = [minute for minute in facts.running if minute.campaign_id in campaign_ids]
    agent_minutes = [minute for minute in facts.agent_minutes if chosen.has_group(minute.agent_group_id)]
    hours = _sums_by_campaign(call_minutes, running)
    calls_of: dict[CampaignId, list[BoardCall]] = defaultdict(list)
    for call in calls:
        calls_of[call.campaign_id].append(call)
    return Board(
        agents={str(agent.id): _agent(agent) for agent in agents},
        calls={str(call.id): _call(call) for call in calls},
        campaigns={
            str(campaign.id): _campaign(campaign, calls_of[campaign.id], hours.get(campaign.id, _Sums()))
            for campaign in campaigns
        },
        minutes=_minutes(facts.series_until, call_minutes, agent_minutes),
        totals=_totals(agents, calls, campaigns, _sum_up(hours.values()), agent_minutes),
    )


def iso(at: datetime) -> str:
    """An instant as the API writes it: UTC, ISO 8601, `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=10_000)
def _iso(at: datetime) -> str:
    # Most instants of a board are those of the board before.
    return iso(at)


def _iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else _iso(at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _agent(agent: BoardAgent) -> Entry:
    return {
        "id": str(agent.id),
        "name": agent.name,
        "agent_group_id": _text(agent.agent_group_id),
        "agent_group": agent.agent_group,
        "state": str(agent.state),
        "declared_status": str(agent.status),
        "since": _iso(agent.since),
        "break_reason": agent.break_reason,
        "call_id": _text(agent.call_id),
        "has_audio": agent.has_audio,
        "has_socket": agent.has_socket,
        "is_reachable": agent.is_reachable,
    }


def _call(call: BoardCall) -> Entry:
    watched = call.supervision
    return {
        "id": str(call.id),
        "campaign_id": str(call.campaign_id),
        "state": str(call.state),
        "since": _iso(call.since),
        "answered_at": _iso_or_none(call.answered_at),
        "is_waiting": call.is_waiting,
        "lead_name": call.lead_name,
        "number_ending": call.number_ending,
        "agent_id": _text(call.agent_id),
        "answered_by": call.answered_by,
        "held_since": _iso_or_none(call.held_since),
        "supervision": None
        if watched is None
        else {"user_id": watched.user_id, "name": watched.name, "mode": watched.mode, "taken_over": watched.taken_over},
    }


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over some minutes: an hour of sixty whole ones and the one that has begun, or all campaigns' of one."""

    placed: int = 0
    answered: int = 0
    live_answers: int = 0
    abandoned: int = 0

    @property
    def answer_rate(self) -> float | None:
        return self.answered / self.placed if self.placed else None

    @property
    def abandonment_rate(self) -> float | None:
        return self.abandoned / self.live_answers if self.live_answers else None

    def as_json(self) -> Entry:
        return {
            "placed": self.placed,
            "answered": self.answered,
            "live_answers": self.live_answers,
            "abandoned": self.abandoned,
            "answer_rate": self.answer_rate,
            "abandonment_rate": self.abandonment_rate,
        }


def _sum_up(minutes: Iterable[CallMinute | _Sums]) -> _Sums:
    found = list(minutes)
    return _Sums(
        placed=sum(minute.placed for minute in found),
        answered=sum(minute.answered for minute in found),
        live_answers=sum(minute.live_answers for minute in found),
        abandoned=sum(minute.abandoned for minute in found),
    )


def _sums_by_campaign(*series: Iterable[CallMinute]) -> dict[CampaignId, _Sums]:
    by_campaign: dict[CampaignId, list[CallMinute]] = defaultdict(list)
    for minutes in series:
        for minute in minutes:
            by_campaign[minute.campaign_id].append(minute)
    return {campaign_id: _sum_up(minutes) for campaign_id, minutes in by_campaign.items()}


def _campaign(campaign: BoardCampaign, calls: Sequence[BoardCall], hour: _Sums) -> Entry:
    return {
        "id": str(campaign.id),
        "name": campaign.name,
        "status": campaign.status,
        "dial_mode": campaign.dial_mode,
        "agent_group_id": _text(campaign.agent_group_id),
        "note": campaign.note,
        "last_decision": None if campaign.decision is None else _decision(campaign.decision),
        "abandonment": _standing(campaign.standing),
        "dialing_rate": campaign.placed_last_minute,
        "lines": _lines(calls),
        "last_hour": hour.as_json(),
        "leads": None if campaign.leads is None else _leads(campaign.leads),
    }


def _decision(decision: BoardDecision) -> Entry:
    return {
        "at": _iso(decision.at),
        "effective_mode": decision.effective_mode,
        "wanted": decision.wanted,
        "allowed": decision.allowed,
        "planned": decision.planned,
        "bound_by": decision.bound_by,
        "why": list(decision.why),
    }


def _standing(standing: AbandonmentStanding) -> Entry:
    # Without the start of a rolling window, which would make another standing of every moment.
    return {
        "standard": standing.standard.key,
        "window": str(standing.standard.window),
        "window_end": _iso_or_none(standing.window_end),
        "live_answers": standing.live_answers,
        "abandoned": standing.abandoned,
        "rate": standing.rate,
        "max_rate": standing.max_rate,
        "budget_left": standing.budget_left,
        "is_exhausted": standing.is_exhausted,
    }


def _lines(calls: Sequence[BoardCall]) -> Entry:
    waiting = [call.answered_at or call.since for call in calls if call.is_waiting]
    return {
        "dialling": sum(call.state in DIALLING for call in calls),
        "talking": sum(call.state is CallState.BRIDGED for call in calls),
        "waiting": len(waiting),
        "waiting_since": _iso(min(waiting)) if waiting else None,
    }


def _leads(leads: LeadCounts) -> Entry:
    return {
        "counted_at": _iso(leads.counted_at),
        "total": leads.total,
        "ready": leads.ready,
        "waiting": leads.waiting,
        "in_hand": leads.in_hand,
        "done": leads.done,
        "attempts": leads.attempts,
    }


def _minutes(until: datetime, calls: Sequence[CallMinute], agents: Sequence[AgentMinute]) -> Section:
    calls_of: dict[datetime, list[CallMinute]] = defaultdict(list)
    for call_minute in calls:
        calls_of[call_minute.at].append(call_minute)
    by_minute: dict[datetime, list[AgentMinute]] = defaultdict(list)
    for agent_minute in agents:
        by_minute[agent_minute.at].append(agent_minute)
    found: dict[str, Entry] = {}
    for back in range(int(SERIES_SPAN.total_seconds()) // 60, 0, -1):
        at = until - timedelta(minutes=back)
        sums = _sum_up(calls_of[at])
        found[_iso(at)] = {
            "at": _iso(at),
            "placed": sums.placed,
            "answered": sums.answered,
            "live_answers": sums.live_answers,
            "abandoned": sums.abandoned,
            "occupancy": _occupancy(by_minute[at]),
        }
    return found


def _occupancy(minutes: Sequence[AgentMinute]) -> float | None:
    logged_in = sum(minute.logged_in_seconds for minute in minutes)
    return sum(minute.occupied_seconds for minute in minutes) / logged_in if logged_in else None


def _totals(
    agents: Sequence[BoardAgent],
    calls: Sequence[BoardCall],
    campaigns: Sequence[BoardCampaign],
    hour: _Sums,
    agent_minutes: Sequence[AgentMinute],
) -> Entry:
    by_state = Counter(agent.state for agent in agents)
    in_state = Counter(call.state for call in calls)
    logged_in = sum(by_state[state] for state in LOGGED_IN)
    return {
        "agents_by_state": {str(state): by_state[state] for state in AgentState},
        "calls_by_state": {str(state): in_state[state] for state in CallState if state in IN_FLIGHT},
        "lines": _lines(calls),
        "occupancy_now": sum(by_state[state] for state in OCCUPIED) / logged_in if logged_in else None,
        "occupancy_last_hour": _occupancy(agent_minutes),
        "dialing_rate": sum(campaign.placed_last_minute for campaign in campaigns),
        "last_hour": hour.as_json(),
    }
