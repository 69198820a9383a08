"""Calls: lists, details, statistics, and what agents write on them."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer, computed_field

from api.context import api_settings
from api.recording_links import address_of
from api.surfaces.dialer.schemas.base import Answer, In, Instant, LongText, Out, PageQuery, ShortText
from api.surfaces.dialer.schemas.callbacks import TIME_ZONE_TEXT, CallbackAgent, CallbackTime, FallbackMinutes
from api.surfaces.dialer.schemas.dispositions import DispositionKey
from dialer.domain.call_words import AgentDisposition, CallStatus, Disposition
from dialer.domain.callbacks import DEFAULT_FALLBACK_MINUTES

# An amount of money as the contract shows it: a JSON number.
Amount = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
AnsweredBy = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]


class CallFilterQuery(In):
    """Which calls are meant; a bare date in `date_to` includes that day."""

    campaign_id: UUID | None = None
    agent_id: UUID | None = None
    lead_id: UUID | None = None
    disposition: Disposition | None = None
    answered_by: AnsweredBy | None = None
    date_from: str | None = Field(
        None, description="ISO date or date-time, UTC unless it has a zone.", examples=["2024-01-01"]
    )
    date_to: str | None = Field(None, description="ISO date or date-time, included.", examples=["2024-01-31"])


class CallsQuery(CallFilterQuery, PageQuery):
    """Which calls to list."""


class CallDispositionIn(In):
    """What the agent concluded: a built-in word, or the key of what the campaign offers, or both if they agree.

    `callback` needs `callback_at`, which goes with it alone, as what is about it does.
    """

    disposition: AgentDisposition | None = None
    disposition_key: DispositionKey | None = None
    callback_at: CallbackTime | None = None
    callback_agent: CallbackAgent = None
    callback_time_zone: ShortText | None = Field(None, description=TIME_ZONE_TEXT)
    callback_fallback_minutes: FallbackMinutes = DEFAULT_FALLBACK_MINUTES
    notes: LongText | None = None


class CallNotesIn(In):
    """The agent's notes on the call; null removes them."""

    notes: LongText | None
    revision: int | None = Field(
        None,
        ge=1,
        le=2_000_000_000,
        description="Counted up from the call's notes_revision: what is no newer than what is stored is left out.",
    )


class CallOut(Out):
    """A call with the names of lead, campaign and agent."""

    id: UUID
    tenant_id: UUID
    campaign_id: UUID
    lead_id: UUID
    agent_id: UUID | None
    call_sid: str | None
    conference_sid: str | None
    from_number: str
    to_number: str
    direction: str
    status: CallStatus
    answered_by: str | None
    start_time: Instant | None
    answer_time: Instant | None
    end_time: Instant | None
    duration: int | None
    talk_time: int | None
    disposition: str | None
    agent_disposition: str | None
    disposition_key: str | None = Field(description="What the agent concluded, by the campaign's own list.")
    disposition_label: str | None
    hangup_cause: str | None
    recording_sid: str | None
    recording_duration: int | None
    cost: Amount | None
    metadata: dict[str, object]
    notes: str | None
    notes_revision: int
    created_at: Instant
    first_name: str | None
    last_name: str | None
    phone: str
    campaign_name: str
    agent_name: str | None

    @computed_field(description="Where a link to the recording is given, if there is one.")  # type: ignore[prop-decorator]
    @property
    def recording_url(self) -> str | None:
        """An address of ours: nobody learns the carrier's."""
        if self.recording_sid is None:
            return None
        return address_of(self.id, public_url=api_settings().public_url)


class CallAnswer(Answer):
    """One call."""

    call: CallOut


class CallNotesAnswer(CallAnswer):
    """The call with the notes that it has now."""

    is_stored: bool = Field(description="False: newer ones were there already.")


class CallsAnswer(Answer):
    """A page of calls, the newest first; `count` is its length."""

    calls: list[CallOut]
    count: int


class CallStatsOut(Out):
    """Counts by disposition and by who answered, averages in seconds, cost."""

    total_calls: int
    answered_calls: int
    voicemail_calls: int
    no_answer_calls: int
    busy_calls: int
    failed_calls: int
    human_answered: int
    machine_answered: int
    avg_duration: float
    avg_talk_time: float
    total_cost: Amount


class CallStatsAnswer(Answer):
    """The statistics of the chosen calls."""

    stats: CallStatsOut


class DispositionOut(Out):
    """How many calls ended in one way."""

    disposition: str
    count: int


class DispositionsAnswer(Answer):
    """How the chosen calls ended, the most frequent first."""

    dispositions: list[DispositionOut]


class HangUpAnswer(Answer):
    """The call is being ended, or is over."""

    message: str
    call: CallOut
