"""When promised calls are due: offering them to their agents, handing them over to the team, reporting missed ones.

The team's own need nothing of this: their leads are first in the hopper from the promised minute on.
"""

from datetime import datetime, timedelta

import structlog

from dialer.domain.callbacks import CallbackState, OpenPromise, Turn, decide_turn, why_missed
from dialer.domain.ids import CallbackId, TenantId
from dialer.store import callback_turns as store
from dialer.store import callbacks as callback_store
from dialer.store import previews as preview_store
from dialer.store.callbacks import Callback
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.callback_hours import hours_of
from dialer.usecases.services import Services

log = structlog.get_logger()

MAX_ROWS = 200


def sweep_callbacks(services: Services) -> int:
    """Do what is to be done with each promise that is due; return with how many something was done.

    Safe to run at any time and in parallel: each is decided on again under its lead's lock, and one whose lead somebody
    else works on is left to the next sweep.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        due = store.list_due_callbacks(tx.session, now=now, max_rows=MAX_ROWS)
    done = 0
    for tenant_id, callback_id in due:
        try:
            done += _take_turn(services, tenant_id, callback_id, now)
        except Exception:
            # One promise with which nothing can be done must not keep the others from their turn.
            log.exception("callback_not_swept", callback_id=str(callback_id))
    return done


def _take_turn(services: Services, tenant_id: TenantId, callback_id: CallbackId, now: datetime) -> bool:
    with services.transaction(tenant_id) as tx:
        found = callback_store.find_callback(tx.session, callback_id)
        lead = None if found is None else callback_store.lock_lead(tx.session, found.lead_id, unless_taken=True)
        callback = None if lead is None else callback_store.find_open_callback(tx.session, lead.id)
        if lead is None or callback is None or callback.id != callback_id:
            return False
        is_agents = callback.agent_id is not None
        promise = OpenPromise(
            due_at=callback.due_at,
            agent_id=callback.agent_id,
            fallback_minutes=callback.fallback_minutes,
            lead_status=lead.status,
            campaign_status=lead.terms.status,
            may_call=hours_of(services, tx, lead).may_call(now),
            agent_skipped=is_agents and store.has_skipped(tx.session, callback=callback),
            agent_is_free=callback.agent_id is not None and store.lock_free_agent(tx.session, callback.agent_id),
        )
        turn = decide_turn(promise, now)
        if turn is Turn.OFFER:
            return _offer(services, tx, callback, now)
        if turn is Turn.HAND_OVER:
            _hand_over(services, tx, callback, now)
        elif turn is Turn.MISS:
            _miss(services, tx, callback, why_missed(promise), now)
        return turn is not Turn.WAIT


def _offer(services: Services, tx: Transaction, callback: Callback, now: datetime) -> bool:
    """Put the lead on its agent's screen for as long as the promise is his."""
    expires_at = callback.due_at + timedelta(minutes=callback.fallback_minutes)
    preview_id = store.offer_callback(tx.session, callback=callback, expires_at=expires_at, now=now)
    preview = None if preview_id is None else preview_store.find_preview(tx.session, preview_id)
    if preview is None:
        return False
    payload = agent_events.preview_lead(preview)
    tx.after_commit(services.feed.to_agent, preview.agent_id, agent_events.PREVIEW_LEAD, payload)
    return True


def _hand_over(services: Services, tx: Transaction, callback: Callback, now: datetime) -> None:
    changes = {
        "state": CallbackState.HANDED_OVER,
        "agent_id": None,
        "handed_over_from": callback.agent_id,
        "handed_over_at": now,
    }
    callback_store.change_callback(tx.session, callback_id=callback.id, changes=changes, now=now)
    callback_store.bring_forward(tx.session, lead_id=callback.lead_id, now=now)
    _tell(services, tx, agent_events.CALLBACK_HANDED_OVER, callback)


def _miss(services: Services, tx: Transaction, callback: Callback, reason: str, now: datetime) -> None:
    callback_store.end_callback(tx.session, callback=callback, state=CallbackState.MISSED, reason=reason, now=now)
    callback_store.bring_forward(tx.session, lead_id=callback.lead_id, now=now)
    _tell(services, tx, agent_events.CALLBACK_MISSED, callback)
    log.warning("callback_missed", callback_id=str(callback.id), reason=reason)


def _tell(services: Services, tx: Transaction, event: str, before: Callback) -> None:
    """Tell the tenant's supervisors, and the agent whose promise it was."""
    callback = callback_store.find_callback(tx.session, before.id)
    if callback is None:
        return
    payload = agent_events.callback_event(callback)
    tx.after_commit(services.feed.to_tenant, callback.tenant_id, event, payload)
    if (agent_id := callback.handed_over_from or before.agent_id) is not None:
        tx.after_commit(services.feed.to_agent, agent_id, event, payload)
