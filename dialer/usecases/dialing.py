"""Placing a planned call, at most once, and withdrawing one that is no longer wanted."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from dialer.domain.calls import CallState, Verdict
from dialer.domain.compliance import CallingVerdict
from dialer.domain.errors import CarrierError, CarrierRefused, CarrierUnavailable
from dialer.domain.ids import CallId, CampaignId, TenantId
from dialer.domain.withdrawn_leads import asked_not_to_be_called, decide_withdrawn_lead
from dialer.ports import CallRequest, CarrierAccount, PlacedCall
from dialer.store import calls as call_store
from dialer.store import claims, placements
from dialer.store.placements import PlannedCall
from dialer.store.session import Transaction
from dialer.usecases.call_closing import close_refused, release_agent_of
from dialer.usecases.carrier_accounts import account_of, load_account
from dialer.usecases.services import Services
from dialer.usecases.verdicts import decide_placement

log = structlog.get_logger()

MAX_CARRIER_QUEUE_SECONDS = 5.0
"""The carrier accepts more than it dials and rings the rest later, up to a day. A call that would wait longer than this
would ring for a floor that has changed: it is withdrawn."""
CARRIER_TROUBLE_DELAY = timedelta(seconds=30)


def line_up(services: Services, tx: Transaction, calls: Sequence[CallId], *, tenant_id: TenantId) -> None:
    """After the commit: have planned calls wait for their start at the account's gate, in the tenant's line.

    A call that is lost there is still planned: a tick lines it up again, or it expires.
    """
    if calls:
        account = account_of(services, tx.session, tenant_id)
        tx.after_commit(
            services.gate.line_up,
            calls,
            tenant_id=tenant_id,
            account=account.key,
            calls_per_second=account.calls_per_second,
        )


def place_call(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Place one planned call whose start has come, at most once whatever crashes.

    Twice or at once: the second finds the call no longer planned and stops. Death before the commit of `placing`: the
    call is still planned and expires. Death after it: the call stays `placing` and a sweep asks the carrier; it is
    never placed again.
    """
    account = load_account(services, tenant_id=tenant_id)
    asked_at: float | None = None
    try:
        planned = _begin(services, tenant_id=tenant_id, call_id=call_id)
        if planned is not None:
            asked_at = time.monotonic()
            _ask_carrier(services, tenant_id, account, planned)
    finally:
        took = 0.0 if asked_at is None else time.monotonic() - asked_at
        services.gate.leave(call_id, tenant_id=tenant_id, account=account.key, took_seconds=took)


def _begin(services: Services, *, tenant_id: TenantId, call_id: CallId) -> PlannedCall | None:
    """The placing transaction: decide on fresh rows and commit to the attempt, or withdraw it and return None."""
    with services.transaction(tenant_id) as tx:
        planned = placements.lock_planned_call(tx.session, call_id=call_id, now=services.clock.now())
        if planned is None:
            return None
        if not services.clock.agrees_with(planned.database_now):
            # It stays planned and expires: by a clock that is wrong nobody can say whether he may be called now.
            log.error("clock_is_wrong", database_now=planned.database_now.isoformat())
            return None
        # Only now: what others did while the locks were waited for lies before this moment, and counts.
        now = services.clock.now()
        verdict = decide_placement(services, tx, planned, now)
        if not verdict.allowed:
            withdraw(services, tx, planned, verdict, now)
            return None
        placements.begin_placing(tx.session, planned=planned, verdict=verdict, now=now)
    return planned


def _ask_carrier(services: Services, tenant_id: TenantId, account: CarrierAccount, planned: PlannedCall) -> None:
    try:
        placed = services.carrier.place_call(account, _request(planned))
    except (CarrierRefused, CarrierUnavailable) as refusal:
        _record_not_accepted(services, tenant_id, planned, refusal)
    except Exception as trouble:
        # Anything else may have happened after the request was sent. Find out; do not place it again.
        _record_unresolved(services, tenant_id, planned, trouble)
        if not isinstance(trouble, CarrierError):
            raise
    else:
        _record_placed(services, tenant_id, planned, placed)


def _request(planned: PlannedCall) -> CallRequest:
    return CallRequest(
        call_id=planned.call_id,
        lead_id=planned.lead_id,
        to_number=planned.to_number,
        from_number=planned.from_number,
        ring_timeout_seconds=planned.ring_timeout_seconds,
        amd=None if not planned.amd_enabled else ("sync" if planned.amd_mode == "sync" else "async"),
        wait_for_beep=planned.voicemail_message_url is not None,
        record=planned.record_calls,
    )


def _record_placed(services: Services, tenant_id: TenantId, planned: PlannedCall, placed: PlacedCall) -> None:
    """The carrier's webhooks may have been quicker: then only the facts are filled."""
    now = services.clock.now()
    facts = {"call_sid": placed.call_sid, "placed_at": now}
    with services.transaction(tenant_id) as tx:
        if not call_store.update_call(tx.session, call_id=planned.call_id, now=now, to=CallState.PLACED, facts=facts):
            call_store.update_call(tx.session, call_id=planned.call_id, now=now, facts=facts)
        if placed.queue_seconds > MAX_CARRIER_QUEUE_SECONDS:
            ids = {"tenant_id": str(tenant_id), "call_id": str(planned.call_id)}
            tx.after_commit(services.queue.send, "dialer.calls.cancel_queued_call", **ids)
    if placed.queue_seconds > 1:
        log.warning("carrier_queues_our_calls", call_id=str(planned.call_id), queue_seconds=placed.queue_seconds)


