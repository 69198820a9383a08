"""The wallboard. Each figure's formula is in docs/wallboard.md."""

from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out
from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.calls import CallState


class WallboardQuery(In):
    """Which part of the floor; all of it without any."""

    campaign_id: UUID | None = Field(None, description="Only this campaign and its calls.")
    agent_group_id: UUID | None = Field(
        None, description="Only this group's agents, the campaigns that may use them, and these campaigns' calls."
    )


class WallboardAgentOut(Out):
    """An agent. `call_id`: the first call that he holds."""

    id: UUID
    name: str
    agent_group_id: UUID | None
    agent_group: str | None
    state: AgentState
    declared_status: AgentStatus
    since: Instant = Field(description="When this state began.")
    break_reason: str | None
    call_id: UUID | None
    has_audio: bool = Field(description="The standing audio leg of a console is proven.")
    has_socket: bool = Field(description="A console is connected.")
    is_reachable: bool = Field(description="Calls may be given to this agent.")


class WallboardSupervisionOut(Out):
    """A supervisor on a call: `listen`, `whisper` or `barge`."""

    user_id: UUID
    name: str
    mode: str
    taken_over: bool


class WallboardCallOut(Out):
    """A call in flight. Of lead and number no more than may hang on a wall."""

    id: UUID
    campaign_id: UUID
    state: CallState
    since: Instant = Field(description="When this state began.")
    answered_at: Instant | None
    is_waiting: bool = Field(description="A person has answered, and no agent is there yet.")
    lead_name: str | None = Field(description="First name and initial.")
    number_ending: str = Field(description="The number's last four digits.")
    agent_id: UUID | None
    answered_by: str | None
    held_since: Instant | None
    supervision: WallboardSupervisionOut | None


class WallboardDecisionOut(Out):
    """The last decision of pacing that was kept; see `GET /api/campaigns/{campaign_id}/pacing`."""

    at: Instant
    effective_mode: str
    wanted: int
    allowed: int
    planned: int
    bound_by: str
    why: list[str]


class WallboardAbandonmentOut(Out):
    """The account by the campaign's standard. `budget_left`: how many more abandonments the limit allows now."""

    standard: str
    window: str
    window_end: Instant | None
    live_answers: int
    abandoned: int
    rate: float | None
    max_rate: float
    budget_left: int
    is_exhausted: bool


class WallboardLinesOut(Out):
    """Lines by what they do. `waiting_since`: when the one answered who has been waiting longest."""

    dialling: int
    talking: int
    waiting: int
    waiting_since: Instant | None


class WallboardHourOut(Out):
    """The sixty whole minutes before the present one, and this one so far."""

    placed: int
    answered: int = Field(description="Live answers, and people whose call is still going on.")
    live_answers: int = Field(description="As the abandonment account counts them: once their call is over.")
    abandoned: int
    answer_rate: float | None = Field(description="People who answered for each call placed.")
    abandonment_rate: float | None = Field(description="Of the live answers, those abandoned or reached late.")


class WallboardLeadsOut(Out):
    """A campaign's leads, counted every ten seconds, and more seldom if there are very many."""

    counted_at: Instant
    total: int
    ready: int
    waiting: int = Field(description="Waiting for a retry or a callback.")
    in_hand: int = Field(description="Chosen for a call, or in one.")
    done: int
    attempts: int = Field(description="Calls placed for them, ever.")


class WallboardCampaignOut(Out):
    """A campaign that dials, pauses, is about to begin, or ended within the hour."""

    id: UUID
    name: str
    status: str
    dial_mode: str
    agent_group_id: UUID | None
    note: str | None
    last_decision: WallboardDecisionOut | None
    abandonment: WallboardAbandonmentOut
    dialing_rate: int = Field(description="Calls placed in the last sixty seconds.")
    lines: WallboardLinesOut
    last_hour: WallboardHourOut
    leads: WallboardLeadsOut | None


class WallboardMinuteOut(Out):
    """One whole minute from `at` on."""

    at: Instant
    placed: int
    answered: int
    live_answers: int
    abandoned: int
    occupancy: float | None


class WallboardTotalsOut(Out):
    """Figures over all that is shown."""

    agents_by_state: dict[AgentState, int]
    calls_by_state: dict[CallState, int]
    lines: WallboardLinesOut
    occupancy_now: float | None = Field(description="Of the agents logged in, those at work for a callee.")
    occupancy_last_hour: float | None = Field(description="The same as shares of time, over the sixty whole minutes.")
    dialing_rate: int
    last_hour: WallboardHourOut


class WallboardOut(Out):
    """The board as of `at`."""

    at: Instant
    agents: list[WallboardAgentOut]
    calls: list[WallboardCallOut]
    campaigns: list[WallboardCampaignOut]
    minutes: list[WallboardMinuteOut]
    totals: WallboardTotalsOut


class WallboardAnswer(Answer):
    """The board."""

    wallboard: WallboardOut
