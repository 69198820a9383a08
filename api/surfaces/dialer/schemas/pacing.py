"""Pacing: the floor now, why the last decision was as it was, and the last hour."""

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, Instant, Out
from dialer.usecases.pacing_report import PacingView


class PacingFloorOut(Out):
    """The agents that pacing counts on, and the lines on their way to them."""

    agents: int
    idle: int
    talking: int
    wrap_up: int
    ringing: int
    waiting: int
    lines_in_flight: int = Field(description="All lines of this tenant, conversations included.")


class PacingDecisionOut(Out):
    """A tick's decision. What a mode does not forecast is null."""

    at: Instant
    wanted: int = Field(description="Calls the pacer asked for.")
    allowed: int = Field(description="Of these, what the carrier account's gates let through.")
    planned: int = Field(description="Of these, those for which a lead was claimed.")
    bound_by: str = Field(
        description="What kept it from being more: no_agents, agents_spoken_for, ratio, risk, budget; a gate "
        "(calls_per_second, account_lines, leads); or what stands in the way of all dialling (schedule, calling_hours, "
        "retry_times, preview, not_active)."
    )
    why: list[str] = Field(description="Why it was decided in another mode than the campaign's.")
    horizon_seconds: float | None
    expected_free_agents: float | None
    expected_answers: float | None
    live_answer_chance: float | None = Field(description="That a call placed now is answered by a person.")
    abandonment_chance: float | None
    price: float | None = Field(description="The highest abandonment_chance accepted.")
    budget: float | None = Field(description="Abandonments the pacer's own account allows now; negative in debt.")


class PacingStandingOut(Out):
    """The abandonment account by the campaign's standard."""

    standard: str
    window_start: Instant
    window_end: Instant | None
    live_answers: int
    abandoned: int
    rate: float | None
    upper_bound: float = Field(description="The true rate is below this with 95 % confidence.")
    max_rate: float
    budget_left: int
    is_exhausted: bool


class PacingNowOut(Out):
    """How it stands this moment."""

    status: str
    dial_mode: str
    effective_mode: str | None = Field(description="The mode of the last decision; null before the first.")
    last_paced_at: Instant | None
    note: str | None
    live_answer_chance: float | None
    floor: PacingFloorOut
    last_decision: PacingDecisionOut | None
    abandonment: PacingStandingOut


class PacingMinuteOut(Out):
    """One minute. `occupancy` is the share of logged-in time that agents spent for callees, of any campaign."""

    at: Instant
    placed: int
    live_answers: int
    abandoned: int
    occupancy: float | None
    price: float | None


class PacingOut(Out):
    """Now, and the last hour, oldest minute first."""

    now: PacingNowOut
    minutes: list[PacingMinuteOut]

    @classmethod
    def of(cls, view: PacingView) -> "PacingOut":
        """Present it."""
        decision = _decision(view)
        return cls(
            now=PacingNowOut(
                status=view.status,
                dial_mode=view.dial_mode,
                effective_mode=None if view.last_decision is None else view.last_decision.effective_mode,
                last_paced_at=view.last_paced_at,
                note=view.note,
                live_answer_chance=None if decision is None else decision.live_answer_chance,
                floor=_floor(view),
                last_decision=decision,
                abandonment=PacingStandingOut.model_validate(view.standing.as_record()),
            ),
            minutes=[PacingMinuteOut.model_validate(minute) for minute in view.minutes],
        )


class PacingAnswer(Answer):
    """A campaign's pacing."""

    pacing: PacingOut


def _floor(view: PacingView) -> PacingFloorOut:
    states = [agent.state for agent in view.snapshot.agents]
    return PacingFloorOut(
        agents=len(states),
        idle=states.count("idle"),
        talking=states.count("talking"),
        wrap_up=states.count("wrap_up"),
        ringing=len(view.snapshot.ringing),
        waiting=len(view.snapshot.waiting),
        lines_in_flight=view.lines_in_flight,
    )


_FORECAST = (
    "horizon_seconds",
    "expected_free_agents",
    "expected_answers",
    "live_answer_chance",
    "abandonment_chance",
    "price",
    "budget",
)


def _decision(view: PacingView) -> PacingDecisionOut | None:
    kept = view.last_decision
    if kept is None:
        return None
    record = kept.decision or {}
    return PacingDecisionOut(
        at=kept.at,
        wanted=kept.wanted,
        allowed=kept.allowed,
        planned=kept.planned,
        bound_by=kept.bound_by,
        why=list(record.get("why", ())),
        **{name: record.get(name) for name in _FORECAST},
    )