def _record_unresolved(services: Services, tenant_id: TenantId, planned: PlannedCall, trouble: Exception) -> None:
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call_store.update_call(tx.session, call_id=planned.call_id, now=now, to=CallState.UNRESOLVED)
        call_store.record_event(
            tx.session, call_id=planned.call_id, event_key="placing:unresolved", kind="unresolved",
            payload={"error": str(trouble)[:500]}, now=now,
        )  # fmt: skip
    log.warning("placement_unresolved", call_id=str(planned.call_id), error=type(trouble).__name__)


def _record_not_accepted(services: Services, tenant_id: TenantId, planned: PlannedCall, refusal: CarrierError) -> None:
    """Definitely not accepted: a dead number ends its lead; other trouble frees the lead and, if lasting, pauses."""
    now = services.clock.now()
    number_is_dead = isinstance(refusal, CarrierRefused) and refusal.scope == "number"
    cause = f"carrier {refusal.carrier_code}" if refusal.carrier_code else "carrier unavailable"
    with services.transaction(tenant_id) as tx:
        call, event_id = call_store.record_event(
            tx.session, call_id=planned.call_id, event_key="placing:refused", kind="refused",
            payload={"code": refusal.carrier_code, "error": str(refusal)[:500]}, now=now,
        )  # fmt: skip
        to = CallState.FAILED if number_is_dead else CallState.CANCELLED
        facts: dict[str, object] = {"ended_at": now, "hangup_cause": cause}
        if number_is_dead:
            facts["disposition"] = "failed"
        if not call_store.update_call(
            tx.session, call_id=planned.call_id, now=now, to=to, facts=facts, event=(event_id, Verdict.APPLIED)
        ):
            # Its webhooks say that there is a call all the same: they decide what becomes of the lead.
            return
        if number_is_dead:
            close_refused(tx, call=call, cause=cause, now=now)
        else:
            claims.release_lead(
                tx.session,
                lead_id=planned.lead_id,
                now=now,
                next_call_at=now + CARRIER_TROUBLE_DELAY,
                count_attempt=False,
            )
        # Only a previewed call has an agent before it is answered.
        release_agent_of(services, tx, call=call, now=now, reason="failed", wrap_up=False)
        if isinstance(refusal, CarrierRefused) and not number_is_dead:
            note = f"paused: the carrier refuses this campaign's calls ({cause}: {refusal})"
            if placements.pause_campaign_for_trouble(tx.session, campaign_id=call.campaign_id, note=note, now=now):
                payload = {
                    "campaign_id": str(call.campaign_id),
                    "name": call.campaign_name,
                    "status": "paused",
                    "reason": note,
                }
                tx.after_commit(services.feed.to_tenant, tenant_id, "campaign:updated", payload)
    log.warning("placement_refused", call_id=str(planned.call_id), carrier_code=refusal.carrier_code)


def withdraw_planned_calls(services: Services, *, tenant_id: TenantId, campaign_id: CampaignId) -> int:
    """Withdraw the planned calls of a campaign that may no longer be placed; return how many there were to look at."""
    with services.transaction(tenant_id) as tx:
        planned = placements.list_planned_calls(tx.session, campaign_id=campaign_id)
    for call_id in planned:
        withdraw_call(services, tenant_id=tenant_id, call_id=call_id, only_if_forbidden=True)
    return len(planned)


def withdraw_call(services: Services, *, tenant_id: TenantId, call_id: CallId, only_if_forbidden: bool) -> bool:
    """Cancel a planned call and give its lead back; tell whether that was done. A call past planning is left alone."""
    with services.transaction(tenant_id) as tx:
        planned = placements.lock_planned_call(tx.session, call_id=call_id, now=services.clock.now())
        if planned is None:
            return False
        now = services.clock.now()
        verdict = decide_placement(services, tx, planned, now)
        if verdict.allowed and only_if_forbidden:
            return False
        withdraw(services, tx, planned, verdict, now)
    return True


def withdraw(services: Services, tx: Transaction, planned: PlannedCall, verdict: CallingVerdict, now: datetime) -> None:
    """Cancel a planned call whose rows are locked: its lead goes back, and the agent who was kept for it is free."""
    lead = decide_withdrawn_lead(verdict)
    placements.withdraw_planned_call(
        tx.session,
        planned=planned,
        verdict=verdict,
        lead=lead,
        do_not_call=lead.status == "dnc" and asked_not_to_be_called(verdict),
        now=now,
    )
    if planned.agent_id is not None:
        call = call_store.lock_call(tx.session, planned.call_id)
        if call is not None:
            release_agent_of(services, tx, call=call, now=now, reason=lead.reason, wrap_up=False)
