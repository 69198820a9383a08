"""The events that consoles receive, as plain dicts: the one place that spells their keys, for web and workers alike."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dialer.domain.call_words import Disposition
from dialer.domain.ids import AgentId, CallId
from dialer.store.agents import AgentRow
from dialer.store.callbacks import Callback
from dialer.store.calls import LockedCall
from dialer.store.live_calls import LiveCall, LiveSupervision, LiveTransfer
from dialer.store.previews import Preview
from dialer.store.screen_pops import ScreenPop

INCOMING_CALL = "incoming:call"
CALL_ENDED = "call:ended"
CALL_CHANGED = "call:changed"
TRANSFER_CHANGED = "transfer:changed"
SUPERVISION_CHANGED = "supervision:changed"
AGENT_STATUS_UPDATED = "agent:status:updated"
AGENT_AUDIO = "agent:audio"
PREVIEW_LEAD = "preview:lead"
PREVIEW_ENDED = "preview:ended"
CALLBACK_PROMISED = "callback:promised"
CALLBACK_HANDED_OVER = "callback:handed_over"
CALLBACK_MISSED = "callback:missed"

Payload = dict[str, object]


def incoming_call(call: LockedCall | ScreenPop, *, transfer: LiveTransfer | None = None) -> Payload:
    """Somebody has answered and is this agent's now. The same payload resyncs a console that reconnects.

    With `transfer`, a colleague hands him over: `transferred_from` says who, and whether he confers first.
    """
    pop = call if isinstance(call, ScreenPop) else _screen_pop(call)
    return {
        "callId": str(pop.call_id),
        "leadId": str(pop.lead_id),
        "first_name": pop.first_name,
        "last_name": pop.last_name,
        "phone": pop.phone,
        "notes": pop.notes,
        "campaign_id": str(pop.campaign_id),
        "campaign_name": pop.campaign_name,
        "custom_fields": dict(pop.custom_fields),
        "time_zone": pop.time_zone,
        **({} if transfer is None else {"transferred_from": _transferred_from(transfer)}),
    }


def _transferred_from(transfer: LiveTransfer) -> Payload:
    return {
        "transferId": str(transfer.id),
        "kind": transfer.kind,
        "agent_id": None if transfer.from_agent_id is None else str(transfer.from_agent_id),
        "agent_name": transfer.from_agent_name,
    }


def _screen_pop(call: LockedCall) -> ScreenPop:
    return ScreenPop(
        call_id=call.call_id,
        lead_id=call.lead_id,
        first_name=call.lead_first_name,
        last_name=call.lead_last_name,
        phone=call.to_number,
        notes=call.lead_notes,
        campaign_id=call.campaign_id,
        campaign_name=call.campaign_name,
        custom_fields=call.lead_custom_fields,
        time_zone=call.callee_zone,
    )


def call_ended(call: LockedCall, *, reason: str, wrap_up_until: datetime | None) -> Payload:
    """The call is over for this agent: `reason` is its disposition, or why it was taken from him.

    `wrap_up_until` None means that he is free again at once.
    """
    return {
        "callId": str(call.call_id),
        "leadId": str(call.lead_id),
        "reason": reason,
        "disposition": call.disposition or (reason if reason in set(Disposition) else None),
        "wrap_up_until": iso_instant(wrap_up_until),
    }


def agent_status_updated(agent: AgentRow) -> Payload:
    """An agent's status or state changed. `status` is the one the API shows, `declared_status` the agent's own word."""
    return {
        "agentId": str(agent.id),
        "name": agent.name,
        "status": str(agent.presented_status),
        "declared_status": str(agent.status),
        "state": str(agent.state),
        "since": iso_instant(agent.state_since),
        "break_reason_id": None if agent.break_reason_id is None else str(agent.break_reason_id),
        "break_reason": agent.break_reason,
        "current_calls": agent.current_calls,
        "wrap_up_until": iso_instant(agent.wrap_up_until),
        "wrap_up_extended_seconds": agent.wrap_up_extended_seconds,
        "at": iso_instant(agent.updated_at),
    }


def audio_changed(*, agent_id: AgentId, is_connected: bool, call_sid: str | None = None) -> Payload:
    """The standing audio leg of this agent's console was proven, or is gone. `callSid` tells which headset it is."""
    return {"agentId": str(agent_id), "connected": is_connected, "callSid": call_sid if is_connected else None}


