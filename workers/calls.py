"""Tasks that steer live calls at the carrier. Acknowledged late: each is safe to run twice."""

from uuid import UUID

from dialer.domain.errors import CarrierOutcomeUnknown, CarrierUnavailable
from dialer.domain.ids import CallId, TenantId
from dialer.usecases import agent_legs, call_control, supervision, transfer_calls
from workers.app import app, services

# Carrier trouble is retried a few times within seconds; what is left over is found by the sweeps.
CARRIER_TROUBLE = {
    "acks_late": True,
    "autoretry_for": (CarrierUnavailable, CarrierOutcomeUnknown),
    "max_retries": 4,
    "retry_backoff": 1,
    "retry_backoff_max": 8,
    "retry_jitter": True,
}


@app.task(name="dialer.calls.hang_up", **CARRIER_TROUBLE)
def hang_up(tenant_id: str, call_id: str) -> None:
    """End a call. Safe to run twice: a call that is over stays over."""
    call_control.hang_up(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.cancel_queued_call", **CARRIER_TROUBLE)
def cancel_queued_call(tenant_id: str, call_id: str) -> None:
    """Withdraw a call that the carrier has not dialled yet. Safe to run twice: a call that is gone stays gone."""
    call_control.cancel_queued_call(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.end_machine_call", **CARRIER_TROUBLE)
def end_machine_call(tenant_id: str, call_id: str) -> None:
    """Leave voicemail or hang up. Run twice, the message starts anew: it is heard once in full."""
    call_control.end_machine_call(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.apologise", **CARRIER_TROUBLE)
def apologise(tenant_id: str, call_id: str) -> None:
    """Say the abandonment message. Run twice, it starts anew."""
    call_control.apologise(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.ring_agent_phone")
def ring_agent_phone(tenant_id: str, call_id: str) -> None:
    """Ring the agent of a waiting call. Acknowledged early and not retried: a phone is not rung twice for one call."""
    agent_legs.ring_agent_phone(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.hang_up_agent_leg", **CARRIER_TROUBLE)
def hang_up_agent_leg(tenant_id: str, call_sid: str) -> None:
    """End the leg of an agent who is gone. Safe to run twice: a leg that is over stays over."""
    agent_legs.hang_up_agent_leg(services(), tenant_id=TenantId(UUID(tenant_id)), call_sid=call_sid)


@app.task(name="dialer.calls.join_agent", **CARRIER_TROUBLE)
def join_agent(tenant_id: str, call_id: str) -> None:
    """Put a callee who came back from a transfer into his agent's conference. Run twice, he enters it anew."""
    transfer_calls.join_agent(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.calls.settle_transfer", **CARRIER_TROUBLE)
def settle_transfer(tenant_id: str, transfer_id: str) -> None:
    """End the transfer of a callee who has hung up. Safe to run twice: one that is over stays over."""
    transfer_calls.settle_transfer(services(), tenant_id=TenantId(UUID(tenant_id)), transfer_id=UUID(transfer_id))


@app.task(name="dialer.calls.end_supervisions")
def end_supervisions(tenant_id: str, call_id: str) -> None:
    """Let go of supervisors whose call is over. Safe to run twice; one that is lost is found by the sweep."""
    supervision.end_supervisions(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))
