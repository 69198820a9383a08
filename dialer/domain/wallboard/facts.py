"""What is read of a floor for its wallboard, at one moment, and which part of it somebody looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.agents import AgentState
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentGroupId, AgentId, CallId, CampaignId
from dialer.domain.pacing.abandonment import AbandonmentStanding


@dataclass(frozen=True, slots=True)
class BoardAgent:
    """An agent as read. `is_reachable`: calls may be given to him. `call_id`: the first that he holds."""

    id: AgentId
    name: str
    agent_group_id: AgentGroupId | None
    agent_group: str | None
    state: AgentState
    status: str
    since: datetime
    break_reason: str | None
    call_id: CallId | None
    has_audio: bool
    has_socket: bool
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class Supervision:
    """Who listens to a call, and how."""

    user_id: str
    name: str
    mode: str
    taken_over: bool


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A call in flight as read. Of the number only the last digits: a wall is read by visitors, too."""

    id: CallId
    campaign_id: CampaignId
    state: CallState
    since: datetime
    answered_at: datetime | None
    lead_name: str | None
    number_ending: str
    agent_id: AgentId | None
    answered_by: str | None
    held_since: datetime | None
    supervision: Supervision | None

    @property
    def is_waiting(self) -> bool:
        """A person has answered, and no agent is his yet. A machine waits for nobody."""
        by = self.answered_by or ""
        return (
            self.state in (CallState.ANSWERED, CallState.WAITING)
            and self.agent_id is None
            and by != "fax"
            and not by.startswith("machine")
        )


@dataclass(frozen=True, slots=True)
class BoardDecision:
    """The last decision of pacing that was kept."""

    at: datetime
    effective_mode: str
    wanted: int
    allowed: int
    planned: int
    bound_by: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadCounts:
    """A campaign's leads as counted at a moment; of a large list that is not done each second."""

    counted_at: datetime
    total: int
    ready: int
    waiting: int
    in_hand: int
    done: int
    attempts: int


@dataclass(frozen=True, slots=True)
class BoardCampaign:
    """A campaign as read. `placed_last_minute`: calls placed within the last sixty seconds."""

    id: CampaignId
    name: str
    status: str
    dial_mode: str
    agent_group_id: AgentGroupId | None
    note: str | None
    decision: BoardDecision | None
    standing: AbandonmentStanding
    placed_last_minute: int
    leads: LeadCounts | None


@dataclass(frozen=True, slots=True)
class CallMinute:
    """What one campaign's calls did in the minute from `at` on. `answered`: by people, also those who still talk."""

    at: datetime
    campaign_id: CampaignId
    placed: int
    answered: int
    live_answers: int
    abandoned: int


@dataclass(frozen=True, slots=True)
class AgentMinute:
    """Seconds of a group's agents in the minute from `at` on; of those without a group if it is None."""

    at: datetime
    agent_group_id: AgentGroupId | None
    occupied_seconds: float
    logged_in_seconds: float


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """All that was read of one tenant at one moment.

    `series_until`: the minutes before it are whole, and in the series; `running` is the one that has begun.
    """

    at: datetime
    agents: Sequence[BoardAgent]
    calls: Sequence[BoardCall]
    campaigns: Sequence[BoardCampaign]
    series_until: datetime
    call_minutes: Sequence[CallMinute]
    agent_minutes: Sequence[AgentMinute]
    running: Sequence[CallMinute]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a floor somebody looks at; None does not restrict.

    A group is its agents, the campaigns that may use them, and of these the calls that are no other group's already.
    """

    campaign_ids: frozenset[CampaignId] | None = None
    agent_group_id: AgentGroupId | None = None

    def has_campaign(self, campaign: BoardCampaign) -> bool:
        """Whether the campaign is among what is looked at."""
        if self.campaign_ids is not None and campaign.id not in self.campaign_ids:
            return False
        return self.agent_group_id is None or campaign.agent_group_id in (None, self.agent_group_id)

    def has_group(self, agent_group_id: AgentGroupId | None) -> bool:
        """Whether the agents of this group are among what is looked at."""
        return self.agent_group_id is None or agent_group_id == self.agent_group_id


EVERYTHING = Chosen()