def call_changed(call: LiveCall) -> Payload:
    """How a call that goes on stands: held, recorded, heard by a supervisor, on its way to somebody else."""
    return {
        "callId": str(call.call_id),
        "state": call.state,
        "is_on_hold": call.is_on_hold,
        "hold_since": iso_instant(call.hold_since),
        "hold_seconds": call.hold_seconds,
        "recording": ("paused" if call.is_recording_paused else "on") if call.is_recording else "off",
        "supervision": _supervisors(call.supervision),
        "transfer": None if call.transfer is None else transfer_changed(call.transfer, call.call_id),
    }


def supervision_changed(call_id: CallId, supervision: Sequence[LiveSupervision]) -> Payload:
    """Who is on a call besides its agent: for supervisors all of them, for the agent those whom he can hear."""
    return {"callId": str(call_id), "supervision": _supervisors(supervision)}


def _supervisors(supervision: Sequence[LiveSupervision]) -> list[Payload]:
    return [
        {
            "user_id": str(one.user_id),
            "name": one.name,
            "mode": one.mode,
            "joined": one.joined_at is not None,
            "has_taken_over": one.has_taken_over,
        }
        for one in supervision
    ]


def transfer_changed(transfer: LiveTransfer, call_id: CallId) -> Payload:
    """How a transfer stands, for both of its sides."""
    return {
        "transferId": str(transfer.id),
        "callId": str(call_id),
        "kind": transfer.kind,
        "state": transfer.state,
        "from_agent_id": None if transfer.from_agent_id is None else str(transfer.from_agent_id),
        "from_agent_name": transfer.from_agent_name,
        "to_agent_id": None if transfer.to_agent_id is None else str(transfer.to_agent_id),
        "to_agent_name": transfer.to_agent_name,
        "to_phone": transfer.to_phone,
        "reason": transfer.reason,
        "is_merged": transfer.is_merged,
        "requested_at": iso_instant(transfer.requested_at),
    }


def preview_lead(preview: Preview) -> Payload:
    """A lead is on the agent's screen, to be dialled or skipped before `expires_at`.

    With `callbackId`, somebody promised to call it at `callback_due_at`: skipped, it is the team's.
    """
    return {
        "previewId": str(preview.id),
        "leadId": str(preview.lead_id),
        "first_name": preview.first_name,
        "last_name": preview.last_name,
        "phone": preview.phone,
        "notes": preview.notes,
        "campaign_id": str(preview.campaign_id),
        "campaign_name": preview.campaign_name,
        "custom_fields": dict(preview.custom_fields),
        "expires_at": iso_instant(preview.expires_at),
        "callbackId": None if preview.callback_id is None else str(preview.callback_id),
        "callback_due_at": iso_instant(preview.callback_due_at),
        "callback_note": preview.callback_note,
    }


def preview_ended(preview: Preview, *, state: str, call_id: CallId | None = None) -> Payload:
    """The lead is off the agent's screen: dialled as the call named, or skipped, expired or withdrawn."""
    return {
        "previewId": str(preview.id),
        "leadId": str(preview.lead_id),
        "state": state,
        "callId": None if call_id is None else str(call_id),
    }


def callback_event(callback: Callback) -> Payload:
    """A call was promised, or became the team's, or was not made within an hour."""
    return {
        "callbackId": str(callback.id),
        "leadId": str(callback.lead_id),
        "agentId": None if callback.agent_id is None else str(callback.agent_id),
        "handed_over_from": None if callback.handed_over_from is None else str(callback.handed_over_from),
        "campaign_id": str(callback.campaign_id),
        "campaign_name": callback.campaign_name,
        "first_name": callback.first_name,
        "last_name": callback.last_name,
        "phone": callback.phone,
        "due_at": iso_instant(callback.due_at),
        "time_zone": callback.time_zone,
        "local_time": callback.local_time,
        "state": str(callback.state),
        "reason": callback.reason,
        "note": callback.note,
    }


def iso_instant(at: datetime | None) -> str | None:
    """An instant as the API writes it: UTC, ISO 8601, `Z`."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
