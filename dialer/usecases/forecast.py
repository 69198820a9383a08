"""What if: a campaign's floor with other agents, hours or limits, by simulation from what its pacer has learned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import fmean

import structlog

from dialer.domain.campaigns import MIN_ABANDONMENT_RATE, CampaignSettings, DialMode, RetryPolicy
from dialer.domain.compliance import CallingWindow
from dialer.domain.dispositions import MAX_WAIT
from dialer.domain.errors import FieldError, Invalid, NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing import PredictivePacer
from dialer.domain.pacing.learned import LearnedFloor
from dialer.domain.pacing.what_if import (
    FloorPlan,
    Outcomes,
    SimulatedFloor,
    Spread,
    WhatIf,
    abandonment_rate,
    calls_for_lead,
    calls_per_agent_hour,
    connects_per_agent_hour,
    hours_to_finish,
    measure_over,
    occupancy,
)
from dialer.domain.principals import Principal, Role
from dialer.store import agents, campaigns, forecasts
from dialer.store.forecasts import PacingMemory
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services

log = structlog.get_logger()

SECONDS = 3.8
"""For simulating, the start of its processes included."""
MOST_AGENTS = 1000
MOST_HOURS = 24.0
LEAST_HOURS = 0.25
MOST_ABANDONMENT_RATE = Decimal("0.2")
FEW_CALLS = 500


@dataclass(frozen=True)
class Wish:
    """What is to be different; None leaves it as it is today."""

    agents: int | None = None
    hours: float | None = None
    max_abandonment_rate: Decimal | None = None
    dial_mode: DialMode | None = None


@dataclass(frozen=True)
class PlanForecast:
    """What a plan is expected to come to, and how that was found."""

    plan: FloorPlan
    occupancy: Spread
    abandonment_rate: Spread
    connects_per_hour: Spread
    calls_per_hour: Spread
    hours_to_finish: Spread | None
    replications: int
    simulated_hours: float


@dataclass(frozen=True)
class CampaignForecast:
    """The wish beside today; today is None while nobody takes calls. `based_on_calls` weighs older calls less."""

    today: PlanForecast | None
    what_if: PlanForecast
    based_on_calls: int
    open_leads: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class _Basis:
    settings: CampaignSettings
    agents_now: int
    memory: PacingMemory | None
    leads_by_attempts: Mapping[int, int]
    max_lines: int


def forecast_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId, wish: Wish) -> CampaignForecast:
    """Simulate a campaign's floor as it is and as wished. Takes a few seconds; changes nothing.

    Raises NotFound, Invalid for a wish out of range or when nobody takes calls and no number of agents is given, and
    Unavailable while another forecast is being computed or when none was ready in time.
    """
    actor.require(Role.SUPERVISOR)
    _check(wish)
    now = services.clock.now()
    basis = _load(services, actor, campaign_id, now)
    today = _today(basis, now)
    if today.agents == 0 and wish.agents is None:
        raise Invalid.field("agents", "nobody is taking calls now, so say with how many agents")
    wished = _wished(today, wish)
    learned = _learned(basis)
    plans = [plan for plan in dict.fromkeys((today, wished)) if plan.agents > 0]
    # After the transaction: nothing is held while the processors work.
    answers = services.simulations.simulate([_question(plan, basis, learned) for plan in plans], seconds=SECONDS)
    found = {plan: _plan_forecast(plan, answer, basis) for plan, answer in zip(plans, answers, strict=True)}
    return CampaignForecast(
        today=found.get(today),
        what_if=found[wished],
        based_on_calls=round(learned.calls),
        open_leads=sum(basis.leads_by_attempts.values()),
        assumptions=tuple(_assumptions(basis, learned, wished, answers[-1], found[wished])),
    )


def _check(wish: Wish) -> None:
    mistakes = []
    if wish.agents is not None and not 1 <= wish.agents <= MOST_AGENTS:
        mistakes.append(FieldError("agents", f"must be between 1 and {MOST_AGENTS}"))
    if wish.hours is not None and not LEAST_HOURS <= wish.hours <= MOST_HOURS:
        mistakes.append(FieldError("hours", f"must be between {LEAST_HOURS:g} and {MOST_HOURS:g}"))
    rate = wish.max_abandonment_rate
    if rate is not None and not MIN_ABANDONMENT_RATE <= rate <= MOST_ABANDONMENT_RATE:
        between = f"must be between {MIN_ABANDONMENT_RATE} and {MOST_ABANDONMENT_RATE}"
        mistakes.append(FieldError("max_abandonment_rate", between))
    if mistakes:
        raise Invalid("; ".join(f"{each.field}: {each.message}" for each in mistakes), fields=tuple(mistakes))


def _load(services: Services, actor: Principal, campaign_id: CampaignId, now: datetime) -> _Basis:
    with services.transaction(actor.tenant_id) as tx:
        campaign = campaigns.find_campaign(tx.session, campaign_id)
        if campaign is None:
            raise NotFound("There is no campaign with this id.")
        group = campaign.settings.agent_group_id
        return _Basis(
            settings=campaign.settings,
            agents_now=len(agents.list_pacing_agents(tx.session, agent_group_id=group, now=now)),
            memory=forecasts.find_pacing_memory(tx.session, campaign_id),
            leads_by_attempts=forecasts.count_open_leads(tx.session, campaign_id),
            max_lines=account_of(services, tx.session, actor.tenant_id).max_lines,
        )


def _today(basis: _Basis, now: datetime) -> FloorPlan:
    settings = basis.settings
    return FloorPlan(
        agents=basis.agents_now,
        hours=_hours_left(settings, now),
        dial_mode=settings.dial_mode,
        pacing_ratio=float(settings.pacing_ratio),
        max_abandonment_rate=float(settings.max_abandonment_rate),
    )


def _hours_left(settings: CampaignSettings, now: datetime) -> float:
    """Calling hours that are left today, or that the next day has; by the quarter, none below one, at most twelve."""
    window = CallingWindow(settings.timezone, settings.calling_hours_start, settings.calling_hours_end)
    begins = window.next_opening(now)
    quarters = 0
    while quarters < 48 and window.is_open(begins + timedelta(minutes=15 * (quarters + 1), seconds=-1)):
        quarters += 1
    return max(1, quarters) / 4


def _wished(today: FloorPlan, wish: Wish) -> FloorPlan:
    rate = wish.max_abandonment_rate
    return FloorPlan(
        agents=today.agents if wish.agents is None else wish.agents,
        hours=today.hours if wish.hours is None else wish.hours,
        dial_mode=today.dial_mode if wish.dial_mode is None else wish.dial_mode,
        pacing_ratio=today.pacing_ratio,
        max_abandonment_rate=today.max_abandonment_rate if rate is None else float(rate),
    )


def _learned(basis: _Basis) -> LearnedFloor:
    pacer = PredictivePacer(float(basis.settings.max_abandonment_rate), MAX_WAIT.total_seconds())
    if basis.memory is not None:
        try:
            pacer = PredictivePacer.from_state(basis.memory.state)
        except Exception as trouble:
            log.warning("pacing_state_not_restored", error=f"{type(trouble).__name__}: {trouble}")
    return pacer.learned()


def _question(plan: FloorPlan, basis: _Basis, learned: LearnedFloor) -> WhatIf:
    memory = basis.memory
    return WhatIf(
        plan=plan,
        learned=learned,
        ring_timeout_seconds=float(basis.settings.ring_timeout_seconds),
        max_wait_seconds=MAX_WAIT.total_seconds(),
        max_lines=basis.max_lines,
        pacer_state=None if memory is None else memory.state,
        begins_at=0.0 if memory is None else memory.observed_until,
    )


def _plan_forecast(plan: FloorPlan, answer: SimulatedFloor, basis: _Basis) -> PlanForecast:
    calls = measure_over(answer, calls_per_agent_hour, hours=plan.hours).times(plan.agents)
    connects = measure_over(answer, connects_per_agent_hour, hours=plan.hours).times(plan.agents)
    # Who places one call per idle agent abandons nobody; elsewhere, none seen is not none.
    may_abandon = plan.dial_mode in (DialMode.RATIO, DialMode.PREDICTIVE)
    abandoned = measure_over(answer, abandonment_rate, hours=plan.hours, is_rare=may_abandon)
    policy = basis.settings.retry_policy
    needed = [_calls_needed(basis.leads_by_attempts, policy, trial.outcomes) for trial in answer.trials]
    return PlanForecast(
        plan=plan,
        occupancy=measure_over(answer, occupancy, hours=plan.hours).spread(most=1.0),
        abandonment_rate=abandoned.spread(most=1.0),
        connects_per_hour=connects.spread(),
        calls_per_hour=calls.spread(),
        hours_to_finish=hours_to_finish(calls, needed),
        replications=len(answer.trials),
        simulated_hours=len(answer.trials) * answer.measured_seconds / 3600.0,
    )


def _calls_needed(leads_by_attempts: Mapping[int, int], policy: RetryPolicy, outcomes: Outcomes) -> float:
    """Calls until every open lead has been reached or its retry policy is used up."""
    retried = (
        outcomes.no_answer * policy.retry_on_no_answer
        + outcomes.busy * policy.retry_on_busy
        + outcomes.machine * policy.retry_on_voicemail
    )
    return sum(
        count * calls_for_lead(max(1, policy.max_attempts - attempts), retried)
        for attempts, count in leads_by_attempts.items()
    )


def _assumptions(
    basis: _Basis, learned: LearnedFloor, plan: FloorPlan, answer: SimulatedFloor, found: PlanForecast
) -> list[str]:
    """In words, what the figures rest on and what they leave out."""
    told = [_ON_INTERVALS, "Every agent takes calls all the time, and there is always a lead who is due."]
    if learned.calls < FEW_CALLS:
        told.insert(0, _ON_LITTLE_KNOWN.format(calls=round(learned.calls)))
    if found.hours_to_finish is not None:
        policy = basis.settings.retry_policy
        needed = (_calls_needed(basis.leads_by_attempts, policy, trial.outcomes) for trial in answer.trials)
        told.append(_ON_FINISHING.format(calls=round(fmean(needed))))
    if answer.agents < plan.agents:
        told.append(_ON_SIZE.format(agents=answer.agents))
    if answer.tick_seconds > 1.0:
        told.append(_ON_TICKS.format(seconds=answer.tick_seconds))
    if plan.dial_mode == DialMode.PREVIEW:
        told.append("Agents are taken to dial at once; the time for which they look at a lead is not known.")
    return told


_ON_INTERVALS = (
    "Each interval holds the middle 80 % of what may come: people are varied as far as what is known of them leaves "
    "open, and luck as far as so many hours leave it."
)
_ON_LITTLE_KNOWN = (
    "Little is known yet: {calls} calls. What is assumed in their place makes the intervals wide; ask again later."
)
_ON_FINISHING = (
    "To finish takes about {calls} calls: each open lead is called until reached or the retry policy is used up. Hours "
    "are of dialling; retries that wait for their time, closed hours and leads that may not be called are not counted."
)
_ON_SIZE = "A floor of {agents} agents was simulated and multiplied; a larger one does slightly better."
_ON_TICKS = "Calls are placed every {seconds:g} s here, more rarely than in reality: occupancy comes out a little low."
