"""The report of a campaign's run."""

from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, Instant, Out
from api.surfaces.dialer.schemas.calls import CallStatsOut, DispositionOut
from dialer.domain.agents import AgentState


class ReportedCampaignOut(Out):
    """The campaign the report is about."""

    id: UUID
    name: str
    status: str
    started_at: Instant | None
    ended_at: Instant | None
    first_call_at: Instant | None
    last_call_ended_at: Instant | None


class AbandonmentOut(Out):
    """People who answered, by how it went: `late` ones reached an agent after the limit. `rate` is a share of 1."""

    reached: int
    late: int
    abandoned: int
    hung_up: int
    rate: float | None


class StandardOut(Out):
    """The rule that a campaign's abandonments are counted by; `certainty` H, M or L, to be checked by counsel."""

    key: str
    jurisdiction: str
    max_rate: float
    source: str
    certainty: str


class AbandonmentStandingOut(Out):
    """Where the campaign stands in the window of its rule. `live_answers` leaves out who hung up within the limit.

    `upper_bound`: with 95 % confidence the true rate is below. `budget_left`: how many more abandonments now would
    leave the rate at `max_rate` or below. Once `is_exhausted`, the campaign dials progressively.
    """

    standard: StandardOut
    window_start: Instant
    window_end: Instant | None
    live_answers: int
    abandoned: int
    rate: float | None
    upper_bound: float
    max_rate: float
    budget_left: int
    is_exhausted: bool


class OccupancyOut(Out):
    """The agents' time; `ratio` is the share of logged-in time spent for callees."""

    ratio: float | None
    occupied_seconds: float
    logged_in_seconds: float
    seconds_by_state: dict[AgentState, float]


class LatencyOut(Out):
    """Milliseconds: from the answer to our instructions for the call; from the answer to the agent's screen, waits for
    an agent included; from the agent's reservation to his screen."""

    answer_to_twiml_p50: float | None
    answer_to_twiml_p99: float | None
    answer_to_screen_pop_p50: float | None
    answer_to_screen_pop_p99: float | None
    reserved_to_screen_pop_p50: float | None
    reserved_to_screen_pop_p99: float | None
    twiml_count: int
    screen_pop_count: int


class CampaignReportOut(Out):
    """What became of a campaign's leads and calls."""

    campaign: ReportedCampaignOut
    calls: CallStatsOut
    dispositions: list[DispositionOut]
    calls_by_state: dict[str, int]
    leads_by_status: dict[str, int]
    retries_scheduled: int
    abandonment: AbandonmentOut
    abandonment_standing: AbandonmentStandingOut = Field(validation_alias="standing")
    occupancy: OccupancyOut
    latency: LatencyOut


class CampaignReportAnswer(Answer):
    """The report."""

    report: CampaignReportOut
