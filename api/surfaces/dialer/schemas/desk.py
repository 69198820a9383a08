"""What an agent has before him: the desk, the wrap-up, the day."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from api.surfaces.dialer.schemas.agents import AgentOut, BreakSecondsOut
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out
from api.surfaces.dialer.schemas.breaks import BreakReasonOut
from api.surfaces.dialer.schemas.callbacks import CallbackOut
from api.surfaces.dialer.schemas.dispositions import DispositionChoiceOut
from api.surfaces.dialer.schemas.previews import PreviewOut
from api.surfaces.dialer.schemas.scripts import BlockOut
from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.calls import CallState
from dialer.domain.campaigns import DialMode
from dialer.domain.lead_rows import PRIORITIES
from dialer.usecases.desk import AgentDay, Desk, DeskCall
from dialer.usecases.leads import Priority

_PRIORITY_WORDS = {number: word for word, number in PRIORITIES.items()}

ZoneName = Annotated[str, StringConstraints(max_length=64), Field(examples=["Europe/Berlin"])]


class DeskQuery(In):
    """Where the agent sits."""

    zone: ZoneName | None = Field(None, description="An IANA name: it decides when today begins and ends. UTC without.")


class ExtendWrapUpIn(In):
    """By how much."""

    seconds: int = Field(60, ge=1, le=3600)


class WrapUpOut(Out):
    """A wrap-up that goes on."""

    until: Instant
    extended_seconds: int
    extension_left_seconds: int
    call_id: UUID | None


class WrapUpAnswer(Answer):
    """The agent, who wraps up for longer."""

    agent: AgentOut
    wrap_up: WrapUpOut


class DeskAgentOut(Out):
    """The agent himself. `since`: from when he is in his state, or on a break for this reason."""

    id: UUID
    name: str
    agent_group_id: UUID | None
    agent_group_name: str | None
    state: AgentState
    status: AgentStatus
    declared_status: AgentStatus
    since: Instant
    break_reason_id: UUID | None
    break_reason: str | None
    break_max_minutes: int | None
    wrap_up: WrapUpOut | None
    works_by: str = Field(description="`phone` if calls are put through to the agent's telephone, else `console`.")
    has_audio: bool = Field(description="The console's audio leg is there.")
    has_socket: bool
    current_calls: int
    updated_at: Instant


class LastCallOut(Out):
    """The call after which the agent last wrapped up."""

    id: UUID
    campaign_id: UUID
    lead_id: UUID
    first_name: str | None
    last_name: str | None
    phone: str
    ended_at: Instant | None
    agent_disposition: str | None
    disposition_key: str | None
    disposition_label: str | None
    notes: str | None
    notes_revision: int


class DeskLiveOut(Out):
    """What is being done with a call that goes on, as `GET /api/calls/:id/live` tells it to the agent."""

    is_on_hold: bool
    hold_since: Instant | None
    hold_seconds: int
    is_recording: bool
    is_recording_paused: bool
    transfer: dict[str, JsonValue] | None = Field(description="One that is under way, or the last that was.")
    supervision: list[dict[str, JsonValue]] = Field(description="Supervisors whom the agent can hear.")

    @classmethod
    def of(cls, call: DeskCall) -> "DeskLiveOut":
        """Present what goes on."""
        is_answered = call.answered_at is not None
        return cls(
            is_on_hold=call.held_since is not None,
            hold_since=call.held_since,
            hold_seconds=call.hold_seconds,
            is_recording=call.is_recorded and is_answered,
            is_recording_paused=call.recording_paused_at is not None,
            transfer=None if call.transfer is None else dict(call.transfer),
            supervision=[dict(one) for one in call.supervision or ()],
        )


class DeskCallOut(LastCallOut):
    """The call in progress or being wrapped up."""

    state: CallState
    is_over: bool = Field(description="For this agent: it has ended, or has gone on to somebody else.")
    from_number: str
    answered_at: Instant | None
    agent_reserved_at: Instant | None
    bridged_at: Instant | None
    answered_by: str | None
    disposition: str | None
    live: DeskLiveOut | None = Field(description="Null once it is over for the agent.")

    @classmethod
    def of(cls, call: DeskCall) -> "DeskCallOut":
        """Present the call on the desk."""
        facts = {name: getattr(call, name) for name in cls.model_fields if name != "live"}
        return cls.model_validate({**facts, "live": None if call.is_over else DeskLiveOut.of(call)})


class DeskLeadOut(Out):
    """The person, with the clock where he is."""

    id: UUID
    campaign_id: UUID
    first_name: str | None
    last_name: str | None
    phone: str
    phones: list[str]
    email: str | None
    country: str | None
    state: str | None
    postal_code: str | None
    priority: Priority
    notes: str | None
    custom_fields: dict[str, JsonValue]
    call_attempts: int
    last_call_at: Instant | None
    do_not_call: bool
    callback_at: Instant | None
    time_zone: str
    local_time: str = Field(examples=["2026-11-22T07:00"])
    utc_offset_minutes: int


class DeskCampaignOut(Out):
    """The campaign of the call or preview."""

    id: UUID
    name: str
    dial_mode: DialMode
    record_calls: bool
    wrap_up_seconds: int
    wrap_up_extension_seconds: int


class PastCallOut(Out):
    """An earlier call to this lead."""

    call_id: UUID
    at: Instant
    agent_name: str | None
    phone: str
    disposition: str | None
    agent_disposition: str | None
    disposition_label: str | None
    notes: str | None
    talk_seconds: int | None


class FilledScriptOut(Out):
    """The script as it is read to this person."""

    blocks: list[BlockOut]
    updated_at: Instant | None


class DeskOut(Out):
    """Everything that is before an agent.

    `lead`, `campaign`, `history`, `script` and `dispositions` are about the call, or, without one, about the preview.
    """

    server_time: Instant
    agent: DeskAgentOut
    call: DeskCallOut | None
    last_call: LastCallOut | None
    preview: PreviewOut | None
    lead: DeskLeadOut | None
    campaign: DeskCampaignOut | None
    history: list[PastCallOut] = Field(description="The newest first, at most ten.")
    script: FilledScriptOut | None
    dispositions: list[DispositionChoiceOut]
    callbacks: list[CallbackOut] = Field(description="The agent's own that are open and due by the end of today.")
    break_reasons: list[BreakReasonOut]

    @classmethod
    def of(cls, desk: Desk) -> "DeskOut":
        """Present a desk."""
        return cls(
            server_time=desk.server_time,
            agent=_agent(desk),
            call=None if desk.call is None else DeskCallOut.of(desk.call),
            last_call=None if desk.last_call is None else LastCallOut.model_validate(desk.last_call),
            preview=None if desk.preview is None else PreviewOut.of(desk.preview),
            lead=_lead(desk),
            campaign=_campaign(desk),
            history=[PastCallOut.model_validate(one) for one in desk.history],
            script=_script(desk),
            dispositions=[DispositionChoiceOut.model_validate(one) for one in desk.dispositions],
            callbacks=[CallbackOut.model_validate(one) for one in desk.callbacks],
            break_reasons=[BreakReasonOut.model_validate(one) for one in desk.agent.break_reasons],
        )


def _agent(desk: Desk) -> DeskAgentOut:
    row = desk.agent.agent
    works_by_phone = row.console_leg_sid is None and not desk.agent.has_socket and row.phone is not None
    return DeskAgentOut(
        **{
            name: getattr(row, name)
            for name in ("id", "name", "agent_group_id", "state", "break_reason_id", "break_reason", "current_calls")
        },
        agent_group_name=desk.agent.agent_group_name,
        status=row.presented_status,
        declared_status=row.status,
        since=row.state_since,
        break_max_minutes=desk.agent.break_max_minutes,
        wrap_up=None if desk.wrap_up is None else WrapUpOut.model_validate(desk.wrap_up),
        works_by="phone" if works_by_phone else "console",
        has_audio=row.console_leg_sid is not None,
        has_socket=desk.agent.has_socket,
        updated_at=row.updated_at,
    )


def _lead(desk: Desk) -> DeskLeadOut | None:
    if desk.lead is None or desk.local_time is None:
        return None
    facts = {name: getattr(desk.lead, name) for name in DeskLeadOut.model_fields if hasattr(desk.lead, name)}
    shown = {"priority": _PRIORITY_WORDS[desk.lead.priority], "phones": list(desk.lead.phones)}
    return DeskLeadOut.model_validate({**facts, **shown, **vars(desk.local_time)})


def _campaign(desk: Desk) -> DeskCampaignOut | None:
    if desk.lead is None:
        return None
    names = ("dial_mode", "record_calls", "wrap_up_seconds", "wrap_up_extension_seconds")
    facts = {name: getattr(desk.lead, name) for name in names}
    return DeskCampaignOut.model_validate({**facts, "id": desk.lead.campaign_id, "name": desk.lead.campaign_name})


def _script(desk: Desk) -> FilledScriptOut | None:
    if desk.lead is None or desk.lead.script is None:
        return None
    blocks = [BlockOut.model_validate(block) for block in desk.script]
    return FilledScriptOut(blocks=blocks, updated_at=desk.lead.script_updated_at)


class DeskAnswer(Answer):
    """One snapshot of a desk."""

    desk: DeskOut


class DispositionTodayOut(Out):
    """How often the agent concluded something; `is_own`: the label is a campaign's, and not the product's word."""

    key: str
    label: str
    count: int
    is_own: bool


class AgentDayOut(Out):
    """An agent's day so far, in seconds. Handling one that has ended is talk, held or not, and wrap-up."""

    zone: str
    date: date
    since: Instant
    until: Instant
    calls: int
    conversations: int
    talk_seconds: float
    hold_seconds: float
    wrap_up_seconds: float
    idle_seconds: float
    break_seconds: float
    reserved_seconds: float
    logged_in_seconds: float
    occupancy: float | None
    average_handle_seconds: float | None
    dispositions: list[DispositionTodayOut] = Field(description="The most frequent first.")
    callbacks_promised: int
    breaks: list[BreakSecondsOut]
    seconds_by_state: dict[AgentState, float]

    @classmethod
    def of(cls, day: AgentDay) -> "AgentDayOut":
        """Present a day."""
        return cls(
            zone=day.zone,
            date=day.day,
            since=day.since,
            until=day.until,
            calls=day.calls,
            conversations=day.conversations,
            talk_seconds=day.talk_seconds,
            hold_seconds=day.hold_seconds,
            wrap_up_seconds=day.seconds(AgentState.WRAPPING_UP),
            idle_seconds=day.seconds(AgentState.AVAILABLE),
            break_seconds=day.seconds(AgentState.PAUSED),
            reserved_seconds=day.seconds(AgentState.RESERVED),
            logged_in_seconds=day.occupancy.logged_in_seconds,
            occupancy=day.occupancy.ratio,
            average_handle_seconds=day.average_handle_seconds,
            dispositions=[DispositionTodayOut.model_validate(one) for one in day.dispositions],
            callbacks_promised=day.callbacks_promised,
            breaks=[BreakSecondsOut.model_validate(one) for one in day.breaks],
            seconds_by_state=dict(day.occupancy.seconds_by_state),
        )


class AgentDayAnswer(Answer):
    """An agent's own figures."""

    today: AgentDayOut
